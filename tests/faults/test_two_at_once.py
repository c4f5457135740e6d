"""Two people act on one case at once: nobody's words are lost, and whoever came second is told (hardening R13)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from opinion_app.app import create_app
from opinion_app.files.store import AttachmentStore
from opinion_app.flow.move import admit
from opinion_app.records.assignment import Assignment
from opinion_app.records.attachment import Attachment
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.finding import Finding
from opinion_app.records.reply import Reply
from opinion_app.records.transaction import transaction
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import Role
from opinion_app.steps.handling import operations as handling
from tests.builders.life import REPLY, handling_case, make_office
from tests.builders.office import make_case, make_person
from tests.faults.together import together
from tests.support.client import Browser, client_for, pick
from tests.support.databases import hurry, release

MINE = REPLY + "另请村委会公示进度，并于月底前回访。"
THEIRS = REPLY + "逾期未修好的，请拨打办公室电话催办。"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@dataclass
class House:
    """The application, two cases in it and where its files lie."""

    app: Flask
    handling: str
    received: str
    finance: int
    store: AttachmentStore

    def count(self, of: Any) -> int:
        with self.app.app_context(), transaction() as session:
            return int(session.scalar(select(func.count()).select_from(of)) or 0)


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    """An office with two clerks, and a unit with two people."""
    app = create_app(settings)
    hurry(app)
    with app.app_context(), transaction() as session:
        office = make_office(session)
        make_person(session, "clerk2", Role.CLERK, name="程受理")
        numbers = handling_case(office).number, make_case(session, office.clerk).number
        finance = office.finance.id
    yield House(app, *numbers, finance, AttachmentStore(Path(settings.data_dir) / "attachments"))
    release(app)


def test_of_two_drafts_saved_at_once_the_second_sees_both_texts(house: House) -> None:
    path = f"/office/cases/{house.handling}/draft"
    people = [client_for(house.app, login) for login in ("finance_head", "finance_handler")]
    forms = [pick(browser.forms(path), "/draft") for browser in people]
    texts = (MINE, THEIRS)
    answers = together([lambda i=i: people[i].send(forms[i], text=texts[i]) for i in range(2)])  # type: ignore[misc]

    assert sorted(answer.status_code for answer in answers) == [303, 409]
    second = next(answer for answer in answers if answer.status_code == 409)
    assert MINE in second.text
    assert THEIRS in second.text
    assert house.count(Reply) == 1


def test_of_two_drafts_saved_one_after_the_other_the_second_sees_both_texts(house: House) -> None:
    path = f"/office/cases/{house.handling}/draft"
    first, second = client_for(house.app, "finance_head"), client_for(house.app, "finance_handler")
    form = pick(second.forms(path), "/draft")
    assert first.submit(path, "/draft", text=THEIRS).status_code == 303
    answer = second.send(form, text=MINE)

    assert answer.status_code == 409
    assert MINE in answer.text
    assert THEIRS in answer.text
    with house.app.app_context(), transaction() as session:
        assert session.scalars(select(Reply.text)).all() == [THEIRS]


def test_of_two_clerks_who_assign_at_once_one_is_told(house: House) -> None:
    path = f"/office/cases/{house.received}/assign"
    people = [client_for(house.app, login) for login in ("clerk", "clerk2")]
    forms = [pick(browser.forms(path), "/assign") for browser in people]
    note = "请三日内到现场查看，并与留言人联系。"
    answers = together(
        [lambda i=i: people[i].send(forms[i], lead=str(house.finance), note=note) for i in range(2)]  # type: ignore[misc]
    )

    assert sorted(answer.status_code for answer in answers) == [303, 409]
    second = next(answer for answer in answers if answer.status_code == 409)
    assert note in second.text, "what was typed must be on the page, to be copied"
    assert house.count(Assignment) == 3, "two units of the other case, and one here"


def test_whoever_decides_on_an_old_page_is_told_and_changes_nothing(house: House) -> None:
    path = f"/office/cases/{house.received}/classify"
    first, second = client_for(house.app, "clerk"), client_for(house.app, "clerk2")
    form = pick(second.forms(path), "/classify")
    assert first.submit(path, "/classify", urgency="urgent", know_late="y").status_code == 303
    answer = second.send(form, urgency="complex")

    assert answer.status_code == 409
    assert "已被别人处理过" in answer.text
    with house.app.app_context(), transaction() as session:
        assert session.scalar(select(Case.urgency).where(Case.number == house.received)) == "urgent"


def test_notes_written_at_once_are_all_kept(house: House) -> None:
    """A note is no decision on what another wrote: being overtaken is no reason to refuse it."""
    path = f"/office/cases/{house.handling}/note"
    people = [client_for(house.app, login) for login in ("finance_head", "finance_handler", "clerk")]
    forms = [pick(browser.forms(path), "/note") for browser in people]
    answers = together(
        [
            lambda i=i: people[i].send(forms[i], text=f"第 {i} 条", files=(io.BytesIO(PDF), f"{i}.pdf"))  # type: ignore[misc]
            for i in range(3)
        ]
    )

    assert [answer.status_code for answer in answers] == [303] * 3
    assert house.count(Finding) == 3
    with house.app.app_context(), transaction() as session:
        rows = session.scalars(select(Attachment)).all()
        assert sorted(row.name for row in rows) == ["0.pdf", "1.pdf", "2.pdf"]
        assert {row.stored_name for row in rows} == set(house.store.names()), "a file for each row and none beside"
        assert {row.size for row in rows} == {len(PDF)}


def overtaken(times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the next acts find that somebody else changed the case in the moment they save."""
    left = [times]

    def admit_late(*args: Any, **named: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise StaleDataError("changed by another")
        return admit(*args, **named)

    monkeypatch.setattr(handling, "admit", admit_late)


def send_note(house: House, browser: Browser, text: str = "电话联系了留言人，约好周五上门。") -> Any:
    form = pick(browser.forms(f"/office/cases/{house.handling}/note"), "/note")
    return browser.send(form, text=text, files=(io.BytesIO(PDF), "记录.pdf"))


def test_an_overtaken_act_is_tried_again_with_its_files_whole(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = client_for(house.app, "finance_handler")
    overtaken(2, monkeypatch)
    answer = send_note(house, browser)

    assert answer.status_code == 303
    with house.app.app_context(), transaction() as session:
        row = session.scalars(select(Attachment)).one()
        assert (row.size, set(house.store.names())) == (len(PDF), {row.stored_name})
    assert browser.get(answer.location).text.count("办理记录已保存") == 1


def test_an_act_overtaken_again_and_again_gives_up_with_the_text_on_the_page(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    overtaken(99, monkeypatch)
    answer = send_note(house, client_for(house.app, "finance_handler"))

    assert answer.status_code == 409
    assert "电话联系了留言人" in answer.text
    assert (house.count(Finding), list(house.store.names())) == (0, [])


def test_when_nobody_knows_whether_the_commit_was_done_the_file_stays(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row may be there for it; what no row names is swept later."""
    browser = client_for(house.app, "finance_handler")
    form = pick(browser.forms(f"/office/cases/{house.handling}/note"), "/note")

    def broken(*_args: Any) -> None:
        raise OperationalError("COMMIT", {}, Exception("server closed the connection unexpectedly"))

    with monkeypatch.context() as patch:
        patch.setattr(db.session, "commit", broken)
        answer = browser.send(form, text="内容", files=(io.BytesIO(PDF), "记录.pdf"))

    assert answer.status_code == 503
    assert len(list(house.store.names())) == 1
