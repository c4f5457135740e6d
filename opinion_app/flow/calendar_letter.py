"""The letter about a year whose notice is not loaded: the same for the job that sends it and for a rehearsal (D02, N14)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.outbox import Letter
from opinion_app.rules.calendar_file import year_to_load
from opinion_app.rules.zone import local_date

PAGE = "/office/calendar"


def letter_about_next_year(session: Session, now: datetime) -> Letter | None:
    """What the administrators are told each week while a notice is not loaded: next year's from 1 November, this year's until it
    is (D02); None where all that is wanted is there."""
    today = local_date(now)
    year = year_to_load(today, work_calendar(session).years)
    if year is None:
        return None
    week = today.isocalendar()
    guessed = "跨年的时限只能" if year > today.year else "落在这一年的时限都只"
    text = f"{year} 年的放假安排还没有载入，{guessed}按周一至周五暂算。国务院办公厅通知发布后，请在“工作日历”中载入。"
    return Letter(
        category="calendar",
        key=f"calendar:{year}:{week.year}-W{week.week:02d}",
        subject=f"请载入 {year} 年放假安排",
        lines=[{"text": text, "link": PAGE}],
        link=PAGE,
        local_date=today,
    )
