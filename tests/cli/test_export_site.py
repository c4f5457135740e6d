"""`opinion export-site`: the whole public site as files; again it writes only what changed, and nothing withdrawn stays."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.files.site_folder import MANIFEST, alone
from opinion_app.flow.figures import count_figures
from opinion_app.flow.publications import take_down
from opinion_app.public.replies import whole
from opinion_app.records.current import settings_of
from opinion_app.records.publication import Publication, PublishedFile, ViewCount
from opinion_app.records.transaction import transaction
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import Kind
from tests.builders.office import NOW, make_case
from tests.builders.published import make_many, make_publication
from tests.cli.test_commands import Run, run
from tests.support.databases import make_settings

__all__ = ["run"]
Export = Callable[..., str]


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """One engine is enough: the pages themselves are tested on both."""
    return make_settings(tmp_path / "data", sqlite_url)


@pytest.fixture
def export(app: Flask, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Export:
    """Exports the site of the test's own database into `site` and answers what was said."""
    known = settings_of(app)
    monkeypatch.setenv("OPINION_DATABASE_URL", known.database_url)
    monkeypatch.setenv("OPINION_DATA_DIR", str(known.data_dir))

    def call(*more: str) -> str:
        status, out, err = run("export-site", str(tmp_path / "site"), *more)
        assert status == 0, err
        return out

    return call


def publish(app: Flask, count: int = 3) -> None:
    with app.app_context(), transaction() as session:
        for serial in range(1, count + 1):
            make_publication(session, make_case(session), NOW + timedelta(minutes=serial), title=f"第{serial}件 <b>&")


def files(site: Path) -> dict[str, tuple[bytes, int]]:
    return {
        one.relative_to(site).as_posix(): (one.read_bytes(), one.stat().st_mtime_ns) for one in site.rglob("*") if one.is_file()
    }


def test_the_copy_holds_every_page_and_its_links_lead_somewhere(app: Flask, export: Export, tmp_path: Path) -> None:
    publish(app)
    with app.app_context(), transaction() as session:
        make_many(session, 45, make_case(session))
    said = export("--site-url", "https://county.example/town/")
    site = tmp_path / "site"
    there = files(site)
    assert "新增" in said
    for name in ("index.html", "replies/index.html", "replies/page-3.html", "replies/LY2026-000001.html", "stats.html"):
        assert name in there
    for name in (
        "replies.json",
        "replies.csv",
        "replies-2026.csv",
        "replies/feed.atom",
        "sitemap.xml",
        "search.html",
        "search/part-1.js",
    ):
        assert name in there
    assert "replies/page-4.html" not in there
    for name in [name for name in there if name.endswith(".html")]:
        for link in re.findall(r'\b(?:href|src|action)="([^"]*)"', there[name][0].decode()):
            if link.startswith(("https://", "http://", "#")) or not link:
                continue
            target = (site / name).parent / link.split("?")[0].split("#")[0]
            assert target.resolve().is_file(), f"{name}: {link}"
    assert '"left_out": ""' in there["search/part-1.js"][0].decode()
    page = there["replies/LY2026-000001.html"][0].decode()
    assert "浏览量" not in page
    assert "第1件 &lt;b&gt;&amp;" in page
    assert 'content="https://county.example/town/replies/LY2026-000001.html"' in page
    assert "https://county.example/town/replies/LY2026-000001.html" in there["sitemap.xml"][0].decode()
    assert "/messages/new" in page


