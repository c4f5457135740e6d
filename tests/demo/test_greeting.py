"""What a start prints about the demonstration."""

from __future__ import annotations

from opinion_app.demo.cast import Account
from opinion_app.demo.greeting import words


def test_accounts_stand_in_columns() -> None:
    said = words(
        [
            Account("liwenjing", "李文静", "secret-one", "干部", "党政综合办公室", "受理员"),
            Account("admin", "顾明", "secret-two", "系统管理员", "", "管理员", "可办举报件"),
        ]
    )

    assert "liwenjing  secret-one  李文静  受理员  党政综合办公室 干部" in said
    assert "admin      secret-two  顾明    管理员  系统管理员（可办举报件）" in said
