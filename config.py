"""The settings of the service: one table of names, meanings and defaults, read from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from opinion_app.rules.errors import Invalid
from opinion_app.rules.mail_server import ServerUnfit, server_of
from opinion_app.rules.mailbox import AddressRefused, mailbox
from opinion_app.rules.robots import robot_address
from opinion_app.rules.settings import SettingMissing, Settings, SettingWrong
from opinion_app.rules.timetable import digest_time
from opinion_app.rules.zone import SHANGHAI


@dataclass(frozen=True)
class Option:
    """One setting: its name without prefix, what it means to the office, and its default (None: required)."""

    name: str
    meaning: str
    default: str | None


OPTIONS = (
    Option("SECRET_KEY", "签名密钥（必填，至少 32 个字符，各节点相同）", None),
    Option("DATA_DIR", "数据目录：数据库、附件、邮件文件、备份", "data"),
    Option("DATABASE_URL", "数据库地址；空为数据目录下的 SQLite", ""),
    Option("PUBLIC_DATABASE_URL", "公众端专用的数据库地址（最小权限账号）；空为同一数据库", ""),
    Option(
        "BASE_URL",
        "对外访问地址，用于邮件里的链接；不设置则按启动时的地址和端口；以 https 开头时启用安全 Cookie",
        "http://127.0.0.1:8000",
    ),
    Option("TIMEZONE", "时区：日期和时限一律按北京时间，只能是 Asia/Shanghai", "Asia/Shanghai"),
    Option("SMTP_URL", "发信服务器，如 smtp://用户:密码@主机:25；空则邮件存为文件", ""),
    Option("MAIL_FROM", "发信人地址", "opinion@localhost"),
    Option("MAIL_PER_MINUTE", "每分钟最多发出几封邮件（至少 3）；群消息另按聊天软件的限制", "120"),
    Option("ALARM_URL", "告警用的群机器人地址：邮件发不出、作业停摆时另行通知；空则只在站内告警", ""),
    Option("SESSION_IDLE_MINUTES", "多少分钟无操作自动退出", "30"),
    Option("SESSION_MAX_HOURS", "登录后最长保持多少小时", "12"),
    Option("LOCK_AFTER", "连续输错几次密码后锁定", "5"),
    Option("LOCK_MINUTES", "锁定多少分钟", "10"),
    Option("PASSWORD_DAYS", "密码有效天数，0 为不限", "90"),
    Option("TRUSTED_PROXIES", "前面有几层反向代理（决定是否相信 X-Forwarded-*）", "0"),
    Option("STAFF_FILE_MB", "工作人员单个附件上限（MB）", "100"),
    Option("PUBLIC_FILE_MB", "网民单个附件上限（MB）", "10"),
    Option("PUBLIC_PER_HOUR", "同一地址每小时最多留言几次", "5"),
    Option("PUBLIC_PER_DAY", "同一地址每天最多留言几次", "20"),
    Option("PUBLIC_TOTAL_PER_DAY", "全站每天最多留言几次", "5000"),
    Option("TRACK_PER_MINUTE", "同一地址每分钟最多查询几次进度", "10"),
    Option("BACKUP_KEEP_DAYS", "每夜备份保留天数", "14"),
    Option("SITE_COPY_DIR", "静态副本的文件夹：公开、更正、撤回后由定时作业更新；空则不自动导出", ""),
    Option("SITE_COPY_URL", "静态副本的网址，写入订阅源和网站地图；空则写本服务的网址", ""),
    Option("DIGEST_AT", "每个工作日几点发送待办通报（时:分，须早于 18:00）", "08:30"),
)
FEWEST_A_MINUTE = 3  # the outbox looks three times a minute


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read `OPINION_*` from the environment.

    Raises SettingMissing for a required value that is absent and SettingWrong for one that cannot be used."""
    source = os.environ if environ is None else environ
    raw = {option.name: _value(option, source) for option in OPTIONS}
    if len(raw["SECRET_KEY"]) < 32:
        raise SettingWrong("OPINION_SECRET_KEY 太短：至少需要 32 个字符。")
    data_dir = Path(raw["DATA_DIR"]).expanduser().absolute()
    numbers = {name: _number(name, raw[name]) for name in raw if name in _NUMBERS}
    if numbers["MAIL_PER_MINUTE"] < FEWEST_A_MINUTE:
        raise SettingWrong(f"OPINION_MAIL_PER_MINUTE 至少为 {FEWEST_A_MINUTE}，现在是“{raw['MAIL_PER_MINUTE']}”。")
    return Settings(
        secret_key=raw["SECRET_KEY"],
        data_dir=data_dir,
        database_url=_database("DATABASE_URL", raw["DATABASE_URL"]) or f"sqlite:///{(data_dir / 'opinion.db').as_posix()}",
        public_database_url=_database("PUBLIC_DATABASE_URL", raw["PUBLIC_DATABASE_URL"]),
        base_url=_site("BASE_URL", raw["BASE_URL"]),
        timezone=_zone(raw["TIMEZONE"]),
        smtp_url=_mail_server("SMTP_URL", raw["SMTP_URL"]),
        mail_from=_mailbox("MAIL_FROM", raw["MAIL_FROM"]),
        digest_at=_time_of_day("DIGEST_AT", raw["DIGEST_AT"]),
        alarm_url=_robot("ALARM_URL", raw["ALARM_URL"]),
        site_copy_dir=raw["SITE_COPY_DIR"],
        site_copy_url=_site("SITE_COPY_URL", raw["SITE_COPY_URL"]),
        **{name.lower(): number for name, number in numbers.items()},
    )


