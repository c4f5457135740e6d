"""A notice as mail: whole, plain, the same every time, and no header but ours (N13)."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from opinion_app.notify.folder import FolderPost, file_name
from opinion_app.notify.letter import words_of
from opinion_app.notify.message import Outgoing, compose
from opinion_app.rules.delivery import Outcome
from opinion_app.rules.mailbox import AddressRefused
from opinion_app.rules.notices import message_id

LINE = {
    "group": "逾期",
    "number": "LY2026-000001",
    "kind": "投诉",
    "unit": "财政所<b>",
    "text": "答复：已逾期 2 个工作日",
    "reason": "您是承办人",
    "link": "/office/cases/LY2026-000001",
}


def outgoing(**changed: str) -> Outgoing:
    subject = changed.pop("subject", "待办通报 11月23日：逾期 1 件〔2026〕")
    words = words_of(
        "刘一帆", subject, [LINE, {"number": "LY2026-000002", "text": "交办给您单位"}], "https://o.test/", "/office/notices"
    )
    values = {"sender": "opinion@office.test", "sender_name": "示例镇人民政府", "recipient": "liu@office.test"} | changed
    return Outgoing(message_id("digest:1"), subject=subject, words=words, written_at=datetime(2026, 11, 23, tzinfo=UTC), **values)


def test_the_same_notice_gives_the_same_bytes_in_ascii() -> None:
    data = compose(outgoing())
    assert data == compose(outgoing())
    data.decode("ascii")
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_n13_headers_say_that_no_person_wrote_this() -> None:
    read = message_from_bytes(compose(outgoing()), policy=policy.default)
    assert read["Subject"] == "待办通报 11月23日：逾期 1 件〔2026〕"
    assert read["Message-ID"] == message_id("digest:1")
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["X-Auto-Response-Suppress"] == "All"
    assert "office.test" in read["List-Id"]
    assert read["To"].addresses[0].addr_spec == "liu@office.test"
    assert read["From"].addresses[0].display_name == "示例镇人民政府"


def test_text_and_html_say_the_same_and_html_is_escaped() -> None:
    read = message_from_bytes(compose(outgoing()), policy=policy.default)
    text, page = (part.get_content() for part in read.iter_parts())
    for said in (
        "LY2026-000001",
        "已逾期 2 个工作日",
        "您是承办人",
        "https://o.test/office/cases/LY2026-000001",
        "LY2026-000002",
    ):
        assert said in text
        assert said in page
    assert "<b>" not in page.replace("<body", "")
    assert "【逾期】" in text


@pytest.mark.parametrize(
    "address",
    [
        "",
        "no-at",
        "a@x.test, b@x.test",
        "a@x.test\r\nBcc: c@x.test",
        "名@x.test",
        "a b@x.test",
        "<a@x.test>",
        "a@x.test;",
        "@x.test",
        "a@",
    ],
)
def test_n13_anything_but_one_plain_mailbox_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused, match="邮箱地址"):
        compose(outgoing(recipient=address))


def test_n13_no_header_is_smuggled_in_by_a_subject_or_a_name() -> None:
    read = message_from_bytes(
        compose(outgoing(subject="通报\r\nBcc: x@y.test", sender_name="镇\nX-Evil: 1")), policy=policy.default
    )
    assert read["Bcc"] is None
    assert read["X-Evil"] is None


def test_a_letter_without_a_server_lies_whole_in_the_folder(tmp_path: Path) -> None:
    post = FolderPost(tmp_path / "mail")
    for _ in range(2):
        assert post.deliver("<abc@x>", b"letter").outcome is Outcome.FILED
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "mail").iterdir()] == [("abc.eml", b"letter")]
    assert file_name("<../../etc@x>") == "etc.eml"


def test_a_folder_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "mail").write_bytes(b"a file where the folder should be")
    assert FolderPost(tmp_path / "mail").deliver("<abc@x>", b"letter").outcome is Outcome.DEFERRED
