"""What every application would make anew though it is the same each time, made once for the whole test process.

A test has an application and a database of its own; to compile for each 140 addresses, a dozen templates and a few hundred
statements would be most of its time. Only what follows from the text alone is shared, nothing that holds data.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Dialect, Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]
STATEMENTS = 3000


class CompiledTemplates(BytecodeCache):
    """Compiled templates kept in memory, by name, place and text."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give out what was kept."""
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if bucket.code is not None:
            self._kept[bucket.key, bucket.checksum] = bucket.code


def share_templates_and_addresses() -> None:
    """From now on applications share compiled templates and the functions that build their addresses."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()}
    compiled, kept = Rule._compile_builder, dict[tuple[Any, ...], Builder]()

    def builder(rule: Rule, append_unknown: bool = True) -> Builder:
        if rule.defaults:  # these are built into the function
            return compiled(rule, append_unknown)
        key = (rule.rule, tuple(rule._trace), append_unknown)
        return kept[key] if key in kept else kept.setdefault(key, compiled(rule, append_unknown))

    Rule._compile_builder = builder  # type: ignore[method-assign, assignment]


_spoken: dict[tuple[str, str], tuple[Dialect, LRUCache[Any, Any]]] = {}


def share_statements(engine: Engine) -> None:
    """Let `engine` use the statements compiled for others of its kind, with their dialect, by which SQLAlchemy keeps them."""
    kind = (engine.dialect.name, engine.dialect.driver)
    if kind not in _spoken:
        engine.connect().close()  # the dialect asks the server once what it can do
        _spoken[kind] = engine.dialect, LRUCache(STATEMENTS)
    engine.dialect, engine._compiled_cache = _spoken[kind]
