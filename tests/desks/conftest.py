"""The whole service over a fresh database, for tests that walk its pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from opinion_app import create_app
from opinion_app.rules.settings import Settings
from tests.support.databases import hurry, release


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application with its pages."""
    app = create_app(settings)
    hurry(app)
    yield app
    release(app)
