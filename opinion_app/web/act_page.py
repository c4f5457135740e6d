"""The page of one act on a case: its form, opened in place on the case page or as a page of its own."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from opinion_app.forms import OfficeForm
from opinion_app.records.case import Case
from opinion_app.rules import links
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.left_open import LeftOpen, ends_undone, refused_over, ways_out
from opinion_app.rules.life import ACTS, permitted
from opinion_app.web.answers import form_page
from opinion_app.web.identity import actor


def act_page(
    case: Case, act: str, form: OfficeForm, *, template: str = "layouts/act.html", said: str = "", **context: Any
) -> ResponseReturnValue:
    """Show the form of `act`; `said` is the sentence beside the button that tells what will happen.

    The plain template shows every field of the form in order; a room with more to show extends it."""
    return form_page(template, case=case, act=ACTS[act], form=form, said=said, case_href=links.case(case.number), **context)


def leaving_page(case: Case, facts: CaseFacts, act: str, form: OfficeForm, left: LeftOpen, *, said: str) -> ResponseReturnValue:
    """Show the form of an act by which a case leaves the life; while what is `left` open stands against it, only what that is, in
    the words the operation refuses with, and what this person may do about it."""
    against, open_now = refused_over(act, left), {each.name for each in permitted(actor(), facts)}
    ways = [(links.case_act(case.number, way), words) for way, words in ways_out(act, left) if way in open_now]
    template, ends = "layouts/left_open.html", ends_undone(act, left)
    return act_page(case, act, form, template=template, said="" if against else said, against=against, ends=ends, ways=ways)
