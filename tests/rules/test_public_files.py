"""Which files can go public, why the others cannot, and what the clean copy is called."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from opinion_app.rules.file_kinds import Content
from opinion_app.rules.public_files import PICTURES, inside, public_name, refusal
from opinion_app.rules.words import Source


@pytest.mark.parametrize("content", [Content.PDF, *sorted(PICTURES)])
def test_pictures_and_pdf_can(content: Content) -> None:
    assert refusal(content.value) == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (Content.OOXML_WORD, "修订痕迹、批注和作者"),
        (Content.OLE_WORD, "另存为 PDF"),
        (Content.OOXML_SHEET, "隐藏的行列"),
        (Content.OFD, "PDF"),
        (Content.HEIF, "JPEG"),
        (Content.MP4, "只有图片和 PDF"),
    ],
)
def test_the_others_are_refused_with_a_way_on(content: Content, said: str) -> None:
    assert said in refusal(content.value)


def test_an_unknown_kind_is_refused() -> None:
    assert refusal("application/x-strange")


@pytest.mark.parametrize(
    ("name", "kind", "made"),
    [
        ("现场.heic.PNG", "image/png", "现场.heic.png"),
        ("现场.bmp", "image/jpeg", "现场.jpg"),
        ("批复.PDF", "application/pdf", "批复.pdf"),
        ("无扩展名", "application/pdf", "无扩展名.pdf"),
        (".pdf", "application/pdf", ".pdf.pdf"),
    ],
)
def test_the_copy_has_the_ending_of_what_it_is(name: str, kind: str, made: str) -> None:
    assert public_name(name, kind) == made


BEGAN = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
LATER = BEGAN + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("owner", "source", "added", "said"),
    [
        ("case", Source.MESSAGE, BEGAN, ""),
        ("case", Source.MESSAGE, LATER, "没有写明是答复附件"),
        ("case", Source.FORWARDED_LETTER, BEGAN, "来文单位"),
        ("case", Source.SENTIMENT_ITEM, BEGAN, "舆情信息"),
        ("reply", Source.FORWARDED_LETTER, LATER, ""),
        ("internal", Source.MESSAGE, BEGAN, "内部材料"),
        ("finding", Source.MESSAGE, BEGAN, "批示"),
        ("report_back", Source.MESSAGE, BEGAN, "来文单位"),
        ("assessment", Source.MESSAGE, BEGAN, "研判"),
        ("risk_report", Source.MESSAGE, BEGAN, "舆情报告"),
        ("what a later version adds", Source.MESSAGE, BEGAN, "内部材料"),
    ],
)
def test_only_files_of_the_question_and_of_the_reply_go_public(owner: str, source: Source, added: datetime, said: str) -> None:
    reason = inside(owner, source, added, BEGAN)
    assert said in reason
    assert bool(reason) is bool(said)
