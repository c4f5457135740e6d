"""Why a message is answered by its promised day, as its writer understands it: from when which time runs, or with what."""

from enum import StrEnum

from opinion_app.rules.clock_facts import Span, Unit

# A date that the case has from another one: whoever wrote is not to learn that somebody else did (个人信息保护法 10).
ELSEWHERE = "按规定须在这一天前答复"
CARRIED = "，下班后或休息日收到的视为次一工作日收到"


class Began(StrEnum):
    """What the time for an answer counts from, in the words that go before 次日."""

    RECEIVED = "收到"
    ACCEPTED = "受理"
    REOPENED = "重新办理"
    COMPLETED = "收到补正材料"
    OTHER = "起算"


def promised_words(kind: str, span: Span, began: Began, *, carried: bool) -> str:
    """求助类来信自收到次日起 7 个工作日内答复，法定节假日不计; hours count from the moment, days from the next day (民法典 201).

    `carried`: it came after hours and counts as come on the next working day."""
    if not span.unit.in_days:
        since = "" if began is Began.RECEIVED else f"自{began}起"
        return f"{kind}类来信{since} {span}内答复"
    off = "，法定节假日不计" if span.unit is Unit.WORKING_DAYS else ""
    off += CARRIED if carried and began in (Began.RECEIVED, Began.COMPLETED) else ""
    return f"{kind}类来信自{began}次日起 {span}内答复{off}"
