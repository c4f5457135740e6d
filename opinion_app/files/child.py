"""The child's side of a confined task: one order in on standard input, one JSON line out for every item made."""

import importlib
import json
import time
from typing import Any, TextIO

from opinion_app.files.confined import Fault, Limits, limit_this_process
from opinion_app.rules.file_kinds import FileRefusedError


def main(orders: TextIO, answers: TextIO) -> None:
    """Carry out one order. What goes wrong with the file is answered, any other error is left to standard error."""
    order: dict[str, Any] = json.loads(orders.readline())
    module, _, function = order["task"].partition(":")
    make = getattr(importlib.import_module(module), function)
    limit_this_process(Limits(**order["limits"]))
    _answer(answers, {"ready": time.process_time()})
    try:
        for item in make(**order["arguments"]):
            _answer(answers, {"item": item})
        _answer(answers, {"done": True})
    except FileRefusedError as refusal:
        _answer(answers, {"refused": refusal.message})
    except MemoryError:
        _answer(answers, {"fault": Fault.MEMORY.name})


def _answer(answers: TextIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer, ensure_ascii=False) + "\n")
    answers.flush()
