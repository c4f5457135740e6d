"""Triage acts that concern the case as a whole: accept, classify, decline, refer, propose, instruct, name a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow import outbox, progress, trail
from opinion_app.flow.handover import hand_to, tell_of_step
from opinion_app.flow.left_open import leave_nothing_open
from opinion_app.flow.move import admit, move
from opinion_app.flow.moved_dates import DateMoved, check_late, moved_words
from opinion_app.flow.reclassifying import on_acceptance, reclassify
from opinion_app.flow.settings import areas
from opinion_app.flow.stand_ins import look_at_pressing_again
from opinion_app.records.case import Case, CaseGrant
from opinion_app.records.finding import Finding
from opinion_app.records.person import Person
from opinion_app.rules.errors import Invalid
from opinion_app.rules.facts import Actor
from opinion_app.rules.waiting_step import INSTRUCTION
from opinion_app.rules.words import FindingKind, Kind, Procedure, Role, Stage, Urgency
from opinion_app.rules.zone import local_date

RULING = frozenset({"诉求类型", "紧急程度", "办理类别"})


@dataclass(frozen=True)
class Classification:
    """What a clerk says a case is."""

    kind: Kind
    area: str
    urgency: Urgency
    procedure: Procedure


def classify_case(session: Session, case: Case, new: Classification) -> trail.Values:
    """Put the classification on the case; answers what changed.

    Raises Invalid for an unknown area, a nameless accusation, and where it would make an accusation of what others share."""
    if new.area not in areas(session):
        raise Invalid("没有这个领域。", {"area": "请从列表中选择领域。"})
    if new.kind is Kind.ACCUSATION and not case.accused and case.accused_unit_id is None:
        raise Invalid("举报件须写明被举报对象。", {"kind": "登记时没有写被举报的单位或个人，不能改为举报。请重新登记。"})
    if (new.kind is Kind.ACCUSATION) is not (case.kind is Kind.ACCUSATION) and _shared(session, case):
        said = "这件下面有并入的件，举报件与其他件不能并案。请先拆分，再改诉求类型。"
        raise Invalid(said, {"kind": said})
    old = Classification(case.kind, case.area, case.urgency, case.procedure)
    case.kind, case.area, case.urgency, case.procedure = new.kind, new.area, new.urgency, new.procedure
    labels = {"kind": "诉求类型", "area": "领域", "urgency": "紧急程度", "procedure": "办理类别"}
    return {
        label: (getattr(old, name), getattr(new, name))
        for name, label in labels.items()
        if getattr(old, name) != getattr(new, name)
    }


def _shared(session: Session, case: Case) -> bool:
    """Whether other cases go on inside this one, so that their writers are told its answer."""
    return session.scalar(select(Case.id).where(Case.merged_into_id == case.id).limit(1)) is not None


def chooses_rules(changed: trail.Values) -> bool:
    """Whether what changed decides which rules a case comes under (decisions 1); its area decides none."""
    return not changed.keys().isdisjoint(RULING)


def accept(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    new: Classification,
    seen: int | None = None,
    *,
    know_late: bool = False,
) -> list[DateMoved]:
    """受理: from now on the writer is promised an answer; answers which dates moved.

    Raises Invalid where a date would be late at once and nobody said they know (D12)."""
    admit(session, case, "accept", actor, seen)
    changed = classify_case(session, case, new)
    case.accepted_at = now
    moved = on_acceptance(session, case, now, ruled=chooses_rules(changed))
    check_late(moved, now, know_late=know_late)
    move(session, case, "accept", actor, now, note=moved_words(moved, now), values=changed)
    return moved


def classify(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    new: Classification,
    seen: int | None = None,
    *,
    know_late: bool = False,
) -> list[DateMoved]:
    """修改分类: the running clocks follow the new rules; answers which dates moved, so that the page can say so.

    Raises Invalid where nothing changed, and where a date would be late at once and nobody said they know (D12)."""
    admit(session, case, "classify", actor, seen)
    changed = classify_case(session, case, new)
    if not changed:
        raise Invalid("分类没有变化。")
    moved = reclassify(session, case, now) if chooses_rules(changed) else []
    check_late(moved, now, know_late=know_late)
    move(session, case, "classify", actor, now, note=moved_words(moved, now), values=changed)
    return moved


def decline(
    session: Session, case: Case, actor: Actor, now: datetime, ground: str, reason: str, channel: str, seen: int | None
) -> None:
    """不予受理: the writer is told why and where to turn instead.

    Raises Refused while it would leave duties of a risk level or an answer to a 督办 undone for good."""
    leave_nothing_open(session, case, admit(session, case, "decline", actor, seen), "decline")
    move(session, case, "decline", actor, now, to=Stage.DECLINED, note=f"{ground}。{reason}", detail={"channel": channel})
    progress.tell(session, case, why=f"{ground}。{reason} 办理渠道：{channel}")


def refer(session: Session, case: Case, actor: Actor, now: datetime, to: str, reason: str, seen: int | None) -> None:
    """转出: another authority has the matter.

    Raises Refused while it would leave duties of a risk level or an answer to a 督办 undone for good."""
    facts = admit(session, case, "refer", actor, seen)
    leave_nothing_open(session, case, facts, "refer")
    case.referred_to = to
    done = move(session, case, "refer", actor, now, to=Stage.REFERRED, note=reason, detail={"to": to})
    outbox.tell_units(session, case, facts.assignments, "已转出，您单位不用再办理", f"refer:{done.id}", now)
    progress.tell(session, case, why=f"已转 {to} 办理。{reason}")


def propose(session: Session, case: Case, actor: Actor, now: datetime, proposal: str, seen: int | None) -> None:
    """呈批: the case waits for a leader's eyes; the leaders are told, with what is due and when."""
    admit(session, case, "propose", actor, seen)
    case.needs_leader, case.proposal = True, proposal
    row = move(session, case, "propose", actor, now, note=proposal)
    leaders = outbox.leader_in_charge(session, case.lead_unit_id)
    hand_to(session, case, leaders, "呈您批示", f"propose:{row.id}", now, waits=INSTRUCTION)


