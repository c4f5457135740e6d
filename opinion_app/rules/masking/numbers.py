"""Long numbers: identity card, credit code, bank card; and telephone numbers, over both views of a text."""

import re
from collections.abc import Iterator

from opinion_app.rules.masking import words
from opinion_app.rules.masking.chains import Chain, Number, chains
from opinion_app.rules.masking.checksums import credit_check, id_check, id_shape, luhn
from opinion_app.rules.masking.kinds import Candidate, Confidence, Kind
from opinion_app.rules.masking.normalise import Reading, View
from opinion_app.rules.masking.phones import KeptNumbers, landlines, mobiles

_TAIL_X = re.compile(r"[ \-]?[Xx](?![0-9A-Za-z])")
_CARD = re.compile(r"(?:62|60|9[045])[0-9]{14,17}|(?=[0-9]{16}$)(?:4|5[1-5]|35|6[589])[0-9]{14,15}")
_MISTYPED = "位数和前缀符合银行卡号，前有银行字样，校验位不符"
_GAP = r"[ \-]{0,2}"
_CODE_CHAR = "[0-9A-HJ-NP-RTUWXY]"
_CREDIT = re.compile(
    rf"(?<![0-9A-Za-z])(?=([1-9ANYG](?:{_GAP}{_CODE_CHAR}){{1}}(?:{_GAP}[0-9]){{6}}(?:{_GAP}{_CODE_CHAR}){{10}})(?![0-9A-Za-z]))",
    re.IGNORECASE,
)


_TOLD_CODE = re.compile(r"(?:信用代码|税号|纳税人识别号|机构代码)[是为:( ]{0,3}([0-9A-Za-z]{15,20})(?![0-9A-Za-z])")


def _candidate(kind: Kind, view: View, start: int, end: int, confidence: Confidence, reason: str) -> Candidate:
    return Candidate(kind, *view.span(start, end), confidence, reason)


def identity_cards(chain: Chain) -> Iterator[Candidate]:
    """18 characters (the last may be X) or 15 digits."""
    for number in chain.numbers((18, 17, 15)):
        tail = _TAIL_X.match(number.view.text, number.end) if len(number.digits) == 17 else None
        digits = number.digits + ("X" if tail else "")
        end = tail.end() if tail else number.end
        judged = None if number.adrift else _identity_card(number, digits)
        if judged:
            yield _candidate(Kind.ID_NUMBER, number.view, number.start, end, *judged)


def _identity_card(number: Number, digits: str) -> tuple[Confidence, str] | None:
    told = words.IDENTITY.search(number.before) is not None
    if len(digits) == 18 and id_shape(digits):
        if id_check(digits):
            return Confidence.HIGH, "地区、出生日期和校验码都符合身份证号"
        serial = words.SERIAL.search(number.before)
        return (Confidence.LOW if serial else Confidence.MEDIUM), "地区和出生日期符合身份证号，校验码不符，可能有笔误"
    if len(digits) == 15 and id_shape(digits):
        return (Confidence.HIGH if told else Confidence.MEDIUM), "地区和出生日期符合15位身份证号"
    if told and (len(digits) != 17 or len(number.groups) == 1):
        return Confidence.LOW, "“身份证”字样之后的号码，位数或日期不符，可能有笔误"
    return None


def bank_cards(chain: Chain) -> Iterator[Candidate]:
    """16 to 19 digits with a card prefix and the Luhn sum; after words such as “账号” also without."""
    taken = -1
    for number in chain.numbers((19, 18, 17, 16, 15, 14, 13, 12)):
        judged = _bank_card(number) if number.start >= taken and not number.adrift else None
        if judged:
            yield _candidate(Kind.BANK_CARD, number.view, number.start, number.end, *judged)
            taken = number.end


def accounts(chain: Chain) -> Iterator[Candidate]:
    """Accounts of firms and offices after “账号”: 20 digits and more, with no sum to check."""
    for number in chain.numbers(range(28, 19, -1)):
        if not number.adrift and number.whole and words.ACCOUNT.search(number.before):
            reason = "“账号”字样之后的号码"
            yield _candidate(Kind.BANK_CARD, number.view, number.start, number.end, Confidence.LOW, reason)


def _bank_card(number: Number) -> tuple[Confidence, str] | None:
    told = words.BANK.search(number.before) is not None
    if len(number.digits) >= 16 and luhn(number.digits) and set(number.digits) != {"0"}:
        if told:
            return Confidence.HIGH, "前有银行卡字样，校验位符合"
        if _CARD.fullmatch(number.digits):
            serial = words.SERIAL.search(number.before) or number.offset
            return (Confidence.LOW if serial else Confidence.MEDIUM), "位数、前缀和校验位符合银行卡号"
    if told and not number.offset and _CARD.fullmatch(number.digits):
        return Confidence.LOW, _MISTYPED
    if words.ACCOUNT.search(number.before):
        return Confidence.LOW, "“账号”“卡号”字样之后的号码，校验位不符"
    return None


def mistyped_codes(view: View) -> Iterator[Candidate]:
    """After words that announce a credit code, 15 to 20 letters and digits that are none: somebody mistyped."""
    for found in _TOLD_CODE.finditer(view.text):
        if sum(char.isdigit() for char in found[1]) >= 8:
            reason = "“信用代码”等字样之后的号码，位数或校验码不符"
            yield _candidate(Kind.CREDIT_CODE, view, *found.span(1), Confidence.LOW, reason)


def credit_codes(view: View) -> Iterator[Candidate]:
    """18 characters of GB 32100-2015, with the check character, or after words that announce one."""
    for found in _CREDIT.finditer(view.text):
        start, end = found.span(1)
        code = re.sub(r"[ \-]", "", found[1]).upper()
        solid = len(code) == len(found[1])
        told = words.CREDIT.search(view.text[max(0, start - 16) : start]) is not None
        lettered = not code.isdigit()
        if credit_check(code) and (told or lettered or solid):
            confidence = Confidence.HIGH if told or lettered else Confidence.MEDIUM
            yield _candidate(Kind.CREDIT_CODE, view, start, end, confidence, "校验码符合统一社会信用代码")
        elif told or (lettered and solid and not words.SERIAL.search(view.text[max(0, start - 16) : start])):
            yield _candidate(Kind.CREDIT_CODE, view, start, end, Confidence.LOW, "形似统一社会信用代码，校验码不符")


def candidates(reading: Reading, kept: KeptNumbers) -> Iterator[Candidate]:
    """Every number of these kinds in either view of the text."""
    views = [reading.plain]
    if reading.spoken.text != reading.plain.text:
        views.append(reading.spoken)
    for view in views:
        yield from credit_codes(view)
        yield from mistyped_codes(view)
        for chain in chains(view, reading.original):
            yield from identity_cards(chain)
            cards = list(bank_cards(chain))
            yield from cards
            yield from accounts(chain)
            # A mistyped card in groups holds what looks like a telephone number; the card that began before it has it.
            sure = [card for card in cards if card.confidence > Confidence.LOW or card.reason == _MISTYPED]
            for each in (*mobiles(chain, kept), *landlines(chain, kept)):
                if not any(card.start < each.start and each.end <= card.end for card in sure):
                    yield each
