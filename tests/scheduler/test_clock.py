"""One clock acts, each slot runs once, a killed run is resumed, and no wall clock set forward or back does harm (R2, R3, R11)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from opinion_app.desks.outbox.delivery import Watch
from opinion_app.desks.reminders.operations import Queued, queue_digests
from opinion_app.desks.upkeep.operations import purge
from opinion_app.records.job import JobRun, Lease
from opinion_app.records.notice import DigestEntry, Notice, Reminder
from opinion_app.records.office import put_setting
from opinion_app.records.transaction import transaction
from opinion_app.rules.timetable import Daily, Entry, Every, digest_time, timetable
from opinion_app.rules.words import Role
from opinion_app.rules.zone import SHANGHAI
from opinion_app.scheduler import jobs, ledger
from opinion_app.scheduler.jobs import OPERATIONS, Work
from opinion_app.scheduler.lease import STANDSTILL, LeaseKeeper
from opinion_app.scheduler.process import Heart, run_once
from opinion_app.scheduler.runner import Runner
from tests.builders.office import make_case, make_person

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
TUESDAY = datetime(2026, 11, 24, 0, 31, tzinfo=UTC)  # 08:31
DIGEST = next(entry for entry in timetable() if entry.name == "digest")
OUTBOX = next(entry for entry in timetable() if entry.name == "outbox")


class Time:
    """A wall clock and a monotonic clock that a test moves."""

    def __init__(self, now: datetime) -> None:
        self.now, self.ticks = now, 100.0

    def pass_by(self, seconds: float) -> None:
        self.now, self.ticks = self.now + timedelta(seconds=seconds), self.ticks + seconds

    @property
    def watch(self) -> Watch:
        return Watch(lambda: self.now, lambda: self.ticks)


def runner(app: Flask, time: Time, name: str = "r1", **operations: Callable[[Work], str]) -> Runner:
    return Runner(app, name, time.watch, OPERATIONS | operations)


def runs(job: str = "digest") -> list[JobRun]:
    with transaction() as session:
        found = list(session.scalars(select(JobRun).where(JobRun.job == job).order_by(JobRun.slot)))
        session.expunge_all()
        return found


def notices() -> int:
    with transaction() as session:
        return len(session.scalars(select(Notice.id)).all())


@pytest.fixture
def owing(core: Flask) -> Flask:
    """An office in which a clerk owes something on Tuesday."""
    with transaction() as session:
        make_person(session, "clerk", Role.CLERK, email="clerk@office.test")
        make_case(session, None, now=MONDAY)
    return core


def test_n04_only_who_holds_the_lease_acts(owing: Flask) -> None:
    time = Time(TUESDAY)
    first, second = runner(owing, time, "first"), runner(owing, time, "second")
    assert first.beat()
    assert not second.beat()
    assert not second.tick(DIGEST)
    assert first.tick(DIGEST)
    assert not first.tick(DIGEST), "a slot runs once"
    assert [(run.runner, run.succeeded) for run in runs()] == [("first", True)]
    assert notices() == 2


def test_n04_a_follower_takes_over_when_the_counter_stood_still(core: Flask) -> None:
    time = Time(TUESDAY)
    first, second = runner(core, time, "first"), runner(core, time, "second")
    first.beat()
    second.beat()
    for _ in range(5):
        time.pass_by(10)
        assert first.beat()
        assert not second.beat()
    time.pass_by(STANDSTILL - 1)
    assert not second.beat()
    assert not first.keeper.leading(time.ticks), "who could not beat no longer acts"
    time.pass_by(1)
    assert second.beat()
    assert not first.beat()


def test_n04_r11_a_wall_clock_that_jumps_moves_no_lease(core: Flask) -> None:
    time = Time(TUESDAY)
    first, second = runner(core, time, "first"), runner(core, time, "second")
    first.beat()
    second.beat()
    time.now += timedelta(days=400)
    assert not second.beat()
    assert first.beat()
    time.now -= timedelta(days=402)
    assert first.beat()
    assert not second.beat()


def test_n04_a_released_lease_is_free_at_once(core: Flask) -> None:
    time = Time(TUESDAY)
    first, second = runner(core, time, "first"), runner(core, time, "second")
    first.beat()
    first.release()
    assert not first.keeper.leading(time.ticks)
    assert second.beat()
    with transaction() as session:
        assert session.scalars(select(Lease.holder)).all() == ["second"]


def test_n04_of_many_that_start_at_once_one_leads(core: Flask) -> None:
    time, led = Time(TUESDAY), []

    def start(name: str) -> None:
        led.append(runner(core, time, name).beat())

    threads = [threading.Thread(target=start, args=(f"r{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(led) == [False] * 5 + [True]


def test_n04_r3_two_clocks_that_both_believe_to_lead_run_each_slot_once(owing: Flask) -> None:
    ran: list[str] = []

    def note(work: Work) -> str:
        ran.append(work.runner)
        return "done"

    def work(name: str) -> None:
        for minute in range(5):
            one = runner(owing, Time(TUESDAY), name, digest=note, outbox=note)
            one.run_due(DIGEST, TUESDAY, alone=False)
            one.run_due(OUTBOX, TUESDAY + timedelta(minutes=minute), alone=False)

    threads = [threading.Thread(target=work, args=(f"r{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(ran) == 6
    assert len(runs()) == 1
    assert len(runs("outbox")) == 5


def test_n04_r2_a_slot_left_by_a_killed_process_is_done_by_the_next_leader(owing: Flask) -> None:
    def killed(_work: Work) -> str:
        raise KeyboardInterrupt

    time = Time(TUESDAY)
    with pytest.raises(KeyboardInterrupt):
        runner(owing, time, "killed", digest=killed).run_due(DIGEST, TUESDAY, alone=True)
    assert [run.finished_at for run in runs()] == [None]
    second = runner(owing, time, "second")
    assert not second.run_due(DIGEST, TUESDAY, alone=False)
    assert second.run_due(DIGEST, TUESDAY + timedelta(minutes=1), alone=True)
    assert [(run.runner, run.succeeded) for run in runs()] == [("second", True)]
    assert notices() == 2


def test_n04_a_clock_woken_on_another_day_tells_nothing_of_the_old_one(owing: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    time = Time(TUESDAY)

    def sleeps(session: Session, now: datetime) -> Queued:
        queued = queue_digests(session, now)
        time.pass_by(timedelta(days=1).total_seconds())
        return queued

    one = runner(owing, time)
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "queue_digests", sleeps)
        assert one.run_due(DIGEST, TUESDAY, alone=True)
    assert (notices(), [run.succeeded for run in runs()]) == (0, [False])
    assert one.run_due(DIGEST, time.now, alone=True)
    with transaction() as session:
        assert set(session.scalars(select(Notice.local_date))) == {date(2026, 11, 25)}


def test_n04_a_clock_woken_after_another_took_its_slot_adds_nothing(owing: Flask) -> None:
    time = Time(TUESDAY)
    second = runner(owing, time, "second")

    def overtaken(work: Work) -> str:
        assert second.run_due(DIGEST, TUESDAY, alone=True)
        with transaction() as session:
            session.execute(delete(DigestEntry))
            session.execute(delete(Reminder))
            session.execute(delete(Notice))  # so that whatever the first one added would be seen
        return OPERATIONS["digest"](work)

    assert runner(owing, time, "first", digest=overtaken).run_due(DIGEST, TUESDAY, alone=True)
    assert [(run.runner, run.succeeded) for run in runs()] == [("second", True)]
    assert notices() == 0


def test_n04_a_clock_that_stands_still_while_it_queues_keeps_no_other_from_telling(
    owing: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        if session.get_bind().dialect.name == "sqlite":
            pytest.skip("one machine, one file: whoever stands still stands still with everybody")
    monkeypatch.setattr(ledger, "IDLE_MILLISECONDS", 100)
    one = runner(owing, Time(TUESDAY), "first")

    def sleeps(session: Session, now: datetime) -> Queued:
        queued = queue_digests(session, now)
        threading.Event().wait(0.5)
        return queued

    with monkeypatch.context() as patched:
        patched.setattr(jobs, "queue_digests", sleeps)
        assert one.run_due(DIGEST, TUESDAY, alone=True)
    assert (notices(), [run.succeeded for run in runs()]) == (0, [False])
    assert runner(owing, Time(TUESDAY), "second").run_due(DIGEST, TUESDAY + timedelta(minutes=6), alone=True)
    assert notices() == 2


def test_r6_a_job_that_failed_is_tried_again_and_stands_in_the_ledger(owing: Flask) -> None:
    def broken(_work: Work) -> str:
        raise RuntimeError("the database restarts")

    time = Time(TUESDAY)
    assert runner(owing, time, "r1", digest=broken).run_due(DIGEST, TUESDAY, alone=True)
    [failed] = runs()
    assert (failed.succeeded, failed.report) == (False, "RuntimeError: the database restarts")
    assert not runner(owing, time).run_due(DIGEST, TUESDAY + timedelta(minutes=1), alone=True)
    time.pass_by(360)
    assert runner(owing, time).run_due(DIGEST, time.now, alone=True)
    assert [run.succeeded for run in runs()] == [True]


def test_n07_after_days_off_only_todays_digest_goes_out(owing: Flask) -> None:
    time = Time(TUESDAY)
    later = TUESDAY + timedelta(days=9)
    one = runner(owing, time)
    assert one.run_due(DIGEST, later, alone=True)
    assert not one.run_due(DIGEST, later + timedelta(hours=1), alone=True)
    assert len(runs()) == 1
    assert notices() == 2


def test_r11_set_back_the_digest_is_not_repeated_and_the_outbox_goes_on(owing: Flask) -> None:
    one = runner(owing, Time(TUESDAY))
    assert one.run_due(DIGEST, TUESDAY, alone=True)
    for minute in range(3):
        assert one.run_due(OUTBOX, TUESDAY + timedelta(minutes=minute), alone=True)
    told = notices()
    for minutes in (60, 30, 1, 0):
        one.run_due(DIGEST, TUESDAY - timedelta(minutes=minutes), alone=True)
    assert notices() == told
    assert [run.succeeded for run in runs() if run.slot >= TUESDAY - timedelta(minutes=1)] == [True], "its slot ran once"
    assert one.run_due(OUTBOX, TUESDAY, alone=True), "slots already used must not stop a busy job for an hour"
    assert one.run_due(OUTBOX, TUESDAY + timedelta(minutes=1), alone=True)


def test_r11_a_wall_clock_set_back_wakes_the_scheduler(core: Flask) -> None:
    time = Time(TUESDAY)
    one = runner(core, time)
    scheduler = BackgroundScheduler(timezone=SHANGHAI)
    scheduler.start(paused=True)
    try:
        job = scheduler.add_job(print, "interval", seconds=20, next_run_time=TUESDAY + timedelta(hours=3))
        heart = Heart(one, scheduler)
        time.pass_by(5)
        heart.pulse()
        assert job.next_run_time == TUESDAY + timedelta(hours=3)
        time.now -= timedelta(hours=2)
        time.ticks += 5
        heart.pulse()
        assert job.next_run_time == time.now
    finally:
        scheduler.shutdown()


def test_r9_after_a_restore_nothing_of_the_past_is_told(owing: Flask) -> None:
    one = runner(owing, Time(TUESDAY))
    with transaction() as session:
        put_setting(session, "restored_at", TUESDAY.isoformat())
    assert not one.run_due(DIGEST, TUESDAY + timedelta(minutes=5), alone=True)
    assert notices() == 0
    assert one.run_due(DIGEST, TUESDAY + timedelta(days=1), alone=True)


def test_of_what_runs_all_the_time_no_long_list_is_kept(core: Flask) -> None:
    slot = TUESDAY - timedelta(days=3)
    with transaction() as session:
        for entry in timetable():
            session.add(
                JobRun(job=entry.name, slot=slot, started_at=slot, finished_at=slot, succeeded=True, report="", runner="r")
            )
    with transaction() as session:
        purge(session, TUESDAY)
        kept = set(session.scalars(select(JobRun.job)))
    assert kept == {entry.name for entry in timetable() if isinstance(entry.schedule, Daily)}


def test_once_runs_everything_due_and_repeats_nothing(owing: Flask) -> None:
    assert {"digest", "rungs", "outbox", "backup", "sweep", "purge"} <= set(run_once(owing, TUESDAY))
    assert run_once(owing, TUESDAY) == []
    with transaction() as session:
        held = {mail.channel.value: mail.state.value for mail in session.scalars(select(Notice))}
        assert held == {"in_app": "shown", "mail": "filed"}
        assert set(session.scalars(select(JobRun.succeeded))) == {True}


def test_what_jobs_wrote_that_run_all_day_is_cleared_after_two_days(core: Flask) -> None:
    """Whatever is added to the timetable: a line a minute for half a year would be a quarter of a million."""
    before = TUESDAY - timedelta(days=3)
    with transaction() as session:
        done = {"slot": before, "started_at": before, "finished_at": before, "succeeded": True}
        session.add_all(JobRun(job=entry.name, **done) for entry in timetable())
        purge(session, TUESDAY)
        kept = set(session.scalars(select(JobRun.job)))
    assert kept == {entry.name for entry in timetable() if isinstance(entry.schedule, Daily)}


def test_the_timetable_knows_working_mornings(core: Flask) -> None:
    one = runner(core, Time(TUESDAY))
    assert one.entries()[0].schedule == Daily(digest_time("08:30"), DIGEST.schedule.until, working_days=True)  # type: ignore[union-attr]
    assert LeaseKeeper("x").leading(0) is False
    assert isinstance(Entry("x", "y", Every(60)).schedule.words(), str)
