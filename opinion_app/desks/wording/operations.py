"""Keeping the lists of words and the templates, each change on the trail."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from opinion_app.flow import trail
from opinion_app.flow.reply_help import BINDING, kept
from opinion_app.records.wording import ReplyTemplate, WordListRow
from opinion_app.rules.errors import MARKED, Conflict, Invalid, NotFound
from opinion_app.rules.facts import Actor
from opinion_app.rules.hints import HintKind, WordList
from opinion_app.rules.hints.wording import list_words, read_list
from opinion_app.rules.reply import check_template, text_hash
from opinion_app.rules.words import Kind


def state(session: Session) -> str:
    """What the lists are now, so that nobody overwrites another's change unseen."""
    held = kept(session)
    return text_hash(repr(([sorted(held.lists[name].items()) for name in WordList], sorted(held.binding))))


def save_lists(
    session: Session, texts: Mapping[WordList, str], binding: Collection[HintKind], seen: str, actor: Actor, now: datetime
) -> int:
    """Put the lists in force; answers how many changed. Raises Invalid naming the list, Conflict when others were faster."""
    problems: dict[str, str] = {}
    read: dict[WordList, dict[str, str]] = {}
    for name, text in texts.items():
        try:
            read[name] = read_list(name, text)
        except Invalid as refusal:
            problems |= refusal.fields
    if problems:
        raise Invalid(MARKED, problems)
    if seen != state(session):
        raise Conflict("用语表刚刚被别人改过。请重新打开，看过最新内容后再改。")
    held = kept(session)
    changed: dict[str, tuple[object, object]] = {}
    for name, words in read.items():
        if words != held.lists[name]:
            changed[name.label] = (list_words(held.lists[name]), list_words(words))
            _put(session, name.value, words, actor, now)
    if frozenset(binding) != held.binding:
        labels = [("、".join(sorted(kind.label for kind in kinds)) or None) for kinds in (held.binding, binding)]
        changed["必须改正的提示"] = (labels[0], labels[1])
        _put(session, BINDING, {kind.value: "" for kind in binding}, actor, now)
    if changed:
        trail.record(session, "wording.edit", "wording", actor, now, changed)
    return len(changed)


def _put(session: Session, name: str, entries: dict[str, str], actor: Actor, now: datetime) -> None:
    row = session.get(WordListRow, name)
    if row is None:
        session.add(WordListRow(name=name, entries=entries, changed_by_id=actor.id, changed_at=now))
    else:
        row.entries, row.changed_by_id, row.changed_at = entries, actor.id, now


def template(session: Session, template_id: int) -> ReplyTemplate:
    """A template. Raises NotFound."""
    row = session.get(ReplyTemplate, template_id)
    if row is None:
        raise NotFound("没有这个模板。")
    return row


def save_template(
    session: Session,
    row: ReplyTemplate | None,
    actor: Actor,
    now: datetime,
    *,
    title: str,
    kind: Kind | None,
    area: str,
    text: str,
    active: bool = True,
    seen: int | None = None,
) -> ReplyTemplate:
    """Add a template, or change one. Raises Invalid for fields nothing fills, Conflict when others were faster."""
    check_template(text)
    if row is not None and seen is not None and seen != row.version:
        raise Conflict("这个模板刚刚被别人改过。请重新打开，看过最新内容后再改。")
    wanted: dict[str, Any] = {"title": title, "kind": kind, "area": area, "text": text, "active": active}
    before = {name: getattr(row, name) if row is not None else None for name in wanted}
    act = "template.add" if row is None else "template.edit"
    if row is None:
        row = ReplyTemplate()
        session.add(row)
    for name, value in wanted.items():
        setattr(row, name, value)
    row.changed_by_id, row.changed_at = actor.id, now
    session.flush()
    labels = {"title": "名称", "kind": "诉求类型", "area": "领域", "text": "内容", "active": "可以使用"}
    values = {labels[name]: (before[name], value) for name, value in wanted.items() if before[name] != value}
    trail.record(session, act, title, actor, now, values)
    return row
