"""The outbox (待发箱): notices queued once for each person and channel; sending them is the outbox desk's work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.cases import facts_of
from opinion_app.flow.installation import message_ids
from opinion_app.flow.may_know import may_know
from opinion_app.flow.waiting import AT_WORK
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case
from opinion_app.records.notice import Notice
from opinion_app.records.once import insert_once
from opinion_app.records.person import LeaderInCharge, Person, PersonRole
from opinion_app.rules import links
from opinion_app.rules.digest import rung_subject
from opinion_app.rules.facts import AssignmentFacts
from opinion_app.rules.words import AssignmentState, NoticeChannel, NoticeState, Role

DIGEST, RUNG, ACT = "digest", "rung", "case"  # ACT: about one act on one case
BY_MAILBOX = (DIGEST, RUNG, ACT)  # what goes to the mailbox of a unit for people without an address
MAILBOX_WORDS = "有办理通知"
_UNSAID = {"kind": "", "unit": "", "link": "", "reason": "", "blind": True}
# The categories of letters to people, as pages name them.
CATEGORIES = {DIGEST: "待办通报", RUNG: "即时催办", ACT: "办理通知", "calendar": "日历提醒", "alarm": "告警"}


@dataclass(frozen=True)
class Letter:
    """What is to be told: subject and lines without any of the writer's data (decisions 25), and where the link leads."""

    category: str
    key: str
    subject: str
    lines: list[dict[str, Any]] = field(default_factory=list)
    link: str = ""
    case_id: int | None = None
    local_date: date | None = None


def queue(session: Session, letter: Letter, people: Iterable[Person], now: datetime, *, mail: bool) -> list[int]:
    """Queue `letter` once for each active person: always inside the service, and by mail where wanted and possible.

    A notice whose key exists already is not queued again, whoever tries. Answers the ids of the notices that are new."""
    told = {person.id: person for person in people}.values()
    return [notice_id for notice_id, _person_id in queue_many(session, [(letter, person) for person in told], now, mail=mail)]


def inside_key(letter: Letter, person_id: int) -> str:
    """The key of a letter's notice inside the service, which every letter to a person of the office has."""
    return _key(letter, person_id, NoticeChannel.IN_APP)


def robot_key(letter: Letter, whose: str) -> str:
    """The key of a letter's notice for a robot that is nobody's own."""
    return _key(letter, whose, NoticeChannel.ROBOT)


def _key(letter: Letter, whose: object, channel: NoticeChannel) -> str:
    return f"{letter.key}:{whose}:{channel.value}"[:200]


def by_channel(key: str, channel: NoticeChannel) -> str:
    """The key that the same letter to the same receiver has by another channel."""
    return f"{key.rpartition(':')[0]}:{channel.value}"


def queue_many(session: Session, letters: Iterable[tuple[Letter, Person]], now: datetime, *, mail: bool) -> list[tuple[int, int]]:
    """Queue each letter for its person as `queue` does, all at one go: one statement, however many people there are.

    Answers each new notice with its person; of one person the mail comes last."""
    number = message_ids(session)
    rows = [row for letter, person in letters if person.active for row in _rows(letter, person, now, number, mail=mail)]
    if not rows:
        return []
    table: Any = Notice.__table__  # not the class: the rows of both channels are one batch, though they lack different values
    made = session.execute(insert_once(session, table).returning(table.c.id, table.c.person_id), rows)
    return sorted((int(notice_id), int(person_id)) for notice_id, person_id in made)


def to_robot(
    session: Session, letter: Letter, person: Person, address: str, now: datetime, whose: str, unit_id: int | None = None
) -> int | None:
    """Queue a notice for a robot that is nobody's own, a unit's or the alarm's; `person` is whom the ledger names.

    `whose` tells it from the other robots. Answers the notice's id, None for one that is queued already."""
    row = _row(letter, person, NoticeChannel.ROBOT, now, address, whose) | {"unit_id": unit_id}
    made = session.scalar(insert_once(session, Notice).values(**row).returning(Notice.id))
    return int(made) if made is not None else None


def _rows(letter: Letter, person: Person, now: datetime, number: Callable[[str], str], *, mail: bool) -> Iterator[dict[str, Any]]:
    yield _row(letter, person, NoticeChannel.IN_APP, now)
    if mail and person.robot_url:
        yield _row(letter, person, NoticeChannel.ROBOT, now, person.robot_url)
    if mail and person.email:
        row = _row(letter, person, NoticeChannel.MAIL, now, person.email)
        yield row | {"message_id": number(row["key"])}
    elif mail and not person.robot_url and person.unit is not None and person.unit.email and letter.category in BY_MAILBOX:
        row = _row(for_mailbox(letter), person, NoticeChannel.MAIL, now, person.unit.email)
        yield row | {"message_id": number(row["key"]), "unit_id": person.unit_id}


