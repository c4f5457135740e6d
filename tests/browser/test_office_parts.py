"""The parts of office pages at work in a browser, under the content policy the service sends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, redirect, render_template_string, request
from flask.typing import ResponseReturnValue
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader
from playwright.sync_api import Page, expect
from wtforms import Form, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from opinion_app.flow.moves import Moved, Moves
from opinion_app.flow.said_when_moved import Beside, Word
from opinion_app.rules.due_date import due_date
from opinion_app.rules.zone import parse_moment
from opinion_app.web import assets, filters, kept_parts
from opinion_app.web.nav import Item
from tests.support import tree
from tests.support.live import serving

PAGES = {
    "list": """{% extends "layouts/office.html" %}{% import "components/kit.html" as ui %}
{% block title %}待分办{% endblock %}
{% block main %}{% call ui.table([{'words': '编号'}, {'words': '标题', 'class': 'title'}], '待分办', selectable=true) %}
{% for n in range(1, 4) %}<tr data-href="/case?n={{ n }}">{{ ui.tick(n, 'LY' ~ n) }}<td>LY{{ n }}</td>
<td class="title"><a href="/case?n={{ n }}">第 {{ n }} 件</a></td></tr>{% endfor %}{% endcall %}
{% call ui.bulk_bar('/bulk') %}{{ ui.button('导出所选') }}{% endcall %}{% endblock %}""",
    "case": """{% extends "layouts/office.html" %}{% import "components/kit.html" as ui %}
{% block title %}第一件{% endblock %}
{% block main %}{{ ui.link_button('改派', '/act', panel=true) }}<div id="act-panel"></div>
{{ ui.form_start('/save', draft='note') }}{{ ui.field(form.text) }}{{ ui.button('保存') }}{{ ui.form_end() }}
{{ ui.post_button('不予受理', '/decline', confirm='将告知来信人不予受理。') }}{% endblock %}""",
    "act": """{% extends "layouts/fragment.html" %}{% import "components/kit.html" as ui %}{% block main %}
{% call ui.act('改派') %}{{ ui.error_summary(form) }}{{ ui.form_start('/act', draft='act', panel=true) }}
{{ ui.select_unit(form.unit, units) }}{{ ui.select_unit(form.supports, units, several=true) }}
{{ ui.field(form.text) }}{{ ui.button('改派到该单位') }}
{{ ui.form_end() }}{% endcall %}{% endblock %}""",
}
PAGES["moves"] = """{% extends "layouts/office.html" %}{% import "components/kit.html" as ui %}
{% block title %}会变动的时限{% endblock %}{% block main %}{% include "desks/calendar/_moved.html" %}{% endblock %}"""
WORD = Word("黄牌督办", parse_moment("2026-11-23T08:30"), at_once=False)
_DATES = parse_moment("2026-12-22T23:59:59"), parse_moment("2026-11-20T23:59:59")
MOVED = Moves(
    [
        Moved(
            1,
            "LY2026-000001",
            "draft",
            *_DATES,
            becomes_late=True,
            puts_aside=True,
            word=WORD,
            guess_before=True,
            guess_after=True,
        ),
        Moved(2, "LY2026-000002", "draft", *_DATES, becomes_late=False, word=WORD),
    ]
)
MOVED.beside = [Beside("LY2026-000003", "答复", due_date(_DATES[1], guess=False), WORD)]
UNITS = [
    SimpleNamespace(id=1, name="党政综合办公室", pinyin="dzzhbgs"),
    SimpleNamespace(id=2, name="财政所", pinyin="czs caizhengsuo"),
]


class ActForm(Form):
    """A form with the kinds of fields the parts treat specially."""

    unit = SelectField("主办单位", validate_choice=False, validators=[InputRequired("请选择主办单位")])
    supports = SelectMultipleField("协办单位", validate_choice=False)
    text = TextAreaField("说明", [Length(max=10)])
    title = StringField("标题")


def build(posted: list[tuple[str, dict[str, str]]]) -> Flask:
    app = Flask(__name__, static_folder=str(tree.ROOT / "opinion_app" / "static"))
    app.secret_key = "for this test"
    loaders = [DictLoader(PAGES), FileSystemLoader(tree.ROOT / "templates")]
    app.jinja_loader = ChoiceLoader(loaders)
    app.jinja_env.globals.update(csrf_token=lambda: "token", form_key=lambda: "key")
    app.jinja_env.filters.update(moment=str, day=str, ago=str)
    filters.init_app(app)
    assets.init_app(app)
    kept_parts.init_app(app)

    @app.context_processor
    def around() -> dict[str, Any]:
        nav = [{"label": "待办", "items": [Item("待分办", "/", 3, current=True, alert=False)]}]
        return {"office": {"name": "青禾镇"}, "actor": {"name": "李春燕"}, "nav": nav, "unread": 1}

    @app.after_request
    def policy(response: Any) -> Any:
        response.headers["Content-Security-Policy"] = "default-src 'self'; object-src 'none'; base-uri 'none'"
        return response

    moves = {"moved": MOVED}

    @app.get("/<name>")
    @app.get("/", defaults={"name": "list"})
    def show(name: str) -> ResponseReturnValue:
        return render_template_string("{% extends name %}", name=name, form=ActForm(), units=UNITS, **moves)

    @app.post("/<name>")
    def take(name: str) -> ResponseReturnValue:
        posted.append((name, request.form.to_dict()))
        form = ActForm(request.form)
        if name == "act" and not form.validate():
            return render_template_string("{% extends 'act' %}", form=form, units=UNITS), 422
        if request.form.get("text") == "坏":
            return "<!doctype html><html lang='zh-CN'><title>坏</title><body class='plain-page'>坏</body></html>", 500
        return redirect("/?done=" + name)

    return app


@pytest.fixture
def posted() -> list[tuple[str, dict[str, str]]]:
    return []


@pytest.fixture
def site(posted: list[tuple[str, dict[str, str]]]) -> Iterator[str]:
    with serving(build(posted)) as url:
        yield url


def test_keys_walk_the_worklist_and_open_a_case(page: Page, site: str) -> None:
    page.goto(site)
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("tr.is-current")).to_contain_text("第 2 件")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/case?n=1")

    assert page.title().startswith("第一件")


def test_a_whole_row_opens_its_case_but_its_tick_does_not(page: Page, site: str) -> None:
    page.goto(site)
    page.locator("tbody td.tick input").nth(1).check()
    expect(page.locator("[data-bulk]")).to_be_visible()
    expect(page.locator("[data-bulk-count]")).to_have_text("1")
    page.locator("tbody tr").nth(2).locator("td").nth(1).click()
    page.wait_for_url("**/case?n=3")

    assert "n=3" in page.url


def test_an_act_that_asks_first_is_sent_once_and_only_when_agreed(
    page: Page, site: str, posted: list[tuple[str, dict[str, str]]]
) -> None:
    page.goto(site + "/case")
    page.get_by_role("button", name="不予受理").click()
    expect(page.locator("#confirm")).to_contain_text("将告知来信人不予受理。")
    page.get_by_role("button", name="先不办").click()
    assert posted == []
    page.get_by_role("button", name="不予受理").click()
    page.locator("#confirm").get_by_role("button", name="不予受理").click()
    page.wait_for_url("**/?done=decline")

    assert [name for name, _ in posted] == ["decline"]
    assert posted[0][1] == {"csrf_token": "token", "_key": "key"}


def test_a_double_click_sends_one_form(page: Page, site: str, posted: list[tuple[str, dict[str, str]]]) -> None:
    page.goto(site + "/case")
    page.get_by_role("button", name="保存").dblclick()
    page.wait_for_url("**/?done=save")

    assert len(posted) == 1


def test_units_are_found_by_pinyin_initials_and_errors_come_back_in_place(
    page: Page, site: str, posted: list[tuple[str, dict[str, str]]]
) -> None:
    page.goto(site + "/case")
    page.get_by_role("link", name="改派").click()
    panel = page.locator("#act-panel")
    panel.get_by_role("button", name="改派到该单位").click()
    expect(panel.locator(".error-summary")).to_contain_text("请选择主办单位")
    panel.locator(".error-summary a").click()
    page.keyboard.type("czs")
    page.keyboard.press("Enter")
    expect(panel.get_by_role("combobox").first).to_have_value("财政所")
    panel.get_by_role("button", name="改派到该单位").click()
    expect(panel.locator(".error-summary")).to_have_count(0)

    assert [form.get("unit") for _, form in posted] == ["", "2"]


def test_what_was_typed_for_a_unit_is_taken_or_refused_but_never_dropped(
    page: Page, site: str, posted: list[tuple[str, dict[str, str]]]
) -> None:
    page.goto(site + "/case")
    page.get_by_role("link", name="改派").click()
    boxes = page.locator("#act-panel").get_by_role("combobox")
    lead, others = boxes.first, boxes.last
    expect(boxes).to_have_count(2)
    for field, words, shown in ((lead, "财政", "财政所"), (others, "党政", ""), (lead, "张三", "张三")):
        field.fill(words)
        field.press("Tab")
        expect(field).to_have_value(shown)
    expect(page.locator("#act-panel .chip")).to_have_text(["党政综合办公室✕"])
    page.get_by_role("button", name="去掉 党政综合办公室").click()
    page.get_by_role("button", name="改派到该单位").click()
    expect(page.locator("#act-panel .error")).to_have_text("没有找到“张三”，请从列表里选择；不选就把这里清空。")
    expect(lead).to_be_focused()
    expect(lead).to_have_attribute("aria-invalid", "true")
    assert posted == []
    lead.fill("dz")
    lead.press("Escape")
    lead.press("Tab")
    expect(lead).to_have_value("党政综合办公室")
    expect(page.locator("#act-panel .error")).to_have_count(0)
    others.fill("cz")  # and straight on to the button: the chip that comes does not push it from under the pointer
    page.get_by_role("button", name="改派到该单位").click()
    expect(page.locator("#act-panel .error-summary")).to_have_count(0)

    assert [(form.get("unit"), form.get("supports"), form.get("unit-typed")) for _, form in posted] == [("1", "2", None)]


def test_the_name_of_a_unit_that_is_chosen_already_is_no_unknown_one(
    page: Page, site: str, posted: list[tuple[str, dict[str, str]]]
) -> None:
    """Whole, in part or by its sound; and a longer name of another unit is not taken for it."""
    UNITS.append(SimpleNamespace(id=3, name="财政所二分所", pinyin="czsefs"))
    try:
        page.goto(site + "/case")
        page.get_by_role("link", name="改派").click()
    finally:
        UNITS.pop()
    lead, others = (page.locator("#act-panel").get_by_role("combobox").nth(n) for n in (0, 1))
    lead.fill("党政")
    lead.press("Tab")
    for words in ("财政所", "党政", "财政所", "党政", "dzzhbgs"):
        others.fill(words)
        if words == "dzzhbgs":
            expect(page.locator("#act-panel .picker-list .nothing:visible")).to_have_text("已经选上了")
        others.press("Tab")
        expect(others).to_have_value("")
    expect(page.locator("#act-panel .chip")).to_have_text(["党政综合办公室✕", "财政所✕"])
    expect(page.locator("#act-panel .error")).to_have_count(0)
    others.fill("财政所")
    others.press("Escape")
    page.get_by_role("button", name="改派到该单位").click()
    expect(page.locator("#act-panel .error-summary")).to_have_count(0)

    assert [(form.get("unit"), form.get("supports-typed")) for _, form in posted] == [("1", None)]


def test_text_survives_a_closed_panel_and_a_failure_until_it_went_through(page: Page, site: str) -> None:
    page.goto(site + "/case")
    page.get_by_role("link", name="改派").click()
    page.locator("#act-panel textarea").fill("请尽快办理")
    page.locator("#act-panel [data-act-close]").click()
    expect(page.locator("#act-panel textarea")).to_have_count(0)
    page.get_by_role("link", name="改派").click()
    expect(page.locator("#act-panel textarea")).to_have_value("请尽快办理")
    page.locator("main > form textarea").fill("坏")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/save")
    page.goto(site + "/case")
    expect(page.locator("main > form textarea")).to_have_value("坏")
    page.locator("main > form textarea").fill("好")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/?done=save")
    page.goto(site + "/case")

    assert page.locator("main > form textarea").input_value() == ""


def test_the_counter_tells_the_excess_and_cuts_nothing(page: Page, site: str) -> None:
    page.goto(site + "/case")
    page.locator("main > form textarea").fill("一二三四五六七八九十𠮷\n")

    expect(page.locator("main > form .counter")).to_have_text("已写 12 字，超出 2 字")


def test_large_text_and_contrast_are_remembered(page: Page, site: str) -> None:
    page.goto(site)
    page.get_by_label("我的菜单").click()
    page.locator("[data-display=large]").click()
    page.locator("[data-display=contrast]").click()
    page.goto(site + "/case")

    expect(page.locator("html")).to_contain_class("office large contrast")


def test_nothing_stands_out_sideways_on_a_phone(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(site)
    page.get_by_label("打开菜单").click()
    expect(page.locator("#nav")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#nav")).to_be_hidden()

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_look_at_dates_that_move_is_read_on_a_phone_without_scrolling_sideways(page: Page, site: str) -> None:
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(site + "/moves")
        first = page.locator("tbody tr").first
        expect(first).to_contain_text("变为逾期")
        stays = page.locator("tbody tr").last
        expect(stays).to_contain_text(re.compile("LY2026-000003.*答复.*11月20日.*黄牌督办.*日期不变，提醒提前"))
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        edges = first.locator("td").evaluate_all("cells => cells.map(cell => cell.getBoundingClientRect().right)")
        assert max(edges) <= width, edges
        lines = first.locator("td").evaluate_all("cells => new Set(cells.map(cell => Math.round(cell.offsetTop / 8))).size")
        assert (lines > 1) is (width == 390), "a small card on a phone, a row on a desk"


def test_control_enter_in_a_long_text_still_asks_before_the_act(
    page: Page, site: str, posted: list[tuple[str, dict[str, str]]]
) -> None:
    page.goto(site + "/case")
    page.evaluate("document.querySelector('main > form button').dataset.confirm = '将立即保存。'")
    page.locator("main > form textarea").press("Control+Enter")
    expect(page.locator("#confirm")).to_contain_text("将立即保存。")
    assert posted == []
    page.locator("[data-confirm-yes]").click()
    page.wait_for_url("**/?done=save")

    assert len(posted) == 1
