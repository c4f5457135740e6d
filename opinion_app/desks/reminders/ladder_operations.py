"""Changing the ladder: each change on the trail, and nothing of the past said because of it."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.flow.ladder import ladder, save_ladder
from opinion_app.records.person import Person
from opinion_app.rules.errors import Invalid, NotFound
from opinion_app.rules.facts import Actor
from opinion_app.rules.ladder import Anchor, Ladder, Rung
from opinion_app.rules.ladder_data import LARGEST, with_rung
from opinion_app.rules.words import Role

FAMILIES = {"days": "按天计的时限", "hours": "按小时计的时限"}
NEW = "new"


def find(session: Session, family: str, code: str) -> tuple[Ladder, Rung | None]:
    """The ladder and one of its rungs, or none yet for a new one. Raises NotFound."""
    if family not in FAMILIES:
        raise NotFound("没有这种催办阶梯。")
    held = ladder(session)
    if code == NEW:
        return held, None
    rung = next((one for one in (held.days if family == "days" else held.hours) if one.code == code), None)
    if rung is None:
        raise NotFound("没有这一级。")
    return held, rung


def new_code() -> str:
    """A code for a new rung; people see its label, the ledger its code."""
    return f"own_{secrets.token_hex(4)}"


def save_rung(session: Session, family: str, held: Ladder, before: Rung | None, rung: Rung, actor: Actor, now: datetime) -> None:
    """Put a rung in or change it. Raises Invalid naming the fields."""
    wanted = with_rung(held, rung, now, in_days=family == "days")
    after = wanted.named(rung.code) or rung
    if after == before:
        raise Invalid("没有变化。", {"label": "与现在的相同，没有需要保存的变化。"})
    save_ladder(session, wanted, actor, now, {FAMILIES[family]: (spoken(before) if before else None, spoken(after))})


def save_general(session: Session, held: Ladder, wanted: Ladder, actor: Actor, now: datetime) -> None:
    """Save what holds for all rungs. Raises Invalid."""
    if wanted.quiet_from == wanted.quiet_until:
        raise Invalid("夜间的起止时间不能相同。", {"quiet_until": "夜间的起止时间不能相同。"})
    if wanted.main_leader_id is not None:
        person = session.get(Person, wanted.main_leader_id)
        if person is None or not person.active or Role.LEADER not in person.roles:
            raise Invalid("请选择一位领导。", {"main_leader_id": "请选择一位在用的、有领导角色的人员。"})
    words = {
        "主要领导": (_name(session, held), _name(session, wanted)),
        "夜间提醒": ("、".join(sorted(held.night)), "、".join(sorted(wanted.night))),
        "夜间": (f"{held.quiet_from:%H:%M}-{held.quiet_until:%H:%M}", f"{wanted.quiet_from:%H:%M}-{wanted.quiet_until:%H:%M}"),
        "最多补发": (
            f"{held.late_hours} 小时、{held.late_days} 个工作日",
            f"{wanted.late_hours} 小时、{wanted.late_days} 个工作日",
        ),
        "督办反馈": (f"{held.sheet_days} 个工作日", f"{wanted.sheet_days} 个工作日"),
    }
    changed = {name: pair for name, pair in words.items() if pair[0] != pair[1]}
    if not changed:
        raise Invalid("没有变化。", {"late_hours": "与现在的相同，没有需要保存的变化。"})
    save_ladder(session, wanted, actor, now, changed)


def _latest(held: Ladder) -> str:
    return f"{held.late_hours} 小时、{held.late_days} 个工作日"


def _name(session: Session, held: Ladder) -> str:
    person = session.get(Person, held.main_leader_id) if held.main_leader_id is not None else None
    return person.name if person else "全体领导"


def when(rung: Rung) -> str:
    """When a rung comes, in words."""
    said = {
        Anchor.ELAPSED: f"时限过去 {rung.amount}%",
        Anchor.WARNING: "进入临期时（各规则的提前量）",
        Anchor.DUE: "到期当天",
        Anchor.WORKING_DAYS: f"逾期后第 {rung.amount} 个工作日",
        Anchor.DAYS: f"逾期后第 {rung.amount} 日",
        Anchor.HOURS: f"逾期后 {rung.amount} 小时",
    }
    return said[rung.anchor]


def spoken(rung: Rung) -> str:
    """A rung in one line, for the trail."""
    to = "、".join(who.label for who in rung.to)
    copy = f"，抄送{'、'.join(who.label for who in rung.copy)}" if rung.copy else ""
    rest = "" if rung.active else "（停用）"
    return f"{rung.label}{rest}：{when(rung)}，{rung.way.label}，发给{to}{copy}"


def amount_counts(rung: Rung) -> bool:
    """Whether the rung's moment has a number."""
    return rung.anchor in LARGEST
