"""From when on an office is reminded: nothing is made for a moment before it, whatever is asked (N07)."""

from __future__ import annotations

from datetime import datetime

import click

from opinion_app import clock
from opinion_app.flow.ladder import begin_reminding, has_begun, told_from
from opinion_app.records.engine import reading_only
from opinion_app.records.transaction import transaction
from opinion_app.rules.spoken import moment_words


def too_early(asked: datetime, consequence: str, *, writes: bool) -> bool:
    """Whether `asked` lies before an import, a restore or the first run, which is said with what follows from it.

    On the very first run the office is reminded from now on, whatever moment was asked for: `writes` keeps that."""
    now = clock.now()
    with reading_only(), transaction() as session:
        first, begins = not has_begun(session), told_from(session, now)
    if first and writes:
        with transaction() as session:
            begin_reminding(session, now)
    if first:
        when = f"自 {moment_words(begins)} " if writes else "正式运行时将从那一刻"
        click.echo(f"首次运行：{when}起提醒，此前到时的催办不补发；待办通报照列所有未办结的件。")
    if asked >= begins:
        return False
    early = f"所给时刻（{moment_words(asked)}）早于开始提醒的时刻（{moment_words(begins)}）"
    click.echo(f"{early}：在那之前的一概不提醒、不补发，{consequence}")
    return True
