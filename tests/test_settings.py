"""Settings that cannot be used are refused at the start, by name and with what is expected."""

from __future__ import annotations

import secrets

import pytest

from opinion_app import locate
from opinion_app.rules.settings import SettingWrong


def digest_at(said: str) -> str:
    environ = {"OPINION_SECRET_KEY": secrets.token_hex(32), "OPINION_DIGEST_AT": said}
    settings = locate.config().load_settings(environ)
    return str(settings.digest_at)


@pytest.mark.parametrize(
    "said", ["18:00", "18:30", "23:59", "24:00", "25:00", "8:60", "8", "abc", "08:30:00", "-1:30", "０８:３０"]
)
def test_n08_a_digest_that_could_never_go_out_is_refused_at_the_start(said: str) -> None:
    with pytest.raises(SettingWrong, match=r"OPINION_DIGEST_AT.*08:30.*早于 18:00"):
        digest_at(said)


@pytest.mark.parametrize(
    ("said", "read"), [("08:30", "08:30"), ("7:15", "07:15"), ("00:00", "00:00"), ("17:59", "17:59"), ("", "08:30")]
)
def test_n08_the_time_of_the_digest_is_any_before_closing(said: str, read: str) -> None:
    assert digest_at(said) == read


@pytest.mark.parametrize("said", ["党政办 <a@b.cn>", "a@b.cn\nBcc: c@d.cn", "a@b.cn,c@d.cn", "ab.cn"])
def test_n13_a_sender_that_is_no_mailbox_is_refused_at_the_start(said: str) -> None:
    with pytest.raises(SettingWrong, match=r"OPINION_MAIL_FROM 应为一个邮箱地址"):
        locate.config().load_settings({"OPINION_SECRET_KEY": secrets.token_hex(32), "OPINION_MAIL_FROM": said})


def test_n13_a_rate_below_the_looks_of_a_minute_is_refused() -> None:
    with pytest.raises(SettingWrong, match=r"OPINION_MAIL_PER_MINUTE 至少为 3"):
        locate.config().load_settings({"OPINION_SECRET_KEY": secrets.token_hex(32), "OPINION_MAIL_PER_MINUTE": "2"})