def instruct(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    text: str,
    spoken_by: str = "",
    spoken_at: datetime | None = None,
    seen: int | None = None,
) -> Finding:
    """批示: entered by the leader, or transcribed by a clerk with the leader's name and the date (decisions 13).

    A case that waited for it at the office is the clerks' again, who are told what is due and when."""
    admit(session, case, "instruct", actor, seen)
    if not actor.has(Role.LEADER):
        _check_transcription(spoken_by, spoken_at, now)
    finding = Finding(
        case_id=case.id,
        kind=FindingKind.INSTRUCTION,
        text=text,
        author_id=actor.id,
        written_at=now,
        happened_at=spoken_at or now,
        spoken_by=spoken_by or actor.name,
    )
    session.add(finding)
    comes_back = case.needs_leader and case.stage is Stage.RECEIVED
    case.needs_leader = False
    row = move(session, case, "instruct", actor, now, note=text, detail={"by": spoken_by or actor.name})
    key = f"instruct:{row.id}"
    clerks = outbox.holders_of(session, Role.CLERK)
    if comes_back:
        hand_to(session, case, clerks, "领导已批示，请接着办理", key, now)
    else:
        outbox.tell(session, case, clerks, "有新的领导批示", key, now, mail=False)
    if case.lead_unit_id is not None:
        outbox.tell_unit(session, case, case.lead_unit_id, "有新的领导批示", key, now, mail=False)
    return finding


def _check_transcription(spoken_by: str, spoken_at: datetime | None, now: datetime) -> None:
    problems = {}
    if not spoken_by:
        problems["spoken_by"] = "转录批示请填写是哪位领导批的。"
    if spoken_at is None:
        problems["spoken_on"] = "转录批示请填写批示日期。"
    elif local_date(spoken_at) > local_date(now):
        problems["spoken_on"] = "批示日期不能晚于今天。"
    if problems:
        raise Invalid("转录纸质批示须写明领导和日期。", problems)


def grant(session: Session, case: Case, actor: Actor, now: datetime, login: str, reason: str) -> Person:
    """Name one more person who may see a restricted case (decisions 9); they hear of it, and whose step it is of its dates."""
    admit(session, case, "grant", actor)
    person = session.scalar(select(Person).where(Person.login == login, Person.active))
    if person is None:
        raise Invalid("没有这个人。", {"login": "没有这个登录名，或者这个人已停用。"})
    held = session.scalar(select(CaseGrant.id).where(CaseGrant.case_id == case.id, CaseGrant.person_id == person.id))
    if held is not None:
        raise Invalid("已经是知情人。", {"login": f"{person.name}已经可以查看本件。"})
    session.add(CaseGrant(case_id=case.id, person_id=person.id, granted_by_id=actor.id, granted_at=now))
    done = move(session, case, "grant", actor, now, note=reason, values={"知情人": (None, person.name)})
    tell_of_step(session, case, person, "您被指定为知情人", f"grant:{done.id}", now)
    look_at_pressing_again(session, now)
    return person
