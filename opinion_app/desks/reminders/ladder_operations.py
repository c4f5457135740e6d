"""Changing the ladder: each change a new version on the trail, and nothing of the past said because of it."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from opinion_app.desks.reminders.told_already import told_already
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import facts_of
from opinion_app.flow.ladder import Saved, newest, number_in_force, save_ladder, told_from, versions
from opinion_app.flow.reminding import open_clock, running
from opinion_app.records.actors import names_of
from opinion_app.records.ladder import LadderVersion
from opinion_app.records.person import Person
from opinion_app.rules.errors import Conflict, Invalid, NotFound
from opinion_app.rules.facts import Actor
from opinion_app.rules.ladder import Anchor, Ladder, Rung
from opinion_app.rules.ladder_changes import RungShift, Shift, out_of_order, shifts
from opinion_app.rules.ladder_data import LARGEST, with_rung
from opinion_app.rules.rule_table import check_day
from opinion_app.rules.shown import mark_of
from opinion_app.rules.words import RiskLevel, Role, Urgency
from opinion_app.rules.zone import local_date, start_of_day

NIGHT = [
    *((level.value, f"{level.label}舆情") for level in (RiskLevel.I, RiskLevel.II, RiskLevel.III, RiskLevel.IV)),
    (Urgency.URGENT.value, "紧急件"),
]
FAMILIES = {"days": "按天计的时限", "hours": "按小时计的时限"}
NEW = "new"
TO_COME, WITHDRAWN = "尚未执行", "已撤回"


@dataclass(frozen=True, slots=True)
class Saving:
    """Who saves a version when, from which day on it holds, why, and which version it was made from (None: whichever).

    `looked`: the mark of what the person was shown to change; None where that is asked elsewhere."""

    actor: Actor
    now: datetime
    in_force_from: date
    note: str = ""
    seen: int | None = None
    looked: str | None = None

    @property
    def takes_effect(self) -> datetime:
        """The moment from which the version speaks."""
        return max(self.now, start_of_day(self.in_force_from))


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a changed ladder does: the rungs that change for clocks that run, and what somebody should look at twice."""

    shifts: list[RungShift]
    warnings: list[str]

    @property
    def said(self) -> str:
        """What becomes of the reminders of clocks that run, in the words of the look; for whoever saved it."""
        changed = "；".join(row.words for row in self.shifts)
        return f"会变动的提醒：{changed}" if changed else "在办时限的提醒没有变动"

    @property
    def mark(self) -> str:
        """A mark of what somebody was shown; empty where there is nothing to see."""
        rows = [f"{row.label} {shift.value} {row.counted[shift]}" for row in self.shifts for shift in Shift]
        return mark_of([*rows, *self.warnings])


