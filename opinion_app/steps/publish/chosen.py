"""What a clerk chose at the bench and what two reviews said of it: the same value for 公开, 定时公开 and 提请审查."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from opinion_app.rules.masking import Decision
from opinion_app.rules.publication import LEFT_OUT


@dataclass(frozen=True)
class Review:
    """The two opinions without which nothing goes out (保密法 35; 信息公开条例 17)."""

    secrecy: str
    disclosure: str


@dataclass(frozen=True)
class Chosen:
    """The decision on each find, how the writer is called, what is added, left out and attached, and the hash that was read."""

    decisions: Mapping[str, tuple[Decision, ...]]
    writer: str
    reviewed_hash: str
    correction: str = ""
    left_out: str = LEFT_OUT
    copies: Iterable[int] = ()
