"""Public-opinion response tracking for township and county offices.

`create_app` is loaded when it is asked for: rules, commands and confined child processes must not pay for every page of the
service (a second and 100 MB), nor may importing one room depend on all others.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opinion_app.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    if name == "create_app":
        return import_module("opinion_app.app").create_app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
