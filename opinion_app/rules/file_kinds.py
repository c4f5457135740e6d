"""Which files may be attached: their kinds, extensions, contents and limits, and what a refused one is told."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from opinion_app.rules.errors import Invalid

MEGABYTE: Final = 1024 * 1024


class FileRefusedError(Invalid):
    """A file that may not come in."""


class Group(StrEnum):
    """Families of kinds, as a person choosing a file thinks of them."""

    PDF = "PDF"
    WORD = "Word 文档"
    SHEET = "Excel 表格"
    TEXT_SHEET = "CSV 表格"
    SLIDES = "演示文稿"
    OFD = "OFD 版式文件"
    IMAGE = "图片"
    AUDIO = "录音"
    VIDEO = "录像"


class Content(StrEnum):
    """What the bytes are, whatever the name says. The value is the media type a file of it is stored and sent with."""

    PDF = "application/pdf"
    OLE_WORD = "application/msword"
    OLE_SHEET = "application/vnd.ms-excel"
    OLE_SLIDES = "application/vnd.ms-powerpoint"
    OOXML_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    OOXML_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    OOXML_SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    OFD = "application/ofd"
    JPEG = "image/jpeg"
    PNG = "image/png"
    GIF = "image/gif"
    BMP = "image/bmp"
    WEBP = "image/webp"
    TIFF = "image/tiff"
    HEIF = "image/heif"
    MP3 = "audio/mpeg"
    WAV = "audio/wav"
    AAC = "audio/aac"
    AMR = "audio/amr"
    FLAC = "audio/flac"
    OGG = "audio/ogg"
    MP4 = "video/mp4"
    AVI = "video/x-msvideo"
    MATROSKA = "video/x-matroska"
    ASF = "video/x-ms-asf"
    MPEG = "video/mpeg"
    FLV = "video/x-flv"
    EMPTY = "application/x-empty"
    PROTECTED = "application/x-password-protected"
    MACROS = "application/x-office-macros"
    CROWDED = "application/x-crowded-archive"
    PROGRAM = "application/x-program"
    MARKUP = "text/html"
    ARCHIVE = "application/x-archive"
    UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind a person may attach: the extensions it goes by and the contents those may hold."""

    name: str
    group: Group
    extensions: frozenset[str]
    contents: frozenset[Content]


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """How much one uploader may send at once. Sizes are in bytes."""

    bytes_each: int
    files: int
    groups: frozenset[Group]

    @property
    def extensions(self) -> tuple[str, ...]:
        """The extensions a file chooser offers, without dots, in the order of the kinds."""
        return tuple(e for kind in KINDS if kind.group in self.groups for e in sorted(kind.extensions))


def _kind(name: str, group: Group, extensions: str, *contents: Content) -> FileKind:
    return FileKind(name, group, frozenset(extensions.split()), frozenset(contents))


# WPS keeps its own documents (.wps .et .dps) in the old Word, Excel and PowerPoint containers, newer ones in the zipped
# form, and both write .doc files that hold the other: the pairs are accepted for one another within a group.
KINDS: Final = (
    _kind("PDF", Group.PDF, "pdf", Content.PDF),
    _kind("Word 文档", Group.WORD, "doc docx", Content.OLE_WORD, Content.OOXML_WORD),
    _kind("WPS 文字", Group.WORD, "wps wpt", Content.OLE_WORD, Content.OOXML_WORD),
    _kind("Excel 表格", Group.SHEET, "xls xlsx", Content.OLE_SHEET, Content.OOXML_SHEET),
    _kind("WPS 表格", Group.SHEET, "et ett", Content.OLE_SHEET, Content.OOXML_SHEET),
    _kind("CSV 表格", Group.TEXT_SHEET, "csv tsv txt", Content.UNKNOWN, Content.MARKUP),
    _kind("PowerPoint 演示文稿", Group.SLIDES, "ppt pptx", Content.OLE_SLIDES, Content.OOXML_SLIDES),
    _kind("WPS 演示", Group.SLIDES, "dps dpt", Content.OLE_SLIDES, Content.OOXML_SLIDES),
    _kind("OFD 版式文件", Group.OFD, "ofd", Content.OFD),
    _kind("JPEG 图片", Group.IMAGE, "jpg jpeg jfif", Content.JPEG),
    _kind("PNG 图片", Group.IMAGE, "png", Content.PNG),
    _kind("GIF 图片", Group.IMAGE, "gif", Content.GIF),
    _kind("BMP 图片", Group.IMAGE, "bmp", Content.BMP),
    _kind("WebP 图片", Group.IMAGE, "webp", Content.WEBP),
    _kind("TIFF 图片", Group.IMAGE, "tif tiff", Content.TIFF),
    _kind("HEIC 图片", Group.IMAGE, "heic heif", Content.HEIF),
    _kind("MP3 录音", Group.AUDIO, "mp3", Content.MP3),
    _kind("WAV 录音", Group.AUDIO, "wav", Content.WAV),
    _kind("M4A 录音", Group.AUDIO, "m4a", Content.MP4),
    _kind("AAC 录音", Group.AUDIO, "aac", Content.AAC),
    _kind("AMR 录音", Group.AUDIO, "amr", Content.AMR),
    _kind("FLAC 录音", Group.AUDIO, "flac", Content.FLAC),
    _kind("OGG 录音", Group.AUDIO, "ogg oga opus", Content.OGG),
    _kind("WMA 录音", Group.AUDIO, "wma", Content.ASF),
    _kind("MP4 录像", Group.VIDEO, "mp4 m4v mov 3gp", Content.MP4),
    _kind("AVI 录像", Group.VIDEO, "avi", Content.AVI),
    _kind("MKV 或 WebM 录像", Group.VIDEO, "mkv webm", Content.MATROSKA),
    _kind("WMV 录像", Group.VIDEO, "wmv asf", Content.ASF),
    _kind("MPEG 录像", Group.VIDEO, "mpg mpeg vob", Content.MPEG),
    _kind("FLV 录像", Group.VIDEO, "flv", Content.FLV),
)
_BY_EXTENSION: Final = {extension: kind for kind in KINDS for extension in kind.extensions}

