"""Tasks for a confined child that behave badly, each in its own way."""

import os
import sys
import time
from collections.abc import Iterator

from opinion_app.rules.file_kinds import FileRefusedError


def count(up_to: int) -> Iterator[int]:
    yield from range(up_to)


def settings() -> Iterator[list[str]]:
    yield [name for name in os.environ if name.startswith("OPINION_")]


def refuse() -> Iterator[int]:
    yield 1
    raise FileRefusedError("这个文件不行。")


def fail() -> Iterator[int]:
    yield 1
    raise KeyError("broken")


def sleep() -> Iterator[int]:
    yield 1
    time.sleep(60)


def spin() -> Iterator[int]:
    yield 1
    while True:
        pass


def grow() -> Iterator[int]:
    yield 1
    held = []
    while True:
        held.append(b"x" * 8_000_000)
        time.sleep(0.02)


def grab() -> Iterator[int]:
    yield 1
    yield len(bytearray(10_000_000_000))


def abort() -> Iterator[int]:
    yield 1
    os.abort()


def leave() -> Iterator[int]:
    yield 1
    sys.stdout.write('{"item"')
    sys.stdout.flush()
    os._exit(0)


def exhaust() -> Iterator[int]:
    yield 1
    raise MemoryError


def loaded() -> Iterator[list[str]]:
    yield sorted(sys.modules)
