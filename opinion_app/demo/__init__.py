"""The demonstration: a made-up township office with people and cases, played through the service's own operations."""

from opinion_app.demo.greeting import prepare

__all__ = ["prepare"]
