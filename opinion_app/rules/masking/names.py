"""Personal names in running text: announced by words, followed by a title, or standing beside personal data.

No form is certain for a name of two to four characters, so each rule needs a word that announces it, and its end is
taken where a character follows that no given name holds. Words and surnames are in surnames.py.
"""

import re
from collections.abc import Iterable, Iterator

import rjieba

from opinion_app.rules.masking.called import called
from opinion_app.rules.masking.kinds import Candidate, Confidence, Kind
from opinion_app.rules.masking.name_shape import (
    AFTER,
    GIVEN_MAX,
    PLACE,
    believable,
    doubtful,
    ends,
    has_words,
    is_common,
    is_given,
    is_named,
    is_phrase,
    may_be_given,
    name_end,
    surname_length,
)
from opinion_app.rules.masking.name_words import ANNOUNCING, CIVIL_TITLES, OFFICE_TITLES, PARTIES, ROLES, STANDING
from opinion_app.rules.masking.normalise import Reading, View
from opinion_app.rules.masking.surnames import (
    AMBIGUOUS,
    GIVEN_COMMON,
    PREPOSITIONS,
    RARE_FIRST,
    SINGLE,
    WORDS,
    WORDS_AFTER_SURNAME,
    WORDS_BEFORE_TITLE,
)

_HAN = "\u3400-\u9fff"
_TITLE = re.compile(rf"(?P<civil>{CIVIL_TITLES})|(?P<office>总?经理|副?(?:{OFFICE_TITLES}))")
_TOLD = re.compile(rf"(?:{ANNOUNCING}|(?:{PARTIES})人|{STANDING})(?:姓名|名字|信息)? ?[:是为叫]? ?[“\"(]?(?=[{_HAN}])")
_SELF = re.compile(r"(?:本人[系是]?|我是|我系|我名|我们是)[:, ]?(?=[\u3400-\u9fff])")
_ROLE = re.compile(rf"(?:{ROLES})[:“\"( ]{{0,2}}(?=[{_HAN}])")
_FOREIGN = (
    "[阿卜艾买提古丽尔热克吐尼亚孜木江依布拉都汗力肉合麦麻图迪拜努西巴娜扎玛卓次仁央金顿旺珠格桑贡嘎多吉洛帕"
    "哈萨赛甫沙加马达夏赫穆那库肯]"
)
_DOTTED = re.compile(rf"(?:(?<![{_HAN}])|(?<=[叫是系民主员人])){_FOREIGN}{{1,7}}(?:·{_FOREIGN}{{1,7}}){{1,2}}")
_BESIDE = re.compile(
    r"[, (:]{0,2}(?:[男女](?![儿士孩友生朋性子人方厕装家])|(?:联系)?(?:电话|手机)|身份证|[(,]?[0-9]{2}岁|[(,][0-9]{2}岁)"
)
_SURNAME_ONLY = re.compile(rf"姓(?P<name>[{_HAN}])(?=的|女士|先生|男子|女子|老板|某)")
_LINE = re.compile(
    rf"(?:^|\n|敬礼[!.。 ]{{0,2}}|拜上|敬上)[ \t\n]*(?P<name>[{_HAN}](?: ?[{_HAN}]){{1,3}})[ \t]*"
    r"(?=\n|$|20[0-9]{2}[年.\-/,])"
)
_APART = re.compile(rf"[{_HAN}]{{1,2}}(?: [{_HAN}]{{1,2}}){{1,3}}(?![{_HAN}])")
_ODD = re.compile(rf"[{_HAN}]{{2,4}}(?=[,.;)、。 \n(!?]|$)")
_TWO_SURNAMES = re.compile(rf"[{''.join(sorted(SINGLE))}]{{2}}[{_HAN}]{{2}}(?=[,.;)、。 \n(!?]|$)")
_TOWARDS = re.compile(
    rf"(?:向|找|跟|问|与|和|对|被|由|请|让)(?P<name>[{_HAN}]{{2,4}}?)"
    r"(?=反映|反应|讨要|讨说法|要钱|协商|沟通|了解|联系|反馈|投诉|求助|咨询|交涉|打伤|殴打|威胁|同志|本人|承包|负责|说|借)"
)
_AT_HOME = re.compile(
    rf"(?:^|[到在去来往村组\n])(?P<name>[{_HAN}]{{2,4}}?)家(?=召开|开会|里|中|门口|门前|屋|房|院|串门|做客|吃饭|打牌|后面|旁边|附近|隔壁|[,.。;的])"
)
_FREE = re.compile(rf"(?:(?<![{_HAN}])|(?<=[向找由跟和与对被叫给请让经把问同是为替帮将称及告的了]))(?=[{_HAN}]{{3}})")


