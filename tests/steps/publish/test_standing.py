"""A publication that stands while its case goes on: what readers are told, and that it can be taken back in every stage."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opinion_app.flow.reopening import open_again
from opinion_app.flow.cases import facts_of
from opinion_app.records.case import Case
from opinion_app.records.publication import Publication
from opinion_app.rules.words import PublicationState, Stage
from opinion_app.search.bigrams import parse_query
from opinion_app.search.index import publication_index
from opinion_app.steps.publish import operations
from opinion_app.steps.triage import merging
from opinion_app.steps.triage import operations as triage
from tests.builders.office import NOW, make_case
from tests.builders.published import make_publication
from tests.steps.publish.conftest import Office

PROMISE = "新的答复公开后将替换"


def reopened(office: Office) -> tuple[Case, Publication]:
    """A published case that its writer had taken up again."""
    case = office.closed()
    row = make_publication(office.session, case)
    open_again(office.session, case, facts_of(office.session, case), None, NOW, "没有修好", by="留言人")
    return case, row


def merge(office: Office, case: Case) -> None:
    merging.merge(office.session, case, office.clerk, NOW, make_case(office.session, office.clerk).number, "同一件事")


def decline(office: Office, case: Case) -> None:
    triage.decline(office.session, case, office.clerk, NOW, "已有结论", "没有新情况", "信访", None)


def refer(office: Office, case: Case) -> None:
    triage.refer(office.session, case, office.clerk, NOW, "县供电公司", "路灯归它管", None)


@pytest.mark.parametrize(
    ("act", "stage", "note"),
    [(merge, Stage.MERGED, "合并办理"), (decline, Stage.DECLINED, "不属于受理范围"), (refer, Stage.REFERRED, "有权处理的机关")],
)
def test_what_is_out_says_what_became_of_its_case_and_can_be_taken_back(
    office: Office, act: Callable[[Office, Case], None], stage: Stage, note: str
) -> None:
    case, row = reopened(office)
    assert PROMISE in row.note
    act(office, case)
    assert (case.stage, row.state) == (stage, PublicationState.PUBLISHED)
    assert note in row.note
    assert PROMISE not in row.note
    operations.withdraw(office.session, case, office.clerk, NOW, reason="留言人要求")
    assert (row.state, row.note) == (PublicationState.WITHDRAWN, "")
    assert publication_index.newest(office.session.connection(), parse_query("路灯"), 10) == []


def test_a_case_taken_out_of_another_goes_on_itself(office: Office) -> None:
    case, row = reopened(office)
    merge(office, case)
    merging.unmerge(office.session, case, office.clerk, NOW, "不是一件事")
    assert PROMISE in row.note


def test_a_case_whose_publication_was_taken_back_gets_no_note(office: Office) -> None:
    case, row = reopened(office)
    operations.withdraw(office.session, case, office.clerk, NOW, reason="留言人要求")
    merge(office, case)
    assert row.note == ""
