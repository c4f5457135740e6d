"""House numbers: what follows a road or an estate down to the door; the road itself stays, because the matter is there.

A text is cut into parts such as 12号, 3栋, 2单元, 501室; parts that touch form one address, and its confidence follows
from which parts it has. One building alone (“1号楼”) is often public and is proposed with little confidence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from opinion_app.rules.masking.kinds import Candidate, Confidence, Kind
from opinion_app.rules.masking.normalise import Reading, View

_ARABIC = r"[0-9]{1,4}(?:[\-之][0-9]{1,3})?[A-Za-z]?"
_WORD = "[〇零○一二三四五六七八九十百]{1,5}"
_LETTER = r"(?<![A-Za-z])[A-Za-z](?:[\-]?[0-9]{1,3})?"
_PART = re.compile(
    rf"(?P<number>(?<![0-9.]){_ARABIC}|{_LETTER}|{_WORD}|[甲乙丙丁]|(?<=[栋幢座楼#])[东西南北]|[东西南北](?=[ ]?[栋幢座]))[ ]?"
    r"(?P<unit>号楼|号院|号栋|号房|号门(?![面口前店市诊])|"
    r"号(?![线令文公召路车会晚早到至前后来去停那这就发我]|通告|工作|左右|下午|上午|开始|地铁)"
    r"|栋|幢|座|#楼?|单元|门(?=[ \-]?[0-9]{3})|梯|楼|层|室|房(?=[,.、。;)\s]|$)|组|队)"
)
_ROOM = re.compile(
    r"[ ,\-]{0,2}(?P<room>[0-9]{3,4})(?:号房?|室|房|户(?=[,.、。;)\s主]|$))?"
    r"(?![0-9年月日元万米平个户人次套家名多余%吨度㎡m条只间.\-:])"
)
_DASHED = re.compile(
    r"(?<=[区园苑城寓舍场厦邸庭湾府郡居轩村院])[ ]?(?P<house>[0-9A-Za-z]{1,3}[\-][0-9]{1,3}[\-][0-9]{3,4})(?![0-9\-])"
    r"|(?<=[区园苑城寓舍邸庭湾府郡居轩])[ ]?(?P<flat>[0-9A-Za-z]{1,2}[\-][0-9]{3,4})"
    r"(?![0-9\-年月日元万米平个户人次套家名多余%吨度㎡m条间.:])"
    r"|(?<=[栋幢座楼#])[ \-]?(?P<rest>[0-9]{1,2}[\-][0-9]{3,4})(?![0-9\-])"
)
_FARM = re.compile(
    r"(?P<farm>第?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})(?:村民)?小?[组队社][ ]?[0-9]{1,3}[\-][0-9]{1,2})"
    r"(?![0-9\-年月日元万米平个户人亩.:])"
    r"|门牌(?:号码?)?[是为: ]{0,3}(?P<door>[0-9]{1,4}(?:[\-][0-9]{1,3}){0,2})(?![0-9\-])"
)
_FLAT = re.compile(
    r"(?<=[区园苑城寓舍邸庭湾府郡居轩厦])[ ]?(?P<flat>[A-FHJ-N][0-9]{3,4})(?![0-9A-Za-z年月日元万米平个户人次套家名])"
    r"|(?:住|住在|房号|房间号?)[是为: ]{0,2}(?P<room>[A-Za-z][0-9]{3,4})(?![0-9A-Za-z])"
)
_BY_SIDE = re.compile(r"[ ]?[东西南北中左右]{1,2}户")
_SIDE = re.compile(r"[ ]?的?[东西南北]{1,2}[侧面边]")
_ESTATE = re.compile(r"[区园苑城寓舍邸庭湾府郡居轩村院][ ]?$")
_DWELLER = re.compile(r"[ ]?(?:的|里的)?(?:居民|住户|业主|村民|租户|户主|人家)")
_ROOM_OF = re.compile(r"(?<![0-9.\-])[0-9]{3,4}(?=住户|户主|业主|租户|号房|房的)")
_ROAD = re.compile(r"(?<!街)(?:[路街巷弄道里坊段胡同]|大道)[ ]?$")
_VILLAGE = re.compile(r"[村庄湾冲寨屯社院组队塘坪坡垸][ ]?$")
_TOUCH = re.compile(r"[ ,\-]{0,2}")
_BUILDING = frozenset(["栋", "幢", "座", "号楼", "号栋", "#", "#楼"])


_ORDER = {
    "组": 0, "队": 0, "号": 1, "号院": 1, "栋": 2, "幢": 2, "座": 2, "号楼": 2, "号栋": 2, "#": 2, "#楼": 2,
    "单元": 3, "门": 3, "梯": 3, "号门": 3, "楼": 4, "层": 4, "室": 5, "房": 5, "号房": 5,
}  # fmt: skip


@dataclass
class _Address:
    """Parts that touch, with the units they have so far."""

    start: int
    end: int
    units: list[str]
    words: bool


def _addresses(view: View) -> Iterator[_Address]:
    """The groups of parts that touch; every part is in exactly one."""
    current: _Address | None = None
    for found in _PART.finditer(view.text):
        unit = found["unit"]
        if current and _continues(view, current, found.start(), unit):
            current.end = found.end()
            current.units.append(unit)
        else:
            if current:
                yield current
            current = _Address(found.start(), found.end(), [unit], not found["number"].isascii())
    if current:
        yield current


def _continues(view: View, current: _Address, start: int, unit: str) -> bool:
    """Whether a part touches the address so far and is a smaller part of a house; a 号 may close the whole."""
    inner = _ORDER[unit] > _ORDER[current.units[-1]] or unit == "号"
    return inner and _TOUCH.fullmatch(view.text, current.end, start) is not None


def _judge(view: View, address: _Address) -> tuple[Confidence, str] | None:
    units = address.units
    before = view.text[max(0, address.start - 8) : address.start]
    on_road = _ROAD.search(before) is not None
    if {"单元", "室", "房", "room", "号房"} & set(units) and len(units) > 1:
        return Confidence.HIGH, "楼栋、单元、房号"
    if units[0] == "号" and on_road:
        return (Confidence.HIGH if len(units) > 1 else Confidence.MEDIUM), "路名之后的门牌号"
    if _is_rural(units, before):
        return Confidence.MEDIUM, "村组之后的门牌号"
    if _BUILDING & set(units) and len(units) > 1 and not (address.words and units[-1] == "层"):
        return Confidence.MEDIUM, "楼栋和楼层"
    if units == ["号"] and not address.words and _DWELLER.match(view.text, address.end):
        return Confidence.MEDIUM, "门牌号之后说住在那里的人"
    if len(units) == 1 and _SIDE.match(view.text, address.end):
        return None  # a place beside a building is where the matter is, not where somebody lives
    if units[0] in ("栋", "幢", "号楼") and address.words and _ESTATE.search(before):
        return Confidence.LOW, "楼栋号，可能是公共建筑"
    if units == ["室"] and not address.words:
        return Confidence.MEDIUM, "房号"
    if units[0] in ("栋", "幢", "号楼", "单元", "号院", "#楼", "号栋") and not address.words:
        return Confidence.LOW, "楼栋号，可能是公共建筑"
    return None


def _is_rural(units: list[str], before: str) -> bool:
    """三组12号, 柳树村12号."""
    if units[0] in ("组", "队"):
        return "号" in units
    return units[0] == "号" and _VILLAGE.search(before) is not None


def candidates(reading: Reading) -> Iterator[Candidate]:
    """Every house number; the span runs from the first number to the door."""
    view = reading.plain
    for address in _addresses(view):
        if _BUILDING & set(address.units) or address.units[-1] in ("单元", "门", "梯", "楼", "层"):
            room = _ROOM.match(view.text, address.end)
            if room and (_BUILDING | {"单元", "门", "梯"}) & set(address.units):
                address.end = room.end()
                address.units.append("room")
        side = _BY_SIDE.match(view.text, address.end) if address.units[-1] in ("单元", "梯", "楼", "层", "号楼") else None
        if side:
            address.end = side.end()
            address.units.append("room")
        judged = _judge(view, address)
        if judged:
            yield Candidate(Kind.ADDRESS, *view.span(address.start, address.end), *judged)
    for found in _DASHED.finditer(view.text):
        group = str(found.lastgroup)
        yield Candidate(Kind.ADDRESS, *view.span(*found.span(group)), Confidence.HIGH, "小区之后的楼栋、单元、房号")
    for found in _FLAT.finditer(view.text):
        group = str(found.lastgroup)
        yield Candidate(Kind.ADDRESS, *view.span(*found.span(group)), Confidence.MEDIUM, "小区之后或“住”字之后的房号")
    for found in _FARM.finditer(view.text):
        group = str(found.lastgroup)
        yield Candidate(Kind.ADDRESS, *view.span(*found.span(group)), Confidence.MEDIUM, "村组之后的门牌号")
    for found in _ROOM_OF.finditer(view.text):
        yield Candidate(Kind.ADDRESS, *view.span(*found.span()), Confidence.MEDIUM, "房号之后说住在那里的人")
