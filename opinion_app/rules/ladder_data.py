"""The ladder to and from plain data (a JSON setting, a form), with every fault of a typed rung named at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from opinion_app.rules.errors import Invalid
from opinion_app.rules.ladder import Anchor, Card, Ladder, Rung, Way, Who

LARGEST = {Anchor.ELAPSED: 99, Anchor.WORKING_DAYS: 250, Anchor.DAYS: 366, Anchor.HOURS: 24 * 60}
LONGEST_LABEL = 12


def rung_to_data(rung: Rung) -> dict[str, Any]:
    """The rung as JSON holds it."""
    return {
        "code": rung.code,
        "label": rung.label,
        "anchor": rung.anchor.value,
        "amount": rung.amount,
        "to": [who.value for who in rung.to],
        "copy": [who.value for who in rung.copy],
        "way": rung.way.value,
        "card": rung.card.value,
        "sheet": rung.sheet,
        "active": rung.active,
        "since": rung.since.isoformat() if rung.since else None,
    }


def rung_from_data(data: Mapping[str, Any]) -> Rung:
    """The rung that `rung_to_data` wrote; raises KeyError, TypeError or ValueError for data that is none."""
    since = data.get("since")
    return Rung(
        str(data["code"]),
        str(data["label"]),
        Anchor.of(data["anchor"]),
        int(data["amount"]),
        tuple(Who.of(who) for who in data["to"]),
        tuple(Who.of(who) for who in data["copy"]),
        Way.of(data["way"]),
        Card.of(data["card"]),
        bool(data["sheet"]),
        bool(data["active"]),
        datetime.fromisoformat(since) if since else None,
    )


def to_data(ladder: Ladder) -> dict[str, Any]:
    """The ladder as a setting holds it."""
    return {
        "days": [rung_to_data(rung) for rung in ladder.days],
        "hours": [rung_to_data(rung) for rung in ladder.hours],
        "night": sorted(ladder.night),
        "quiet_from": ladder.quiet_from.isoformat("minutes"),
        "quiet_until": ladder.quiet_until.isoformat("minutes"),
        "late_hours": ladder.late_hours,
        "late_days": ladder.late_days,
        "main_leader_id": ladder.main_leader_id,
        "sheet_days": ladder.sheet_days,
    }


def from_data(data: Mapping[str, Any], morning: time) -> Ladder:
    """The ladder that `to_data` wrote; day rungs speak from `morning` on."""
    return Ladder(
        tuple(rung_from_data(rung) for rung in data["days"]),
        tuple(rung_from_data(rung) for rung in data["hours"]),
        frozenset(data["night"]),
        time.fromisoformat(data["quiet_from"]),
        time.fromisoformat(data["quiet_until"]),
        int(data["late_hours"]),
        int(data["late_days"]),
        data["main_leader_id"],
        int(data["sheet_days"]),
        morning,
    )


def check_rung(rung: Rung, ladder: Ladder, *, in_days: bool) -> None:
    """Raises Invalid naming every field of a typed rung that cannot stand beside the others."""
    others = [other for other in (ladder.days if in_days else ladder.hours) if other.code != rung.code]
    wrong = _wrong_label(rung.label, others)
    if not rung.to:
        wrong["to"] = "请至少选择一类收件人。"
    if in_days and rung.anchor is Anchor.HOURS:
        wrong["anchor"] = "按天计的时限，逾期后请按工作日或日计。"
    if not in_days and (rung.anchor in (Anchor.WORKING_DAYS, Anchor.DAYS) or rung.way is Way.DIGEST):
        field = "way" if rung.way is Way.DIGEST else "anchor"
        wrong[field] = "按小时计的时限要即时提醒，不能等到待办通报。" if field == "way" else "按小时计的时限，逾期后请按小时计。"
    elif rung.sheet and rung.way is Way.DIGEST:
        wrong["sheet"] = "随待办通报告知的台阶不开督办单，请改为单独通知或只在站内提示，或取消勾选。"
    most = LARGEST.get(rung.anchor)
    if most is not None and not 1 <= rung.amount <= most:
        wrong["amount"] = f"请填写 1 至 {most} 之间的整数。"
    if any((other.anchor, other.amount) == (rung.anchor, rung.amount) for other in others):
        wrong.setdefault("amount", "已有同一时刻的台阶，请改用别的时刻，或修改原来那一级。")
    if wrong:
        raise Invalid("这一级还不能保存，请改正标出的各项。", wrong)


def _wrong_label(label: str, others: Iterable[Rung]) -> dict[str, str]:
    if not label.strip() or len(label) > LONGEST_LABEL:
        return {"label": f"请填写名称，不超过 {LONGEST_LABEL} 个字。"}
    if "：" in label:
        return {"label": "名称里请不要用冒号：信件标题里冒号前面的就是名称。"}
    return {"label": "已有同名的台阶。"} if any(other.label == label for other in others) else {}


def with_rung(ladder: Ladder, rung: Rung, now: datetime, *, in_days: bool) -> Ladder:
    """The ladder with a rung put in or changed; one that is new, moved or taken up again looks forward only. Raises Invalid."""
    rung = replace(rung, amount=rung.amount if rung.anchor in LARGEST else 0)
    check_rung(rung, ladder, in_days=in_days)
    held = ladder.days if in_days else ladder.hours
    before = next((other for other in held if other.code == rung.code), None)
    moved = before is None or not before.active or (before.anchor, before.amount) != (rung.anchor, rung.amount)
    rung = replace(rung, since=now if moved or before is None else before.since)
    rungs = tuple(rung if other.code == rung.code else other for other in held)
    rungs = (*held, rung) if before is None else rungs
    return replace(ladder, days=rungs) if in_days else replace(ladder, hours=rungs)
