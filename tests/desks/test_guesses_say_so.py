"""Wherever a date shows that rests on a year whose holidays are not loaded, it says that it is provisional (D02).

One case lives through the last days of a year; everything it brings about is read: pages, messages, timeline, notices, papers,
lists, calendars, the trail and what its writer sees. No place is named: each date of next year must bear its mark."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from io import BytesIO
from typing import Any

import pytest
import time_machine
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.desks.casefile.why import why_case
from opinion_app.desks.reminders import operations as reminders
from opinion_app.desks.subscription.queries import due_dates
from opinion_app.flow import clock_changes, merged_dates, progress
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.cases import facts_of
from opinion_app.flow.clocks import open_clocks, reply_clock
from opinion_app.flow.due import draft_passed_words
from opinion_app.flow.moved_dates import passed_words
from opinion_app.flow.reminding import open_clock
from opinion_app.records.case import Case
from opinion_app.records.current import settings_of
from opinion_app.records.move import Move
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.submission import Progress
from opinion_app.records.trail import TrailValue
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Extension
from opinion_app.rules.digest import line_for
from opinion_app.rules.due_words import DueState
from opinion_app.rules.errors import OfficeError
from opinion_app.rules.query_code import code_hash
from opinion_app.rules.recipients import Recipient
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import OFFICE_GATES, AnswerMethod, Disclosure, Role
from opinion_app.rules.zone import parse_moment
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.handling import extending, suspending
from opinion_app.steps.handling.extending import More
from opinion_app.steps.reply import operations as reply
from opinion_app.steps.review import operations as review
from opinion_app.steps.triage import merging
from opinion_app.steps.triage.many import chosen
from tests.builders.life import REPLY, Office, forwarded, give_addresses, handling_case, make_office
from tests.builders.office import make_case, make_person
from tests.support.client import Browser, client_for, forms_in, pick

NOW, DAY = parse_moment("2026-12-24T10:00"), timedelta(days=1)
CODE = "ABCDEFGHJKMN"
MARK, PEOPLE = "（暂定）", ("clerk", "leader", "finance_head", "roads_head")
_DAY = r"2027[-/年]\s?\d{1,2}[-/月]\s?\d{1,2}日?|(?<![\d年])1月\d{1,2}日"
_DATE = re.compile(rf"(?:{_DAY})(?:\s?(?:\(周.\)|周.))?(?:[ T]\d\d:\d\d(?::\d\d)?(?:\+0[08]:00)?)?")
_COUNT = re.compile(r'<ol class="why-days">.*?</ol>', re.DOTALL)
_UNSEEN = re.compile(r"<(script|style|svg|template)\b.*?</\1>", re.DOTALL)
_SPOKEN = re.compile(r'\b(?:title|aria-label|placeholder|data-confirm)="([^"]*)"')


def unmarked(text: str) -> list[str]:
    """The dates of next year in a text that no mark follows, each with what stands around it."""
    found = (hit for hit in _DATE.finditer(text) if not text.startswith(MARK, hit.end()))
    return [text[max(0, hit.start() - 40) : hit.end() + 10] for hit in found]


def uncounted(line: str) -> list[str]:
    """A line of the count of days tells what happened on one, and says at its end whether that is known."""
    return [line] if _DATE.search(line) and MARK not in line else []


def seen(page: str) -> str:
    """What a person reads of a page: its text, and what its parts say when they are pointed at."""
    page = _UNSEEN.sub("", page)
    spoken = " | ".join(_SPOKEN.findall(page))
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", page) + " | " + spoken))


@dataclass
class Reader:
    """Reads what there is of one case and keeps what it found said without its mark."""

    app: Flask
    number: str
    wrong: list[str] = field(default_factory=list)
    dates: int = 0

    @property
    def path(self) -> str:
        return f"/office/cases/{self.number}"

    def judge(self, where: str, text: str) -> None:
        self.dates += len(_DATE.findall(text))
        self.wrong += [f"{where}: {said}" for said in unmarked(text)]

    def page(self, where: str, page: str) -> None:
        for part in _COUNT.findall(page):
            self.wrong += [f"{where}: {line}" for each in part.split("</li>") for line in uncounted(seen(each))]
        self.judge(where, seen(_COUNT.sub("", page)))

    def act(self, who: str, act: str, **values: Any) -> None:
        """Open the form of an act, read it, send it, and read what is said then."""
        browser, path = client_for(self.app, who), f"{self.path}/{act}"
        self.page(f"form {act}", browser.get(path).text)
        answer = browser.submit(path, **values)
        assert answer.status_code == 303, seen(answer.text)
        self.page(f"after {act}", browser.get(self.path).text)
        self.kept(act)

    def places(self, after: str) -> None:
        """Every page and paper a case's page leads each of them to, and the lists it stands in."""
        for who in PEOPLE:
            browser = client_for(self.app, who)
            page = browser.get(self.path)
            links = re.findall(r'href="([^"#]+)', page.text) if page.status_code == 200 else []
            own = [path for path in dict.fromkeys(map(html.unescape, links)) if path.startswith(self.path)]
            for path in (*own, "/office", "/office/cases", "/office/notices", f"/office/search?q={self.number}"):
                answer = browser.get(path)
                if answer.status_code == 200 and answer.mimetype == "text/html":
                    self.page(f"{after}, {who}: {path}", answer.text)
            for paper in ("papers/handling", "papers/report", "papers/assignment/1", "papers/assignment/2", "receipt"):
                self.page(f"{after}, {who}: {paper}", browser.get(f"{self.path}/{paper}").text)
        self.list_on_paper(after)
        self.page(f"{after}: track", Browser(self.app).submit("/messages/track", "/track", number=self.number, code=CODE).text)
        with self.app.app_context(), transaction() as session:
            for person in session.scalars(select(Person)):
                feed = due_dates(session, person, NOW, "http://office.test").decode().replace("\r\n ", "")
                events = feed.split("BEGIN:VEVENT")
                self.wrong += [f"{after}: {one}" for one in events if re.search(r"DTSTART[^:]*:2027", one) and MARK not in one]

    def list_on_paper(self, after: str) -> None:
        answer = client_for(self.app, "clerk").submit("/office/cases", to="/office/cases/export")
        with answer:
            table = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
        self.judge(f"{after}: list", " | ".join(str(cell) for row in table for cell in row))

    def kept(self, after: str) -> None:
        """All that was entered, sent or told by now."""
        with self.app.app_context(), transaction() as session:
            for move in session.scalars(select(Move)):
                self.judge(f"{after}: move {move.act}", move.note)
            for notice in session.scalars(select(Notice)):
                self.judge(f"{after}: notice", f"{notice.subject} {notice.lines} {notice.body}")
            for value in session.scalars(select(TrailValue)):
                self.judge(f"{after}: trail", f"{value.old} | {value.new}")
            told = session.get_one(Progress, self.number)
            self.judge(f"{after}: writer", f"{told.promise} | {told.why} | {told.history} | {told.answer}")
            told_dates = why_case(session, self.number, work_calendar(session)).split("\n\n")
            for line in "\n".join(one for one in told_dates if "\n结束：" not in one).splitlines():  # what ended moves no more
                counts = line.startswith("  ") and not line.startswith("  第 ")
                self.wrong += [f"{after}: why {said}" for said in (uncounted if counts else unmarked)(line)]


