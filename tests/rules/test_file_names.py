"""File names from outside: what is shown, and what goes into a download header."""

import pytest

from opinion_app.rules.file_names import content_disposition, display_name


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("测试文件.docx", "测试文件.docx"),
        ("../../etc/passwd", "passwd"),
        ("..\\x.pdf", "x.pdf"),
        ("/绝对/路径/来信.pdf", "来信.pdf"),
        ("C:\\Users\\张三\\来信.pdf", "来信.pdf"),
        ("C:来信.pdf", "C_来信.pdf"),
        ("a.pdf\0.html", "a.pdf.html"),
        (".htaccess", "htaccess"),
        ("\u200b.htaccess", "htaccess"),
        (".ht\u200baccess", "htaccess"),
        ("来信\u202efdp.exe", "来信fdp.exe"),
        ('a;b="c".pdf', "a;b=_c_.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        ("\ud800来信.pdf", "\ufffd来信.pdf"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1 .pdf", "_com1 .pdf"),
        ("COM¹.pdf", "_COM¹.pdf"),
        ("console.pdf", "console.pdf"),
        ("来信.pdf. . ", "来信.pdf"),
        ("...", "未命名文件"),
        ("../..", "未命名文件"),
        ("目录/", "未命名文件"),
        ("", "未命名文件"),
        ("  \u3000", "未命名文件"),
    ],
)
def test_display_name(raw: str, shown: str) -> None:
    assert display_name(raw) == shown
    assert display_name(shown) == shown


def test_a_long_name_keeps_its_extension() -> None:
    shown = display_name("长" * 300 + ".pdf")
    assert shown == "长" * 196 + ".pdf"


@pytest.mark.parametrize("raw", ["长" * 300, "长" * 300 + "." + "x" * 100])
def test_a_long_name_without_a_real_extension_is_cut(raw: str) -> None:
    assert display_name(raw) == "长" * 200


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("reply.pdf", "attachment; filename=\"reply.pdf\"; filename*=UTF-8''reply.pdf"),
        ("来信.pdf", "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E6%9D%A5%E4%BF%A1.pdf"),
        ("a b%20(1).pdf", "attachment; filename=\"a b_20(1).pdf\"; filename*=UTF-8''a%20b%2520%281%29.pdf"),
        ('x"; f="y.html', "attachment; filename=\"x__ f=_y.html\"; filename*=UTF-8''x_%3B%20f%3D_y.html"),
        ("a\r\nX: y.pdf", "attachment; filename=\"a X_ y.pdf\"; filename*=UTF-8''a%20X_%20y.pdf"),
        ("😀'.pdf", "attachment; filename=\"_'.pdf\"; filename*=UTF-8''%F0%9F%98%80%27.pdf"),
    ],
)
def test_content_disposition(name: str, header: str) -> None:
    assert content_disposition(name) == header
    assert content_disposition(name).isascii()
