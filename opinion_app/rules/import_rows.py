"""A row of an imported sheet becomes a message the office can register, or a list of what is wrong with it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from opinion_app.rules.cells import Cell, cell_text
from opinion_app.rules.errors import Invalid
from opinion_app.rules.import_columns import Layout
from opinion_app.rules.import_fields import Field
from opinion_app.rules.import_times import read_moment
from opinion_app.rules.import_words import area_of, channel_of, kind_of, said_yes
from opinion_app.rules.registration import NewCase, Writer, check, check_not_secret, tidy
from opinion_app.rules.text import clean, clean_line, text_key
from opinion_app.rules.words import DEFAULT_AREAS, Channel, Kind
from opinion_app.rules.zone import UnreadableMoment, local_date

REPLY_MAX: Final = 20_000
DERIVED_TITLE_MAX: Final = 30
ACCUSED_UNKNOWN: Final = "原表未注明"

_EXACT_WHOLE: Final = 10**15
_NOTHING: Final = frozenset(
    {"无", "暂无", "没有", "未填", "未填写", "空", "-", "--", "—", "——", "/", "\\", ".", "。", "n/a", "na", "null", "none"}
)
_COUNT = re.compile(r"\d{1,9}")
# Which field of the sheet a problem found by the rules of registration belongs to.
_FIELD_OF: Final = {
    "title": Field.TITLE,
    "body": Field.BODY,
    "received_at": Field.SENT_AT,
    "original_number": Field.NUMBER,
    "original_link": Field.LINK,
    "nickname": Field.NICKNAME,
    "place": Field.PLACE,
    "accused": Field.ACCUSED,
    "name": Field.NAME,
    "phone": Field.PHONE,
    "email": Field.EMAIL,
    "address": Field.ADDRESS,
}


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What holds for the whole file: where it is from (part of the identity), and what stands in for missing columns."""

    source_label: str = ""
    channel: Channel = Channel.IMPORT
    kind: Kind = Kind.OTHER
    areas: Sequence[str] = DEFAULT_AREAS
    strict_width: bool = False


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong in a row: its number in the sheet, the column's header (empty for the whole row), and the reason."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportedMessage:
    """A message out of a sheet, ready to register, with the reply it came with.

    `identity_key` is the same whenever the same message is imported again. A reply without a time has None: when it was
    given is not known, and counts in no statistics of time.
    """

    case: NewCase
    identity_key: str
    reply: str = ""
    replied_at: datetime | None = None
    reply_unit: str = ""
    supports: int = 0
    opposes: int = 0


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """The message, or None with the problems; warnings come with either. Of a secret row nothing may be kept."""

    row: int
    message: ImportedMessage | None
    problems: tuple[RowProblem, ...] = ()
    warnings: tuple[RowProblem, ...] = ()
    secret: bool = False


def read_row(number: int, cells: Sequence[Cell], layout: Layout, options: ImportOptions, now: datetime) -> RowOutcome:
    """What this row is. Never raises for what stands in the row.

    Where the sheet has no column of times, `now` is the moment of receipt; an empty cell in such a column is a problem.
    """
    return _Row(number, cells, layout, options, now).read()


def identity_of(case: NewCase, source_label: str) -> str:
    """The key by which a second import finds the message: its origin and original number, or else its text."""
    if case.original_number:
        return text_key("number", case.source, source_label, case.original_number)
    return text_key("text", case.title, case.body)


