"""Which files may come in, and what the refused ones are told."""

import pytest

from opinion_app.rules.file_kinds import (
    CITIZEN_LIMITS,
    IMPORT_LIMITS,
    KINDS,
    MEGABYTE,
    STAFF_LIMITS,
    Content,
    FileRefusedError,
    Group,
    check_content,
    check_count,
    check_size,
    extension_of,
    kind_by_name,
)


def test_no_extension_belongs_to_two_kinds() -> None:
    extensions = [extension for kind in KINDS for extension in kind.extensions]
    assert len(extensions) == len(set(extensions))


@pytest.mark.parametrize("name", ["函.PDF", "表.et", "稿.dps", "公文.ofd", "文.wps", "录音.amr", "现场.mp4", "a.b.docx"])
def test_staff_may_send_what_offices_use(name: str) -> None:
    assert extension_of(name) in kind_by_name(name, STAFF_LIMITS).extensions


@pytest.mark.parametrize("name", ["x.exe", "x.svg", "x.html", "x.docm", "x.zip", "x.js", "x.lnk", "x.htaccess"])
def test_other_files_are_refused_with_what_is_possible(name: str) -> None:
    with pytest.raises(FileRefusedError, match=r"不能上传 \.\w+ 这类文件。可以上传：PDF、Word 文档、Excel 表格"):
        kind_by_name(name, STAFF_LIMITS)


def test_a_name_without_extension_is_refused() -> None:
    with pytest.raises(FileRefusedError, match="没有扩展名"):
        kind_by_name("来信", STAFF_LIMITS)


def test_citizens_send_pictures_and_pdf_only() -> None:
    assert kind_by_name("照片.HEIC", CITIZEN_LIMITS).group is Group.IMAGE
    with pytest.raises(FileRefusedError, match="可以上传：PDF、图片。"):
        kind_by_name("说明.docx", CITIZEN_LIMITS)
    assert CITIZEN_LIMITS.extensions[:3] == ("pdf", "jfif", "jpeg")
    assert "docx" not in CITIZEN_LIMITS.extensions


def test_sheets_to_import_are_sheets_only() -> None:
    assert kind_by_name("来信.CSV", IMPORT_LIMITS).group is Group.TEXT_SHEET
    check_content(kind_by_name("来信.csv", IMPORT_LIMITS), Content.UNKNOWN)
    with pytest.raises(FileRefusedError, match="可以上传：Excel 表格、CSV 表格。"):
        kind_by_name("来信.pdf", IMPORT_LIMITS)
    with pytest.raises(FileRefusedError, match="不能上传"):
        kind_by_name("来信.csv", STAFF_LIMITS)


def test_content_that_agrees_passes() -> None:
    for kind in KINDS:
        for content in kind.contents:
            check_content(kind, content)
            assert content.value


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", Content.PROGRAM, "这个文件的内容不是 PDF，而是一个程序。"),
        ("a.jpg", Content.MARKUP, "这个文件的内容不是 JPEG 图片，而是一个网页。"),
        ("a.docx", Content.ARCHIVE, "这个文件的内容不是 Word 文档，而是一个压缩包。"),
        ("a.xlsx", Content.PDF, "这个文件的内容不是 Excel 表格，而是 PDF。"),
        ("a.pdf", Content.UNKNOWN, "这个文件的内容不是 PDF。请用原来的程序打开它"),
        ("a.pdf", Content.EMPTY, "这个文件是空的"),
        ("a.docx", Content.PROTECTED, "打开密码"),
        ("a.docx", Content.MACROS, "带有宏"),
        ("a.docx", Content.CROWDED, "内部结构异常"),
    ],
)
def test_content_that_disagrees_is_refused(name: str, content: Content, reason: str) -> None:
    with pytest.raises(FileRefusedError, match=reason):
        check_content(kind_by_name(name, STAFF_LIMITS), content)


def test_sizes_at_the_limit_and_above() -> None:
    check_size(10 * MEGABYTE, CITIZEN_LIMITS)
    with pytest.raises(FileRefusedError, match="超过了 10 MB"):
        check_size(10 * MEGABYTE + 1, CITIZEN_LIMITS)
    with pytest.raises(FileRefusedError, match="超过了 100 MB"):
        check_size(100 * MEGABYTE + 1, STAFF_LIMITS)


def test_numbers_of_files_at_the_limit_and_above() -> None:
    check_count(5, CITIZEN_LIMITS)
    with pytest.raises(FileRefusedError, match="一次最多上传 5 个文件，这次选了 6 个"):
        check_count(6, CITIZEN_LIMITS)
