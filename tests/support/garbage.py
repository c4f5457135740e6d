"""The collector of garbage, told what lives to the end: it looked through every module and every test again and again.

Some hundred thousand objects are there once the tests are collected, none of them garbage; a test's own waste is a fraction.
"""

from __future__ import annotations

import gc

import pytest

LOOK_EVERY = (20_000, 10, 100)  # new objects; young looks to a middle one; middle ones to a whole one


class Garbage:
    """Nothing is looked for while tests are collected, and what is there then is never looked at."""

    def __init__(self) -> None:
        gc.disable()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self) -> None:
        """Leave alone what was collected, and look at what comes from now on."""
        gc.freeze()
        gc.set_threshold(*LOOK_EVERY)
        gc.enable()