@pytest.fixture
def office(app: Flask) -> Iterator[Office]:
    """A case that has come in on Christmas Eve, whose writer looks at its progress; the wall clock stands still."""
    with time_machine.travel(NOW, tick=False):
        with app.app_context(), transaction() as session:
            made = make_office(session)
            make_person(session, "admin", Role.ADMINISTRATOR)
            give_addresses(session)
            case = make_case(session, made.clerk, now=NOW)
            progress.open_progress(session, case, code_hash(settings_of().secret_key, case.number, CODE), NOW)
        yield made


def answer_and_close(session: Session, office: Office, number: str) -> None:
    case, handler = session.query(Case).filter_by(number=number).one(), office.roads_head
    reply.save_draft(session, case, handler, NOW, REPLY)
    reply.submit(session, case, handler, NOW)
    review.check_unit_head(session, case, handler, NOW, passed=True)
    review.check_gates(session, case, office.reviewer, NOW, dict.fromkeys(OFFICE_GATES, True))
    review.sign_off(session, case, office.leader, NOW, passed=True)
    closing.answer(session, case, office.clerk, NOW, AnswerMethod.ONLINE)
    case.disclosure = Disclosure.PUBLIC
    closing.close(session, case, office.clerk, NOW)


def what_if(reader: Reader) -> None:
    """What the administrator is shown of the dates that a rule, a closure or hours would move."""
    admin = client_for(reader.app, "admin")
    looks: list[tuple[str, dict[str, Any]]] = [
        ("/office/rules/reply-help", {"amount": "9", "apply_to_open": "y"}),
        ("/office/calendar/closures", {"day": "2026-12-28", "name": "停电"}),
    ]
    for path, values in looks:
        form = pick(forms_in(admin.get(path).text, path), path)
        form.action = f"{path}/preview"
        shown = admin.send(form, **values)
        assert "2027" in shown.text
        reader.page(f"what if {path}", shown.text)


