"""The letters to a writer in words: number, query code and link; no name, no contact, nothing that was written (decisions 25)."""

from __future__ import annotations

from html import escape

from opinion_app.notify.letter import Words

ONLY_THESE = "我们只在收到来信和答复时各发一封邮件。如果您没有写过信，是有人误填了您的邮箱，请不必理会。"
CLOSING = "本邮件由系统自动发出，请勿回复。"
NO_CODE = "需要在网上查询进度的，请带身份证件到办公室领取查询码。"


def receipt(number: str, code: str, track: str) -> list[str]:
    """The receipt, a paragraph an entry; without `code` it says where to get one."""
    head = [f"您的来信已收到，编号：{number}"]
    if not code:
        return [*head, NO_CODE, ONLY_THESE]
    return [
        *head,
        f"查询码：{code}",
        f"凭编号和查询码查询办理进度和答复：{track}",
        "查询码请妥善保管，不要告诉别人。",
        ONLY_THESE,
    ]


def answered(number: str, track: str, *, followed: bool) -> list[str]:
    """That the case is answered; `followed`: its writer has a query code to read the answer with."""
    head = f"您的来信 {number} 已答复。"
    return [head, f"请用编号和查询码查看答复：{track}" if followed else NO_CODE, ONLY_THESE]


def words(paragraphs: list[str]) -> Words:
    """Both forms of the letter."""
    said = ["您好：", *paragraphs, CLOSING]
    body = "".join(f"<p>{_linked(one)}</p>" for one in said)
    html = '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>来信办理</title></head>'
    return Words(
        "\n\n".join([*said, ""]),
        f'{html}<body style="font-family:sans-serif;font-size:16px;line-height:1.7">{body}</body></html>',
    )


def _linked(paragraph: str) -> str:
    before, http, rest = paragraph.partition("http")
    address = escape(http + rest, quote=True)
    return escape(before) + (f'<a href="{address}">{address}</a>' if http else "")
