"""The history of one generated case: how far it came, and the rows every act of it left."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bench.office_people import Row, Staff
from opinion_app.rules.reply import review_step, text_hash
from opinion_app.rules.words import (
    MAIN_LINE,
    OFFICE_GATES,
    AssignmentState,
    ClockState,
    FindingKind,
    Gate,
    ReplyState,
    ReviewStep,
    Stage,
    UnitRole,
)
from opinion_app.rules.zone import end_of_day, local_date

# Share of cases still open by their age in days.
OPEN_BY_AGE = ((10, 0.95), (30, 0.85), (60, 0.6), (120, 0.08), (10_000, 0.002))
OPEN_STAGES = (Stage.HANDLING, Stage.UNDER_REVIEW, Stage.ASSIGNED, Stage.APPROVED, Stage.ANSWERED, Stage.RECEIVED)
ACTS = (
    ("register", Stage.RECEIVED), ("accept", Stage.RECEIVED), ("assign", Stage.ASSIGNED), ("sign_for", Stage.HANDLING),
    ("record_contact", Stage.HANDLING), ("draft", Stage.HANDLING), ("submit_reply", Stage.UNDER_REVIEW),
    ("check_unit_head", Stage.UNDER_REVIEW), ("check_gates", Stage.UNDER_REVIEW), ("sign_off", Stage.APPROVED),
    ("answer", Stage.ANSWERED), ("decide_disclosure", Stage.ANSWERED), ("close", Stage.CLOSED), ("archive", Stage.ARCHIVED),
)  # fmt: skip
CLOCKS = (("accept", "office", 1, Stage.RECEIVED), ("sign_for", "lead", 1, Stage.ASSIGNED), ("draft", "lead", 7, Stage.HANDLING),
          ("reply", "holder", 10, Stage.APPROVED))  # fmt: skip
_MET = {"accept": "accept", "sign_for": "sign_for", "draft": "submit_reply", "reply": "answer"}
_CODES = {"accept": "accept", "sign_for": "sign-for", "draft": "draft", "reply": "reply-default"}


@dataclass
class Life:
    """Where a case stands and who has it."""

    received: datetime
    now: datetime
    stage: Stage
    unit: int
    clerk: int
    head: int
    handler: int
    reviewer: int
    leader: int
    support: int | None
    notes: int
    late: int
    moments: dict[str, datetime] = field(default_factory=dict)

    @property
    def age(self) -> int:
        """Days since receipt."""
        return (self.now - self.received).days

    @property
    def reached(self) -> int:
        """How far along the main line; side exits count as received."""
        return MAIN_LINE.index(self.stage) if self.stage in MAIN_LINE else 0

    @property
    def replied(self) -> bool:
        """Whether there is a reply."""
        return self.reached >= MAIN_LINE.index(Stage.UNDER_REVIEW)

    @property
    def answered_at(self) -> datetime | None:
        """When the writer was answered."""
        return self.moments.get("answer")

    def columns(self) -> Row:
        """What the case's own row says of its history."""
        assigned = self.reached >= 1
        signed = self.reached >= MAIN_LINE.index(Stage.HANDLING)
        due = min((clock["due_at"] for clock in self.clocks(0, {}) if clock["state"] is ClockState.RUNNING), default=None)
        return {
            "received_at": self.received,
            "registered_at": self.received,
            "accepted_at": self.moments.get("accept"),
            "stage": self.stage,
            "lead_unit_id": self.unit if assigned else None,
            "handler_id": self.handler if signed else None,
            "answered_at": self.answered_at,
            "closed_at": self.moments.get("close"),
            "archived_at": self.moments.get("archive"),
            "review_step": self._review_step(),
            "next_due_at": due,
            "next_due_stage": "reply" if due else "",
            "next_warn_at": due - timedelta(days=2) if due else None,
        }

    def _review_step(self) -> ReviewStep | None:
        passed = {Gate.UNIT_HEAD} if "check_unit_head" in self.moments else set()
        passed |= set(OFFICE_GATES) if "check_gates" in self.moments else set()
        return review_step(frozenset(passed)) if self.stage is Stage.UNDER_REVIEW else None

    def rows(self, case_id: int, answer: str, rule_ids: dict[str, int]) -> Iterator[tuple[str, list[Row]]]:
        """Assignments, clocks, moves, findings, replies with their checks, notices."""
        yield "assignments", list(self._assignments(case_id))
        yield "clocks", list(self.clocks(case_id, rule_ids))
        yield "moves", list(self._moves(case_id))
        yield "findings", list(self._findings(case_id))
        if self.replied:
            yield "replies", [self._reply(case_id, answer)]
            yield "reply_checks", list(self._checks(case_id, answer))
        yield "notices", list(self._notices(case_id))

    def _assignments(self, case_id: int) -> Iterator[Row]:
        if not self.reached:
            return
        signed = self.moments.get("sign_for")
        for unit in filter(None, (self.unit, self.support)):
            lead = unit == self.unit
            yield {
                "case_id": case_id,
                "unit_id": unit,
                "role": UnitRole.LEAD if lead else UnitRole.SUPPORT,
                "state": AssignmentState.SIGNED if signed else AssignmentState.PENDING,
                "assigned_at": self.moments["assign"],
                "assigned_by_id": self.clerk,
                "handler_id": self.handler if lead and signed else None,
                "signed_at": signed,
            }

    def clocks(self, case_id: int, rule_ids: dict[str, int]) -> Iterator[Row]:
        """One clock for each stage that was begun; met ones where the life went past them."""
        rests = self.stage not in MAIN_LINE
        for stage, owed_by, days, until in CLOCKS:
            if stage in ("sign_for", "draft") and not self.reached:
                continue
            done = rests or self.reached > MAIN_LINE.index(until)
            due = end_of_day(local_date(self.received) + timedelta(days=days + (self.late if not done else 0)))
            met = self.moments.get(_MET[stage], self.received)
            yield {
                "case_id": case_id,
                "stage": stage,
                "owed_by": owed_by,
                "unit_id": self.unit if owed_by == "lead" else None,
                "met_by_act": _MET[stage],
                "start_at": self.received,
                "amount": days,
                "amount_unit": "working_days",
                "rule_id": rule_ids.get(_CODES[stage]),
                "due_at": due,
                "original_due_at": due,
                "warn_at": due - timedelta(days=2),
                "state": ClockState.MET if done else ClockState.RUNNING,
                "ended_at": met if done else None,
            }

    def _moves(self, case_id: int) -> Iterator[Row]:
        before: Stage | None = None
        people = {"sign_for": self.head, "check_unit_head": self.head, "check_gates": self.reviewer, "sign_off": self.leader}
        for act, to in ACTS:
            if act not in self.moments:
                continue
            person = self.handler if act in ("record_contact", "draft", "submit_reply") else people.get(act, self.clerk)
            at = self.moments[act]
            yield {
                "case_id": case_id, "act": act, "from_stage": before, "to_stage": to, "actor_id": person,
                "actor_name": f"人员{person}", "at": at,
            }  # fmt: skip
            before = to
        if self.stage not in MAIN_LINE:
            act = {Stage.DECLINED: "decline", Stage.REFERRED: "refer"}[self.stage]
            yield {
                "case_id": case_id, "act": act, "from_stage": before, "to_stage": self.stage, "actor_id": self.clerk,
                "actor_name": f"人员{self.clerk}", "at": self.received + timedelta(hours=5), "note": "不属于本单位职责",
            }  # fmt: skip

    def _findings(self, case_id: int) -> Iterator[Row]:
        if self.reached < MAIN_LINE.index(Stage.HANDLING):
            return
        for number in range(self.notes):
            at = self.moments["sign_for"] + timedelta(hours=3 + number)
            yield {
                "case_id": case_id,
                "kind": FindingKind.VISIT if number else FindingKind.CONTACT,
                "text": "已到现场查看并与来信人联系，情况基本属实，正在协调处理。",
                "unit_id": self.unit,
                "author_id": self.handler,
                "written_at": at,
                "happened_at": at,
            }

    def _reply(self, case_id: int, answer: str) -> Row:
        over = self.reached >= MAIN_LINE.index(Stage.APPROVED)
        return {
            "id": case_id,
            "case_id": case_id,
            "version_no": 1,
            "text": answer,
            "text_hash": text_hash(answer),
            "state": ReplyState.APPROVED if over else ReplyState.SUBMITTED,
            "drafter_id": self.handler,
            "drafted_at": self.moments["draft"],
            "submitted_at": self.moments["submit_reply"],
            "signed_at": self.moments.get("sign_off"),
        }

    def _checks(self, case_id: int, answer: str) -> Iterator[Row]:
        gates = {"check_unit_head": (Gate.UNIT_HEAD,), "check_gates": OFFICE_GATES, "sign_off": (Gate.SIGN_OFF,)}
        people = {"check_unit_head": self.head, "check_gates": self.reviewer, "sign_off": self.leader}
        for act, passed in gates.items():
            if act in self.moments:
                for gate in passed:
                    yield {
                        "reply_id": case_id, "gate": gate, "passed": True, "text_hash": text_hash(answer),
                        "checked_by_id": people[act], "checked_at": self.moments[act],
                    }  # fmt: skip

    def _notices(self, case_id: int) -> Iterator[Row]:
        for act, person in (("assign", self.head), ("submit_reply", self.head), ("sign_off", self.clerk)):
            if act in self.moments:
                at = self.moments[act]
                yield {
                    "key": f"case:{case_id}:{act}:{person}", "person_id": person, "channel": "in_app", "category": "case",
                    "case_id": case_id, "subject": "有新的办理件", "link": "/office/", "state": "shown", "created_at": at,
                    "finished_at": at, "read_at": at if (self.now - at).days > 3 else None,
                }  # fmt: skip


