"""What anybody reads: lists, search, filters, paging, one reply, feeds and data; only what is published, and without cookies."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.publications import take_down
from opinion_app.public.replies import queries
from opinion_app.public.replies.counting import EVERY_SECONDS, Views
from opinion_app.public.replies.views import flush_views
from opinion_app.records.base import db
from opinion_app.records.publication import Publication, PublicFigure, ViewCount
from opinion_app.records.rating import RatingFigure
from opinion_app.records.transaction import transaction
from opinion_app.rules.rating import Aspect
from opinion_app.rules.words import Kind
from tests.builders.office import NOW, make_case
from tests.builders.published import make_many, make_publication
from tests.support.client import Browser
from tests.support.queries import MOST_QUERIES, counting

PATHS = ("/", "/replies/", "/replies.json", "/replies.csv", "/replies/feed.atom", "/sitemap.xml", "/stats", "/robots.txt")


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)


@pytest.fixture
def three(app: Flask) -> None:
    """Three replies: street lights, a school bus, and one that was taken down."""
    with app.app_context(), transaction() as session:
        make_publication(session, make_case(session))
        bus = {
            "title": "校车几点到",
            "question": "噪音和校车的问题",
            "answer": "早上七点。",
            "kind": Kind.INQUIRY,
            "area": "教育",
        }
        make_publication(session, make_case(session), NOW + timedelta(days=1), unit_name="中心学校", **bus)
        gone = make_publication(session, make_case(session), title="已经撤回的事", question="撤回了", answer="撤回了")
        take_down(session, gone, NOW)


def test_a_list_tells_which_reply_is_public_in_part(app: Flask, browser: Browser, three: None) -> None:
    with app.app_context(), transaction() as session:
        make_publication(session, make_case(session), title="部分可看的事", left_out="个人情况没有公开。")
    for path in ("/", "/replies/", "/replies/?q=部分可看"):
        cards = browser.get(path).text.split('<li class="reply-card">')[1:]
        assert [card for card in cards if '<span class="badge">部分公开</span>' in card] == [
            card for card in cards if "/replies/LY2026-000004" in card
        ]
        assert any("/replies/LY2026-000004" in card for card in cards)


def test_the_list_shows_the_newest_first_and_nothing_withdrawn(browser: Browser, three: None) -> None:
    text = browser.get("/replies/").text
    assert text.index("校车几点到") < text.index("村口路灯不亮")
    assert "已经撤回的事" not in text
    assert "共 2 件" in text


@pytest.mark.parametrize(
    ("query", "there", "absent"),
    [
        ("?q=噪音", "校车几点到", "村口路灯不亮"),
        ("?kind=help", "村口路灯不亮", "校车几点到"),
        ("?area=教育", "校车几点到", "村口路灯不亮"),
        ("?unit=中心学校", "校车几点到", "村口路灯不亮"),
        ("?period=2026&q=路灯", "村口<mark>路灯</mark>不亮", "校车几点到"),
        ("?period=2019", "没有找到", "村口路灯不亮"),
        ("?q=撤回", "没有找到", "已经撤回的事"),
        ("?kind=accusation&period=abcd&page=-1", "村口路灯不亮", "已经撤回的事"),
        ("?page=99", "这一页没有内容", "村口路灯不亮"),
        ("?q=%3Cscript%3E", "没有找到", "<script>"),
    ],
)
def test_search_and_filters(browser: Browser, three: None, query: str, there: str, absent: str) -> None:
    answer = browser.get(f"/replies/{query}")
    assert answer.status_code == 200
    cards = answer.text.split("答复列表")[1].split("<aside")[0]
    assert there in answer.text
    assert absent not in cards


def test_hits_are_marked(browser: Browser, three: None) -> None:
    assert "<mark>噪音</mark>" in browser.get("/replies/?q=噪音").text


def test_a_reply_has_the_head_fields_of_a_government_site(browser: Browser, three: None) -> None:
    answer = browser.get("/replies/LY2026-000001")
    for word in ("索引号", "编号", "类型", "来信时间", "答复单位", "答复时间", "浏览量", "-/2026-0000001", "村镇建设办"):
        assert word in answer.text
    for tag in ("ArticleTitle", "PubDate", "ContentSource", "SiteName", "SiteIDCode", "ColumnName"):
        assert f'name="{tag}"' in answer.text
    assert 'itemtype="https://schema.org/QAPage"' in answer.text


@pytest.mark.parametrize("number", ["LY2026-000003", "LY2026-999999", "x", "a" * 300])
def test_what_is_not_published_is_not_there(browser: Browser, three: None, number: str) -> None:
    answer = browser.get(f"/replies/{number}")
    assert answer.status_code == 404
    assert "撤回了" not in answer.text


def test_a_citizen_is_told_the_same_of_the_withdrawn_and_the_unknown(browser: Browser, three: None) -> None:
    unknown, withdrawn = (browser.get(f"/replies/{number}") for number in ("LY2026-999999", "LY2026-000003"))
    assert unknown.data == withdrawn.data
    assert dict(unknown.headers) == dict(withdrawn.headers)
    assert "没有这个编号的公开答复，可能尚未公开或已经撤回。" in unknown.text
    assert '<form class="big-search" role="search" action="/replies/"' in unknown.text
    assert 'href="/messages/track"' in unknown.text
    files = [browser.get(f"/replies/{number}/files/1") for number in ("LY2026-999999", "LY2026-000003", "LY2026-000001")]
    assert {answer.data for answer in files} == {files[0].data}
    assert "没有这份附件，可能尚未公开或已经撤回。" in files[0].text
    assert "网址可能有误" in browser.get("/nowhere").text
    assert "查看的范围" not in unknown.text + files[0].text


@pytest.mark.parametrize("path", [*PATHS, "/replies/LY2026-000001"])
def test_reading_sets_no_cookie_and_is_asked_for_again(browser: Browser, three: None, path: str) -> None:
    first = browser.get(path)
    assert first.status_code == 200
    assert "Set-Cookie" not in first.headers
    assert "Cookie" not in first.headers.get("Vary", "")
    assert first.headers["Cache-Control"] == "public, no-cache"
    again = browser.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


def test_the_feed_is_readable_xml(app: Flask, browser: Browser) -> None:
    with app.app_context(), transaction() as session:
        make_publication(session, make_case(session), title="控制\x0b字符 <b>& 标签", question="正文\x08", answer="]]> 答复")
    root = ET.fromstring(browser.get("/replies/feed.atom").data)
    atom = "{http://www.w3.org/2005/Atom}"
    assert [entry.findtext(f"{atom}title") for entry in root.iter(f"{atom}entry")] == ["控制字符 <b>& 标签"]
    ET.fromstring(browser.get("/sitemap.xml").data)


def test_json_has_stable_fields(browser: Browser, three: None) -> None:
    body = browser.get("/replies.json?q=校车").get_json()
    assert (body["total"], body["page"], body["has_next"]) == (1, 1, False)
    assert body["items"][0]["number"] == "LY2026-000002"
    assert body["items"][0]["url"].endswith("/replies/LY2026-000002")


def test_the_sheet_never_calculates(app: Flask, browser: Browser) -> None:
    with app.app_context(), transaction() as session:
        make_publication(session, make_case(session), title="=1+1", question=" @SUM(A1)", answer="\uff1dcmd")
    sheet = browser.get("/replies.csv").data
    assert sheet.startswith(b"\xef\xbb\xbf")
    row = list(csv.reader(io.StringIO(sheet.decode("utf-8-sig"))))[1]
    assert [row[2], row[10], row[11]] == ["'=1+1", "' @SUM(A1)", "'\uff1dcmd"]


def test_a_correction_is_told_in_every_form(app: Flask, browser: Browser) -> None:
    with app.app_context(), transaction() as session:
        make_publication(session, make_case(session), note="2026年11月24日更正：日期写错。")
        make_publication(session, make_case(session))
    lines = list(csv.reader(io.StringIO(browser.get("/replies.csv").data.decode("utf-8-sig"))))
    assert [line[-1] for line in lines] == ["说明", "", "2026年11月24日更正：日期写错。"]
    assert {len(line) for line in lines} == {14}
    feed = browser.get("/replies/feed.atom").text
    assert feed.count("【说明】") == 1
    assert "【说明】2026年11月24日更正：日期写错。</content>" in feed


def test_a_long_question_to_the_list_is_not_repeated_in_its_links(browser: Browser, three: None) -> None:
    plain = len(browser.get("/replies/?q=路").data)
    asked = browser.get(f"/replies/?q={'x' * 5000}&page=1&kind=help&kind=nonsense&junk={'y' * 500}&area={'z' * 900}").data
    assert len(asked) < plain + 40_000
    assert b"junk" not in asked
    assert b"nonsense" not in asked
    assert b"x" * 101 not in asked


def test_the_links_of_the_list_keep_what_was_asked(browser: Browser, three: None) -> None:
    text = browser.get("/replies/?q=路灯&area=城建&junk=1").text
    words, area = quote("路灯"), quote("城建")
    assert f'href="?q={words}&amp;area={area}&amp;kind=help"' in text
    assert f'href="/replies.csv?q={words}&amp;area={area}"' in text


def test_views_are_counted_in_batches(app: Flask, browser: Browser, three: None) -> None:
    for _time in range(3):
        browser.get("/replies/LY2026-000001")
    assert "0 次" in browser.get("/replies/LY2026-000001").text
    flush_views(app)
    assert "4 次" in browser.get("/replies/LY2026-000001").text
    flush_views(app)
    flush_views(app)
    with app.app_context():
        assert [row.views for row in db_rows()] == [5]


def db_rows() -> list[ViewCount]:
    with transaction() as session:
        rows = list(session.scalars(select(ViewCount)))
        session.expunge_all()
        return rows


def test_the_counter_says_when_it_is_time_to_write() -> None:
    views = Views()
    assert not views.add(1, 0.0)
    assert not views.add(1, EVERY_SECONDS - 1)
    assert views.add(2, EVERY_SECONDS)
    assert views.take() == {1: 2, 2: 1}
    views.give_back({1: 2})
    assert views.take() == {1: 2}


def test_the_figures_name_their_denominators(app: Flask, browser: Browser) -> None:
    assert "还没有生成" in browser.get("/stats").text
    with app.app_context(), transaction() as session:
        session.add(
            PublicFigure(month="2026-10", kind=Kind.HELP, received=9, valid=8, answered=6, timed=4, in_time=3, counted_at=NOW)
        )
    text = browser.get("/stats").text
    assert "已答复 6 件 ÷ 有效件 8 件" in text
    assert "75.0%" in text


@pytest.mark.parametrize(("rated", "shown"), [(4, False), (5, True)])
def test_what_few_writers_said_is_not_published(app: Flask, browser: Browser, rated: int, shown: bool) -> None:
    counts = {"received": 9, "valid": 9, "answered": 9, "timed": 9, "in_time": 9, "asked": 9, "rated": rated, "content": 3}
    with app.app_context(), transaction() as session:
        session.add(PublicFigure(month="2026-10", kind=Kind.OTHER, counted_at=NOW, **counts))
        session.add(RatingFigure(month="2026-10", aspect=Aspect.TIME, content=3, fairly=0, discontent=rated - 3))
    text = browser.get("/stats").text
    assert ("满意、基本满意 3 件 ÷ 参评 5 件" in text) is shown
    assert ("评价明细" in text) is shown
    assert ("参评不足 5 件" in text) is not shown
    assert "其他（含举报）" in text


@pytest.mark.parametrize("rows", [10, 1000])
def test_no_public_page_grows_with_its_rows(app: Flask, browser: Browser, rows: int) -> None:
    with app.app_context(), transaction() as session:
        make_many(session, rows, make_case(session))
    for path in (*PATHS, "/replies/?page=2", "/replies/?q=路灯", "/replies/LY2025-000001"):
        with counting(app) as asked:
            assert browser.get(path).status_code == 200
        assert len(asked) <= MOST_QUERIES, f"{path}\n" + "\n".join(asked)


def test_every_page_from_the_first_to_the_last(app: Flask, browser: Browser) -> None:
    """The last pages are counted from the end; together they show every reply once, newest first."""
    with app.app_context(), transaction() as session:
        make_many(session, 105, make_case(session))
    seen = [item["number"] for page in (1, 2, 3) for item in browser.get(f"/replies.json?page={page}").get_json()["items"]]
    assert seen == [f"LY2025-{serial:06d}" for serial in range(105, 0, -1)]
    searched = [
        item["number"] for page in (1, 2, 3) for item in browser.get(f"/replies.json?q=路灯&page={page}").get_json()["items"]
    ]
    assert searched == seen


def test_what_is_withdrawn_is_gone_at_once_from_totals_filters_and_search(app: Flask, browser: Browser, three: None) -> None:
    """Totals and units are kept between pages, and a change of what is public ends that with its commit."""
    before = browser.get("/replies/").text
    assert "共 2 件" in before
    assert "中心学校" in before
    with app.app_context(), transaction() as session:
        take_down(session, _of(session, "LY2026-000002"), NOW)
    after = browser.get("/replies/").text
    assert "共 1 件" in after
    assert "中心学校" not in after
    assert "没有找到" in browser.get("/replies/?q=校车").text
    assert browser.get("/replies.json?kind=inquiry").get_json()["total"] == 0
    with app.app_context(), transaction() as session:
        make_publication(session, make_case(session), NOW + timedelta(days=400), unit_name="水务站")
    again = browser.get("/replies/").text
    assert "共 2 件" in again
    assert "水务站" in again
    assert "2027年" in again


def test_a_change_that_is_rolled_back_is_never_shown(app: Flask, browser: Browser, three: None) -> None:
    with app.app_context():
        session = db.session()
        take_down(session, _of(session, "LY2026-000002"), NOW)
        assert queries.unit_names(session) == ("村镇建设办",)
        session.rollback()
        db.session.remove()
    assert "共 2 件" in browser.get("/replies/").text
    assert "中心学校" in browser.get("/replies/").text


def _of(session: Session, number: str) -> Publication:
    return session.scalars(select(Publication).where(Publication.number == number)).one()


def test_a_filter_keeps_the_others_and_leads_to_the_first_page(browser: Browser, three: None) -> None:
    page = browser.get("/replies/?q=%22%3Cb%3E&kind=help&page=3").text.split('id="filters"')[1]
    kept = "?q=%22%3Cb%3E&amp;kind=help"
    assert f'<a href="{kept}&amp;area=%E6%95%99%E8%82%B2">教育</a>' in page
    assert f'<a href="{kept}" aria-current="true">不限</a>' in page
    assert '<a href="?q=%22%3Cb%3E">全部</a>' in page
    assert '<a href="?q=%22%3Cb%3E&amp;kind=help" aria-current="true">求助</a>' in page
    assert '<a href="?" aria-current="true">全部</a>' in browser.get("/replies/").text
