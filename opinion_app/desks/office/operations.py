"""Saving the office's own settings, each change on the trail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.flow import outbox, trail
from opinion_app.flow.settings import OFFICE_DEFAULTS, areas, office, put_office, put_setting, setting
from opinion_app.rules.errors import MARKED, Invalid
from opinion_app.rules.facts import Actor
from opinion_app.rules.mailbox import is_email
from opinion_app.rules.numbering import DEFAULT_INDEX_PATTERN, DEFAULT_PATTERNS, check_pattern
from opinion_app.rules.rating import MOST_DAYS, window
from opinion_app.rules.text import clean_line
from opinion_app.rules.two_people import SETTING, too_few
from opinion_app.rules.words import Role

MORE = ("email", "organiser")
OFFICE_FIELDS = (*OFFICE_DEFAULTS, *MORE)
_FIELD = re.compile(r"\{(?:code|year|(?:month|day|serial)(?::0[1-9]d)?)\}")


@dataclass(frozen=True)
class OfficeSettings:
    """Everything the page shows."""

    office: Mapping[str, str]
    areas: tuple[str, ...]
    patterns: Mapping[str, str]
    index_pattern: str
    kept_numbers: tuple[str, ...]
    rating_days: int
    secrecy_by_other: bool


def held(session: Session) -> OfficeSettings:
    """The settings as they are, defaults included."""
    words = office(session)
    return OfficeSettings(
        {name: words.get(name, "") for name in OFFICE_FIELDS},
        tuple(area for area in areas(session) if area != "其他"),
        DEFAULT_PATTERNS | setting(session, "number_patterns", {}),
        setting(session, "index_pattern", DEFAULT_INDEX_PATTERN),
        tuple(setting(session, "kept_numbers", [])),
        window(setting(session, "rating_days", None)).amount,
        setting(session, SETTING, False),
    )


def lines(text: str, most: int) -> tuple[str, ...]:
    """The lines of a text, tidied, each once, empty ones left out. Raises Invalid above `most`."""
    found = tuple(dict.fromkeys(line for line in map(clean_line, text.splitlines()) if line))
    if len(found) > most:
        raise Invalid(f"最多 {most} 行。")
    return found


def save(session: Session, wanted: OfficeSettings, labels: Mapping[str, str], actor: Actor, now: datetime) -> int:
    """Put the settings in force; answers how many changed. Raises Invalid naming the fields; `labels` are their words."""
    _check(wanted)
    before = held(session)
    changed: dict[str, tuple[object, object]] = {}
    for name in OFFICE_FIELDS:
        _compare(changed, labels[name], before.office[name], wanted.office[name])
    for name, pattern in wanted.patterns.items():
        _compare(changed, labels[name], before.patterns[name], pattern)
    _compare(changed, labels["index_pattern"], before.index_pattern, wanted.index_pattern)
    _compare(changed, labels["areas"], "、".join(before.areas), "、".join(wanted.areas))
    _compare(changed, labels["kept_numbers"], "、".join(before.kept_numbers), "、".join(wanted.kept_numbers))
    _compare(changed, labels["rating_days"], str(before.rating_days), str(wanted.rating_days))
    _compare(changed, labels[SETTING], _yes(on=before.secrecy_by_other), _yes(on=wanted.secrecy_by_other))
    if changed:
        put_office(session, wanted.office)
        put_setting(session, "number_patterns", dict(wanted.patterns))
        put_setting(session, "index_pattern", wanted.index_pattern)
        put_setting(session, "areas", list(wanted.areas))
        put_setting(session, "kept_numbers", list(wanted.kept_numbers))
        put_setting(session, "rating_days", wanted.rating_days)
        put_setting(session, SETTING, wanted.secrecy_by_other)
        trail.record(session, "settings.edit", "office", actor, now, changed)
    return len(changed)


def _yes(*, on: bool) -> str:
    return "是" if on else "否"


def missing_clerks(session: Session, wanted: OfficeSettings) -> str:
    """What to tell where too few clerks are there for the rule of two people; empty where there are enough."""
    return too_few(len(outbox.holders_of(session, Role.CLERK)), strict=wanted.secrecy_by_other)


def _compare(changed: dict[str, tuple[object, object]], label: str, before: str, after: str) -> None:
    if before != after:
        changed[label] = (before, after)


def _check(wanted: OfficeSettings) -> None:
    problems: dict[str, str] = {}
    said = wanted.office
    if said["site_id_code"] and not re.fullmatch(r"[0-9]{10}", said["site_id_code"]):
        problems["site_id_code"] = "政府网站标识码应为 10 位数字。"
    if said["credit_code"] and not re.fullmatch(r"[0-9A-HJ-NP-RTUWXY]{18}", said["credit_code"]):
        problems["credit_code"] = "统一社会信用代码应为 18 位数字和大写字母。"
    if said["email"] and not is_email(said["email"]):
        problems["email"] = "邮箱格式不对，应像 name@example.cn。"
    if not wanted.areas or any(len(area) > 20 for area in wanted.areas):
        problems["areas"] = "请至少填写一个领域，每个不超过 20 个字。"
    if not 1 <= wanted.rating_days <= MOST_DAYS:
        problems["rating_days"] = f"请填写 1 到 {MOST_DAYS} 之间的整数。"
    problems |= _pattern_problems(wanted)
    if problems:
        raise Invalid(MARKED, problems)


def _pattern_problems(wanted: OfficeSettings) -> dict[str, str]:
    problems: dict[str, str] = {}
    for name, pattern in wanted.patterns.items():
        try:
            check_pattern(pattern)
        except Invalid as refusal:
            problems[name] = refusal.message
    if len(set(wanted.patterns.values())) < len(wanted.patterns):
        problems["message"] = "各类编号的规则不能相同，否则编号会重复。"
    if any(sign in _FIELD.sub("", wanted.index_pattern) for sign in "{}"):
        problems["index_pattern"] = "索引号规则里有不认识的字段，只能用提示中列出的。"
    elif "{year}" not in wanted.index_pattern or "{serial" not in wanted.index_pattern:
        problems["index_pattern"] = "索引号规则必须包含 {year} 和 {serial:03d}。"
    return problems
