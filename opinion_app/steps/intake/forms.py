"""The forms of intake: a message, a forwarded letter, a query code."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from wtforms import BooleanField, DateField, DateTimeLocalField, HiddenField, MultipleFileField, RadioField, SelectField
from wtforms.validators import InputRequired, Optional

from opinion_app.forms import OfficeForm, at_noon, choices, line, row_id, text
from opinion_app.rules.registration import MAX_BODY, MAX_TITLE, LetterFacts, NewCase, Writer
from opinion_app.rules.words import Channel, Kind, Procedure, Source, Urgency
from opinion_app.rules.zone import SHANGHAI, local_date

NOT_SECRET = "无"  # noqa: S105 - the word for no classification
CLASSIFICATIONS = (NOT_SECRET, "秘密", "机密", "绝密")
ISSUER_URGENCIES = ("平件", "急件", "特急")
ANYWAY = "anyway"
# What staff enter; a message from this service's own form or from a sheet says so itself.
STAFF_CHANNELS = tuple(channel for channel in Channel if channel not in (Channel.WEB_FORM, Channel.IMPORT))


class Moment(DateTimeLocalField):
    """A moment on the office's clock, to the minute."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, [InputRequired(f"请填写{label}。")], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("没有这个时间，请写成 2026-11-23 09:30 的样子。") from error


class Day(DateField):
    """A date."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("没有这个日期，请写成 2026-11-23 的样子。") from error


class RegisterForm(OfficeForm):
    """What messages and letters have in common."""

    title = line("标题", MAX_TITLE, required=True)
    body = text("内容", MAX_BODY, required=True, rows=9)
    kind = RadioField("诉求类型", choices=choices(Kind.choices()), validators=[InputRequired("请选择诉求类型。")])
    accused = line("被举报的单位或个人", 100, hint="举报件必填")
    accused_unit_id = SelectField(
        "被举报的是本单位所属", coerce=row_id, validate_choice=False, description="选定后，该单位在任何地方都看不到本件"
    )
    concerns_official = BooleanField("涉及公职人员", description="勾选后只有指定的知情人能看到本件，应转纪检监察机关")
    name = line("姓名", 40)
    phone = line("联系电话", 40)
    email = line("邮箱", 200, hint="设有邮件服务器时，答复后发一封邮件给来信人，只写编号")
    receipt = BooleanField("给来信人发收件回执", description="填了邮箱的，登记后再发一封邮件，告知已收到和编号")
    address = line("联系地址", 150)
    area = SelectField("领域")
    place = line("事发地点", 100)
    files = MultipleFileField("附件")
    same = HiddenField()

    @property
    def texts(self) -> tuple[str, ...]:
        """What a mark of secrecy is looked for in, before anything else is done with it."""
        return (self.title.data or "", self.body.data or "")

    def writer(self) -> Writer:
        """The writer's contact data."""
        return Writer(self.name.data or "", self.phone.data or "", self.email.data or "", self.address.data or "")

    def new_case(self, now: datetime) -> NewCase:
        """What the form says, unchecked; also of a form that is only half filled in."""
        raise NotImplementedError

    def _common(self) -> dict[str, Any]:
        kind = Kind.of(self.kind.data) if self.kind.data in set(Kind) else Kind.OTHER
        against = kind is Kind.ACCUSATION
        return {
            "title": self.title.data or "",
            "body": self.body.data or "",
            "kind": kind,
            "area": (self.area.data or "其他")[:40],
            "place": self.place.data or "",
            "accused": (self.accused.data or "") if against else "",
            "accused_unit_id": self.accused_unit_id.data if against else None,
            "concerns_official": bool(self.concerns_official.data) and against,
            "writer": self.writer(),
            "receipt": bool(self.receipt.data),
        }