class _Row:
    """One row on its way: its cells, and the problems and warnings found so far."""

    def __init__(self, number: int, cells: Sequence[Cell], layout: Layout, options: ImportOptions, now: datetime) -> None:
        self._number, self._cells, self._layout, self._options, self._now = number, cells, layout, options, now
        self._problems: list[RowProblem] = []
        self._warnings: list[RowProblem] = []

    def read(self) -> RowOutcome:
        if self._is_headers():
            return self._refused("", "这一行是重复的表头，没有导入。")
        if self._options.strict_width and any(cell_text(cell).strip() for cell in self._cells[len(self._layout.headers) :]):
            return self._refused("", "这一行的内容比表头多出几列，可能是分隔符或引号写错了，请改正后再导入。")
        title, body = self._title_and_body()
        reply = clean(cell_text(self._cell(Field.REPLY)))
        try:
            check_not_secret(title, body, reply)
        except Invalid as secret:
            problem = RowProblem(self._number, "", secret.message)
            return RowOutcome(self._number, None, (problem,), secret=True)
        case = self._case(title, body)
        message = self._with_reply(case, reply)
        problems = tuple(self._problems)
        return RowOutcome(self._number, None if problems else message, problems, tuple(self._warnings))

    def _case(self, title: str, body: str) -> NewCase:
        kind = self._kind()
        case = tidy(
            NewCase(
                title=title,
                body=body,
                received_at=self._received_at(),
                channel=channel_of(self._line(Field.CHANNEL), self._options.channel),
                kind=kind,
                area=area_of(self._line(Field.AREA), self._options.areas),
                place=self._line(Field.PLACE),
                nickname=self._line(Field.NICKNAME),
                original_number=self._original_number(),
                original_link=self._link(),
                wish_public=said_yes(self._line(Field.WISH_PUBLIC)),
                anonymous=said_yes(self._line(Field.ANONYMOUS)),
                accused=self._accused(kind),
                writer=self._writer(),
            )
        )
        try:
            check(case, self._now)
        except Invalid as wrong:
            for name, reason in wrong.fields.items():
                self._wrong(_FIELD_OF[name], reason)
        return case

    def _with_reply(self, case: NewCase, reply: str) -> ImportedMessage:
        replied_at = self._replied_at(case, reply)
        if len(reply) > REPLY_MAX:
            self._wrong(Field.REPLY, f"答复最多 {REPLY_MAX} 个字，现在是 {len(reply)} 个字。")
        return ImportedMessage(
            case=case,
            identity_key=identity_of(case, self._options.source_label),
            reply=reply,
            replied_at=replied_at,
            reply_unit=self._line(Field.REPLY_UNIT)[:100],
            supports=self._count(Field.SUPPORTS),
            opposes=self._count(Field.OPPOSES),
        )

    def _is_headers(self) -> bool:
        headers = self._layout.headers
        return len(headers) == len(self._cells) and all(
            clean_line(cell_text(cell)) == header for cell, header in zip(self._cells, headers, strict=True)
        )

    def _title_and_body(self) -> tuple[str, str]:
        title = clean_line(cell_text(self._cell(Field.TITLE)))
        body = clean(cell_text(self._cell(Field.BODY)))
        if not title and body:
            whole = clean_line(body)
            title = whole if len(whole) <= DERIVED_TITLE_MAX else whole[: DERIVED_TITLE_MAX - 1] + "…"
        return title, body or title

    def _link(self) -> str:
        link = self._line(Field.LINK)
        return f"http://{link}" if link.startswith("www.") else link

    def _original_number(self) -> str:
        cell = self._cell(Field.NUMBER)
        if isinstance(cell, int | float) and abs(cell) >= _EXACT_WHOLE:
            self._wrong(Field.NUMBER, "编号超过 15 位，表格里已变成近似数。请把这一列设为文本、重新填写编号后再导入。")
        return clean_line(cell_text(cell))

    def _received_at(self) -> datetime:
        if Field.SENT_AT not in self._layout.columns:
            return self._now
        moment = self._moment(Field.SENT_AT)
        if moment is None and not self._has(Field.SENT_AT):
            self._wrong(Field.SENT_AT, "没有填写留言时间。")
        return moment or self._now

    def _replied_at(self, case: NewCase, reply: str) -> datetime | None:
        if not self._has(Field.REPLIED_AT):
            if reply:
                self._warn(Field.REPLIED_AT, "有答复但没有答复时间：答复照常导入，不计入办理用时。")
            return None
        replied_at = self._moment(Field.REPLIED_AT)
        if not reply:
            self._warn(Field.REPLY, "有答复时间但没有答复内容：按未答复导入。")
            return None
        if replied_at is not None and replied_at > self._now:
            self._wrong(Field.REPLIED_AT, "答复时间不能晚于现在。")
        elif replied_at is not None and self._is_before(replied_at, case):
            self._wrong(Field.REPLIED_AT, "答复时间早于留言时间，请核对。")
        return replied_at

    def _is_before(self, replied_at: datetime, case: NewCase) -> bool:
        """By the day: one of the two often has no clock time. Without times of receipt there is nothing to compare."""
        known = Field.SENT_AT in self._layout.columns
        return known and local_date(replied_at) < local_date(case.received_at)

    def _moment(self, field: Field) -> datetime | None:
        if not self._has(field):
            return None
        try:
            return read_moment(self._cell(field))
        except UnreadableMoment as error:
            self._wrong(field, error.message)
            return None

    def _kind(self) -> Kind:
        text = self._line(Field.KIND)
        kind = kind_of(text)
        if text and kind is None:
            self._warn(Field.KIND, f"没有“{text[:20]}”这种诉求类型，按“{self._options.kind.label}”导入。")
        return kind or self._options.kind

    def _accused(self, kind: Kind) -> str:
        accused = self._line(Field.ACCUSED)
        if kind is Kind.ACCUSATION and not accused:
            self._warn(Field.ACCUSED, "举报件没有写明被举报的单位或个人，请导入后补充。")
            return ACCUSED_UNKNOWN
        return accused

    def _writer(self) -> Writer:
        return Writer(
            self._line(Field.NAME),
            self._line(Field.PHONE),
            self._line(Field.EMAIL),
            self._line(Field.ADDRESS),
            self._line(Field.IDENTITY),
        )

    def _count(self, field: Field) -> int:
        text = self._line(field)
        if text and not _COUNT.fullmatch(text):
            self._warn(field, f"“{text[:20]}”不是数目，按 0 导入。")
            return 0
        return int(text or 0)

    def _line(self, field: Field) -> str:
        """A one-line field; what people write into a cell to say there is nothing counts as nothing."""
        text = clean_line(cell_text(self._cell(field)))
        return "" if text.lower() in _NOTHING and field is not Field.NICKNAME else text

    def _cell(self, field: Field) -> Cell:
        return self._layout.cell(self._cells, field)

    def _has(self, field: Field) -> bool:
        return bool(clean_line(cell_text(self._cell(field))))

    def _wrong(self, field: Field, reason: str) -> None:
        self._problems.append(RowProblem(self._number, self._layout.shown(field), reason))

    def _warn(self, field: Field, reason: str) -> None:
        self._warnings.append(RowProblem(self._number, self._layout.shown(field), reason))

    def _refused(self, column: str, reason: str) -> RowOutcome:
        return RowOutcome(self._number, None, (RowProblem(self._number, column, reason),))
