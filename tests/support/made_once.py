"""What every application would make anew though it is the same each time, made once for the whole test process.

A test has an application and a database of its own; to compile for each 140 addresses, a dozen templates and a few hundred
statements would be most of its time. Only what follows from the text alone is shared, nothing that holds data.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any, NamedTuple

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Dialect, Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import BaseConverter, Rule
from werkzeug.routing.rules import RulePart

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


class Parsed(NamedTuple):
    """What reading the text of one address gives: its parts, its trace, and a converter for each of its variables."""

    parts: list[RulePart]
    trace: list[tuple[bool, str]]
    converters: dict[str, BaseConverter]


def share_what_is_made() -> None:
    """From now on applications share compiled templates and statements, the addresses as they are read and what builds them."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()}
    _share_parsing()
    _share_building()
    _share_with_whoever_comes()


def _share_parsing() -> None:
    """Converters are made for one map; the house's own look at nothing of it."""
    parse, kept = Rule._parse_rule, dict[str, Parsed]()

    def parsed(rule: Rule, text: str) -> list[RulePart]:
        if text not in kept:
            begun, had = len(rule._trace), set(rule._converters)
            parts = list(parse(rule, text))
            made = {name: held for name, held in rule._converters.items() if name not in had}
            kept[text] = Parsed(parts, rule._trace[begun:], made)
            return parts
        rule._trace += kept[text].trace
        rule._converters |= kept[text].converters
        rule.arguments |= set(kept[text].converters)
        return kept[text].parts

    Rule._parse_rule = parsed  # type: ignore[method-assign, assignment]


def _share_building() -> None:
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
    if _kind(engine) not in _spoken:
        engine.connect().close()  # the dialect asks the server once what it can do
        _spoken[_kind(engine)] = engine.dialect, LRUCache(STATEMENTS)
    engine.dialect, engine._compiled_cache = _spoken[_kind(engine)]


def _kind(engine: Engine) -> tuple[str, str]:
    return engine.dialect.name, engine.dialect.driver


def _share_with_whoever_comes() -> None:
    """Commands and restorations make engines of their own, which nobody else gets hold of."""
    make = SQLAlchemy._make_engine

    def made(*given: Any) -> Engine:
        engine = make(*given)
        if _kind(engine) in _spoken:
            share_statements(engine)
        return engine

    SQLAlchemy._make_engine = made  # type: ignore[method-assign, assignment]
