"""A job that did a part of its work says so in the ledger, as a failure in words of its own."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask

from opinion_app.flow import ratings
from opinion_app.rules.errors import Unfinished
from opinion_app.rules.timetable import timetable
from opinion_app.scheduler import jobs
from tests.scheduler.test_clock import TUESDAY, Time, runner, runs

INBOX = next(entry for entry in timetable() if entry.name == "inbox")


def test_what_a_job_left_undone_is_told_in_its_own_words(core: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rating that cannot be taken in is a failure of the job on the clock page, beside what the job did do."""

    def one_fails(_now: datetime) -> int:
        raise Unfinished("评价收取 1 份，另有 1 份没有收取（LY2026-000001），下一轮再试")

    monkeypatch.setattr(jobs, "take_in_waiting", lambda *_rest: 2)
    monkeypatch.setattr(ratings, "take_in_waiting", one_fails)
    assert runner(core, Time(TUESDAY)).run_due(INBOX, TUESDAY, alone=True)
    said = "收取 2 件，评价收取 1 份，另有 1 份没有收取（LY2026-000001），下一轮再试"
    assert [(run.succeeded, run.report) for run in runs("inbox")] == [(False, said)]
