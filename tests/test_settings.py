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
