"""Serving: requests under way are answered at the end, and nothing is left running."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opinion_app.cli import WATCHED
from opinion_app.cli import _clock_process as clock_process
from opinion_app.cli._port import kept_port, name_address
from opinion_app.rules.errors import Refused
from tests.faults.real_server import free_port
from tests.support.tree import ROOT

SLOW = """
import sys, time
from flask import Flask
from opinion_app.cli._port import kept_port
from opinion_app.cli._server import serve
from tests.support.databases import make_settings
from pathlib import Path
app = Flask("slow")
app.extensions["opinion_settings"] = make_settings(Path(sys.argv[2]))
app.config["MAX_CONTENT_LENGTH"] = 1000
@app.get("/fast")
def fast(): return "fast"
@app.get("/slow")
def slow():
    Path(sys.argv[2], "begun").touch()
    while not Path(sys.argv[2], "finish").exists(): time.sleep(0.02)
    return "x" * 300_000
with kept_port("127.0.0.1", int(sys.argv[1])) as kept:
    serve(app, kept, lambda: lambda: None)
print("ended well")
"""


def wait_for(url: str) -> None:
    until(lambda: answers(url))


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except OSError:
        return False
    return True


def open_to_new(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not true():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.02)


@pytest.fixture
def port() -> int:
    return free_port()


def test_a_request_under_way_is_answered_when_the_end_is_asked_for(port: int, tmp_path: Path) -> None:
    command = [sys.executable, "-c", SLOW, str(port), str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
        wait_for(f"http://127.0.0.1:{port}/fast")
        answers: list[int] = []
        asking = threading.Thread(
            target=lambda: answers.append(len(urllib.request.urlopen(f"http://127.0.0.1:{port}/slow", timeout=20).read()))
        )
        asking.start()
        until((tmp_path / "begun").exists)
        server.send_signal(signal.SIGTERM)
        until(lambda: not open_to_new(port))
        (tmp_path / "finish").touch()
        asking.join()
        out, err = server.communicate(timeout=120)

    assert answers == [300_000]
    assert (server.returncode, out.strip()) == (0, b"ended well"), err.decode()


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    changed = {"OPINION_SECRET_KEY": secrets.token_hex(32), "OPINION_DATA_DIR": str(tmp_path), "OPINION_DATABASE_URL": ""}
    whole = os.environ | changed
    subprocess.run([sys.executable, "-m", "opinion_app.cli", "init"], cwd=ROOT, env=whole, check=True, capture_output=True)
    return whole


def test_the_whole_service_serves_and_ends_with_its_parent(environ: dict[str, str], port: int) -> None:
    command = [sys.executable, "-m", "opinion_app.cli", "serve", "--no-clock", "--port", str(port)]
    watched = environ | {WATCHED: "1"}
    with subprocess.Popen(command, cwd=ROOT, env=watched, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        wait_for(f"http://127.0.0.1:{port}/office/sign-in")
        taken = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, check=False, timeout=240)
        assert server.stdin is not None
        server.stdin.close()
        assert server.wait(timeout=120) == 0

        assert server.stdout is not None
        said = server.stdout.read()
    assert said.decode().startswith(f"服务已启动：http://127.0.0.1:{port}/office/")
    assert (taken.returncode, taken.stdout) == (1, b""), "what is not open is not said to be there"
    assert taken.stderr.decode().startswith(f"端口 {port} 已被占用")
    assert len(taken.stderr.decode().splitlines()) == 1


def test_a_port_of_another_is_refused_with_what_to_do() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with (
            pytest.raises(Refused, match=f"端口 {port} 已被占用：.*--port {port + 1}（make run PORT={port + 1}）"),
            kept_port("127.0.0.1", port),
        ):
            pass


def test_an_address_of_another_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_args: Any, **_kwargs: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(Refused, match="监听地址 elsewhere 不是本机的地址"), kept_port("elsewhere", 8000):
        pass


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8791"),
        ("::1", "http://[::1]:8791"),
        ("localhost", "http://localhost:8791"),
        ("10.1.2.3", "http://10.1.2.3:8791"),
    ],
)
def test_links_lead_to_where_the_service_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], host: str, address: str
) -> None:
    monkeypatch.setenv("OPINION_BASE_URL", " ")
    name_address(host, 8791)
    assert os.environ["OPINION_BASE_URL"] == address
    assert capsys.readouterr().err == ""


def test_links_lead_where_the_office_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPINION_BASE_URL", "https://ly.example.gov.cn")
    name_address("0.0.0.0", 8791)
    assert os.environ["OPINION_BASE_URL"] == "https://ly.example.gov.cn"


def test_a_service_open_to_all_says_where_its_links_lead(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPINION_BASE_URL", "")
    name_address("0.0.0.0", 8791)
    assert os.environ["OPINION_BASE_URL"] == "http://127.0.0.1:8791"
    assert "没有设置 OPINION_BASE_URL" in capsys.readouterr().err


class FakeChild:
    """A child process that ends when told so."""

    made: list[FakeChild]

    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        self.returncode: int | None = None
        self.stopped = False
        FakeChild.made.append(self)

    def poll(self) -> int | None:
        return self.returncode

    def terminate(self) -> None:
        self.stopped = True

    def kill(self) -> None:
        self.returncode = -9

    def wait(self, timeout: float) -> int:
        return 0


def test_a_clock_that_dies_is_started_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeChild.made = []
    monkeypatch.setattr(clock_process.subprocess, "Popen", FakeChild)
    ticks = iter([0.0, 1.0, 2.0, 3.0, 10.0, 11.0, 12.0])
    monkeypatch.setattr(clock_process.clock, "ticks", lambda: next(ticks))
    child = clock_process.ClockProcess()

    child.look()
    FakeChild.made[0].returncode = 1
    child.look()
    child.look()
    assert len(FakeChild.made) == 1
    child.look()
    assert len(FakeChild.made) == 2

    child.stop()
    assert FakeChild.made[1].stopped
