"""The settings of one installation as typed values; `config.py` reads them from the environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class SettingMissing(Exception):
    """A required setting has no value; the message names it."""


class SettingWrong(Exception):
    """A setting has a value that cannot be used; the message names it and says what is expected."""


@dataclass(frozen=True)
class Settings:
    """All settings with their types; built by `config.load_settings`."""

    secret_key: str
    data_dir: Path
    database_url: str
    public_database_url: str
    base_url: str
    timezone: str
    smtp_url: str
    mail_from: str
    session_idle_minutes: int
    session_max_hours: int
    lock_after: int
    lock_minutes: int
    password_days: int
    trusted_proxies: int
    staff_file_mb: int
    public_file_mb: int
    public_per_hour: int
    public_per_day: int
    public_total_per_day: int
    track_per_minute: int
    backup_keep_days: int
    digest_at: str
    alarm_url: str
    site_copy_dir: str
    site_copy_url: str
    mail_per_minute: int

    @property
    def is_https(self) -> bool:
        """Whether people reach the service over TLS, so that cookies can be bound to it."""
        return self.base_url.startswith("https://")
