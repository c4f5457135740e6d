"""The published holidays and make-up days of 2004-2026 as calendar rows, read once when an office is set up.

Source: the yearly notices of the State Council, as collected by the library chinesecalendar; it is never asked at
run time, because it is slow and raises for a year it does not know.
"""

from chinese_calendar import constants

from opinion_app.rules.workdays import CalendarDay, DayKind, WorkCalendar

SEED_SOURCE = "国务院办公厅历年节假日安排通知"
SEED_YEARS = frozenset(range(2004, 2027))
_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


def seed_days() -> tuple[CalendarDay, ...]:
    """All known holidays and make-up days of SEED_YEARS, in the order of their dates."""
    rows = [
        CalendarDay(day, kind, _NAMES[name], SEED_SOURCE)
        for kind, days in ((DayKind.HOLIDAY, constants.holidays), (DayKind.MAKE_UP_DAY, constants.workdays))
        for day, name in days.items()
        if day.year in SEED_YEARS
    ]
    return tuple(sorted(rows, key=lambda row: row.day))


def seed_calendar() -> WorkCalendar:
    """The calendar an office starts with: the seeded days over Monday to Friday."""
    return WorkCalendar(seed_days(), SEED_YEARS)
