"""Makes up texts that look like citizens' messages and offices' replies, and says where personal data was planted.

Everything is invented; check characters are worked out here by other means than in the rules, and the disguises are
written from code points and habits of writing, so that the detector is not measured with its own tables.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from opinion_app.rules.masking import Kind
from tests.rules.masking import phrases
from tests.rules.masking.given_names import GIVEN_NAMES


@dataclass(frozen=True, slots=True)
class Planted:
    """One thing a reader would want masked, at its place in the text."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sample:
    """A made-up text with what was planted in it."""

    text: str
    planted: tuple[Planted, ...]


def samples(count: int = 2000, seed: int = 20260103) -> Iterator[Sample]:
    """The same texts for the same seed."""
    rng = random.Random(seed)
    for _ in range(count):
        yield _compose(rng)


def _compose(rng: random.Random) -> Sample:
    """Fills the slots of a template; a slot in braces is planted, one in square brackets is a decoy."""
    template = rng.choice(phrases.TEMPLATES)
    extra = rng.sample(phrases.DECOY_SENTENCES, rng.randint(0, 2)) + rng.sample(phrases.FILLER, rng.randint(1, 3))
    rng.shuffle(extra)
    whole = template.replace("…", "".join(extra))
    text, planted = "", []
    while whole:
        head, brace, rest = whole.partition("{")
        text += head
        if not brace:
            break
        slot, _, whole = rest.partition("}")
        kind, make = _SLOTS[slot]
        written = make(rng)
        if kind:
            planted.append(Planted(kind, len(text), len(text) + len(written)))
        text += written
    return Sample(text, tuple(planted))


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))


def _shift(base: int) -> Callable[[str], str]:
    """Writes each digit with the character so many code points further on; others stay."""
    return lambda text: "".join(chr(base + ord(char) - 48) if char.isdigit() else char for char in text)


def _circled(text: str) -> str:
    return "".join(chr(0x24EA) if char == "0" else chr(0x245F + int(char)) for char in text)


def _spelled(text: str) -> str:
    return text.translate(str.maketrans("0123456789", "零一二三四五六七八九"))


def _radio(text: str) -> str:
    return text.translate(str.maketrans("0123456789", "〇幺二三四五六七八九"))


def _hidden(text: str) -> str:
    return "\u200b".join(text)


def _grouped(separator: str, *sizes: int) -> Callable[[str], str]:
    def group(text: str) -> str:
        parts, at = [], 0
        for size in sizes:
            parts.append(text[at : at + size])
            at += size
        return separator.join([*parts, text[at:]] if text[at:] else parts)

    return group


def _same(text: str) -> str:
    return text


def _mobile(rng: random.Random) -> str:
    number = rng.choice(["13", "15", "17", "18", "19"]) + _digits(rng, 9)
    disguises: list[Callable[[str], str]] = [
        _same, _same, _same, _shift(0xFF10), _grouped(" ", 3, 4), _grouped("-", 3, 4), _grouped("—", 3, 4),
        _grouped("\u3000", 3, 4), _grouped(" ", 4, 3), _hidden, _circled, _spelled, _radio, " ".join,
        lambda text: "+86" + text, lambda text: "+86 " + text, lambda text: "+86-" + _grouped("-", 3, 4)(text),
        lambda text: text[:3] + _spelled(text[3:7]) + text[7:], lambda text: text[:3] + "\u2060" + text[3:],
        _shift(0x1D7CE), _grouped(".", 3, 4), _grouped("    ", 3, 4), _grouped("…", 3, 4), _grouped("……", 3, 4),
        lambda text: f"{text[:3]}【{text[3:7]}】{text[7:]}", lambda text: f"{text[:3]}[{text[3:7]}]{text[7:]}",
        _grouped(":", 3, 4), _grouped("。", 3, 4),
        lambda text: chr(0x245F + int(text[:2])) + text[2:], lambda text: text.replace("1", "l"),
    ]  # fmt: skip
    return rng.choice(disguises)(number)