def _apart(text: str, at: int) -> int | None:
    """Where a name written with blanks ends that begins here: 张 建 国, 廖 雪琴; words that go on after it are left out."""
    found = _APART.match(text, at)
    if not found:
        return None
    ends = [*[place for place, char in enumerate(found[0]) if char == " "][1:], len(found[0])]
    for end in reversed(ends):
        squeezed = found[0][:end].replace(" ", "")
        if name_end(squeezed, 0, sure=True) == len(squeezed):
            return at + end
    return None


def _told(view: View) -> Iterator[tuple[int, int, Confidence, str]]:
    """我叫…, 姓名：…, 联系人…"""
    for found in _TOLD.finditer(view.text):
        at = found.end()
        clear = found[0][-1] in ':叫“"( 是为' or found[0].endswith(("姓名", "我叫"))
        apart = _apart(view.text, at)
        if apart:
            yield at, apart, Confidence.HIGH, "前有“姓名”“联系人”等字样，字间有空格"
            continue
        end = name_end(view.text, at, sure=clear)
        if end and not clear and not believable(view.text, at, end):
            continue
        if end and clear and _TWO_SURNAMES.match(view.text, at) and end - at == GIVEN_MAX + 1:
            yield at, end + 1, Confidence.LOW, "前有“姓名”“联系人”等字样，可能是双姓"
        elif end:
            yield at, end, (Confidence.HIGH if clear else Confidence.MEDIUM), "前有“姓名”“联系人”等字样"
        elif clear:
            odd = _odd_end(view.text, at)
            if odd:
                yield at, odd, Confidence.LOW, "前有“姓名”“联系人”等字样，姓氏或用字少见"


def _odd_end(text: str, at: int) -> int | None:
    """Where two to four characters end that must be a name, for words announce it, although surname or characters are odd."""
    surname = surname_length(text, at)
    other = _ODD.match(text, at)
    if other and "某" not in other[0]:
        name = other[0]
        plain = all(map(is_given, name[surname:])) or (text[at] in RARE_FIRST and all(map(is_given, name[1:])))
        named = len(name) <= surname + GIVEN_MAX and not doubtful(text, at) if surname else False
        told = plain if text[at : at + 2] not in WORDS else len(name) - surname == GIVEN_MAX and not rjieba.has_word(name[1:])
        known = rjieba.has_word(name) and not rjieba.tag(name)[0][1].startswith("nr")
        return other.end() if (told or named) and not known else None
    longest = at + surname + GIVEN_MAX
    return longest if surname and longest <= len(text) and all(map(may_be_given, text[at + surname : longest])) else None


def _introduced(view: View) -> Iterator[tuple[int, int, Confidence, str]]:
    """本人…, 我是…, 村民…, 业主…"""
    for pattern, confidence in ((_SELF, Confidence.MEDIUM), (_ROLE, Confidence.MEDIUM)):
        for found in pattern.finditer(view.text):
            at = found.end()
            end = name_end(view.text, at, sure=False)
            if end and believable(view.text, at, end):
                certain = Confidence.LOW if doubtful(view.text, at) else confidence
                yield at, end, certain, "前有表明身份的字样"


def _titled(view: View) -> Iterator[tuple[int, int, Confidence, str]]:
    """张先生, 王建国师傅, 欧阳老师: the name alone, the title stays."""
    text = view.text
    for found in _TITLE.finditer(text):
        official = found["office"] is not None
        start = _before_title(text, found.start(), official=official)
        if start is not None:
            confidence = Confidence.LOW if official else Confidence.HIGH
            reason = "姓氏加职务，可能是履行职务的公职人员" if official else "姓氏加称谓"
            yield start, found.start(), confidence, reason


