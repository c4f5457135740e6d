"""Shared acts on real databases: numbers, settings, contacts, attachments, the index, hints, notices, progress."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import cast

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from opinion_app.files.received import Received
from opinion_app.files.store import AttachmentStore, StoredFileMissingError
from opinion_app.flow import contacts, index, outbox, progress, reopening
from opinion_app.flow.attach import attach, attach_to_policy
from opinion_app.flow.cases import facts_of, open_case
from opinion_app.flow.move import move
from opinion_app.flow.numbers import next_number, next_serial
from opinion_app.flow.register import similar
from opinion_app.flow.settings import areas, office, put_setting, restored_at, setting
from opinion_app.flow.units import active_units, unit_for
from opinion_app.records.assessment import Policy
from opinion_app.records.attachment import Attachment
from opinion_app.records.notice import Notice
from opinion_app.records.office import Counter
from opinion_app.records.person import LeaderInCharge
from opinion_app.records.publication import Publication
from opinion_app.records.submission import Progress
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Invalid, NotFound, Refused
from opinion_app.rules.file_kinds import STAFF_LIMITS
from opinion_app.rules.registration import LetterFacts, NewCase, Writer
from opinion_app.rules.words import Kind, NoticeChannel, PublicationState, Role, Source, Stage
from opinion_app.search.bigrams import parse_query
from opinion_app.search.index import case_index, publication_index
from opinion_app.steps.handling import operations as handling
from opinion_app.steps.triage import assigning
from tests.builders.life import answered, make_office
from tests.builders.office import NOW, SECRET, make_actor, make_case, make_person, make_unit

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def test_numbers_count_up_within_the_shanghai_year(core: Flask) -> None:
    with transaction() as session:
        assert [next_number(session, "message", NOW) for _ in range(2)] == ["LY2026-000001", "LY2026-000002"]
        new_year_in_shanghai = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
        assert next_number(session, "message", new_year_in_shanghai) == "LY2027-000001"
        put_setting(session, "number_patterns", {"message": "卡留{year}-{serial:04d}"})
        assert next_number(session, "message", NOW) == "卡留2026-0003"
        assert next_number(session, "policy", NOW) == "ZC2026-0001"


def test_a_series_that_was_begun_elsewhere_goes_on(core: Flask) -> None:
    with transaction() as session:
        session.add(Counter(series="message", year=2026, value=41))
    with transaction() as session:
        assert next_serial(session, "message", 2026) == 42


def test_settings_have_defaults_until_they_are_set(core: Flask) -> None:
    with transaction() as session:
        assert setting(session, "nothing", 5) == 5
        assert office(session)["name"]
        put_setting(session, "office", {"name": "云岭镇人民政府"})
        put_setting(session, "areas", ["其他", "水利"])
        assert office(session)["name"] == "云岭镇人民政府"
        assert areas(session) == ["水利", "其他"]
        put_setting(session, "areas", ["林业"])
        assert areas(session) == ["林业", "其他"]


def test_contact_data_is_found_exactly_or_not_at_all(core: Flask) -> None:
    with transaction() as session:
        case = make_case(session, writer=Writer("刘一帆", "+86 138-0000-1234", "A@x.cn"))
        for typed in ("刘一帆", "13800001234", "＋８６ 138 0000 1234", "a@X.cn"):
            assert contacts.look_up(session, typed, SECRET) == [case.id]
        for typed in ("刘一", "1380000", "", "   ", "x.cn"):
            assert contacts.look_up(session, typed, SECRET) == []


def test_hints_name_the_reason(core: Flask) -> None:
    with transaction() as session:
        clerk = make_actor(session, "clerk", Role.CLERK)
        make_case(session, clerk, original_number="A-1", original_link="https://x.cn/1")
        other = {"title": "别的标题", "body": "别的内容", "received_at": NOW}
        new = {
            "原编号相同": NewCase(**other, original_number="A-1"),  # type: ignore[arg-type]
            "链接相同": NewCase(**other, original_link="https://x.cn/1"),  # type: ignore[arg-type]
            "联系电话相同": NewCase(**other, writer=Writer(phone="13800001234")),  # type: ignore[arg-type]
        }
        for reason, message in new.items():
            assert [hint.reason for hint in similar(session, message, clerk, SECRET)] == [reason]
        same_text = NewCase("标题", "村口的路灯坏了半个月，晚上老人孩子出门不方便，请帮忙修一下。", NOW)
        assert [hint.reason for hint in similar(session, same_text, clerk, SECRET)] == ["内容相同"]
        assert similar(session, NewCase(**other), clerk, SECRET) == []  # type: ignore[arg-type]


def test_files_are_named_after_they_lie_on_disk(core: Flask, tmp_path: Path) -> None:
    store = AttachmentStore(tmp_path / "files")
    received = Received("现场.png", store.save(BytesIO(PNG), "现场.png", STAFF_LIMITS), store)
    with transaction() as session:
        clerk = make_actor(session, "clerk", Role.CLERK)
        case = make_case(session, clerk)
        attach(session, case, [received], clerk, NOW)
        unit = make_unit(session)
        policy = Policy(number="ZC2026-0001", title="方案", unit_id=unit.id, registered_at=NOW)
        session.add(policy)
        session.flush()
        other = Received("方案.png", store.save(BytesIO(PNG), "方案.png", STAFF_LIMITS), store)
        attach_to_policy(session, policy.id, policy.number, [other], clerk, NOW)
    with transaction() as session:
        rows = session.scalars(select(Attachment).order_by(Attachment.id)).all()
        assert [(row.name, row.owner, row.size) for row in rows] == [
            ("现场.png", "case", len(PNG)),
            ("方案.png", "policy", len(PNG)),
        ]
    received.discard()
    with pytest.raises(StoredFileMissingError):
        store.open(received.stored.stored_name)


def test_a_case_is_found_by_letter_reply_and_number(core: Flask) -> None:
    with transaction() as session:
        desk = make_office(session)
        letter = LetterFacts("县信访局", "昌信函〔2026〕8号", date(2026, 11, 20), date(2026, 11, 23))
        case = answered(desk, source=Source.FORWARDED_LETTER, letter=letter)
        connection = session.connection()
        for word in ("信访局", "线路老化", case.number, "路灯"):
            assert case_index.newest(connection, parse_query(word), 5) == [case.id], word
        assert case_index.newest(connection, parse_query("13800001234"), 5) == []


def test_rebuilding_gives_the_same_index(core: Flask) -> None:
    with transaction() as session:
        case = make_case(session)
        shown = _publication(case.id, "LY2026-000001", PublicationState.PUBLISHED)
        session.add(shown)
        index.put_publication(session, shown)
        case_id, shown_id = case.id, shown.id
    with transaction() as session:
        assert index.rebuild(session) == (1, 1)
    with transaction() as session:
        connection = session.connection()
        assert case_index.newest(connection, parse_query("路灯"), 5) == [case_id]
        assert publication_index.newest(connection, parse_query("老化"), 5) == [shown_id]
        held = session.get(Publication, shown_id)
        assert held is not None
        held.state = PublicationState.WITHDRAWN
        index.put_publication(session, held)
        assert publication_index.newest(session.connection(), parse_query("老化"), 5) == []


def _publication(case_id: int, number: str, state: PublicationState) -> Publication:
    return Publication(
        case_id=case_id,
        number=number,
        title="路灯",
        question="路灯不亮",
        answer="线路老化，已修好",
        kind=Kind.HELP,
        area="城建",
        unit_name="财政所",
        asked_on=date(2026, 11, 23),
        answered_on=date(2026, 11, 24),
        published_at=NOW,
        state=state,
        snapshot_hash="x",
        updated_at=NOW,
    )


def test_a_notice_is_queued_once_for_each_person_and_channel(core: Flask) -> None:
    with transaction() as session:
        case = make_case(session)
        reached = make_person(session, "a", Role.CLERK, email="a@x.cn")
        silent = make_person(session, "b", Role.CLERK)
        gone = make_person(session, "c", Role.CLERK, active=False)
        for _ in range(2):
            outbox.tell(session, case, [reached, silent, gone, reached], "请受理", "k", NOW, mail=True)
        rows = session.scalars(select(Notice).order_by(Notice.id)).all()
        assert [(row.person_id, row.channel) for row in rows] == [
            (reached.id, NoticeChannel.IN_APP),
            (reached.id, NoticeChannel.MAIL),
            (silent.id, NoticeChannel.IN_APP),
        ]
        assert all("刘一帆" not in f"{row.subject}{row.lines}" for row in rows)


def test_the_leader_in_charge_hears_before_all_leaders(core: Flask) -> None:
    with transaction() as session:
        unit = make_unit(session)
        first = make_person(session, "l1", Role.LEADER)
        second = make_person(session, "l2", Role.LEADER)
        assert [p.id for p in outbox.leader_in_charge(session, unit.id)] == [first.id, second.id]
        session.add(LeaderInCharge(unit_id=unit.id, person_id=second.id))
        session.flush()
        assert [p.id for p in outbox.leader_in_charge(session, unit.id)] == [second.id]
        second.active = False
        assert [p.id for p in outbox.leader_in_charge(session, unit.id)] == [first.id]
        assert [p.id for p in outbox.leader_in_charge(session, None)] == [first.id]


def test_the_named_handler_is_told_and_not_the_whole_unit(core: Flask) -> None:
    with transaction() as session:
        desk = make_office(session)
        case = answered(desk)
        outbox.tell_unit(session, case, desk.finance.id, "请看", "only", NOW, mail=False)
        told = session.scalars(select(Notice.person_id).where(Notice.key.like("%:only:%"))).all()
        assert told == [desk.finance_handler.id]


def test_the_citizen_is_told_step_by_step(core: Flask) -> None:
    with transaction() as session:
        case = make_case(session)
        progress.tell(session, case, why="没有人在看")
        row = progress.open_progress(session, case, "hash", NOW)
        assert (row.step, row.promised_on) == ("已收到", date(2026, 12, 2))
        progress.follow(session, case, "note", NOW)
        assert len(row.history) == 1
        progress.tell(session, case, why="补充说明", answer="答复")
        held = session.get(Progress, case.number)
        assert held is not None
        assert (held.why, held.answer) == ("补充说明", "答复")


def test_who_is_given_a_code_late_reads_each_step_on_its_own_day(core: Flask) -> None:
    with transaction() as session:
        desk = make_office(session)
        case = answered(desk)
        reopening.open_again(session, case, facts_of(session, case), desk.clerk, NOW + timedelta(days=1), "还没有修好")
        later = NOW + timedelta(days=5)
        told = progress.open_progress(session, case, "hash", later)
        received, *rest = [(entry["step"], entry["at"]) for entry in told.history]
        assert received == ("已收到", case.received_at.isoformat())
        assert [step for step, _at in rest] == ["已受理", "办理中", "已答复", "重新办理"]
        assert max(at for _step, at in rest) < later.isoformat()
        assert told.step == "重新办理"


def test_a_case_its_unit_returned_after_it_was_taken_up_again_is_still_accepted(core: Flask) -> None:
    with transaction() as session:
        desk = make_office(session)
        case = answered(desk)
        along = progress.open_progress(session, case, "hash", NOW)
        reopening.open_again(session, case, facts_of(session, case), desk.clerk, NOW + timedelta(minutes=1), "还没有修好")
        handling.ask_return(session, case, desk.finance_head, NOW + timedelta(minutes=2), "不是我们的")
        assigning.decide_return(session, case, desk.clerk, NOW + timedelta(minutes=3), agree=True, opinion="同意")
        steps = [(entry["step"], entry["at"]) for entry in along.history]
        session.delete(along)
        session.flush()
        late = progress.open_progress(session, case, "hash", NOW + timedelta(days=5))
        assert [(entry["step"], entry["at"]) for entry in late.history] == steps
        assert steps[-1][0] == "已受理"


def test_units_to_choose_from(core: Flask) -> None:
    with transaction() as session:
        case = make_case(session)
        parent = make_unit(session, "建设办")
        child = make_unit(session, "路政所", parent_id=parent.id)
        make_unit(session, "旧单位", active=False)
        assert [unit.name for unit in active_units(session)] == ["建设办", "路政所"]
        assert unit_for(session, child.id, case, "lead") is child
        with pytest.raises(Invalid):
            unit_for(session, 999, case, "lead")
        case.accused_unit_id = parent.id
        with pytest.raises(Invalid, match="被举报"):
            unit_for(session, child.id, case, "lead")


def test_an_unknown_number_and_an_invisible_case_read_alike(core: Flask) -> None:
    with transaction() as session:
        unit = make_unit(session)
        stranger = make_actor(session, "h", Role.HANDLER, unit=unit)
        case = make_case(session)
        messages = set()
        for number in (case.number, "LY2026-999999"):
            with pytest.raises(NotFound) as refusal:
                open_case(session, number, stranger)
            messages.add(refusal.value.message)
        assert len(messages) == 1
        clerk = make_actor(session, "clerk", Role.CLERK)
        assert open_case(session, f" {case.number.lower()} ", clerk)[1] == facts_of(session, case)


def test_a_case_is_due_in_the_order_of_its_clocks(core: Flask) -> None:
    with transaction() as session:
        case = make_case(session)
        assert case.next_due_stage == "accept"
        assert case.next_due_at is not None
        assert case.next_due_at - NOW < timedelta(days=2)


def test_an_act_leads_only_where_the_life_says(core: Flask) -> None:
    with transaction() as session:
        case = make_case(session)
        with pytest.raises(Refused, match="不能把这件变为"):
            move(session, case, "note", None, NOW, to=Stage.CLOSED)


class Contested:
    """A session in which another transaction is always a step ahead with the same series."""

    def scalar(self, _statement: object) -> None:
        """No row to count up."""

    def begin_nested(self) -> object:
        """The row has just been made by somebody else."""
        raise IntegrityError("insert", {}, ValueError("unique"))


def test_a_series_that_can_never_be_counted_ends_in_an_error() -> None:
    with pytest.raises(RuntimeError, match="could not be counted"):
        next_serial(cast(Session, Contested()), "message", 2026)


def test_a_message_that_says_nothing_is_like_no_other(core: Flask) -> None:
    with transaction() as session:
        clerk = make_actor(session, "clerk", Role.CLERK)
        assert similar(session, NewCase("", "", NOW), clerk, SECRET) == []


def test_the_moment_of_a_restore_is_known_from_then_on(core: Flask) -> None:
    with transaction() as session:
        assert restored_at(session) is None
        put_setting(session, "restored_at", NOW.isoformat())
        assert restored_at(session) == NOW


@pytest.mark.parametrize("typed", ["LY\x07", "x" * 500])
def test_what_can_be_no_number_is_not_found(core: Flask, typed: str) -> None:
    with transaction() as session:
        clerk = make_actor(session, "clerk", Role.CLERK)
        with pytest.raises(NotFound):
            open_case(session, typed, clerk)