def test_d02_every_date_of_a_year_not_loaded_bears_its_mark_wherever_it_shows(app: Flask, office: Office) -> None:
    with app.app_context(), transaction() as session:
        reader = Reader(app, session.query(Case.number).scalar())
    reader.act("clerk", "accept")
    reader.act("clerk", "classify", kind="suggestion")
    reader.act("clerk", "classify", kind="help")
    reader.act("clerk", "assign", lead=str(office.finance_head.unit_id), supports=[str(office.roads_head.unit_id)])
    reader.act("finance_head", "sign_for", handler=str(office.finance_handler.id))
    reader.places("signed for")
    what_if(reader)
    reader.act("clerk", "suspend", ground="hearing", reason="听证")
    reader.places("suspended")
    reader.act("clerk", "resume", reason="听证结束")
    reader.act("finance_head", "ask_extension", amount="3", reason="采购")
    reader.act("leader", "decide_extension", agree="yes", opinion="同意")
    reader.act("leader", "supervise", text="请说明", due_on=str(NOW.date() + timedelta(days=5)))
    reader.places("extended")
    reader.act("clerk", "reassign", lead=str(office.roads_head.unit_id), reason="职责调整")
    reader.act("roads_head", "sign_for", handler=str(office.roads_head.id))
    with time_machine.travel("2026-12-31T08:31+08:00", tick=False), app.app_context(), transaction() as session:
        assert reminders.queue_digests(session, parse_moment("2026-12-31T08:31"))
    reader.kept("digest")
    assert (reader.dates > 400, sorted(set(reader.wrong))) == (True, [])
    with app.app_context(), transaction() as session:
        answer_and_close(session, Office(**vars(office) | {"session": session}), reader.number)
    reader.kept("closed")
    assert reader.wrong == []


def test_d02_what_is_said_of_dates_that_have_passed_bears_the_mark_as_well(core: Flask) -> None:
    january = parse_moment("2027-01-20T10:00")
    with transaction() as session:
        office = make_office(session)
        waiting, survivor = (make_case(session, office.clerk, now=NOW) for _ in range(2))
        with_unit = handling_case(office, NOW)
        reply = reply_clock(session, with_unit.id)
        said = [
            passed_words(session, waiting, january),
            draft_passed_words(reply, january),
            *(f"{one.passed} | {one.overdue}" for one in chosen(session, office.clerk, [waiting.number], january)),
            rung_line(session, waiting),
        ]
        held = suspending.suspend(session, survivor, office.clerk, NOW, SuspensionGround.HEARING, NOW, "听证")
        said += [
            merged_dates.rests_with(session, survivor, waiting),
            clock_changes.what_rests([held, *open_clocks(session, waiting.id)]),
        ]
        for refused in (
            partial(suspending.suspend, session, waiting, office.clerk, january, SuspensionGround.HEARING, january, "听证"),
            partial(extending.ask, session, with_unit, office.finance_head, january, More(amount=3), "采购"),
        ):
            with pytest.raises(OfficeError) as refusal:
                refused()
            said.append(f"{refusal.value.message} {getattr(refusal.value, 'fields', '')}")
        assert [len(_DATE.findall(words)) > 0 for words in said] == [True] * len(said), said
        assert [words for words in said if unmarked(words)] == []


def test_d02_a_date_taken_over_from_a_merged_case_bears_the_mark_where_its_origin_is_told(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        early, case = (make_case(session, office.clerk, now=NOW + day * DAY) for day in range(2))
        merging.merge(session, early, office.clerk, NOW + DAY, case.number, "同一件事")
        told = why_case(session, case.number, work_calendar(session))
        [line] = [line for line in told.splitlines() if "按其时限" in line]
        assert ("2027年1月4日" in line or "1月4日" in line, uncounted(line)) == (True, [])


def test_d02_a_date_its_issuer_has_set_bears_no_mark_whatever_year_it_lies_in(core: Flask) -> None:
    with transaction() as session:
        case = forwarded(make_office(session), date(2027, 1, 15))
        reply = reply_clock(session, case.id)
        assert reply is not None
        before = reply.due_date
        clock_changes.extend(session, case, reply, Extension(NOW, until=date(2027, 1, 20), granted_by="县信访局"))
        told = why_case(session, case.number, work_calendar(session)).split("\n\n")
        [said] = [part for part in told if part.startswith("答复：")]
        assert before is not None
        assert (before.iso, reply.due_date and reply.due_date.iso) == ("2027-01-15", "2027-01-20")
        assert (said.count("2027年1月15日") > 0, "暂定" in said) == (True, False)


def rung_line(session: Session, case: Case) -> str:
    """What who may not see the case reads of its date."""
    [clock] = [one for one in open_clocks(session, case.id) if one.stage == "reply"]
    return line_for(open_clock(clock), facts_of(session, case), Recipient(1, "", blind=True), DueState.OVERDUE, "").text