def test_a_map_in_several_files_is_copied_whole_and_shrinks_again(
    app: Flask, export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(app)
    monkeypatch.setattr(whole, "IN_MAP", 2)
    export("--site-url", "https://county.example/town")
    there = files(tmp_path / "site")
    parts = sorted(name for name in there if name.startswith("sitemap-"))
    assert parts == ["sitemap-1.xml", "sitemap-2.xml"]
    for part in parts:
        assert f"<loc>https://county.example/town/{part}</loc>" in there["sitemap.xml"][0].decode()
    assert "https://county.example/town/replies/LY2026-000003.html" in there["sitemap-2.xml"][0].decode()
    with app.app_context(), transaction() as session:
        for row in session.scalars(select(Publication).where(Publication.number != "LY2026-000001")):
            take_down(session, row, NOW)
    export("--site-url", "https://county.example/town")
    left = files(tmp_path / "site")
    assert not [name for name in left if name.startswith("sitemap-")]
    assert "https://county.example/town/replies/LY2026-000001.html" in left["sitemap.xml"][0].decode()


def test_a_second_run_changes_not_a_byte_and_counts_nobody(app: Flask, export: Export, tmp_path: Path) -> None:
    publish(app)
    export()
    before = files(tmp_path / "site")
    said = export()
    assert files(tmp_path / "site") == before
    assert "新增 0，更新 0" in said
    with app.app_context(), transaction() as session:
        assert session.scalars(select(ViewCount)).all() == []


def test_what_was_withdrawn_is_gone_and_what_was_harmed_is_mended(app: Flask, export: Export, tmp_path: Path) -> None:
    publish(app)
    export()
    site = tmp_path / "site"
    (site / "replies" / "LY2026-000002.html").write_text("verdorben", "utf-8")
    (site / "replies" / "left-behind.html").write_text("第1件", "utf-8")
    (site / "CNAME").write_text("town.example", "utf-8")
    with app.app_context(), transaction() as session:
        take_down(session, session.scalars(select(Publication).where(Publication.number == "LY2026-000001")).one(), NOW)
    export()
    there = files(site)
    assert not [name for name, (content, _at) in there.items() if "第1件".encode() in content or "LY2026-000001" in name]
    assert "第2件" in there["replies/LY2026-000002.html"][0].decode()
    assert "CNAME" in there


def test_what_a_run_left_that_ended_early_goes_when_it_is_withdrawn(app: Flask, export: Export, tmp_path: Path) -> None:
    """Nothing had been noted of it: the year's sheet lies beside files that may be somebody else's."""
    publish(app, 1)
    export()
    site = tmp_path / "site"
    (site / MANIFEST).write_bytes(b"{}")
    (site / ".replies.csv.new").write_text("第1件", "utf-8")
    with app.app_context(), transaction() as session:
        take_down(session, session.scalars(select(Publication)).one(), NOW)
    export()
    assert not [name for name, (content, _at) in files(site).items() if "第1件".encode() in content or "LY2026" in name]
    assert not (site / "replies-2026.csv").exists()


def test_two_runs_never_write_at_the_same_time(app: Flask, export: Export, run: Run, tmp_path: Path) -> None:
    publish(app, 1)
    export()
    with alone(tmp_path / "site"):
        status, _out, err = run("export-site", str(tmp_path / "site"))
    assert status != 0
    assert "另一次导出正在写" in err
    export()


def test_a_changed_office_makes_every_page_anew(app: Flask, export: Export, tmp_path: Path) -> None:
    publish(app, 1)
    export()
    with app.app_context(), transaction() as session:
        row = session.scalars(select(Publication)).one()
        row.title, row.updated_at = "更正后的标题", NOW + timedelta(days=1)
        session.add(
            PublishedFile(
                publication_id=row.id,
                serial=1,
                name="x.pdf",
                stored_name="0" * 32,
                size=1,
                sha256="a",
                media_type="application/pdf",
            )
        )
    export()
    there = files(tmp_path / "site")
    assert "更正后的标题" in there["replies/LY2026-000001.html"][0].decode()
    assert "replies/LY2026-000001/files/1.pdf" not in there  # its bytes are not there: left out, and said by the page itself


def test_a_folder_of_something_else_is_refused(run: Run, app: Flask, export: Export, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "family.jpg").write_bytes(b"x")
    status, _out, err = run("export-site", str(tmp_path / "site"))
    assert status == 1
    assert "不是空文件夹" in err
    assert not (tmp_path / "site" / MANIFEST).exists()


def test_a_broken_note_of_the_last_run_is_no_obstacle(app: Flask, export: Export, tmp_path: Path) -> None:
    publish(app, 1)
    export()
    (tmp_path / "site" / MANIFEST).write_text('{"half', "utf-8")
    assert "更新 0" in export()


def test_what_a_page_of_the_copy_offers_is_its_own(app: Flask, export: Export, tmp_path: Path) -> None:
    """No data of all replies on a list of some, no address of another host in the map, a policy in each head."""
    publish(app, 2)
    export("--site-url", "https://county.example/town")
    there = {name: content.decode("utf-8", "replace") for name, (content, _at) in files(tmp_path / "site").items()}
    assert 'href="../replies.csv"' in there["replies/index.html"]
    groups = [name for name in there if name.startswith("replies/by-")]
    assert len(groups) == 2
    assert not [name for name in groups if "replies.csv" in there[name] or "replies.json" in there[name]]
    assert not [
        line for line in there["sitemap.xml"].splitlines() if "<loc>" in line and "https://county.example/town" not in line
    ]
    pages = [text for name, text in there.items() if name.endswith(".html")]
    assert all(text.index("Content-Security-Policy") < text.index("<script") for text in pages)
    assert "data-share " in there["replies/LY2026-000001.html"]
    assert re.search(r'src="\.\./static/[^"]+/js/share\.js"', there["replies/LY2026-000001.html"])
    assert '"published_on": "2026-' in there["search/part-1.js"]


def test_figures_that_stayed_the_same_change_not_a_byte(app: Flask, export: Export, tmp_path: Path) -> None:
    publish(app, 1)
    count(app, NOW)
    export()
    before = files(tmp_path / "site")
    assert "近 12 个月" in before["stats.html"][0].decode()
    count(app, NOW + timedelta(days=1))
    export()
    assert files(tmp_path / "site") == before


def count(app: Flask, now: datetime) -> None:
    with app.app_context(), transaction() as session:
        count_figures(session, now)


def test_without_scripts_there_are_lists_by_kind_and_by_unit(app: Flask, export: Export, tmp_path: Path) -> None:
    publish(app, 1)
    with app.app_context(), transaction() as session:
        make_many(session, 45, make_case(session))
        of_kind = session.scalars(select(Publication.number).where(Publication.kind == Kind.HELP)).all()
    export()
    before = files(tmp_path / "site")
    lists = [
        before[f"replies/by-kind-help{page}.html"][0].decode()
        for page in ("", *(f"-{n}" for n in range(2, 10)))
        if f"replies/by-kind-help{page}.html" in before
    ]
    listed = [number for text in lists for number in re.findall(r'href="(LY[0-9-]+)\.html"', text)]
    assert set(listed) == set(of_kind)
    assert "公开答复：求助" in lists[0]
    assert "by-unit-" in before["replies/index.html"][0].decode()
    assert "<noscript>" in before["search.html"][0].decode()
    assert 'href="replies/by-kind-help.html"' in before["search.html"][0].decode()
    assert "新增 0，更新 0" in export()
    assert files(tmp_path / "site") == before
    with app.app_context(), transaction() as session:
        for row in session.scalars(select(Publication).where(Publication.kind == Kind.HELP)):
            take_down(session, row, NOW)
    export()
    assert not [name for name in files(tmp_path / "site") if "by-kind-help" in name]
