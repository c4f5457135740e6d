"""Style sheets and scripts are asked for once: their address changes with them; pages are asked for each time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from opinion_app.web.assets import FOR_A_YEAR, mark_of
from tests.support import tree
from tests.support.client import Browser


def fetched(app: Flask, path: str, **headers: str) -> TestResponse:
    """An answer read to its end; the file it came from is closed."""
    answer = Browser(app).get(path, headers=headers)
    assert answer.data is not None
    answer.close()
    return answer


@pytest.mark.parametrize("page", ["/", "/messages/new", "/office/sign-in"])
def test_what_a_page_names_is_kept_for_good(app: Flask, page: str) -> None:
    named = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', fetched(app, page).text))
    assert len(named) > 4
    for path in named:
        answer = fetched(app, path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, FOR_A_YEAR), path
        assert fetched(app, path, **{"If-None-Match": answer.headers["ETag"]}).headers["Cache-Control"] == FOR_A_YEAR
    assert "no-cache" in fetched(app, "/").headers["Cache-Control"]


def test_what_a_script_imports_has_the_same_mark(app: Flask) -> None:
    script = next(path for path in re.findall(r'src="(/static/[^"]+)"', fetched(app, "/").text) if path.endswith("/public.js"))
    imported = re.findall(r'from "\./([^"]+)"', fetched(app, script).text)
    assert imported
    for name in imported:
        assert fetched(app, script.replace("public.js", name)).headers["Cache-Control"] == FOR_A_YEAR


@pytest.mark.parametrize("mark", ["", "v-000000000000/"])
def test_without_the_present_mark_a_file_is_asked_for_again(app: Flask, mark: str) -> None:
    path = f"/static/{mark}css/public.css"
    first = fetched(app, path)
    assert (first.status_code, first.headers["Cache-Control"]) == (200, "no-cache")
    assert fetched(app, path, **{"If-None-Match": first.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "path", ["v-000000000000/", "v-000000000000/../../config.py", "v-000000000000/none.css", "v-0/css/public.css"]
)
def test_a_mark_opens_nothing_else(app: Flask, path: str) -> None:
    answer = fetched(app, f"/static/{path}")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("Cache-Control", "")


def test_the_mark_changes_with_name_and_bytes(tmp_path: Path) -> None:
    marks = set()
    for number, (name, content) in enumerate((("a.css", "x"), ("b.css", "x"), ("a.css", "y"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / name).write_text(content, "utf-8")
        marks.add(mark_of(folder))
    assert len(marks) == 3


def test_no_template_names_a_file_without_its_mark() -> None:
    pages = [path for path in tree.files() if path.suffix == ".html"]
    assert not [path.name for path in pages if re.search(r"url_for\(\s*['\"]static|[\"']/static/", path.read_text("utf-8"))]
