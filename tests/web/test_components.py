"""The parts of pages: what they say, what they escape, and that they keep what was typed and chosen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, render_template_string
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length

from opinion_app.forms import OfficeForm
from opinion_app.rules.errors import Invalid
from opinion_app.web import filters
from opinion_app.web.paging import Page
from tests.support import tree

NASTY = '"><script>alert(1)</script>'
KIT = '{% import "components/kit.html" as ui %}'


class MessageForm(OfficeForm):
    """One field of each kind that is drawn differently."""

    title = StringField("标题", [InputRequired("请填写标题。"), Length(max=40)], description="一句话说明事情。")
    text = TextAreaField("正文", [Length(max=5, message="最多 5 个字。")])
    kind = RadioField(
        "类型",
        choices=[SelectChoice("inquiry", "咨询"), SelectChoice("help", "求助")],
        validators=[InputRequired("请选择类型。")],
    )
    unit = SelectField("单位", validate_choice=False)
    public = BooleanField("同意公开")


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__, template_folder=str(tree.ROOT / "templates"))
    app.jinja_env.globals.update(csrf_token=lambda: "token", form_key=lambda: "key")
    app.jinja_env.filters["moment"] = str
    filters.init_app(app)
    return app


def draw(app: Flask, source: str, url: str = "/", **context: Any) -> str:
    with app.test_request_context(url):
        return render_template_string(KIT + source, **context)


@pytest.mark.parametrize("state", ["later", "soon", "today", "overdue", "met", "paused", "none"])
def test_a_due_state_has_colour_word_and_shape(app: Flask, state: str) -> None:
    html = draw(app, "{{ ui.due_badge(due) }}", due={"words": "还剩 2 个工作日", "state": state})

    assert f'class="due {state}"' in html
    assert "还剩 2 个工作日" in html
    assert "#s-" in html


def test_levels_differ_in_shape_too(app: Flask) -> None:
    shapes = {
        draw(app, "{{ ui.level_badge(level) }}", level={"words": "级", "colour": colour}).split("#s-")[1].split('"')[0]
        for colour in ("blue", "yellow", "orange", "red", "")
    }

    assert len(shapes) == 5
    assert "未研判" in draw(app, "{{ ui.level_badge(none) }}")


def test_the_pager_keeps_every_other_value_of_the_query(app: Flask) -> None:
    page = Page(rows=range(50), number=3, per_page=50, total=600, has_next=True)
    html = draw(app, "{{ ui.pager(page) }}", "/office/?q=停水&kind=help&kind=inquiry&page=3&_scheme=x&endpoint=y", page=page)

    assert "第 101–150 件，共 600 件" in html
    assert "kind=help&amp;kind=inquiry&amp;_scheme=x&amp;endpoint=y&amp;page=4" in html
    assert html.count("page=3") == 0
    assert 'aria-current="page">3<' in html


def test_a_list_without_a_total_still_leads_on(app: Flask) -> None:
    page = Page(rows=range(50), number=1, per_page=50, total=None, has_next=True)
    html = draw(app, "{{ ui.pager(page) }}", page=page)

    assert "第 1–50 件<" in html
    assert 'rel="next"' in html
    assert 'rel="prev"' not in html


def test_errors_stand_beside_their_fields_and_in_the_summary(app: Flask) -> None:
    form = MessageForm(data={"text": "超过了五个字"})
    form.validate()
    html = draw(app, "{{ ui.error_summary(form) }}{% for f in form %}{{ ui.field(f) }}{% endfor %}", form=form)

    assert "还有 3 处需要改正" in html
    assert '<a href="#title">标题：请填写标题。</a>' in html
    assert '<a href="#kind-0">' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="title-hint title-error"' in html
    assert "超过了五个字" in html
    assert "maxlength" not in html, "what is typed too long is counted, not cut off"
    assert "（必填）" in html


def test_what_is_said_of_a_whole_form_stands_once_above_the_list_of_its_fields(app: Flask) -> None:
    form = MessageForm(data={"title": "标题"})
    form.take(Invalid("还不能保存。", {"title": "标题重复。", "elsewhere": "没有这一项。"}))
    html = draw(app, "{{ ui.error_summary(form) }}", form=form)

    assert html.count("还不能保存。") == html.count("<p>还不能保存。</p>") == 1
    lines = html.partition("<ul>")[2]
    assert lines.count("<li>") == 2
    assert "还有 2 处需要改正" in html
    assert '<a href="#title">标题：标题重复。</a>' in lines


def test_what_people_wrote_never_becomes_markup(app: Flask) -> None:
    form = MessageForm(data={"title": NASTY, "text": NASTY, "unit": NASTY})
    unit = SimpleNamespace(id=1, name=NASTY, pinyin=NASTY, note=NASTY)
    html = draw(
        app,
        "{{ ui.field(form.title) }}{{ ui.field(form.text) }}{{ ui.select_unit(form.unit, [unit]) }}{{ ui.unit(unit) }}"
        "{{ ui.attachment_list([{'name': nasty, 'href': nasty}]) }}{{ ui.definition_list([(nasty, nasty)]) }}"
        "{{ ui.conflict([(nasty, nasty, 'x')]) }}{{ ui.chips([{'words': nasty, 'href': nasty}]) }}"
        "{{ ui.button(nasty, confirm=nasty) }}{{ ui.timeline_entry(nasty, nasty, nasty) }}{{ ui.query(q=nasty) }}"
        "{{ ui.bar_chart(nasty, [{'label': nasty, 'value': 1}]) }}{{ ui.due_badge({'words': nasty, 'title': nasty}) }}",
        form=form,
        unit=unit,
        nasty=NASTY,
    )

    assert "<script" not in html
    assert '""' not in html.replace('class=""', "").replace('value=""', "").replace('alt=""', "")


def test_a_writing_form_carries_its_token_its_key_and_its_version(app: Flask) -> None:
    html = draw(app, "{{ ui.form_start('/office/x', version=7, draft='reply:1', panel=true) }}")

    for part in ('name="csrf_token" value="token"', 'name="_key" value="key"', 'name="version" value="7"', "data-once"):
        assert part in html


def test_bars_start_from_zero_and_carry_their_figures(app: Flask) -> None:
    rows = [{"label": "投诉", "value": 40}, {"label": "咨询", "value": 10}, {"label": "感谢", "value": 0}]
    html = draw(app, "{{ ui.bar_chart('按类型', rows, basis='有效件 50 件') }}", rows=rows)

    assert [part.split('"')[0] for part in html.split(' width="')[1:]] == ["100.00%", "25.00%", "0.00%"]
    assert "有效件 50 件" in html
