"""Which files can be published, in what form, and under which name (decisions 30)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from opinion_app.rules.file_kinds import Content
from opinion_app.rules.words import Source, Word


class FileUse(Word):
    """What a file added to a case is for; only what belongs to the reply may go public with it."""

    INTERNAL = "internal", "内部材料，不公开"
    REPLY = "reply", "答复附件，可随答复公开"


class CopyState(Word):
    """How far the pictures of the pages of a file are."""

    DRAWING = "drawing", "正在逐页转成图片"
    DRAWN = "drawn", "待逐页确认"
    FAILED = "failed", "没有做成"


PAGES_MOST: Final = 60
PICTURES: Final = frozenset({Content.JPEG, Content.PNG, Content.GIF, Content.BMP, Content.WEBP, Content.TIFF})
_AS_PDF: Final = "请先接受或拒绝全部修订，另存为 PDF，作为附件上传后再公开。"
_REASONS: Final = {
    Content.OLE_WORD: "文字文档里可能留有修订痕迹、批注和作者姓名，不能公开。" + _AS_PDF,
    Content.OOXML_WORD: "文字文档里可能留有修订痕迹、批注和作者姓名，不能公开。" + _AS_PDF,
    Content.OLE_SHEET: "表格里可能留有隐藏的行列、批注和作者姓名，不能公开。请把要公开的部分另存为 PDF，上传后再公开。",
    Content.OOXML_SHEET: "表格里可能留有隐藏的行列、批注和作者姓名，不能公开。请把要公开的部分另存为 PDF，上传后再公开。",
    Content.OLE_SLIDES: "演示文稿里可能留有备注和作者姓名，不能公开。请另存为 PDF，上传后再公开。",
    Content.OOXML_SLIDES: "演示文稿里可能留有备注和作者姓名，不能公开。请另存为 PDF，上传后再公开。",
    Content.OFD: "OFD 文件的文字可以被提取，不能直接公开。请另存为 PDF，上传后再公开。",
    Content.HEIF: "手机的 HEIC 照片不能处理。请另存为 JPEG 图片，上传后再公开。",
}
MESSAGE_OWNER: Final = "case"  # the files of a case itself: what came with it, and what was added before its use was asked
_INSIDE: Final = {
    "finding": "办理记录、协办情况和批示的附件",
    "report_back": "给来文单位的反馈材料",
    "assessment": "研判材料",
    "risk_report": "舆情报告材料",
    FileUse.INTERNAL.value: "内部材料",
}
_AS_REPLY: Final = "不公开。确有需要公开的内容，请另存一份只含可以公开的内容，用“上传附件”作为答复附件上传。"
_OTHER: Final = "只有图片和 PDF 可以制作公开副本，这类文件不能公开。"


def refusal(media_type: str) -> str:
    """Why a file of this kind is not published; empty where a clean copy can be made."""
    content = next((known for known in Content if known.value == media_type), None)
    if content is Content.PDF or content in PICTURES:
        return ""
    return _REASONS.get(content, _OTHER) if content is not None else _OTHER


def inside(owner: str, source: Source, added_at: datetime, registered_at: datetime) -> str:
    """Why a file stays inside whatever its kind; empty for a file of the question or of the reply.

    The question's files are those that came with a writer's message; the papers that came with a letter are its issuer's. What
    nobody said of what it is stays inside."""
    if owner == FileUse.REPLY.value:
        return ""
    if owner == MESSAGE_OWNER:
        if source is not Source.MESSAGE:
            return f"来文单位或{Source.SENTIMENT_ITEM.label}的材料，{_AS_REPLY}"
        return "" if added_at <= registered_at else f"登记之后上传，没有写明是答复附件，{_AS_REPLY}"
    return f"{_INSIDE.get(owner, '内部材料')}，{_AS_REPLY}"


def public_name(name: str, media_type: str) -> str:
    """The name of the clean copy: the old one, with the ending that is true of the new file."""
    stem, dot, _ending = name.rpartition(".")
    ending = {Content.PDF.value: "pdf", Content.PNG.value: "png"}.get(media_type, "jpg")
    return f"{stem if dot and stem else name}.{ending}"
