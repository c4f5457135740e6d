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


UNFIT = [
    ("SMTP_URL", "bad://x", r"OPINION_SMTP_URL 不能使用：应写成 smtp://.*不设置则邮件存为文件"),
    ("SMTP_URL", "bad://x:25", r"OPINION_SMTP_URL 不能使用"),
    ("SMTP_URL", "smtp://me:geheim@", r"OPINION_SMTP_URL 不能使用"),
    ("SMTP_URL", "smtp://me:geheim@host:0", r"OPINION_SMTP_URL 不能使用"),
    ("SMTP_URL", "smtp://me:geheim@host?starttls=1", r"OPINION_SMTP_URL 不能使用.*%3F"),
    ("ALARM_URL", "foo", r"OPINION_ALARM_URL 不能使用：请写企业微信、钉钉或飞书群机器人的 https:// 地址"),
    ("ALARM_URL", "https://example.com/?key=geheim", r"OPINION_ALARM_URL 不能使用"),
    ("TIMEZONE", "UTC", r"OPINION_TIMEZONE 只能是 Asia/Shanghai：日期和时限一律按北京时间"),
    ("BASE_URL", "ly.example.gov.cn", r"OPINION_BASE_URL 应为 http:// 或 https:// 开头的网址"),
    ("BASE_URL", "http://", r"OPINION_BASE_URL 应为"),
    ("BASE_URL", "http://a b", r"OPINION_BASE_URL 应为"),
    ("BASE_URL", "http://host:port", r"OPINION_BASE_URL 应为"),
    ("SITE_COPY_URL", "ftp://copy", r"OPINION_SITE_COPY_URL 应为"),
    ("DATABASE_URL", "foo", r"OPINION_DATABASE_URL 应写成 postgresql://"),
    ("DATABASE_URL", "mysql://me:geheim@x/y", r"OPINION_DATABASE_URL 应写成"),
    ("DATABASE_URL", "postgresql://me:geheim@x:y/z", r"OPINION_DATABASE_URL 应写成"),
    ("PUBLIC_DATABASE_URL", "oracle://x", r"OPINION_PUBLIC_DATABASE_URL 应写成"),
]


@pytest.mark.parametrize(("name", "said", "refused"), UNFIT)
def test_an_address_that_cannot_be_used_is_refused_at_the_start_and_no_secret_repeated(
    name: str, said: str, refused: str
) -> None:
    with pytest.raises(SettingWrong, match=refused) as wrong:
        locate.config().load_settings({"OPINION_SECRET_KEY": secrets.token_hex(32), f"OPINION_{name}": said})
    assert "geheim" not in str(wrong.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("SMTP_URL", "smtp+starttls://me:p%40ss@mail.office.test:2525"),
        ("ALARM_URL", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a-77_oc"),
        ("ALARM_URL", "json://127.0.0.1:9000/alarm"),
        ("BASE_URL", "http://[::1]:8000"),
        ("SITE_COPY_URL", "https://copy.example.gov.cn/ly"),
        ("DATABASE_URL", "postgresql+psycopg:///opinion?host=/run/postgresql"),
        ("DATABASE_URL", "sqlite:////srv/opinion.db"),
    ],
)
def test_an_address_that_can_be_used_is_kept_as_it_is(name: str, said: str) -> None:
    settings = locate.config().load_settings({"OPINION_SECRET_KEY": secrets.token_hex(32), f"OPINION_{name}": said})
    assert getattr(settings, name.lower()) == said
