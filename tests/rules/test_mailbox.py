"""One rule for every address: what a form takes, a letter can be built for (N13)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opinion_app.notify.letter import Words
from opinion_app.notify.message import Outgoing, compose
from opinion_app.rules.mailbox import AddressRefused, is_email, mailbox, same_mailbox

NOW = datetime(2026, 11, 23, tzinfo=UTC)
MARKS = st.text(st.sampled_from("ab.@-+_'\"<>,;: 张\n\t\\\\()[]1"), max_size=14)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("a.b@x.gov.cn", True),
        ("a@x", False),
        ("a@x.cn\nBcc: b@y.cn", False),
        ("a@x.cn,b@y.cn", False),
        ("<a@x.cn>", False),
        ("a" * 250 + "@x.cn", False),
        ("", False),
        ("张@b.cn", False),
        ("a..b@c.cn", False),
        (".a@c.cn", False),
        ("a@b..cn", False),
        ("a'b@c.cn", False),
        ("a" * 65 + "@x.cn", False),
        ("a+b@x-y.cn", True),
    ],
)
def test_exactly_one_address_is_an_address(text: str, right: bool) -> None:
    assert is_email(text) is right


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("name@x.cn", "name@x.cn"),
        ("Name+1@X.cn", "name@x.cn"),
        ("name+a+b@x.cn", "name@x.cn"),
        (" na.me@x.cn ", "na.me@x.cn"),
        ("+1@x.cn", "+1@x.cn"),
    ],
)
def test_one_mailbox_is_counted_as_one_however_it_is_written(address: str, counted: str) -> None:
    assert same_mailbox(address) == counted


@given(MARKS, MARKS)
def test_n13_what_a_form_takes_the_letter_builder_takes(name: str, domain: str) -> None:
    address = f"{name}@{domain}.cn"
    if is_email(address):
        mail = Outgoing("<m@o.test>", "o@o.test", "党政办", address, "通报", Words("正文", "<p>正文</p>"), NOW)
        assert address.encode() in compose(mail)


def test_n13_why_an_address_is_refused_is_said_on_one_line() -> None:
    with pytest.raises(AddressRefused, match=re.escape("“a@x.cn Bcc: b@y.cn”不能使用")):
        mailbox("a@x.cn\nBcc: b@y.cn")
    with pytest.raises(AddressRefused, match="不能使用"):
        mailbox("a..b@c.cn")
