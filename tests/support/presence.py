"""What to do where a program the tests need is absent: say so and skip at a desk, fail in the pipeline."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def in_pipeline() -> bool:
    """Whether this run must not skip anything (CI=true)."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def absent(reason: str) -> NoReturn:
    """Skip with the reason, or fail with it in the pipeline."""
    if in_pipeline():
        pytest.fail(f"required in the pipeline: {reason}", pytrace=False)
    pytest.skip(reason)
