"""What a month of reminders owed and what became of it: the judge of a soak run, who takes nobody's word for it.

What was told is compared row by row with the same month without a fault: notices, their lines, the ledger of rungs. What arrived
is read from the bytes the mail server took, whatever the outbox believes, and where from the envelope they came in.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.left_behind import LEFT
from opinion_app.records.job import JobRun
from opinion_app.records.notice import Notice, Reminder
from opinion_app.records.person import Person
from opinion_app.rules.ladder import DEFAULT_LADDER
from opinion_app.rules.reminder_words import ReminderState
from opinion_app.rules.words import NoticeChannel, NoticeState
from tests.faults import soak_office
from tests.support.mail_server import Taken

REMINDERS = ("digest", "rung")
_NUMBER = re.compile(r"[A-Z]{2}\d{4}-\d{6}")
HELD = (NoticeState.PENDING, NoticeState.CLAIMED)
HIGHER = [rung.code for rung in (*DEFAULT_LADDER.days, *DEFAULT_LADDER.hours)]  # the lowest first


@dataclass
class Count:
    """What a soak run did (above) and found (from `missing` to `died`, all of which must be 0)."""

    cases: int = 0
    days: int = 0
    told: int = 0
    ledger: int = 0
    mails: int = 0
    accepted: int = 0
    kills: int = 0
    kills_in_mid_letter: int = 0
    lost_after_data: int = 0
    refused_for_now: int = 0
    dropped_before: int = 0
    restarts: int = 0
    doubles: int = 0
    cancelled: int = 0
    failed_runs: int = 0
    seconds: float = 0.0
    missing: int = 0
    extra: int = 0
    unsent: int = 0
    unsaid: int = 0
    stuck: int = 0
    unexplained: int = 0
    unrecorded: int = 0
    strange: int = 0
    astray: int = 0
    died: int = 0

    @property
    def kept(self) -> bool:
        """Whether every promise was kept."""
        faults = self.missing, self.extra, self.unsent, self.unsaid, self.stuck
        return not any(faults) and not any((self.unexplained, self.unrecorded, self.strange, self.astray, self.died))


class Entry(NamedTuple):
    """One row of the ledger of rungs."""

    clock: int
    person: int
    rung: str
    version: int
    state: ReminderState

    def __str__(self) -> str:
        return f"clock {self.clock} person {self.person} {self.rung} version {self.version} {self.state.value}"


@dataclass(frozen=True)
class Told:
    """Everything that was told, as rows that two runs of the same month must have in common."""

    notices: frozenset[str]
    lines: frozenset[str]
    rungs: frozenset[Entry]


@dataclass
class Excuses:
    """Why a letter may have been accepted twice, by Message-ID: a killed clock held it, or its connection broke after the dot."""

    killed: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)


def told(session: Session) -> Told:
    """What the database says was told; lines are read inside the service, where nothing is ever dropped from them."""
    notices = session.scalars(select(Notice).where(Notice.category.in_(REMINDERS))).all()
    lines = (
        f"{notice.key} clock {line.get('clock')} {line.get('rung', '')} version {line.get('version')}"
        for notice in notices
        if notice.channel is NoticeChannel.IN_APP
        for line in notice.lines
    )
    query = select(Reminder.clock_id, Reminder.person_id, Reminder.rung, Reminder.deadline_version, Reminder.state)
    rungs = frozenset(Entry(*row) for row in session.execute(query))
    return Told(frozenset(_whole(notice.key) for notice in notices), frozenset(lines), rungs)


def judge(session: Session, counted: Count, taken: list[Taken], owed: Told, excuses: Excuses) -> None:
    """Write down what the month left; every finding is said on the error stream by its key."""
    found = told(session)
    counted.told, counted.ledger = len(found.notices), len(found.rungs)
    excused = _nothing_to_carry(session, owed.rungs - found.rungs)
    for name in ("notices", "lines", "rungs"):
        was_owed, was_told = getattr(owed, name), getattr(found, name)
        counted.missing += _say("missing", map(str, was_owed - was_told - excused))
        counted.extra += _say("extra", map(str, was_told - was_owed))
    held = session.scalars(select(Notice).where(Notice.channel == NoticeChannel.MAIL)).all()
    mails = [notice for notice in held if notice.category in REMINDERS]
    counted.mails = len(mails)
    waits = [mail for mail in held if mail.next_attempt_at is not None and mail.state is not NoticeState.CANCELLED]
    counted.stuck = _say("stuck", {mail.key for mail in (*waits, *(mail for mail in held if mail.state in HELD))})
    _arrived(session, counted, mails, taken)
    by_number = {mail.message_id: mail for mail in held}
    _astray(session, counted, by_number, taken, owed)
    _doubles(counted, by_number, taken, excuses)
    counted.failed_runs = len(session.scalars(select(JobRun.id).where(JobRun.succeeded.is_(False))).all())


def _nothing_to_carry(session: Session, missing: Iterable[Entry]) -> set[Entry]:
    """Which missing entries a date would have taken over from its earlier versions, where no letter told of those: mail failed
    until the date moved, and what was cancelled then, judged as a letter, told nobody anything that could be taken over."""
    earlier = defaultdict[tuple[int, int], list[tuple[int, int, bool]]](list)
    query = select(Reminder, Notice.state).outerjoin(Notice, Notice.id == Reminder.notice_id)
    for one, state in session.execute(query):
        told = one.deadline_version, HIGHER.index(one.rung), state is NoticeState.CANCELLED
        earlier[one.clock_id, one.person_id].append(told)
    excused = set()
    for entry in missing:
        known, rung = earlier[entry.clock, entry.person], HIGHER.index(entry.rung)
        gone = [cancelled for version, held, cancelled in known if version < entry.version and held >= rung]
        if entry.state is ReminderState.CARRIED and gone and all(gone):
            excused.add(entry)
    return excused


def _arrived(session: Session, counted: Count, mails: list[Notice], taken: list[Taken]) -> None:
    """Each letter must have come, and must have said all that is said inside the service, but what people did meanwhile."""
    inside = _inside(session)
    texts = {_number(letter): _text(letter) for letter in taken}
    parts = defaultdict[str, set[int]](set)  # what a letter was sent without is a letter of its own
    for mail in mails:
        parts[_whole(mail.key)] |= _clocks(mail)
    for mail in mails:
        elsewhere = parts[_whole(mail.key)] - _clocks(mail)
        said = [line for line in inside[_inside_key(mail)].lines if line.get("clock") not in elsewhere]
        open_still = [line for line in said if not soak_office.acted(int(line["case"]), mail.created_at, mail.finished_at)]
        if mail.state is NoticeState.CANCELLED:
            counted.cancelled += 1
            excused = not open_still or _away(mail) or _replaced(mail, mails)
            counted.unsaid += _say("cancelled", [] if excused else [f"{mail.key} {mail.last_error}"])
        elif mail.message_id not in texts:
            counted.unsent += _say("unsent", [f"{mail.key} {mail.state}"])
        else:
            text = texts[mail.message_id]
            counted.unsaid += _say(
                "unsaid", (f"{mail.key} {line['number']}" for line in open_still if line["number"] not in text)
            )


def _astray(session: Session, counted: Count, mails: Mapping[str, Notice], taken: list[Taken], owed: Told) -> None:
    """Each letter must have gone to the mailbox of the person its key is for, whom the month without a fault told, and
    to no other; that person must have owed it, and it must speak of no case but those the person was told of."""
    inside, logins = _inside(session), {row.id: row.login for row in session.execute(select(Person.id, Person.login))}
    for letter in taken:
        mail = mails.get(_number(letter))
        if mail is None:
            continue  # counted as strange
        mine, told_of = soak_office.mailbox(logins[int(mail.key.split(":")[-2])]), inside.get(_inside_key(mail))
        numbers = {str(line["number"]) for line in told_of.lines} if told_of is not None else set()
        wrong = [f"{mail.key} went to {'、'.join(letter.recipients)}"] if letter.recipients != [mine] else []
        wrong += [f"{mail.key} was not owed"] if mail.category in REMINDERS and _whole(mail.key) not in owed.notices else []
        wrong += [f"{mail.key} names {number}" for number in set(_NUMBER.findall(_text(letter))) - numbers]
        counted.astray += _say("astray", wrong)


def _inside(session: Session) -> dict[str, Notice]:
    query = select(Notice).where(Notice.channel == NoticeChannel.IN_APP)
    return {notice.key: notice for notice in session.scalars(query)}


def _inside_key(mail: Notice) -> str:
    """The key of the same notice inside the service."""
    return _whole(mail.key).removesuffix(mail.channel.value) + NoticeChannel.IN_APP.value


def _whole(key: str) -> str:
    """The key of the letter as it was queued, of one that was left behind by it."""
    return re.sub(rf":{LEFT}\d+-\d+", "", key)


def _clocks(mail: Notice) -> set[int]:
    return {int(line["clock"]) for line in mail.lines if line.get("clock")}


def _text(letter: Taken) -> str:
    body = letter.message.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def _away(mail: Notice) -> bool:
    return mail.person is not None and soak_office.away(mail.person.login, mail.created_at, mail.finished_at)


def _replaced(mail: Notice, mails: Iterable[Notice]) -> bool:
    """Whether a digest gave way to one of a later morning, which is judged itself."""
    mine = [other for other in mails if other.person_id == mail.person_id and other.category == mail.category == "digest"]
    return any(str(other.local_date) > str(mail.local_date) for other in mine)


def _doubles(counted: Count, mails: Mapping[str, Notice], taken: list[Taken], excuses: Excuses) -> None:
    """Each letter accepted twice must have a cause of its own and be recorded; each accepted one must be known."""
    accepted = Counter(_number(letter) for letter in taken)
    counted.accepted = sum(accepted.values())
    counted.strange = _say("strange", (number for number in accepted if number not in mails))
    excuses.lost.update(_number(letter) for letter in taken if letter.mood == "after")
    for number, times in accepted.items():
        if times > 1 and number in mails:
            mail, killed, lost = mails[number], excuses.killed[number], excuses.lost[number]
            counted.doubles += times - 1
            counted.unexplained += _say("unexplained", [mail.key] if times - 1 > killed + lost else [])
            recorded = mail.attempts >= times and mail.unknown_outcomes >= times - 1
            counted.unrecorded += _say("unrecorded", [] if recorded else [mail.key])


def _number(letter: Taken) -> str:
    return str(letter.message["Message-ID"])


def _say(what: str, which: Iterable[str]) -> int:
    found = sorted(which)
    for one in found:
        sys.stderr.write(f"{what} {one}\n")
    return len(found)
