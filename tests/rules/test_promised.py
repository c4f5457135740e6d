"""What a citizen is told of the time an answer takes: from when it runs, in the unit it runs in."""

import pytest

from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.promised import Began, promised_words


@pytest.mark.parametrize(
    ("amount", "unit", "began", "carried", "said"),
    [
        (7, Unit.WORKING_DAYS, Began.RECEIVED, False, "求助类来信自收到次日起 7 个工作日内答复，法定节假日不计"),
        (7, Unit.WORKING_DAYS, Began.REOPENED, False, "求助类来信自重新办理次日起 7 个工作日内答复，法定节假日不计"),
        (20, Unit.WORKING_DAYS, Began.COMPLETED, False, "求助类来信自收到补正材料次日起 20 个工作日内答复，法定节假日不计"),
        (60, Unit.NATURAL_DAYS, Began.ACCEPTED, False, "求助类来信自受理次日起 60 日内答复"),
        (24, Unit.HOURS, Began.RECEIVED, False, "求助类来信 24 小时内答复"),
        (24, Unit.HOURS, Began.REOPENED, False, "求助类来信自重新办理起 24 小时内答复"),
        (5, Unit.WORKING_DAYS, Began.OTHER, False, "求助类来信自起算次日起 5 个工作日内答复，法定节假日不计"),
        (
            7,
            Unit.WORKING_DAYS,
            Began.RECEIVED,
            True,
            "求助类来信自收到次日起 7 个工作日内答复，法定节假日不计，下班后或休息日收到的视为次一工作日收到",
        ),
        (
            15,
            Unit.NATURAL_DAYS,
            Began.COMPLETED,
            True,
            "求助类来信自收到补正材料次日起 15 日内答复，下班后或休息日收到的视为次一工作日收到",
        ),
        # what the office itself does, it does at work; and hours run from the moment
        (7, Unit.WORKING_DAYS, Began.REOPENED, True, "求助类来信自重新办理次日起 7 个工作日内答复，法定节假日不计"),
        (60, Unit.NATURAL_DAYS, Began.ACCEPTED, True, "求助类来信自受理次日起 60 日内答复"),
        (24, Unit.HOURS, Began.COMPLETED, True, "求助类来信自收到补正材料起 24 小时内答复"),
    ],
)
def test_the_promise_says_from_when_time_runs(amount: int, unit: Unit, began: Began, carried: bool, said: str) -> None:
    assert promised_words("求助", Span(amount, unit), began, carried=carried) == said