def lives(case_id: int, received: datetime, now: datetime, staff: Staff, chance: random.Random) -> Life:
    """The life of one case: its stage by its age, its people by its unit, its moments one after another."""
    unit = chance.choices(staff.units, [1 / (place + 5) for place in range(len(staff.units))])[0]
    support = chance.choice(staff.units) if chance.random() < 0.3 else None
    life = Life(
        received, now, _stage((now - received).days, chance), unit, chance.choice(staff.clerks), staff.heads[unit],
        chance.choice(staff.handlers[unit]), chance.choice(staff.reviewers), staff.leader_of(unit),
        support if support != unit else None, chance.randrange(4), chance.choice((0, 0, 2, 5, 20)),
    )  # fmt: skip
    at, early = received, life.age < 12
    for act, stage in ACTS:
        if MAIN_LINE.index(stage) > life.reached:
            break
        life.moments[act] = min(at, now)
        at += timedelta(hours=chance.randrange(1, 3 if early else 20))
    _cut(life, case_id)
    return life


def _cut(life: Life, case_id: int) -> None:
    """Of cases under review, some wait for each gate; of those being handled, some have no draft yet."""
    if life.stage is Stage.UNDER_REVIEW:
        for act in (("check_unit_head", "check_gates"), ("check_gates",), ())[case_id % 3]:
            life.moments.pop(act, None)
    if life.stage is Stage.HANDLING:
        life.moments.pop("draft", None)


def _stage(age: int, chance: random.Random) -> Stage:
    if chance.random() < next(share for days, share in OPEN_BY_AGE if age < days):
        if age < 2:
            return chance.choice((Stage.RECEIVED, Stage.RECEIVED, Stage.ASSIGNED))
        return chance.choices(OPEN_STAGES, (60, 20, 7, 5, 5, 3))[0]
    if chance.random() < 0.07:
        return chance.choice((Stage.DECLINED, Stage.REFERRED))
    return Stage.ARCHIVED if age > 365 else Stage.CLOSED
