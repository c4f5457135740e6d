"""Whatever people do to a handful of cases, by chance: each act as the office does it, refused where it is not open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from opinion_app.desks.calendar.operations import add_closure
from opinion_app.desks.calendar.queries import with_closure
from opinion_app.desks.rules import operations as rule_desk
from opinion_app.desks.rules.queries import applied, versions, what_if
from opinion_app.flow.moves import NotLooked, marks
from opinion_app.flow.recompute import preview
from opinion_app.records.case import Case
from opinion_app.records.unit import Unit
from opinion_app.rules.clock_facts import Unit as SpanUnit
from opinion_app.rules.errors import Invalid, OfficeError
from opinion_app.rules.facts import Actor
from opinion_app.rules.registration import LetterFacts
from opinion_app.rules.rule_data import from_data
from opinion_app.rules.rule_table import in_force
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import OFFICE_GATES, AnswerMethod, FindingKind, Kind, Procedure, Role, Source, Urgency
from opinion_app.rules.zone import local_date
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.handling import extending, suspending
from opinion_app.steps.handling import operations as handling
from opinion_app.steps.handling.extending import Consent, More
from opinion_app.steps.reply import operations as reply
from opinion_app.steps.review import operations as review
from opinion_app.steps.triage import assigning, merging, operations
from opinion_app.steps.triage.assigning import Allotment
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import REPLY, Office, handling_case
from tests.builders.office import NOW, make_actor, make_case

KINDS = (Kind.HELP, Kind.INQUIRY, Kind.COMPLAINT, Kind.SUGGESTION)
PROCEDURES = (Procedure.ORDINARY, Procedure.ORDINARY, Procedure.PETITION, Procedure.PETITION, Procedure.DISCLOSURE)
RULES = ("reply-help", "reply-urgent", "reply-complaint", "reply-inquiry", "reply-hotline", "reply-petition", "contact-help")
RETIRED = ("reply-petition", "reply-petition", "contact-help", "contact-petition", "contact-complex")  # mostly the first of them
RETURN_DATES = (None, date(2026, 11, 27), date(2026, 12, 1), date(2026, 12, 10))
HOUR = timedelta(hours=1)


@dataclass
class Walk:
    """A few cases and who acts on them; `chance` decides what happens next, the same for the same seed."""

    office: Office
    admin: Actor
    cases: list[Case]
    chance: Random

    @property
    def session(self) -> Session:
        """The one transaction of the walk."""
        return self.office.session

    def units(self) -> Unit:
        """One of the two units."""
        return self.chance.choice([self.office.finance, self.office.roads])

    def head_of(self, case: Case) -> Actor:
        """The head of the unit that leads."""
        return self.office.roads_head if case.lead_unit_id == self.office.roads.id else self.office.finance_head

    def ago(self, now: datetime, hours: int) -> datetime:
        """A moment up to so many hours back."""
        return now - self.chance.randrange(hours) * HOUR

    def classification(self, case: Case) -> Classification:
        """Any procedure, and mostly what the case is otherwise."""
        chance, held = self.chance, Classification(case.kind, "城建", case.urgency, case.procedure)
        if chance.random() < 0.4:
            return held
        if chance.random() < 0.5:
            return replace(held, procedure=chance.choice(PROCEDURES))
        return Classification(chance.choice(KINDS), "城建", chance.choice(list(Urgency)), chance.choice(PROCEDURES))


Act = Callable[[Walk, Case, datetime, bool], object]


def begin(office: Office, seed: int) -> Walk:
    """Four cases, one of which a unit has signed for; one is a letter whose issuer may have set a date."""
    chance = Random(seed)
    day = chance.choice(RETURN_DATES)
    facts = LetterFacts("县信访局", "信转〔2026〕1号", date(2026, 11, 20), date(2026, 11, 23), day, report_owed=True)
    given: dict[str, Any] = {"source": Source.FORWARDED_LETTER, "letter": facts, "procedure": Procedure.NOTICE}
    admin = make_actor(office.session, "admin", Role.ADMINISTRATOR)
    new = [make_case(office.session, office.clerk, now=NOW, procedure=each) for each in (Procedure.PETITION, Procedure.ORDINARY)]
    return Walk(office, admin, [handling_case(office), *new, make_case(office.session, office.clerk, **given)], chance)


def classify(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """修改分类."""
    return operations.classify(walk.session, case, walk.office.clerk, now, walk.classification(case), know_late=know)


def accept(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """受理."""
    return operations.accept(walk.session, case, walk.office.clerk, now, walk.classification(case), know_late=know)


def assign(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """交办."""
    to = Allotment(walk.office.finance.id, [walk.office.roads.id] if walk.chance.random() < 0.5 else [], "")
    return assigning.assign(walk.session, case, walk.office.clerk, now, walk.classification(case), to, know_late=know)


def sign_for(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """签收."""
    head = walk.head_of(case)
    handler = walk.office.finance_handler if head is walk.office.finance_head else head
    return handling.sign_for(walk.session, case, head, now, handler.id)


def reassign(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """改派."""
    return assigning.reassign(walk.session, case, walk.office.clerk, now, walk.units().id, "职责调整", know_late=know)


def add_unit(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """增派协办."""
    return assigning.add_unit(walk.session, case, walk.office.clerk, now, walk.units().id, "请协助", know_late=know)


def give_back(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """申请退回 and 审核退回."""
    handling.ask_return(walk.session, case, walk.head_of(case), now, "不属本单位职责")
    agree = walk.chance.random() < 0.7
    return assigning.decide_return(walk.session, case, walk.office.clerk, now, agree=agree, opinion="按职责")


def suspend(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """中止计时."""
    ground, at = walk.chance.choice(list(SuspensionGround)), walk.ago(now, 20)
    return suspending.suspend(walk.session, case, walk.office.clerk, now, ground, at, "中止", "请补充")


def resume(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """恢复计时."""
    return suspending.resume(walk.session, case, walk.office.clerk, now, walk.ago(now, 40), "结束", know_late=know)


def restart(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """收到补正."""
    return suspending.restart(walk.session, case, walk.office.clerk, now, walk.ago(now, 40), "已补正", know_late=know)


def extend(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """申请延期, mostly granted."""
    day = (now + timedelta(days=walk.chance.randrange(1, 40))).date()
    more = More(amount=walk.chance.randrange(1, 15)) if walk.chance.random() < 0.6 else More(until=day)
    extending.ask(walk.session, case, walk.head_of(case), now, more, "采购")
    extending.decide(walk.session, case, walk.office.leader, now, agree=walk.chance.random() < 0.8, opinion="按程序")
    return None


def put_off(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """申请延期 to a day to which whoever sent the letter has agreed."""
    day = (now + timedelta(days=walk.chance.randrange(1, 40))).date()
    more = More(until=day, consent=Consent("信转〔2026〕9号", local_date(now)))
    extending.ask(walk.session, case, walk.head_of(case), now, more, "需现场核实")
    extending.decide(walk.session, case, walk.office.leader, now, agree=True, opinion="同意")
    return None


def contact(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """The first contact is made."""
    return handling.note(walk.session, case, walk.head_of(case), now, FindingKind.CONTACT, "已致电")


def merge(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """并案."""
    into = walk.chance.choice([other for other in walk.cases if other is not case])
    return merging.merge(walk.session, case, walk.office.clerk, now, into.number, "同一件事", know_late=know)


def unmerge(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """拆分."""
    return merging.unmerge(walk.session, case, walk.office.clerk, now, "不是一件事", know_late=know)


def decline(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """不予受理."""
    operations.decline(walk.session, case, walk.office.clerk, now, "不属本机关", "不属", "县局", None)
    return None


def answer(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """From the draft to the answer, or only into review."""
    session, office = walk.session, walk.office
    reply.save_draft(session, case, office.finance_handler, now, REPLY)
    reply.submit(session, case, office.finance_handler, now)
    if walk.chance.random() < 0.3:
        return None
    review.check_unit_head(session, case, office.finance_head, now, passed=True)
    review.check_gates(session, case, office.reviewer, now, dict.fromkeys(OFFICE_GATES, True))
    review.sign_off(session, case, office.leader, now, passed=True)
    closing.answer(session, case, office.clerk, now, AnswerMethod.ONLINE)
    return None


def reopen(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """重办."""
    return closing.reopen(walk.session, case, walk.office.clerk, now, "不满意", know_late=know)


def change_rule(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """Another span for a row of the table, mostly for open cases too, after a look at what moves: that and nothing else."""
    return _saved(walk, walk.chance.choice(RULES), now)


def take_rule_up(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """A row anew, taken out before or not."""
    return _saved(walk, walk.chance.choice(RETIRED), now)


def _saved(walk: Walk, code: str, now: datetime) -> object:
    chance, rule = walk.chance, from_data(versions(walk.session, code)[0].data)
    typed = rule_desk.Changes(
        rule.name, chance.randrange(2, 30), chance.choice([SpanUnit.WORKING_DAYS, SpanUnit.NATURAL_DAYS, SpanUnit.HOURS]),
        None, SpanUnit.HOURS, 1, None, "", 1, 25, rule.source, (now + 8 * HOUR).date(),
    )  # fmt: skip
    shown, apply = None, chance.random() < 0.7
    if apply:
        shown = marks(what_if(walk.session, rule_desk.changed(rule, typed), now))
    saving = rule_desk.Saving(walk.admin, now, apply_to_open=apply, looked=shown)
    return rule_desk.save(walk.session, code, typed, saving, None)


def apply_rule(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """用于在办的件: the version in force of a row that was saved without, a retirement too."""
    code = walk.chance.choice((*RULES, "reply-petition"))
    rule = in_force([from_data(row.data) for row in versions(walk.session, code)], local_date(now))
    shown = marks(applied(walk.session, rule, now)) if rule is not None else None
    return rule_desk.apply_now(walk.session, code, rule_desk.Saving(walk.admin, now, looked=shown), None)


def retire_rule(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """Take a row out of the table, for open cases too after a look at what moves, begins or ends: that and nothing else."""
    code, day, shown, apply = walk.chance.choice(RETIRED), (now + 8 * HOUR).date(), None, walk.chance.random() < 0.5
    if apply:
        shown = marks(what_if(walk.session, rule_desk.taken_out(walk.session, code, day, "本单位规定"), now))
    saving = rule_desk.Saving(walk.admin, now, apply_to_open=apply, looked=shown)
    return rule_desk.retire(walk.session, code, day, "本单位规定", saving, None)


def close_a_day(walk: Walk, case: Case, now: datetime, know: bool) -> object:
    """A local closure, after a look at what moves: that and nothing else."""
    day = (now + timedelta(days=walk.chance.randrange(1, 25))).date()
    shown = marks(preview(walk.session, now, with_closure(walk.session, day, "停电")))
    return add_closure(walk.session, day, "停电", walk.admin, now, shown)


def away_and_back(walk: Walk, case: Case, now: datetime, away: Classification) -> None:
    """修改分类 by a slip, and back. Raises OfficeError where the case may not be classified, or not so."""
    held = Classification(case.kind, case.area, case.urgency, case.procedure)
    for each in (away, held):
        operations.classify(walk.session, case, walk.office.clerk, now, each, know_late=True)


SHOWN_BEFORE: tuple[Act, ...] = (change_rule, take_rule_up, apply_rule, retire_rule, close_a_day)  # shown what becomes late
ACTS: tuple[Act, ...] = (
    *(classify,) * 5, *(accept,) * 2, *(assign,) * 3, *(sign_for,) * 4, *(reassign,) * 2, *(add_unit,) * 2, *(give_back,) * 3,
    *(suspend,) * 3, *(resume,) * 5, *(restart,) * 3, *(extend,) * 6, *(put_off,) * 3, contact, *(merge,) * 4, *(unmerge,) * 4,
    decline, *(answer,) * 3,
    *(reopen,) * 3, change_rule, take_rule_up, apply_rule, retire_rule, close_a_day,
)  # fmt: skip


@dataclass(frozen=True)
class Done:
    """What was done to which case, and whether somebody had to say first that they know a date is late by it."""

    act: Act
    case: Case
    known: bool


def something(walk: Walk, now: datetime, tries: int = 8) -> Done | None:
    """The first act of so many that is not refused; None where all are."""
    for _ in range(tries):
        act, case = walk.chance.choice(ACTS), walk.chance.choice(walk.cases)
        known = _tried(walk, act, case, now)
        if known is not None:
            return Done(act, case, known)
    return None


def _tried(walk: Walk, act: Act, case: Case, now: datetime) -> bool | None:
    """Whether it asked for that first; None where it was refused.

    Raises whatever is no refusal meant for a person, NotLooked, and where it is refused once more after they said so."""
    state = walk.chance.getstate()
    try:
        with walk.session.begin_nested():
            act(walk, case, now, False)
        return False
    except OfficeError as refusal:
        walk.session.expire_all()
        if isinstance(refusal, NotLooked):
            raise  # what was shown before is not what moves
        if not (isinstance(refusal, Invalid) and "know_late" in refusal.fields):
            return None
    walk.chance.setstate(state)
    with walk.session.begin_nested():
        act(walk, case, now, True)
    return True
