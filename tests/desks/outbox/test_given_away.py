"""What was done to a case while a letter about it waited: who was told with it, and who hears by the ladder (N01, N09)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from opinion_app.desks.people import operations as people
from opinion_app.desks.reminders.rehearsal import rehearse
from opinion_app.flow import accounts
from opinion_app.flow.handover import hand_to
from opinion_app.flow.move import move
from opinion_app.flow.outbox import tell
from opinion_app.records.actors import actor_of
from opinion_app.records.assignment import Assignment
from opinion_app.rules.words import Role
from opinion_app.rules.zone import parse_moment
from opinion_app.steps.reply import operations as reply
from tests.builders.life import REPLY
from tests.desks.outbox.test_coming_back import DUE, LATE, kept, morning, office, post, replaced, round_
from tests.desks.reminders.laddered import Office

__all__ = ["office"]
ACTS_THAT_TELL_NOBODY = ("draft", "note", "attach", "reveal_contact", "ask_extension")


@pytest.mark.parametrize("act", ACTS_THAT_TELL_NOBODY)
def test_n09_an_act_that_leaves_the_case_where_it_is_keeps_nothing_from_a_new_head(office: Office, act: str) -> None:
    morning(office, LATE)
    at = parse_moment(f"{LATE}T08:32")
    move(office.session, office.case, act, actor_of(office.session, office.people["handler"]), at)
    asked = [office.people["vice"]]
    tell(office.session, office.case, asked, "申请延期，请审批", act, at, mail=False)
    replaced(office)
    post(office, f"{LATE}T08:34")
    assert round_(office, f"{LATE}T08:35") == ["deputy 催办通知：LY2026-000001 答复"]
    assert [round_(office, f"{LATE}T{time}") for time in ("08:36", "17:00")] == [[], []]


def test_n01_who_was_given_the_case_without_a_new_stage_was_told_with_that(office: Office) -> None:
    morning(office, LATE)
    at = parse_moment(f"{LATE}T08:32")
    deputy = office.people["deputy"]
    office.case.handler_id = deputy.id
    office.session.scalars(select(Assignment).where(Assignment.case_id == office.case.id)).one().handler_id = deputy.id
    office.session.flush()
    done = move(office.session, office.case, "name_handler", actor_of(office.session, office.people["head"]), at)
    hand_to(office.session, office.case, [deputy], "由您承办", f"name_handler:{done.id}", at, unit_id=deputy.unit_id)
    assert "deputy LY2026-000001 由您承办（已逾期 1 个工作日）" in post(office, f"{LATE}T08:34")
    assert [round_(office, f"{LATE}T{time}") for time in ("08:35", "17:00")] == [[], []]


def test_n09_a_head_who_came_after_the_draft_was_handed_in_hears_what_the_other_was_told(office: Office) -> None:
    """催办通知 and 请审核 wait for the old head: neither leaves, and the new one is asked by one letter that says both."""
    morning(office, LATE)
    at = parse_moment(f"{LATE}T08:32")
    handler = actor_of(office.session, office.people["handler"])
    reply.save_draft(office.session, office.case, handler, at, REPLY)
    reply.submit(office.session, office.case, handler, at)
    replaced(office)
    sent = [line for line in post(office, f"{LATE}T08:34") if line.startswith("deputy ") and "通报" not in line]
    assert sent == ["deputy LY2026-000001 答复稿送审，请审核（已逾期 1 个工作日）"]
    assert [round_(office, f"{LATE}T{time}") for time in ("08:35", "08:36", "17:00")] == [[], [], []]


def under_review(office: Office) -> None:
    """The draft is handed in on the day the reply is due, after the digests: 请审核 waits for the head by mail."""
    handler = actor_of(office.session, office.people["handler"])
    reply.save_draft(office.session, office.case, handler, parse_moment(f"{DUE}T09:00"), REPLY)
    reply.submit(office.session, office.case, handler, parse_moment(f"{DUE}T09:00"))


@pytest.mark.parametrize("change", ["roles", "left", "back"])
def test_n03_a_step_that_somebody_else_has_by_now_is_asked_of_them_alone(office: Office, change: str) -> None:
    morning(office, DUE)
    post(office, f"{DUE}T08:35")
    under_review(office)
    at, head, deputy = parse_moment(f"{DUE}T09:01"), office.people["head"], office.people["deputy"]
    if change == "left":
        people.disable(office.session, head, actor_of(office.session, deputy), at)
    else:
        accounts.set_roles(office.session, head, [Role.HANDLER], None, at)
    accounts.set_roles(office.session, deputy, [Role.UNIT_HEAD], None, at)
    if change == "back":
        accounts.set_roles(office.session, head, [Role.UNIT_HEAD], None, at)
        accounts.set_roles(office.session, deputy, [Role.HANDLER], None, at)
    asked = "答复稿送审，请审核（今天到期）"
    drafts = [draft for draft in rehearse(office.session, parse_moment(f"{DUE}T09:02")).drafts if "邮件" in draft.ways]
    left = post(office, f"{DUE}T09:02")
    assert [line for line in left if asked in line] == [f"{'head' if change == 'back' else 'deputy'} LY2026-000001 {asked}"]
    assert {(draft.name, draft.subject) for draft in drafts if asked in draft.subject} == {
        ("head" if change == "back" else "deputy", f"LY2026-000001 {asked}")
    }
    rest = [line for time in ("09:03", "10:00", "17:00") for line in round_(office, f"{DUE}T{time}")]
    assert [line for line in rest if line.startswith("deputy ")] == [], "the letter said the date"
    if change == "roles":
        assert kept(office, "head").last_error == "这一步已不由收件人办理"
