"""Which files can be published, in what form, and under which name (decisions 30)."""

from __future__ import annotations

from typing import Final

from opinion_app.rules.file_kinds import Content

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
_OTHER: Final = "只有图片和 PDF 可以制作公开副本，这类文件不能公开。"


def refusal(media_type: str) -> str:
    """Why a file of this kind is not published; empty where a clean copy can be made."""
    content = next((known for known in Content if known.value == media_type), None)
    if content is Content.PDF or content in PICTURES:
        return ""
    return _REASONS.get(content, _OTHER) if content is not None else _OTHER


def public_name(name: str, media_type: str) -> str:
    """The name of the clean copy: the old one, with the ending that is true of the new file."""
    stem, dot, _ending = name.rpartition(".")
    ending = {Content.PDF.value: "pdf", Content.PNG.value: "png"}.get(media_type, "jpg")
    return f"{stem if dot and stem else name}.{ending}"