def _unlikely(text: str, start: int, end: int) -> bool:
    """Whether a longer name before a title begins with an ordinary word: 和李老师, but not 于建国老师."""
    return text[start] in AMBIGUOUS and not is_common(text, start, end)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether three characters with nothing before them are a name, although they begin like a word: 周一鸣女士, 万小平先生."""
    alone = end - start > GIVEN_MAX and not "\u3400" <= text[start - 1 : start] <= "\u9fff"
    given = text[start + surname_length(text, start) : end]
    possible = text[start] in SINGLE - PREPOSITIONS and all(map(may_be_given, given))
    return alone and possible and not rjieba.has_word(given) and given not in WORDS_AFTER_SURNAME


def _before_title(text: str, end: int, *, official: bool) -> int | None:
    """Where the name before a title begins, the longest first."""
    for length in (4, 3, 2, 1):
        start = end - length
        if start >= 0 and length - GIVEN_MAX == 1 and not official and _stands_alone(text, start, end):
            return start
        if start < 0 or (text[start : start + 2] in WORDS and not text.startswith("孙女士", start)):
            continue
        surname = surname_length(text, start)
        if has_words(text, start, end):
            if surname and surname < length <= surname + GIVEN_MAX and _apart_from_words(text, start, end):
                return start
            continue
        if length == 1 and (text[start] in PREPOSITIONS or text[start - 1 : end] in WORDS_BEFORE_TITLE):
            continue
        if length > 1 and surname == 1 and (_unlikely(text, start, end) or text[start : start + 2] in WORDS_BEFORE_TITLE):
            continue
        if surname and surname <= length <= surname + GIVEN_MAX and all(map(is_given, text[start + surname : end])):
            return start
    return None


def _apart_from_words(text: str, start: int, end: int) -> bool:
    """Whether a name with characters that are words as well stands before a title: 王一诺女士, but not 谢谢高一老师."""
    surname = surname_length(text, start)
    if not all(map(may_be_given, text[start + surname : end])) or is_phrase(text[:end], start, end):
        return False
    if doubtful(text, start) and not is_named(text, start, end):
        return False
    return not any(rjieba.has_word(text[at : start + 1]) for at in range(max(0, start - 3), start))


def _beside(view: View, numbers: Iterable[int]) -> Iterator[tuple[int, int, Confidence, str]]:
    """张三，男，…; 张三 138…; (张三，电话…): a name with a boundary before it and personal data after it."""
    places = {found.start() for found in _BESIDE.finditer(view.text)} | set(numbers)
    for place in places:
        stop = place
        while stop and view.text[stop - 1] in " ,(:、\t":
            stop -= 1
        for length in (3, 2, 4):
            at = stop - length
            free = at >= 0 and not ("\u3400" <= view.text[at - 1 : at] <= "\u9fff" and is_given(view.text[at - 1]))
            if free and name_end(view.text, at, sure=False) == stop:
                yield at, stop, Confidence.MEDIUM, "后面紧跟性别、电话或证件号"
                break


def _alone(view: View) -> Iterator[tuple[int, int, Confidence, str]]:
    """A line that is nothing but a name, as under a letter; names of other peoples, written with a point."""
    for found in _LINE.finditer(view.text):
        squeezed = found["name"].replace(" ", "")
        if name_end(squeezed, 0, sure=False) == len(squeezed):
            yield *found.span("name"), Confidence.MEDIUM, "单独成行，像署名"
    for found in _SURNAME_ONLY.finditer(view.text):
        if found["name"] in SINGLE:
            yield *found.span("name"), Confidence.MEDIUM, "“姓某的”"
    for found in _DOTTED.finditer(view.text):
        yield *found.span(), Confidence.MEDIUM, "带间隔号的姓名"


def _free(view: View) -> Iterator[tuple[int, int, Confidence, str]]:
    """Nothing announces it, but surname and both characters are those of names, and words go on as after a name."""
    text = view.text
    for pattern, reason in ((_TOWARDS, "“向某人反映”之类的句式"), (_AT_HOME, "“到某人家”之类的句式")):
        for found in pattern.finditer(text):
            at, end = found.span("name")
            within = text if pattern is _TOWARDS else text[:end]
            if name_end(within, at, sure=False) == end and believable(text, at, end):
                yield at, end, Confidence.MEDIUM, reason
    for found in _FREE.finditer(text):
        at = found.start()
        first = at + surname_length(text, at)
        end = first + GIVEN_MAX
        named = first > at and end <= len(text) and not doubtful(text, at) and text[at : at + 2] not in WORDS
        if (
            named
            and not PLACE.match(text, end)
            and all(char in GIVEN_COMMON for char in text[first:end])
            and (ends(text, end) or AFTER.match(text, end))
        ):
            yield at, end, Confidence.LOW, "姓氏和用字像姓名"


def candidates(reading: Reading, numbers: Iterable[Candidate]) -> Iterator[Candidate]:
    """Every name the words around it give away; `numbers` are the telephone and identity numbers already seen."""
    view = reading.plain
    beside = {each.start for each in numbers if each.kind in (Kind.MOBILE, Kind.ID_NUMBER)}
    places = [place for place, offset in enumerate(view.index) if offset in beside]
    for seen in (_told(view), _introduced(view), called(view), _titled(view), _beside(view, places), _alone(view), _free(view)):
        for start, end, confidence, reason in seen:
            yield Candidate(Kind.NAME, *view.span(start, end), confidence, reason)
