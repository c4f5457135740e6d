"""Finds the templates, migrations and settings reader: in the package first, else beside it in the checkout."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent
_CONFIG_NAME = "opinion_app._config"


def find(name: str, package: Path = PACKAGE, checkout: Path = CHECKOUT) -> Path:
    """Where `name` ("templates", "migrations", "config.py") lies; the wheel carries it as `_name` inside the package.

    Raises FileNotFoundError where neither place has it: the installation is broken and must not start half-dressed.
    """
    installed = package / f"_{name}"
    if installed.exists():
        return installed
    beside = checkout / name
    if beside.exists():
        return beside
    raise FileNotFoundError(f"{name} is neither at {installed} nor at {beside}: the installation is incomplete")


def templates() -> Path:
    """The folder of Jinja templates."""
    return find("templates")


def migrations() -> Path:
    """The folder of Alembic migrations."""
    return find("migrations")


def static() -> Path:
    """The folder of style sheets, scripts and fonts, which lies inside the package in both forms."""
    return PACKAGE / "static"


def config() -> ModuleType:
    """The module that reads the settings, loaded once under one name wherever it lies."""
    loaded = sys.modules.get(_CONFIG_NAME)
    if loaded is not None:
        return loaded
    path = find("config.py")
    spec = importlib.util.spec_from_file_location(_CONFIG_NAME, path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"{path} cannot be loaded as Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[_CONFIG_NAME] = module
    spec.loader.exec_module(module)
    return module
