"""What a start prints about the demonstration."""

from __future__ import annotations

import pytest

from opinion_app.demo import prepare
from opinion_app.demo.cast import Account
from opinion_app.demo.greeting import KEPT, words
from opinion_app.records.current import settings_of
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Role
from tests.builders.office import make_person
from tests.demo.conftest import Demo


def test_accounts_stand_in_columns() -> None:
    said = words(
        [
            Account("liwenjing", "李文静", "secret-one", "干部", "党政综合办公室", "受理员"),
            Account("admin", "顾明", "secret-two", "系统管理员", "", "管理员", "可办举报件"),
        ]
    )

    assert "liwenjing  secret-one  李文静  受理员  党政综合办公室 干部" in said
    assert "admin      secret-two  顾明    管理员  系统管理员（可办举报件）" in said


def test_a_second_start_prints_the_same_accounts(demo: Demo) -> None:
    with demo.app.app_context():
        (settings_of().data_dir / KEPT).unlink(missing_ok=True)
        first, second = prepare(demo.now), prepare(demo.now)

        assert first == second
        assert "liwenjing" in first
        assert (settings_of().data_dir / KEPT).stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("core")
def test_an_office_of_ones_own_is_left_alone(demo: Demo) -> None:
    with transaction() as session:
        make_person(session, "somebody", Role.CLERK)

    assert prepare(demo.now) == ""
    assert not (settings_of().data_dir / KEPT).exists()