# decisions of the office: staff 100 MB a file; a citizen five pictures or PDF files of 10 MB.
STAFF_LIMITS: Final = UploadLimits(100 * MEGABYTE, 20, frozenset(Group) - {Group.TEXT_SHEET})
CITIZEN_LIMITS: Final = UploadLimits(10 * MEGABYTE, 5, frozenset({Group.PDF, Group.IMAGE}))
# A sheet to import is no attachment: plain text has no mark of its own, so it comes in here alone and is read as rows only.
IMPORT_LIMITS: Final = UploadLimits(50 * MEGABYTE, 1, frozenset({Group.SHEET, Group.TEXT_SHEET}))

_SAY_AGAIN: Final = "请用原来的程序打开它，另存为正确的格式后再上传。"
_REASONS: Final = {
    Content.EMPTY: "这个文件是空的（0 字节），请检查原文件后重新上传。",
    Content.PROTECTED: "这个文件设置了打开密码，请去掉密码后再上传。",
    Content.MACROS: "这个文件里带有宏，请另存为不带宏的格式（如 .docx、.xlsx）后再上传。",
    Content.CROWDED: "这个文件的内部结构异常，不能接收。" + _SAY_AGAIN,
}
_LOOKS_LIKE: Final = {
    Content.PROGRAM: "而是一个程序",
    Content.MARKUP: "而是一个网页",
    Content.ARCHIVE: "而是一个压缩包",
}


def extension_of(name: str) -> str:
    """The extension in lower case without its dot; empty when the name has none."""
    _, dot, extension = name.rpartition(".")
    return extension.lower() if dot else ""


def kind_by_name(name: str, limits: UploadLimits) -> FileKind:
    """The kind a cleaned file name claims. Raises FileRefusedError when this uploader may not send such files."""
    extension = extension_of(name)
    kind = _BY_EXTENSION.get(extension)
    if kind is not None and kind.group in limits.groups:
        return kind
    shown = f"不能上传 .{extension[:20]} 这类文件" if extension else "这个文件没有扩展名，看不出是什么文件"
    groups = "、".join(group.value for group in Group if group in limits.groups)
    raise FileRefusedError(f"{shown}。可以上传：{groups}。")


def check_content(kind: FileKind, content: Content) -> None:
    """Nothing when the bytes are what the name claims. Raises FileRefusedError with the reason otherwise."""
    if content in kind.contents:
        return
    if content in _REASONS:
        raise FileRefusedError(_REASONS[content])
    raise FileRefusedError(f"这个文件的内容不是 {kind.name}{_but(content)}。{_SAY_AGAIN}")


def check_size(size: int, limits: UploadLimits) -> None:
    """Nothing up to and including the limit. Raises FileRefusedError above it."""
    if size > limits.bytes_each:
        megabytes = limits.bytes_each // MEGABYTE
        raise FileRefusedError(f"这个文件超过了 {megabytes} MB。请压缩或分成几个文件后再上传。")


def check_count(count: int, limits: UploadLimits) -> None:
    """Nothing up to and including the limit of files sent at once. Raises FileRefusedError above it."""
    if count > limits.files:
        raise FileRefusedError(f"一次最多上传 {limits.files} 个文件，这次选了 {count} 个。请分几次上传。")


def _but(content: Content) -> str:
    if content in _LOOKS_LIKE:
        return "，" + _LOOKS_LIKE[content]
    actual = next((kind.name for kind in KINDS if content in kind.contents and content is not Content.UNKNOWN), None)
    return f"，而是 {actual}" if actual else ""