def _landline(rng: random.Random) -> str:
    area, local = rng.choice([("0731", 8), ("0738", 7), ("010", 8), ("0745", 7), ("021", 8)])
    number = rng.choice("2345678") + _digits(rng, local - 1)
    joined = rng.choice(["{}-{}", "{}-{}", "{} {}", "({}){}", "（{}）{}", "{}{}", "{}—{}"]).format(area, number)
    return rng.choice([_same, _same, _same, _shift(0xFF10)])(joined)


def _identity(rng: random.Random) -> str:
    birthday = f"{rng.randint(1940, 2012)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    region = rng.choice(["430121", "430922", "110105", "520123", "360730"])
    if rng.random() < 0.1:
        return region + birthday[2:] + _digits(rng, 3)
    body = region + birthday + _digits(rng, 3)
    rest = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(body)) % 11
    check = "X" if (12 - rest) % 11 == 10 else str((12 - rest) % 11)
    if rng.random() < 0.05:
        check = "0" if check != "0" else "1"
    number = body + check
    lower: Callable[[str], str] = str.lower
    spaced = _grouped(" ", 6, 8)
    return rng.choice([_same, _same, _shift(0xFF10), lower, spaced, _grouped("-", 6, 8), _hidden])(number)


def _card(rng: random.Random) -> str:
    body = rng.choice(["622202", "621700", "623090", "622848"]) + _digits(rng, rng.choice([9, 12]))
    doubled = {str(digit): sum(divmod(digit * 2, 10)) for digit in range(10)}
    total = sum(doubled[char] for char in body[::-1][::2]) + sum(int(char) for char in body[::-1][1::2])
    number = body + str(-total % 10)
    if rng.random() < 0.05 and len(number) == 19:
        mistyped = number[:-1] + str((int(number[-1]) + 1) % 10)
        return rng.choice([_grouped("-", 4, 4, 4, 4), _grouped(" ", 4, 4, 4, 4), _same])(mistyped)
    return rng.choice([_same, _same, _shift(0xFF10), _grouped(" ", 4, 4, 4, 4), _grouped("-", 4, 4, 4, 4)])(number)


def _credit(rng: random.Random) -> str:
    letters = [chr(code) for code in range(48, 91) if chr(code).isalnum() and chr(code) not in "IOSVZ"]
    body = rng.choice(["91", "92", "93", "52"]) + "430121" + "MA4" + "".join(rng.choices(letters, k=6))
    weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
    total = sum(weight * letters.index(char) for weight, char in zip(weights, body, strict=True))
    code = body + letters[(31 - total % 31) % 31]
    lower: Callable[[str], str] = str.lower
    return rng.choice([_same, _same, lower, _grouped(" ", 4, 4, 4, 4)])(code)


def _plate(rng: random.Random) -> str:
    place = rng.choice("湘粤京沪鄂渝赣贵桂豫")
    letter = rng.choice("ABCDEFGHJKLMN")
    bodies = [
        _digits(rng, 5), rng.choice("ABKMQ") + _digits(rng, 4), "D" + _digits(rng, 5), "F" + _digits(rng, 5),
        _digits(rng, 5) + "D", _digits(rng, 4) + "警", _digits(rng, 2) + "A" + _digits(rng, 2),
    ]  # fmt: skip
    plate = place + letter + rng.choice(["", "", "·", " ", "-", "\u200b"]) + rng.choice(bodies)
    lower: Callable[[str], str] = str.lower
    return rng.choice([_same, _same, _same, _shift(0xFF10), lower])(plate)


def _email(rng: random.Random) -> str:
    local = rng.choice(["zhang.wei", "li_ming88", "wang2008", "hnlyx", "gaofei-1"]) + _digits(rng, rng.randint(0, 3))
    address = local + "@" + rng.choice(["qq.com", "163.com", "126.com", "sina.com.cn", "gmail.com", "hnlvyuan.cn"])
    wide = address.replace("@", chr(0xFF20)).replace(".", chr(0xFF0E))
    return rng.choice([address, address, address, wide, address.replace("@", "(at)"), address.replace("@", " @ ")])


