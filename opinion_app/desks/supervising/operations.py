"""What a person asks by hand and what a unit answers, each admitted by the life of the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.ladder import ladder
from opinion_app.flow.move import admit
from opinion_app.flow.supervise import Asked, Hearer, answer, hearers, issue, sheet_of, title
from opinion_app.records.case import Case
from opinion_app.records.supervision import Supervision
from opinion_app.rules.day_off import check_day_off
from opinion_app.rules.errors import MARKED, Invalid
from opinion_app.rules.facts import Actor
from opinion_app.rules.feedback import check_feedback
from opinion_app.rules.reminder_words import SupervisionKind
from opinion_app.rules.zone import local_date

FURTHEST = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Issued:
    """A 催办 or 督办 that went out, and whom it was told."""

    sheet: Supervision
    told: Sequence[Hearer]

    @property
    def words(self) -> str:
        """第 1 次催办已发出，已通知：范所长。"""
        return f"{title(self.sheet)}已发出，已通知：{'、'.join(one.words for one in self.told)}。"


def ask(
    session: Session,
    case: Case,
    asked: Asked,
    actor: Actor,
    now: datetime,
    seen: int | None = None,
    *,
    know_day_off: date | None = None,
) -> Issued:
    """Issue a 催办 or 督办 and tell of it. Raises Invalid for a unit that takes no part, a date that cannot be kept, one on which
    the office rests unless it is the one whoever asks says they know of, or where nobody would hear of it."""
    facts = admit(session, case, asked.kind.value, actor, seen)
    wrong: dict[str, str] = {}
    if asked.unit_id is not None and facts.of_unit(asked.unit_id) is None:
        wrong["unit_id"] = "这个单位不在承办单位之列，请重新选择。"
    elif asked.unit_id is None and (asked.kind is SupervisionKind.SUPERVISE or asked.due_on is not None):
        wrong["unit_id"] = "要求反馈的，请选择由哪个单位反馈。"
    today = local_date(now)
    if asked.due_on is not None and not today <= asked.due_on <= today + FURTHEST:
        wrong["due_on"] = "反馈日期须在今天以后、一年以内。"
    if wrong:
        raise Invalid(MARKED, wrong)
    check_day_off(asked.due_on, work_calendar(session), "due_on", known=know_day_off)
    if asked.kind is SupervisionKind.SUPERVISE and asked.due_on == usual_date(session, now):
        asked = replace(asked, days=ladder(session).sheet_days)
    told = hearers(session, case, asked, now)
    made = issue(session, case, asked, actor, now, told)
    if made is None:  # only a rung's own key can be taken
        raise Invalid("这份督办单已经发出。")
    return Issued(made, told)


def reply(session: Session, case: Case, sheet_id: int | None, text: str, actor: Actor, now: datetime, seen: int | None) -> None:
    """The unit's answer to one sheet. Raises Invalid without one and where it says nothing, NotFound or Refused."""
    admit(session, case, "supervise_feedback", actor, seen)
    if sheet_id is None:
        raise Invalid("请选择反馈哪一份。", {"sheet_id": "请选择反馈哪一份。"})
    sheet = sheet_of(session, case, sheet_id)
    check_feedback(text)
    answer(session, case, sheet, actor, now, text)


def usual_date(session: Session, now: datetime) -> date:
    """The date a 督办单 usually asks for."""
    return work_calendar(session).add_working_days(local_date(now), ladder(session).sheet_days)
