"""The settings of the application in whose context the code runs."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from opinion_app.rules.settings import Settings

EXTENSION = "opinion_settings"


def settings_of(app: Flask | None = None) -> Settings:
    """The settings of `app`, or of the current application when none is given."""
    return cast(Settings, (app or current_app).extensions[EXTENSION])