_NUMBERS = frozenset(option.name for option in OPTIONS if option.default is not None and option.default.isdigit())


def _value(option: Option, source: Mapping[str, str]) -> str:
    value = source.get(f"OPINION_{option.name}", "").strip()
    if value:
        return value
    if option.default is None:
        raise SettingMissing(f"缺少必填设置 OPINION_{option.name}（{option.meaning}）。")
    return option.default


def _zone(value: str) -> str:
    if value != SHANGHAI.key:
        raise SettingWrong(f"OPINION_TIMEZONE 只能是 {SHANGHAI.key}：日期和时限一律按北京时间。现在是“{value}”。")
    return value


def _number(name: str, value: str) -> int:
    if not value.isascii() or not value.isdigit():
        raise SettingWrong(f"OPINION_{name} 应为不小于 0 的整数，现在是“{value}”。")
    return int(value)


def _mailbox(name: str, value: str) -> str:
    """A sender that is no address would make every letter fail, one by one: refused at the start."""
    try:
        return mailbox(value).addr_spec
    except AddressRefused as refusal:
        raise SettingWrong(f"OPINION_{name} 应为一个邮箱地址，如 xinxiang@example.gov.cn，现在是“{value}”。") from refusal


def _time_of_day(name: str, value: str) -> str:
    """A digest after closing would never go out, and one at no time at all would stop the clock: refused at the start."""
    try:
        return f"{digest_time(value):%H:%M}"
    except ValueError as error:
        raise SettingWrong(f"OPINION_{name} 应写成 08:30 这样的时刻，并且早于 18:00，现在是“{value}”。") from error


def _mail_server(name: str, value: str) -> str:
    """A server that is none would keep every letter back, one by one: refused at the start, and its password repeated nowhere."""
    try:
        if value:
            server_of(value)
    except ServerUnfit as refusal:
        raise SettingWrong(f"OPINION_{name} 不能使用：{refusal}") from refusal
    return value


def _robot(name: str, value: str) -> str:
    """An alarm that reaches nobody is found out when it is needed: refused at the start. The address is a secret of its own."""
    try:
        if value:
            robot_address(value)
    except Invalid as refusal:
        expected = "请写企业微信、钉钉或飞书群机器人的 https:// 地址，单位自己的接收程序写 json:// 或 jsons:// 地址"
        raise SettingWrong(f"OPINION_{name} 不能使用：{expected}；不设置则只在站内告警。") from refusal
    return value


def _site(name: str, value: str) -> str:
    """Every link in a letter begins with it: one that leads nowhere is refused at the start."""
    try:
        parts = urlsplit(value)
        fit = not value or (parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0)
    except ValueError:
        fit = False
    if not fit or any(mark.isspace() for mark in value):
        raise SettingWrong(f"OPINION_{name} 应为 http:// 或 https:// 开头的网址，如 https://ly.example.gov.cn，现在是“{value}”。")
    return value.rstrip("/")


def _database(name: str, value: str) -> str:
    """One of the two engines there are; the address may hold a password and is repeated nowhere."""
    url = _driver(value)
    try:
        fit = not url or make_url(url).drivername in ("sqlite", "postgresql+psycopg")
    except (ArgumentError, ValueError):
        fit = False
    if not fit:
        raise SettingWrong(f"OPINION_{name} 应写成 postgresql://用户:密码@主机/库名 或 sqlite:///文件；不设置则用默认的数据库。")
    return url


def _driver(url: str) -> str:
    """PostgreSQL is spoken through psycopg 3, whichever spelling the office uses."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url
