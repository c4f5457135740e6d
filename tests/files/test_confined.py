"""The child process: what it makes arrives, and whatever it does to itself, the parent goes on."""

import contextlib
import io
import json
import logging
import sys
import time

import psutil
import pytest

from opinion_app.files import child
from opinion_app.files.confined import ConfinedError, Fault, Limits, run_confined
from opinion_app.rules.file_kinds import MEGABYTE, FileRefusedError

HERE = "tests.files.child_tasks"
TIGHT = Limits(seconds=0.6, memory=160 * MEGABYTE)
UNIX = pytest.mark.skipif(sys.platform == "win32", reason="tells the end by a signal")


def children() -> list[psutil.Process]:
    return [each for each in psutil.Process().children() if any("opinion_app.files" in word for word in each.cmdline())]


def test_items_arrive_in_order_and_the_child_is_gone() -> None:
    assert list(run_confined(f"{HERE}:count", {"up_to": 1000})) == list(range(1000))
    assert children() == []


def test_settings_do_not_reach_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPINION_SECRET_KEY", "secret")
    assert list(run_confined(f"{HERE}:settings", {})) == [[]]


def test_closing_early_ends_the_child() -> None:
    with contextlib.closing(run_confined(f"{HERE}:count", {"up_to": 10**9})) as items:
        assert next(items) == 0
        assert len(children()) == 1
    assert children() == []


def test_a_slow_reader_is_not_the_childs_fault() -> None:
    with contextlib.closing(run_confined(f"{HERE}:count", {"up_to": 100_000}, TIGHT)) as items:
        assert next(items) == 0
        time.sleep(0.9)
        assert next(items) == 1


def test_a_busy_child_is_ended_while_nobody_reads() -> None:
    with contextlib.closing(run_confined(f"{HERE}:spin", {}, TIGHT)) as items:
        assert next(items) == 1
        time.sleep(1.5)
        with pytest.raises(ConfinedError) as caught:
            next(items)
    assert caught.value.fault is Fault.TIME


def test_the_childs_refusal_arrives_as_it_was_said() -> None:
    items = run_confined(f"{HERE}:refuse", {})
    assert next(items) == 1
    with pytest.raises(FileRefusedError, match="这个文件不行。"):
        next(items)


@pytest.mark.parametrize(
    ("task", "fault"),
    [
        ("sleep", Fault.TIME),
        ("spin", Fault.TIME),
        ("grow", Fault.MEMORY),
        pytest.param("grab", Fault.MEMORY, marks=UNIX),
        pytest.param("abort", Fault.MEMORY, marks=UNIX),
        ("fail", Fault.BROKEN),
        ("leave", Fault.BROKEN),
        ("there_is_none", Fault.BROKEN),
    ],
)
def test_a_child_that_goes_wrong_is_ended_and_named(task: str, fault: Fault) -> None:
    started = time.monotonic()
    with pytest.raises(ConfinedError) as caught:
        list(run_confined(f"{HERE}:{task}", {}, Limits(2 if fault is Fault.MEMORY else 0.6, TIGHT.memory)))
    assert caught.value.fault is fault
    assert caught.value.message == fault.value
    assert time.monotonic() - started < 50, "it must not run until its own end"
    assert children() == []


@UNIX
def test_the_systems_own_time_limit_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opinion_app.files.confined._WATCH_EVERY", 30)
    with pytest.raises(ConfinedError) as caught:
        list(run_confined(f"{HERE}:spin", {}, Limits(seconds=0.1)))
    assert caught.value.fault is Fault.TIME


def test_what_the_child_complained_of_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), pytest.raises(ConfinedError):
        list(run_confined(f"{HERE}:fail", {}))
    assert "KeyError: 'broken'" in caplog.text


def carried_out(monkeypatch: pytest.MonkeyPatch, task: str) -> list[dict[str, object]]:
    """The child's side in this process, its limits left out."""
    monkeypatch.setattr(child, "limit_this_process", lambda limits: None)
    answers = io.StringIO()
    order = {"task": task, "arguments": {}, "limits": {"seconds": 1, "memory": 1}}
    child.main(io.StringIO(json.dumps(order) + "\n"), answers)
    return [json.loads(line) for line in answers.getvalue().splitlines()]


def test_the_childs_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert carried_out(monkeypatch, f"{HERE}:refuse")[1:] == [{"item": 1}, {"refused": "这个文件不行。"}]
    assert carried_out(monkeypatch, f"{HERE}:settings")[-1] == {"done": True}
    assert carried_out(monkeypatch, f"{HERE}:exhaust")[-1] == {"fault": "MEMORY"}


def test_the_child_does_not_load_the_whole_service() -> None:
    (loaded,) = run_confined(f"{HERE}:loaded", {})
    assert "opinion_app.files.child" in loaded
    assert not {"flask", "sqlalchemy"} & set(loaded)
