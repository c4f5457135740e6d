"""The kinds of personal data that masking proposes, the proposal itself, and how two are told apart."""

import enum
import hashlib
from dataclasses import dataclass
from typing import NamedTuple


class Kind(enum.StrEnum):
    """What sort of personal data a find is; the value is stored, `label` is shown."""

    ID_NUMBER = "id_number"
    CREDIT_CODE = "credit_code"
    MOBILE = "mobile"
    LANDLINE = "landline"
    BANK_CARD = "bank_card"
    PLATE = "plate"
    EMAIL = "email"
    WECHAT = "wechat"
    QQ = "qq"
    NAME = "name"
    ADDRESS = "address"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The word an office reads for this kind."""
        return _LABELS[self]


_LABELS = {
    Kind.ID_NUMBER: "身份证号",
    Kind.CREDIT_CODE: "统一社会信用代码",
    Kind.MOBILE: "手机号",
    Kind.LANDLINE: "固定电话",
    Kind.BANK_CARD: "银行卡号",
    Kind.PLATE: "车牌号",
    Kind.EMAIL: "电子邮箱",
    Kind.WECHAT: "微信号",
    Kind.QQ: "QQ号",
    Kind.NAME: "姓名",
    Kind.ADDRESS: "门牌楼栋号",
    Kind.OTHER: "其他个人信息",
}

STRUCTURED = frozenset(set(Kind) - {Kind.NAME, Kind.ADDRESS, Kind.OTHER})
"""Kinds with a form of their own, which rules can recognise nearly always."""


class Confidence(enum.IntEnum):
    """How sure the rules are; every find is a proposal whatever its confidence."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def label(self) -> str:
        """The word an office reads for this confidence."""
        return {1: "低", 2: "中", 3: "高"}[self.value]


class Candidate(NamedTuple):
    """What one rule saw, before overlaps are settled; offsets of the original text."""

    kind: Kind
    start: int
    end: int
    confidence: Confidence
    reason: str


@dataclass(frozen=True, slots=True)
class Find:
    """One proposal: `text` is exactly `original[start:end]`, in Python string offsets of the original text."""

    kind: Kind
    start: int
    end: int
    text: str
    confidence: Confidence
    reason: str
    replacement: str

    @property
    def identity(self) -> str:
        """The same for the same kind, place and wording, so a decision survives a second search of an unchanged text.

        The digest of a short number can be guessed, so an identity stays in the office and is never published.
        """
        digest = hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return f"{self.kind.value}:{self.start}:{self.end}:{digest}"
