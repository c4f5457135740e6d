"""The environment of a command of ours that is started as a process of its own."""

from __future__ import annotations

import os

from opinion_app import locate
from opinion_app.rules.settings import Settings


def environment(settings: Settings) -> dict[str, str]:
    """The same installation for the child, also where settings were not read from the environment."""
    paths = [str(locate.CHECKOUT), os.environ.get("PYTHONPATH", "")]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "OPINION_SECRET_KEY": settings.secret_key,
        "OPINION_DATA_DIR": str(settings.data_dir),
        "OPINION_DATABASE_URL": settings.database_url,
        "OPINION_PUBLIC_DATABASE_URL": settings.public_database_url,
        "OPINION_BASE_URL": settings.base_url,
    }
