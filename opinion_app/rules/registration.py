"""What must be true of a message or a letter before it becomes a case; pure, for forms, imports and the public alike."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from opinion_app.rules.errors import MARKED, Invalid
from opinion_app.rules.mailbox import is_email
from opinion_app.rules.telephone import NO_TELEPHONE, is_telephone
from opinion_app.rules.text import clean, clean_line
from opinion_app.rules.words import Channel, Kind, Procedure, Source, Urgency
from opinion_app.rules.zone import local_date

MAX_TITLE = 100
MAX_BODY = 20_000
EARLIEST = date(2000, 1, 1)
LONGEST_RETURN = timedelta(days=3 * 365)  # beyond, it is the year that was mistyped
_SECRET = re.compile(r"(绝密|机密|秘密)\s*(★|☆|\*|级|件)|[【\[（(]\s*(绝密|机密|秘密)\s*[】\]）)]|^\s*(绝密|机密|秘密)\s*$", re.M)
_LINK = re.compile(r"https?://[^\s<>\"']{3,480}")


@dataclass(frozen=True)
class Writer:
    """The writer's contact data; every part may be empty."""

    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    identity_number: str = ""


@dataclass(frozen=True)
class LetterFacts:
    """What the notice of a forwarded letter says (转来信件处置通知)."""

    issuer: str
    document_number: str
    notice_date: date
    received_on: date
    return_on: date | None = None
    issuer_urgency: str = "平件"
    report_owed: bool = True
    classification: str = ""


@dataclass(frozen=True)
class NewCase:
    """A message or letter as it comes in, before it has a number."""

    title: str
    body: str
    received_at: datetime
    source: Source = Source.MESSAGE
    channel: Channel = Channel.OTHER
    kind: Kind = Kind.INQUIRY
    procedure: Procedure = Procedure.ORDINARY
    urgency: Urgency = Urgency.NORMAL
    area: str = "其他"
    place: str = ""
    nickname: str = ""
    original_number: str = ""
    original_link: str = ""
    wish_public: bool = False
    anonymous: bool = False
    accused: str = ""
    accused_unit_id: int | None = None
    concerns_official: bool = False
    writer: Writer = field(default_factory=Writer)
    letter: LetterFacts | None = None
    receipt: bool = False  # whether staff who register it want the writer to get one by mail

    @property
    def restricted(self) -> bool:
        """Whether only named people may see it: an accusation that concerns a public official (decisions 9)."""
        return self.kind is Kind.ACCUSATION and self.concerns_official


def tidy(new: NewCase) -> NewCase:
    """The same with every text cleaned of what no form should bring in."""
    writer = Writer(
        clean_line(new.writer.name),
        clean_line(new.writer.phone),
        clean_line(new.writer.email),
        clean_line(new.writer.address),
        clean_line(new.writer.identity_number),
    )
    lines = {
        name: clean_line(getattr(new, name))
        for name in ("title", "place", "nickname", "original_number", "original_link", "accused", "area")
    }
    return replace(new, body=clean(new.body), writer=writer, **lines)  # type: ignore[arg-type]


def check(new: NewCase, now: datetime, *, from_writer: bool = False) -> None:
    """Raise Invalid, naming each field, unless `new` (already tidied) may be registered at `now`.

    `from_writer`: it comes from its writer, who can mend a telephone number; what stands in a letter is taken as it is."""
    problems: dict[str, str] = {}
    _check_texts(new, problems)
    _check_dates(new, now, problems)
    if from_writer and new.writer.phone and not is_telephone(new.writer.phone):
        problems.setdefault("phone", NO_TELEPHONE)
    if new.kind is Kind.ACCUSATION and not new.accused and new.accused_unit_id is None:
        problems["accused"] = "举报件请写明被举报的单位或个人。"
    if problems:
        raise Invalid(MARKED, problems)


def check_not_secret(*texts: str) -> None:
    """Raise Invalid when a text carries a mark of secrecy; nothing of it may be stored (保密法; decisions 18)."""
    if any(_SECRET.search(text) for text in texts if text):
        raise Invalid(
            "内容带有密级标识。涉密文件不得进入本系统，请按保密规定线下办理。系统没有保存任何内容。",
            {"classification": "涉密件不得录入"},
        )


def _check_texts(new: NewCase, problems: dict[str, str]) -> None:
    if not new.title:
        problems["title"] = "请填写标题。"
    elif len(new.title) > MAX_TITLE:
        problems["title"] = f"标题最多 {MAX_TITLE} 个字，现在是 {len(new.title)} 个字。"
    if not new.body:
        problems["body"] = "请填写内容。"
    elif len(new.body) > MAX_BODY:
        problems["body"] = f"内容最多 {MAX_BODY} 个字，现在是 {len(new.body)} 个字。请分次提交或作为附件上传。"
    for name, label, limit in _LIMITS:
        if len(getattr(new, name)) > limit:
            problems[name] = f"{label}最多 {limit} 个字。"
    if new.original_link and not _LINK.fullmatch(new.original_link):
        problems["original_link"] = "链接应以 http:// 或 https:// 开头。"
    _check_writer(new.writer, problems)


_LIMITS = (
    ("nickname", "昵称", 40),
    ("place", "地点", 100),
    ("original_number", "原编号", 60),
    ("accused", "被举报对象", 100),
)


def _check_writer(writer: Writer, problems: dict[str, str]) -> None:
    for name, label, limit in (("name", "姓名", 40), ("phone", "电话", 40), ("address", "地址", 150)):
        if len(getattr(writer, name)) > limit:
            problems[name] = f"{label}最多 {limit} 个字。"
    if writer.email and not is_email(writer.email):
        problems["email"] = "邮箱格式不对，应像 name@example.cn。"


def _check_dates(new: NewCase, now: datetime, problems: dict[str, str]) -> None:
    today = local_date(now)
    if new.received_at > now + timedelta(minutes=5):
        problems["received_at"] = "收到时间不能晚于现在。"
    elif local_date(new.received_at) < EARLIEST:
        problems["received_at"] = "收到时间太早，请核对年份。"
    letter = new.letter
    if letter is None:
        return
    if not letter.issuer:
        problems["issuer"] = "请填写来文单位。"
    if letter.received_on > today:
        problems["received_on"] = "收文日期不能晚于今天。"
    if letter.notice_date > letter.received_on:
        problems["notice_date"] = "通知上的日期不能晚于收文日期。"
    if letter.return_on is not None and letter.return_on < letter.received_on:
        problems["return_on"] = "要求反馈的日期不能早于收文日期。"
    elif letter.return_on is not None and letter.return_on - letter.received_on > LONGEST_RETURN:
        problems["return_on"] = "要求反馈的日期离收文日期太远，请核对年份。"