class MessageForm(RegisterForm):
    """网民留言."""

    channel = SelectField("来源渠道", choices=choices((channel.value, channel.label) for channel in STAFF_CHANNELS))
    received_at = Moment("收到时间")
    nickname = line("昵称", 40)
    original_number = line("原编号", 60)
    original_link = line("原链接", 500)
    procedure = SelectField("办理类别", choices=choices(Procedure.choices()))
    urgency = RadioField("紧急程度", choices=choices(Urgency.choices()))
    wish_public = BooleanField("留言人愿意公开")
    anonymous = BooleanField("留言人要求匿名")

    def new_case(self, now: datetime) -> NewCase:
        received = self.received_at.data
        return NewCase(
            **self._common(),
            received_at=received.replace(tzinfo=SHANGHAI) if isinstance(received, datetime) else now,
            source=Source.MESSAGE,
            channel=Channel.of(self.channel.data) if self.channel.data in set(Channel) else Channel.OTHER,
            procedure=Procedure.of(self.procedure.data) if self.procedure.data in set(Procedure) else Procedure.ORDINARY,
            urgency=Urgency.of(self.urgency.data) if self.urgency.data in set(Urgency) else Urgency.NORMAL,
            nickname=self.nickname.data or "",
            original_number=self.original_number.data or "",
            original_link=self.original_link.data or "",
            wish_public=bool(self.wish_public.data),
            anonymous=bool(self.anonymous.data),
        )


class LetterForm(RegisterForm):
    """转来信件处置通知."""

    issuer = line("来文单位", 100, required=True)
    document_number = line("文号", 100, hint="如 信转〔2026〕15号")
    notice_date = Day("通知日期", [InputRequired("请填写通知上的日期。")])
    received_on = Day("收文日期", [InputRequired("请填写收文日期。")])
    issuer_urgency = RadioField("缓急", choices=choices((word, word) for word in ISSUER_URGENCIES))
    return_on = Day("要求反馈日期", [Optional()], description="通知没有写明的不填，按规则计算")
    report_owed = BooleanField("须向来文单位反馈办理结果")
    classification = SelectField("密级", choices=choices((word, word) for word in CLASSIFICATIONS))
    procedure = SelectField("办理类别", choices=choices(Procedure.choices()))
    identity_number = line("身份证号", 40)

    @property
    def texts(self) -> tuple[str, ...]:
        return (*super().texts, self.classification.data or "", self.document_number.data or "")

    def writer(self) -> Writer:
        plain = super().writer()
        return Writer(plain.name, plain.phone, plain.email, plain.address, self.identity_number.data or "")

    def new_case(self, now: datetime) -> NewCase:
        today = local_date(now)
        received = self.received_on.data or today
        return NewCase(
            **self._common(),
            received_at=now if received == today else at_noon(received),
            source=Source.FORWARDED_LETTER,
            channel=Channel.PAPER,
            procedure=Procedure.of(self.procedure.data) if self.procedure.data in set(Procedure) else Procedure.NOTICE,
            urgency=Urgency.NORMAL if self.issuer_urgency.data in (None, "", "平件") else Urgency.URGENT,
            letter=self._letter(received),
        )

    def _letter(self, received: date) -> LetterFacts:
        return LetterFacts(
            issuer=self.issuer.data or "",
            document_number=self.document_number.data or "",
            notice_date=self.notice_date.data or received,
            received_on=received,
            return_on=self.return_on.data,
            issuer_urgency=self.issuer_urgency.data or "平件",
            report_owed=bool(self.report_owed.data),
            classification="" if self.classification.data == NOT_SECRET else self.classification.data or "",
        )


class QueryCodeForm(OfficeForm):
    """How the clerk made sure that it is the writer who asks."""

    check = RadioField(
        "怎样核实的身份",
        choices=choices(
            (words, words) for words in ("当面核对证件", "回拨登记的电话核实", "在来源平台向原账号核实", "登记时本人在场")
        ),
        validators=[InputRequired("请先核实身份，并选择核实的方式。")],
    )
    note = line("说明", 200)
