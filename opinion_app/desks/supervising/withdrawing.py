"""撤销督办: a 催办 or 督办 that waits for its answer is taken back; its date ends, and whom it was asked of is told once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, not_, or_, select
from sqlalchemy.orm import Session

from opinion_app.flow import outbox
from opinion_app.flow.cases import facts_of
from opinion_app.flow.clocks import end_clock
from opinion_app.flow.may_know import may_know
from opinion_app.flow.move import admit, move
from opinion_app.flow.supervise import SUPERVISED, Hearer, sheet_of, title, told_with
from opinion_app.flow.told_beside import dates_in
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.supervision import Supervision
from opinion_app.rules import links
from opinion_app.rules.errors import Forbidden, Invalid, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.recipients import Owing, Recipient
from opinion_app.rules.words import OPEN_CLOCK, ClockState, NoticeChannel, NoticeState, Role

WITHDRAWN = "已撤销"  # how the date of its answer ends: no act brings it back


def may_withdraw(actor: Actor, sheet: Supervision) -> bool:
    """Whether `actor` may take back this sheet, should it wait; of all that wait `rules/obstacles` says it."""
    return actor.has(Role.LEADER) or sheet.issued_by_id == actor.id


def own_of(actor: Actor, waiting: Sequence[Supervision]) -> list[Supervision]:
    """Those of the sheets that wait which `actor` may take back. Raises Forbidden, saying who may, where none of them is."""
    own = [one for one in waiting if may_withdraw(actor, one)]
    if waiting and not own:
        issuers = dict.fromkeys(one.issued_by.name for one in waiting if one.issued_by is not None)
        who = f"领导或者发出人（{'、'.join(issuers)}）" if issuers else "领导"
        raise Forbidden(f"等待反馈的都不是您发出的，只能由{who}撤销。")
    return own


def withdraw(
    session: Session, case: Case, sheet_id: int | None, why: str, actor: Actor, now: datetime, seen: int | None = None
) -> str:
    """Take back one sheet for the reason `why`; answers what became of it, for whoever did it.

    Its row stays with the key of the rung that issued it: of the same lateness the ladder asks no second time. Raises Invalid
    without a sheet, NotFound, and Refused where it waits for no answer or somebody else has to take it back."""
    admit(session, case, "withdraw_sheet", actor, seen)
    if sheet_id is None:
        raise Invalid("请选择撤销哪一份。", {"sheet_id": "请选择撤销哪一份。"})
    sheet = sheet_of(session, case, sheet_id)
    clock = _waiting(sheet)
    if not may_withdraw(actor, sheet):
        raise Refused(f"{title(sheet)}由{sheet.issued_by.name if sheet.issued_by else '系统'}发出，只有领导或者发出人可以撤销。")
    sheet.withdrawn_by_id, sheet.withdrawn_at, sheet.withdrawn_why = actor.id, now, why
    end_clock(clock, now, WITHDRAWN, ClockState.STOPPED)
    done = move(session, case, "withdraw_sheet", actor, now, note=why, detail={"sheet": title(sheet)})
    told = _tell(session, case, sheet, clock, f"withdraw_sheet:{done.id}", actor, now)
    return f"{title(sheet)}{WITHDRAWN}" + (f"，已通知：{'、'.join(one.words for one in told)}。" if told else "。")


def _waiting(sheet: Supervision) -> Clock:
    """The date of an answer that is still waited for; on one that waits for none there is nothing to take back."""
    clock = sheet.clock
    if sheet.shut_words or clock is None or clock.state not in OPEN_CLOCK:
        raise Refused(f"{title(sheet)}{sheet.shut_words or '没有要求反馈'}，不用撤销。")
    return clock


def _tell(session: Session, case: Case, sheet: Supervision, clock: Clock, key: str, actor: Actor, now: datetime) -> list[Hearer]:
    """Tell those who would be reminded of it now, and whoever issued it: number and kind alone, the reason stands on the case.

    A letter that still waits to ask for the answer is cancelled before it leaves (`flow/recheck`): whoever had none by then hears
    of the end as well inside the service alone, by no letter about a sheet they never got."""
    told = told_with(session, case, SUPERVISED, Owing(clock.owed_by, clock.unit_id), now)
    issuer = session.get(Person, sheet.issued_by_id) if sheet.issued_by_id is not None else None
    known = issuer is not None and issuer.active and may_know(session, issuer, facts_of(session, case))  # restricted since
    if issuer is not None and known and issuer.id not in {one.person.id for one in told}:
        told.append(Hearer(issuer, Recipient(issuer.id, "您发出的", blind=False)))
    told = [one for one in told if one.person.id != actor.id]
    heard = _heard_outside(session, sheet, [one.person.id for one in told])
    for mail in (True, False):
        those = [one for one in told if (one.person.id in heard) is mail]
        outbox.queue_many(session, [(_letter(case, sheet, key, one.told), one.person) for one in those], now, mail=mail)
    return told


def _heard_outside(session: Session, sheet: Supervision, people: Collection[int]) -> set[int]:
    """Who of `people` knows of a sheet by more than the notice inside: whoever issued it, and whom a letter that named it has
    left for, or may have: one that another run holds is about to. What waits is held until this ends, and looked at then; the
    clocks are held already, so that nothing is waited for here (flow/row_order)."""
    to_person = Notice.person_id.in_(people), Notice.channel != NoticeChannel.IN_APP
    to_group = and_(Notice.unit_id.is_not(None), Notice.channel == NoticeChannel.ROBOT)
    since = func.coalesce(Notice.finished_at, Notice.created_at) >= sheet.issued_at
    left = or_(Notice.state.in_((NoticeState.SENT, NoticeState.FILED)), Notice.body != "")
    query = select(Notice.id, Notice.person_id, Notice.lines, left).where(*to_person, not_(to_group), since)
    named = [(number, who, gone) for number, who, lines, gone in session.execute(query) if who and _names(sheet, lines)]
    free = select(Notice.id).where(Notice.id.in_([number for number, _who, gone in named if not gone]))
    waits = set(session.scalars(free.with_for_update(skip_locked=True)))
    return {sheet.issued_by_id or 0, *(who for number, who, gone in named if gone or number not in waits)}


def _names(sheet: Supervision, lines: Iterable[Mapping[str, Any]]) -> bool:
    """Whether some lines speak of a sheet: of the date of its answer, or of the card it came with."""
    lines = list(lines)
    card = (sheet.key or "").rpartition(":")[0]
    of_card = any(line.get("sheet") and f"{line.get('clock')}:{line.get('rung')}" == card for line in lines)
    return of_card or sheet.clock_id in {number for number, _version in dates_in(lines)}


def _letter(case: Case, sheet: Supervision, key: str, told: Recipient) -> outbox.Letter:
    kind, link = ("", "") if told.blind else (case.kind.label, links.case(case.number))
    what = f"{sheet.kind.label if told.blind else title(sheet)}{WITHDRAWN}，不用再反馈"
    line = {"number": case.number, "kind": kind, "reason": told.reason, "case": case.id, "link": link, "blind": told.blind}
    return outbox.Letter(
        category=outbox.ACT,
        key=f"case:{case.id}:{key}",
        subject=f"{case.number} {what}",
        lines=[line | {"text": what}],
        link=link or links.NOTICES,
        case_id=case.id,
    )
