"""A rehearsal names exactly what a run of the clock at that moment queues and sends (N14)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, or_, select
from sqlalchemy.util import IdentitySet

from opinion_app import clock
from opinion_app.desks.outbox.delivery import Watch
from opinion_app.desks.outbox.operations import Sender, claim, confirm
from opinion_app.desks.reminders.rehearsal import Draft, arriving_drafts, rehearse
from opinion_app.flow import accounts, clocks, inbox
from opinion_app.flow.ladder import SINCE
from opinion_app.flow.outbox import tell
from opinion_app.flow.settings import put_setting
from opinion_app.flow.standing_work import come_up, entries_here
from opinion_app.flow.writer_mail import MOST_A_DAY
from opinion_app.records.case import Case
from opinion_app.records.current import settings_of
from opinion_app.records.job import JobRun
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.delivery import Attempt, Outcome
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import ClockState, Kind, NoticeChannel, NoticeState, Role, Urgency
from opinion_app.rules.zone import local_date, parse_moment
from opinion_app.scheduler.runner import Runner
from opinion_app.steps.handling import suspending
from opinion_app.steps.reply import operations as replies
from opinion_app.steps.triage import operations as triage
from tests.builders.life import HELP, REPLY, assigned, give_addresses, handling_case, make_office
from tests.builders.office import SECRET, make_case, make_person

BEGUN = parse_moment("2026-10-12T09:00")
TELLING = ("digest", "rungs", "calendar", "robots", "outbox")
MOMENTS = (
    "2026-10-30T07:00",  # before the hour of the digests
    "2026-10-30T20:00",  # after the office closed
    "2026-10-31T09:00",  # a Saturday
    "2026-11-02T09:00",  # digests, cases that stand still, the calendar's letter
    "2026-11-02T09:01",  # all of it is done
    "2026-11-02T20:00",
    "2026-11-03T07:00",
    "2026-11-03T14:00",  # the morning's slot was missed and is caught up
)
Letters = Counter[tuple[str, str, str]]


def furnished() -> None:
    """An office that owes something of every sort, with a letter in its outbox."""
    with transaction() as session:
        office = make_office(session)
        make_person(session, "admin", Role.ADMINISTRATOR, email="admin@office.test", name="安管理")
        give_addresses(session)
        put_setting(session, SINCE, BEGUN.isoformat())
        make_case(session, office.clerk, now=BEGUN)
        still = handling_case(office, BEGUN)
        suspending.suspend(session, still, office.clerk, BEGUN, SuspensionGround.HEARING, BEGUN, "听证")
        urgent = assigned(office, BEGUN + timedelta(days=17), urgency=Urgency.URGENT)
        tell(session, urgent, [session.get_one(Person, office.finance_head.id)], "请尽快签收", "k", BEGUN, mail=True)


def run(core: Flask, now: datetime) -> None:
    """What `opinion clock --once --at` does, of the jobs that tell people something."""
    runner = Runner(core, f"test:{now.isoformat()}", Watch(lambda: now, clock.ticks))
    for entry in entries_here():
        if entry.name in TELLING:
            runner.run_due(entry, now, alone=True)


def mails(drafts: list[Draft]) -> Letters:
    return Counter((draft.name, draft.category, draft.subject) for draft in drafts if "邮件" in draft.ways)


def inside(drafts: list[Draft]) -> Letters:
    return Counter((draft.name, draft.category, draft.subject) for draft in drafts if not draft.waiting)


def told(after: int) -> Letters:
    query = select(Person.name, Notice.category, Notice.subject).join(Person, Person.id == Notice.person_id)
    with transaction() as session:
        rows = session.execute(query.where(Notice.id > after, Notice.channel == NoticeChannel.IN_APP))
        return Counter((name, category, subject) for name, category, subject in rows)


def sent(now: datetime) -> Letters:
    query = select(Person.name, Notice.category, Notice.subject).join(Person, Person.id == Notice.person_id)
    with transaction() as session:
        rows = session.execute(query.where(Notice.state == NoticeState.FILED, Notice.finished_at == now))
        return Counter((name, category, subject) for name, category, subject in rows)


def test_n14_a_rehearsal_and_a_run_at_the_same_moment_say_the_same(core: Flask) -> None:
    furnished()
    seen: Letters = Counter()
    for moment in MOMENTS:
        now = parse_moment(moment)
        with transaction() as session:
            found = rehearse(session, now)
            before = session.scalar(select(func.max(Notice.id))) or 0
        run(core, now)
        assert (found.troubles, told(before), sent(now)) == ([], inside(found.drafts), mails(found.drafts)), moment
        seen += inside(found.drafts)
        waited = [draft.subject for draft in found.drafts if draft.waiting]
        assert bool(waited) == (moment == MOMENTS[0]), "what waits is tried by the first run"
    assert {category for _name, category, _subject in seen} == {"digest", "rung", "case", "calendar"}
    assert any(subject.endswith("中止计时已久") for _name, _category, subject in seen)


Texts = Counter[tuple[str, str, tuple[str, ...]]]


def run_only(core: Flask, now: datetime, *jobs: str) -> None:
    """The same of some of the jobs: what they queue waits."""
    runner = Runner(core, f"some:{now.isoformat()}", Watch(lambda: now, clock.ticks))
    for entry in entries_here():
        if entry.name in jobs:
            runner.run_due(entry, now, alone=True)


def drafted(drafts: list[Draft]) -> Texts:
    return Counter((draft.name, draft.subject, _said(draft.lines)) for draft in drafts if "邮件" in draft.ways)


def _said(lines: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(f"{line.get('group', '')} {line.get('number', '')} {line.get('text', '')}" for line in lines)


def mails_of(now: datetime, state: NoticeState) -> list[tuple[str, str, tuple[str, ...], str]]:
    query = select(Notice).where(Notice.channel == NoticeChannel.MAIL, Notice.state == state, Notice.finished_at == now)
    with transaction() as session:
        return [(row.receiver, row.subject, _said(row.lines), row.last_error) for row in session.scalars(query)]


def left_as_rehearsed(core: Flask, moment: str) -> tuple[Texts, set[tuple[str, str]]]:
    """Rehearse a moment, run it, and see that every letter left or was cancelled as it was said; answers both."""
    now = parse_moment(moment)
    with transaction() as session:
        before = session.scalar(select(func.count(Notice.id)))
        found = rehearse(session, now)
        assert (session.dirty, session.new, session.scalar(select(func.count(Notice.id)))) == (
            IdentitySet(),
            IdentitySet(),
            before,
        )
    run(core, now)
    left = Counter((name, subject, lines) for name, subject, lines, _error in mails_of(now, NoticeState.FILED))
    dropped = {(name, error) for name, _subject, _lines, error in mails_of(now, NoticeState.CANCELLED)}
    assert drafted(found.drafts) == left
    assert {(draft.name, draft.why_not) for draft in found.cancelled if draft.ways == "邮件"} == dropped
    return left, dropped


def test_n14_what_waits_is_rehearsed_as_it_leaves_rewritten_or_cancelled(core: Flask) -> None:
    furnished()
    morning = parse_moment("2026-11-02T09:00")
    run_only(core, morning, "digest", "rungs", "calendar")
    with transaction() as session:
        [first, *_rest] = session.scalars(select(Case).where(Case.lead_unit_id.is_(None)).order_by(Case.id))
        clocks.after_act(session, first, "accept", morning)  # one line is done
        gone = session.scalars(select(Person).where(Person.login == "finance_handler")).one()
        gone.email = ""
        session.scalars(select(Person).where(Person.login == "leader")).one().active = False
        head = session.scalars(select(Person).where(Person.login == "finance_head")).one()
        head.leave_from = head.leave_until = date(2026, 11, 2)
        admin = session.scalars(select(Person).where(Person.login == "admin")).one()
        mails = select(Notice).where(Notice.channel == NoticeChannel.MAIL).order_by(Notice.id)
        held = session.scalars(mails.where(or_(Notice.person_id == admin.id, Notice.category == "digest"))).all()
        assert {held[0].category, held[-1].category} == {"digest", "calendar"}
        for one in (held[0], held[-1]):
            one.state, one.claimed_by, one.claimed_until = NoticeState.CLAIMED, "another", morning + timedelta(minutes=9)
    left, dropped = left_as_rehearsed(core, "2026-11-02T09:06")
    assert left
    assert {why for _name, why in dropped} >= {"已没有收件地址（邮箱或群机器人已取消）"}
    assert "安管理" not in {name for name, _subject, _lines in left}, "another runner has it in hand"
    _left, dropped = left_as_rehearsed(core, "2026-11-03T09:10")
    assert "已由较新的通报代替" in {why for _name, why in dropped}


def test_n01_a_run_asks_a_new_head_first_and_tells_the_date_by_that_alone(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        deputy = make_person(session, "deputy", Role.HANDLER, unit=office.finance, name="代办人")
        give_addresses(session)
        put_setting(session, SINCE, BEGUN.isoformat())
        case = handling_case(office, BEGUN)
        reply = clocks.reply_clock(session, case.id)
        assert reply is not None
        assert reply.due_at is not None
        day, case_id, number, deputy_id = local_date(reply.due_at).isoformat(), case.id, case.number, deputy.id
    run(core, parse_moment(f"{day}T08:31"))
    at = parse_moment(f"{day}T09:00")
    with transaction() as session:
        case = session.get_one(Case, case_id)
        replies.save_draft(session, case, office.finance_handler, at, REPLY)
        replies.submit(session, case, office.finance_handler, at)
        accounts.set_roles(session, session.get_one(Person, office.finance_head.id), [Role.HANDLER], None, at)
        accounts.set_roles(session, session.get_one(Person, deputy_id), [Role.UNIT_HEAD], None, at)
    left, dropped = left_as_rehearsed(core, f"{day}T09:01")
    assert [(who, subject) for who, subject, _lines in left] == [("代办人", f"{number} 答复稿送审，请审核（今天到期）")]
    assert [why for _name, why in dropped] == ["这一步已不由收件人办理"]


def test_n14_a_date_that_moved_into_today_before_a_late_digest_is_told_by_that_alone(core: Flask) -> None:
    """The clock was down in the morning; at ten it makes the digest, which says the date, before it looks at the rungs."""
    begun = parse_moment("2026-11-02T10:00")
    with transaction() as session:
        office = make_office(session)
        give_addresses(session)
        put_setting(session, SINCE, BEGUN.isoformat())
        case = handling_case(office, begun)
        for owed in clocks.open_clocks(session, case.id):
            if owed.stage != "reply":
                clocks.end_clock(owed, begun, "", ClockState.MET)
        clocks.refresh(session, case)
        case_id, clerk = case.id, office.clerk
    for moment in ("2026-11-03T09:00", "2026-11-04T09:00", "2026-11-04T20:00"):
        run(core, parse_moment(moment))
    with transaction() as session:
        inquiry = replace(HELP, kind=Kind.INQUIRY)
        at = parse_moment("2026-11-05T09:00")
        triage.classify(session, session.get_one(Case, case_id), clerk, at, inquiry, know_late=True)
    now = parse_moment("2026-11-05T10:00")
    with transaction() as session:
        found = rehearse(session, now)
        before = session.scalar(select(func.max(Notice.id))) or 0
    run(core, now)
    assert (told(before), sent(now)) == (inside(found.drafts), mails(found.drafts))
    assert {category for _name, category, _subject in sent(now)} == {"digest"}


def test_n14_a_letter_that_may_have_left_is_rehearsed_with_the_words_it_has(core: Flask) -> None:
    furnished()
    morning = parse_moment("2026-11-02T09:00")
    run_only(core, morning, "digest", "rungs")
    with transaction() as session:
        for number in range(3):
            taken = claim(session, f"r{number}", Sender("opinion@office.test", "http://o"), morning)
            assert taken is not None
            confirm(session, taken, f"r{number}", Attempt(Outcome.UNKNOWN), morning)
    left, dropped = left_as_rehearsed(core, "2026-11-02T10:00")
    assert (len(left) > 3, dropped) == (True, set())


def test_n14_what_waits_in_the_inbox_is_rehearsed_with_its_receipt_and_the_word_to_the_clerks(core: Flask) -> None:
    object.__setattr__(settings_of(core), "smtp_url", "smtp://mail.office.test")
    now = parse_moment("2026-11-23T10:00")
    told = {"kind": "help", "title": "路灯不亮", "body": "坏了半个月", "name": "刘一帆", "email": "liu@example.cn"}
    kinds: tuple[dict[str, Any], ...] = (told, told | {"email": ""}, told | {"title": "机密"}, *[told] * MOST_A_DAY)
    with transaction() as session:
        make_office(session)
        give_addresses(session)
        put_setting(session, SINCE, BEGUN.isoformat())
        for number, fields in enumerate(kinds):
            row = inbox.submit(session, told, [], now - timedelta(days=6), SECRET, f"{number}" * 32, "key")
            row.fields = row.fields | fields
    with transaction() as session:
        before = session.scalar(select(func.count(Notice.id)))
        drafts, facts = arriving_drafts(session, now)
        assert session.scalar(select(func.count(Notice.id))) == before
    with transaction() as session:
        inbox.take_in_waiting(session, now, SECRET)
        left = session.scalars(select(Notice).where(Notice.created_at == now).order_by(Notice.id)).all()
        inside = [(row.receiver, row.subject) for row in left if row.channel is NoticeChannel.IN_APP]
        mails = [(row.receiver, row.subject) for row in left if row.channel is NoticeChannel.MAIL]
    assert [(draft.name, draft.subject) for draft in drafts if draft.person_id is not None] == inside
    assert Counter((draft.name, draft.subject) for draft in drafts if "邮件" in draft.ways) == Counter(mails)
    assert len([1 for name, _subject in mails if name == "来信人"]) == MOST_A_DAY
    assert (len(facts), all(number < 0 for number in facts)) == (len(kinds) - 1, True)


@pytest.mark.parametrize("kind", ["help", "accusation"])
def test_n14_a_message_that_no_clerk_may_hear_of_is_foretold_to_whoever_sees_to_it(core: Flask, kind: str) -> None:
    now = parse_moment("2026-11-03T09:00")
    fields: dict[str, Any] = {"kind": kind, "title": "路灯不亮", "body": "坏了半个月", "name": "刘一帆", "email": ""}
    fields |= {"accused": "某某", "concerns_official": True} if kind == "accusation" else {}
    with transaction() as session:
        office = make_office(session)
        make_person(session, "admin", Role.ADMINISTRATOR, name="安管理")
        give_addresses(session)
        put_setting(session, SINCE, BEGUN.isoformat())
        session.get_one(Person, office.clerk.id).active = kind == "accusation"  # a clerk who handles none
        inbox.submit(session, fields, [], now - timedelta(days=6), SECRET, "0" * 32, "key")
    with transaction() as session:
        drafts, _facts = arriving_drafts(session, now)
    with transaction() as session:
        inbox.take_in_waiting(session, now, SECRET)
        left = session.scalars(select(Notice).where(Notice.created_at == now, Notice.channel == NoticeChannel.IN_APP)).all()
        told = [(row.receiver, row.subject, row.lines[0]["text"], row.lines[0].get("reason")) for row in left]
    assert [(one.name, one.subject, one.lines[0]["text"], one.lines[0].get("reason")) for one in drafts] == told
    assert [name for name, *_ in told] == (["凌镇长"] if kind == "help" else ["安管理"])


@pytest.mark.parametrize(
    ("moment", "jobs"),
    [
        ("2026-11-02T07:00", set()),
        ("2026-11-02T08:30", {"digest"}),
        ("2026-11-02T18:01", set()),
        ("2026-11-01T09:00", set()),
    ],
)
def test_n14_the_timetable_says_which_daily_job_comes_up(core: Flask, moment: str, jobs: set[str]) -> None:
    with transaction() as session:
        assert come_up(session, parse_moment(moment)) & {"digest", "calendar"} == jobs
        assert {"rungs", "outbox", "robots"} <= come_up(session, parse_moment(moment))


def test_n14_a_slot_that_failed_comes_up_again_after_a_while(core: Flask) -> None:
    slot = parse_moment("2026-11-02T08:30")
    with transaction() as session:
        held = JobRun(job="digest", slot=slot, started_at=slot, finished_at=slot, succeeded=False, runner="a", report="")
        session.add(held)
        session.flush()
        assert "digest" not in come_up(session, slot + timedelta(minutes=4))
        assert "digest" in come_up(session, slot + timedelta(minutes=5))
        held.succeeded = True
        session.flush()
        assert "digest" not in come_up(session, slot + timedelta(hours=5))