def _wechat(rng: random.Random) -> str:
    return rng.choice(["lm", "wx_", "Zhao-", "xiaoyu"]) + _digits(rng, 6)


def _qq(rng: random.Random) -> str:
    number = rng.choice("123456789") + _digits(rng, rng.randint(6, 9))
    return rng.choice([_same, _same, _shift(0xFF10), _circled, _spelled])(number)


def _name(rng: random.Random) -> str:
    surname = rng.choice(phrases.FAMILY_NAMES) if rng.random() < 0.95 else rng.choice(["欧阳", "司马", "诸葛", "上官"])
    return surname + rng.choice(GIVEN_NAMES)


def _apart(rng: random.Random) -> str:
    """A name as forms have it, with blanks between its characters or after the surname."""
    surname, given = rng.choice(phrases.FAMILY_NAMES), rng.choice([each for each in GIVEN_NAMES if len(each) > 1])
    return rng.choice([" ".join(surname + given), f"{surname} {given}", f"{surname} {given[0]}"])


def _surname(rng: random.Random) -> str:
    return rng.choice(phrases.FAMILY_NAMES)


def _house(rng: random.Random) -> str:
    building, unit, floor, door = rng.randint(1, 30), rng.randint(1, 4), rng.randint(1, 28), rng.randint(1, 4)
    room = f"{floor}{door:02}"
    word, other = "一二三四"[unit - 1], "二三四五"[unit - 1]
    ways = [
        f"{building}栋{unit}单元{room}室",
        f"{building}栋{unit}单元{room}",
        f"{building}栋{room}",
        f"{building}号楼{room}室",
        f"{building}幢{unit}单元{room}号",
        f"{building}-{unit}-{room}",
        f"{building}#{room}",
        f"{building}栋{floor}楼{door}号",
        f"{'ABCG'[unit - 1]}{building}栋{room}房",
        f"{word}栋{other}单元{_spelled(room)}室",
        f"{building}-{room}",
    ]
    return rng.choice(ways)


def _door(rng: random.Random) -> str:
    number = rng.randint(1, 400)
    return rng.choice(
        [f"{number}号", f"{number}号{rng.randint(1, 9)}栋{rng.randint(101, 909)}室", f"{number}-{rng.randint(1, 9)}号"]
    )


def _farm(rng: random.Random) -> str:
    return rng.choice(
        [
            f"{rng.randint(1, 20)}组{rng.randint(1, 90)}号",
            f"{rng.choice('二三四五六七八')}组{rng.randint(1, 90)}号",
            f"{rng.randint(1, 20)}组{rng.randint(1, 90)}-{rng.randint(1, 9)}",
        ]
    )


def _decoy(rng: random.Random) -> str:
    return rng.choice(phrases.DECOYS)(rng)


_SLOTS: dict[str, tuple[Kind | None, Callable[[random.Random], str]]] = {
    "mobile": (Kind.MOBILE, _mobile),
    "landline": (Kind.LANDLINE, _landline),
    "identity": (Kind.ID_NUMBER, _identity),
    "card": (Kind.BANK_CARD, _card),
    "credit": (Kind.CREDIT_CODE, _credit),
    "plate": (Kind.PLATE, _plate),
    "email": (Kind.EMAIL, _email),
    "wechat": (Kind.WECHAT, _wechat),
    "qq": (Kind.QQ, _qq),
    "name": (Kind.NAME, _name),
    "apart": (Kind.NAME, _apart),
    "surname": (Kind.NAME, _surname),
    "house": (Kind.ADDRESS, _house),
    "door": (Kind.ADDRESS, _door),
    "farm": (Kind.ADDRESS, _farm),
    "plaque": (Kind.ADDRESS, lambda rng: str(rng.randint(1, 200))),
    "decoy": (None, _decoy),
}