def for_mailbox(letter: Letter) -> Letter:
    """A letter as the mailbox of a unit may hear it: numbers, and dates once it leaves; the cases it may not hear of are dropped
    then (`flow/recheck`)."""
    lines = [line | _UNSAID | {"text": "" if line.get("clock") else MAILBOX_WORDS} for line in letter.lines]
    lines = [line | {"what": MAILBOX_WORDS} if "what" in line else line for line in lines]
    if letter.category == RUNG:
        subject = rung_subject(letter.subject.partition("：")[0], lines)
    else:
        subject = letter.subject if letter.category == DIGEST else f"{lines[0]['number']} {MAILBOX_WORDS}"
    return replace(letter, lines=lines, subject=subject)


def _row(
    letter: Letter, person: Person, channel: NoticeChannel, now: datetime, address: str = "", whose: str = ""
) -> dict[str, Any]:
    """One notice; `whose` robot it is for, where that is not the person's own."""
    key = _key(letter, whose or person.id, channel)
    inside = channel is NoticeChannel.IN_APP
    return {
        "key": key,
        "person_id": person.id,
        "channel": channel,
        "category": letter.category,
        "local_date": letter.local_date,
        "case_id": letter.case_id,
        "unit_id": None,
        "address": address[:500],
        "subject": letter.subject[:200],
        "lines": letter.lines,
        "body": "",
        "link": letter.link,
        "message_id": "",
        "state": NoticeState.SHOWN if inside else NoticeState.PENDING,
        "created_at": now,
        "finished_at": now if inside else None,
        "next_attempt_at": None if inside else now,
        "claimed_by": "",
        "attempts": 0,
        "unknown_outcomes": 0,
        "claims_ran_out": 0,
        "last_error": "",
    }


def members_of(session: Session, unit_id: int, *roles: Role) -> list[Person]:
    """The active people of a unit who hold one of `roles`."""
    query = (
        select(Person)
        .where(
            Person.unit_id == unit_id,
            Person.active,
            Person.id.in_(select(PersonRole.person_id).where(PersonRole.role.in_(roles))),
        )
        .order_by(Person.id)
    )
    return list(session.scalars(query))


def holders_of(session: Session, *roles: Role) -> list[Person]:
    """The active people of the whole office who hold one of `roles`."""
    ids = select(PersonRole.person_id).where(PersonRole.role.in_(roles))
    return list(session.scalars(select(Person).where(Person.active, Person.id.in_(ids)).order_by(Person.id)))


def leader_in_charge(session: Session, unit_id: int | None) -> list[Person]:
    """The 分管领导 of a unit, while they are a leader; every leader where none is named."""
    if unit_id is not None:
        row = session.get(LeaderInCharge, unit_id)
        if row is not None and row.person.active and Role.LEADER in row.person.roles:
            return [row.person]
    return holders_of(session, Role.LEADER)


def tell_unit(session: Session, case: Case, unit_id: int, what: str, key: str, now: datetime, *, mail: bool) -> None:
    """`tell` the people of a unit that something happened to a case they take part in; only number and kind are said."""
    tell(session, case, unit_people(session, case, unit_id), what, key, now, mail=mail)


def unit_people(session: Session, case: Case, unit_id: int) -> list[Person]:
    """Who of a unit is told about a case: the handler it named, else its heads and handlers, of those who may know of it."""
    handler = session.scalar(
        select(Assignment.handler_id).where(
            Assignment.case_id == case.id,
            Assignment.unit_id == unit_id,
            Assignment.state.not_in((AssignmentState.RETURNED, AssignmentState.WITHDRAWN)),
        )
    )
    facts, members = facts_of(session, case), members_of(session, unit_id, Role.UNIT_HEAD, Role.HANDLER)
    people = [person for person in members if may_know(session, person, facts)]
    return [person for person in people if person.id == handler] or people


def tell_units(session: Session, case: Case, parts: Iterable[AssignmentFacts], what: str, key: str, now: datetime) -> None:
    """Tell the units of those parts that are at work on a case, inside the service, what has become of it."""
    for unit_id in sorted({part.unit_id for part in parts if part.state in AT_WORK}):
        tell_unit(session, case, unit_id, what, key, now, mail=False)


def tell(
    session: Session,
    case: Case,
    people: Iterable[Person],
    what: str,
    key: str,
    now: datetime,
    *,
    mail: bool,
    taken: bool = False,
) -> list[Person]:
    """Tell people of one act on one case; `key` tells this occasion from every other of the same case, `taken`: it is theirs no
    more, and its page not for them.

    Answers who of them were told: whoever may not know of the case is not (decisions 9)."""
    facts = facts_of(session, case)
    told = [person for person in {one.id: one for one in people}.values() if may_know(session, person, facts)]
    letter = Letter(
        category=ACT,
        key=f"case:{case.id}:{key}",
        subject=f"{case.number} {what}",
        lines=[{"number": case.number, "kind": case.kind.label, "text": what}],
        link=links.NOTICES if taken else links.case(case.number),
        case_id=case.id,
    )
    queue(session, letter, told, now, mail=mail)
    return told
