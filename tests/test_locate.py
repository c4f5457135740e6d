"""The locator finds what the wheel moved into the package and what lies beside it in a checkout."""

from pathlib import Path

import pytest

from opinion_app import locate


def test_the_package_comes_first(tmp_path: Path) -> None:
    package = tmp_path / "opinion_app"
    (package / "_templates").mkdir(parents=True)
    (tmp_path / "templates").mkdir()

    assert locate.find("templates", package, tmp_path) == package / "_templates"


def test_the_checkout_comes_second(tmp_path: Path) -> None:
    (tmp_path / "config.py").write_text("ANSWER = 1\n", encoding="utf-8")

    assert locate.find("config.py", tmp_path / "opinion_app", tmp_path) == tmp_path / "config.py"


def test_nothing_found_names_both_places(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="_migrations") as caught:
        locate.find("migrations", tmp_path / "opinion_app", tmp_path)

    assert str(tmp_path / "migrations") in str(caught.value)


def test_this_checkout_has_its_folders() -> None:
    assert locate.templates().is_dir()
    assert locate.migrations().is_dir()
    assert locate.static() == locate.PACKAGE / "static"