class NotLooked(Invalid):
    """A change of the ladder by somebody who has not seen what it does; `found` is that."""

    def __init__(self, found: Outlook) -> None:
        self.found = found
        super().__init__("还没有保存：请看过下面会变动的提醒，确认后再保存一次。")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the ladder as people read it; `state` is 在用, 尚未执行, 已撤回 or nothing."""

    row: LadderVersion
    by: str
    state: str
    withdrawn_by: str = ""


def history(session: Session, now: datetime) -> list[Version]:
    """Every version the office saved, the newest first, with who saved it."""
    rows: Sequence[LadderVersion] = versions(session)
    names = names_of(session, (who for row in rows for who in (row.changed_by_id, row.withdrawn_by_id)))
    who = defaultdict(lambda: "—", names)
    return [Version(row, who[row.changed_by_id or 0], _state(session, row, now), who[row.withdrawn_by_id or 0]) for row in rows]


def _state(session: Session, row: LadderVersion, now: datetime) -> str:
    if row.withdrawn_at is not None:
        return WITHDRAWN
    if row.version_no == number_in_force(session):
        return "在用"
    return TO_COME if row.in_force_from > local_date(now) else ""


def what_if(session: Session, wanted: Ladder, saving: Saving) -> Outlook:
    """Which rungs of the clocks that run would come anew, at another time or no more, and which come in an order that nobody can
    mean; nothing is written."""
    _check(session, saving)
    since = told_from(session, saving.now)
    rows = session.scalars(running()).all()
    clocks = [(open_clock(row, since), facts_of(row)) for row in rows]
    told_all = told_already(session, rows, saving.now)
    found = shifts(newest(session)[1], wanted, clocks, work_calendar(session), saving.takes_effect, told_all)
    return Outlook(found, [_order_words(rung, heavy) for rung, heavy in out_of_order(wanted)])


def _order_words(rung: Rung, heavy: Rung) -> str:
    return f"“{rung.label}”会排在“{heavy.label}”（{heavy.card.label}）之后，请核对两级的先后。"


def _check(session: Session, saving: Saving) -> None:
    """Raises Invalid for a day nobody plans for or on which the version would never be in force, Conflict where somebody saved
    first."""
    number, _held, begun = newest(session)
    if saving.seen is not None and saving.seen != number:
        raise Conflict("催办阶梯刚刚被别人改过。请重新打开，看过最新内容后再改。")
    first = max(local_date(saving.now), begun or date.min)
    if saving.in_force_from < first:
        why = "不能早于今天" if first == local_date(saving.now) else f"已有一版自 {first.isoformat()} 起执行，新的一版不能更早"
        raise Invalid(f"执行日期{why}。", {"in_force_from": f"{why}。"})
    check_day(saving.in_force_from, local_date(saving.now))


def find(session: Session, family: str, code: str) -> tuple[Ladder, Rung | None]:
    """The ladder saved last and one of its rungs, or none yet for a new one. Raises NotFound."""
    if family not in FAMILIES:
        raise NotFound("没有这种催办阶梯。")
    held = newest(session)[1]
    if code == NEW:
        return held, None
    rung = next((one for one in (held.days if family == "days" else held.hours) if one.code == code), None)
    if rung is None:
        raise NotFound("没有这一级。")
    return held, rung


def new_code() -> str:
    """A code for a new rung; people see its label, the ledger its code."""
    return f"own_{secrets.token_hex(4)}"


def changed_rung(family: str, held: Ladder, before: Rung | None, rung: Rung, saving: Saving) -> tuple[Ladder, Rung]:
    """The ladder with a rung put in or changed, and that rung. Raises Invalid naming the fields."""
    wanted = with_rung(held, rung, saving.takes_effect, in_days=family == "days")
    after = wanted.named(rung.code) or rung
    if after == before:
        raise Invalid("没有变化。", {"label": "与现在的相同，没有需要保存的变化。"})
    return wanted, after


def save_rung(session: Session, family: str, held: Ladder, before: Rung | None, rung: Rung, saving: Saving) -> Outlook:
    """Put a rung in or change it, by a new version; answers what that does. Raises Invalid naming the fields, NotLooked,
    Conflict."""
    wanted, after = changed_rung(family, held, before, rung, saving)
    return _save(session, wanted, saving, rung_differences(before, after, family))


def _save(session: Session, wanted: Ladder, saving: Saving, values: dict[str, tuple[object, object]]) -> Outlook:
    found = what_if(session, wanted, saving)
    if saving.looked is not None and saving.looked != found.mark:
        raise NotLooked(found)
    save_ladder(session, wanted, saving.actor, saving.now, Saved(saving.in_force_from, values, saving.note))
    return found


def changed_general(session: Session, held: Ladder, wanted: Ladder) -> dict[str, tuple[object, object]]:
    """What holds for all rungs, where it changes. Raises Invalid."""
    if wanted.quiet_from == wanted.quiet_until:
        raise Invalid("夜间的起止时间不能相同。", {"quiet_until": "夜间的起止时间不能相同。"})
    if wanted.main_leader_id is not None:
        person = session.get(Person, wanted.main_leader_id)
        if person is None or not person.active or Role.LEADER not in person.roles:
            raise Invalid("请选择一位领导。", {"main_leader_id": "请选择一位在用的、有领导角色的人员。"})
    words: dict[str, tuple[object, object]] = {
        "主要领导": (_name(session, held), _name(session, wanted)),
        "夜间提醒": (_marks(held), _marks(wanted)),
        "夜间": (_night(held), _night(wanted)),
        "最多补发": (_latest(held), _latest(wanted)),
        "督办反馈": (f"{held.sheet_days} 个工作日", f"{wanted.sheet_days} 个工作日"),
    }
    changed = {name: pair for name, pair in words.items() if pair[0] != pair[1]}
    if not changed:
        raise Invalid("没有变化。", {"late_hours": "与现在的相同，没有需要保存的变化。"})
    return changed


def save_general(session: Session, held: Ladder, wanted: Ladder, saving: Saving) -> Outlook:
    """Save what holds for all rungs, by a new version; answers what that does. Raises Invalid, NotLooked, Conflict."""
    return _save(session, wanted, saving, changed_general(session, held, wanted))


def _marks(held: Ladder) -> str:
    return "、".join(words for value, words in NIGHT if value in held.night) or "都不"


def _night(held: Ladder) -> str:
    return f"{held.quiet_from:%H:%M}-{held.quiet_until:%H:%M}"


def _latest(held: Ladder) -> str:
    return f"{held.late_hours} 小时、{held.late_days} 个工作日"


def _name(session: Session, held: Ladder) -> str:
    person = session.get(Person, held.main_leader_id) if held.main_leader_id is not None else None
    return person.name if person else "全体领导"


def when(rung: Rung, family: str) -> str:
    """When a rung comes, in words; a clock of hours is due at a moment, not on a day."""
    said = {
        Anchor.ELAPSED: f"时限过去 {rung.amount}%",
        Anchor.WARNING: "进入临期时（各规则的提前量）",
        Anchor.DUE: "到期当天" if family == "days" else "一到期",
        Anchor.WORKING_DAYS: f"逾期后第 {rung.amount} 个工作日",
        Anchor.DAYS: f"逾期后第 {rung.amount} 日",
        Anchor.HOURS: f"逾期后 {rung.amount} 小时",
    }
    return said[rung.anchor]


def spoken(rung: Rung, family: str) -> str:
    """A rung in one line, for the trail."""
    to = "、".join(who.label for who in rung.to)
    copy = f"，抄送{'、'.join(who.label for who in rung.copy)}" if rung.copy else ""
    rest = "" if rung.active else "（停用）"
    return f"{rung.label}{rest}：{when(rung, family)}，{rung.way.label}，发给{to}{copy}"


def rung_differences(before: Rung | None, after: Rung, family: str) -> dict[str, tuple[object, object]]:
    """What a changed rung has otherwise than before, aspect by aspect; of a new one everything in one line."""
    if before is None:
        return {f"增加一级，{FAMILIES[family]}": (None, spoken(after, family))}
    pairs = zip(_aspects(before, family).items(), _aspects(after, family).values(), strict=True)
    return {f"{after.label}·{name}": (old, new) for (name, old), new in pairs if old != new}


def _aspects(rung: Rung, family: str) -> dict[str, str]:
    return {
        "名称": rung.label,
        "何时": when(rung, family),
        "发给": "、".join(who.label for who in rung.to),
        "抄送": "、".join(who.label for who in rung.copy) or "无",
        "怎样发": rung.way.label,
        "亮牌": rung.card.label,
        "督办单": "开出" if rung.sheet else "不开",
        "启用": "启用" if rung.active else "停用",
    }


def amount_counts(rung: Rung) -> bool:
    """Whether the rung's moment has a number."""
    return rung.anchor in LARGEST
