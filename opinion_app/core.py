"""The core of the service without pages: settings, database and migrations, for commands, jobs and tests."""

from __future__ import annotations

from typing import cast

from flask import Flask
from flask_migrate import Migrate

from opinion_app import locate
from opinion_app.records import engine
from opinion_app.records.base import db
from opinion_app.records.current import EXTENSION
from opinion_app.rules.settings import Settings

migrate = Migrate()


def create_core(settings: Settings | None = None, *, database_url: str | None = None, flask: type[Flask] = Flask) -> Flask:
    """An application that knows the settings and the database and has no pages.

    Raises SettingMissing or SettingWrong when the environment cannot be used."""
    settings = settings or cast(Settings, locate.config().load_settings())
    url = database_url or settings.database_url
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)  # personal data lies in it
    app = flask("opinion_app", template_folder=str(locate.templates()), static_folder=str(locate.static()))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=url,
        SQLALCHEMY_ENGINE_OPTIONS=engine.engine_options(url),
        SQLALCHEMY_RECORD_QUERIES=False,
    )
    app.extensions[EXTENSION] = settings
    db.init_app(app)
    migrate.init_app(app, db, directory=str(locate.migrations()), render_as_batch=True)
    with app.app_context():
        engine.prepare(db.engine)
    return app
