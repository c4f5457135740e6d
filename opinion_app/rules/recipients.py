"""Who is told about a clock: whoever owes it now, who stands in for them, and at the end of the chain somebody always (N09).

The writer of a message is never among them: recipients are people of the office only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from opinion_app.rules.deadline_rules import OwedBy
from opinion_app.rules.facts import Actor, CaseFacts
from opinion_app.rules.life import holder
from opinion_app.rules.permissions import DESK_ROLES, UNIT_ROLES, can_see
from opinion_app.rules.words import Kind, NoticeChannel, Role, Stage
from opinion_app.rules.zone import start_of_day

NOBODY, NO_HEAD = "无人在岗", "没有在岗的负责人"
NONE_ELSE, ALL_AWAY = "无人可通知，请核对人员设置", "都不在岗，请您安排"


@dataclass(frozen=True, slots=True)
class Staff:
    """One person of the office: at work or not today, who stands in for them, and whether letters reach them (robots: `ways`).

    Where the office has no mail server the notice inside the service is the delivery, and reaches everybody (decisions 24)."""

    actor: Actor
    active: bool = True
    away: bool = False
    deputy_id: int | None = None
    reachable: bool = True
    ways: tuple[NoticeChannel, ...] = ()  # beside the service itself
    mailbox: bool = False  # no address of their own, but the unit has a mailbox

    def outside(self, case: CaseFacts) -> bool:
        """Whether anything reaches them about a case beside the service itself: what others read along only where it may."""
        return NoticeChannel.MAIL in self.ways or ((bool(self.ways) or self.mailbox) and fit_for_a_group(case))


@dataclass(frozen=True)
class Roster:
    """Everybody of the office, the units above each unit, and the 分管领导 of each unit, a leader always.

    `offices`: the units that are the office itself; `robots`: those whose group has a robot; `turns`: the days from which
    somebody is away or back."""

    staff: dict[int, Staff]
    parents: dict[int, int | None] = field(default_factory=dict)
    in_charge: dict[int, int] = field(default_factory=dict)
    offices: frozenset[int] = frozenset()
    robots: frozenset[int] = frozenset()
    turns: frozenset[date] = frozenset()
    _held: dict[tuple[frozenset[Role], int | None], list[int]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def holding(self, *roles: Role, unit_id: int | None = None) -> list[int]:
        """The people who hold one of `roles`, in the unit where one is given, at work or not."""
        asked = (frozenset(roles), unit_id)
        if asked not in self._held:  # a morning asks for the same few again and again
            self._held[asked] = [
                person_id
                for person_id, person in sorted(self.staff.items())
                if person.actor.has(*roles) and (unit_id is None or person.actor.unit_id == unit_id)
            ]
        return self._held[asked]

    def turns_after(self, now: datetime) -> list[datetime]:
        """The midnights after `now` from which somebody is away or back."""
        return sorted(begins for begins in map(start_of_day, self.turns) if begins > now)

    def above(self, unit_id: int | None) -> Iterator[int]:
        """The units above a unit, the nearest first; a loop in the data ends the walk."""
        seen: set[int | None] = {unit_id}
        current = self.parents.get(unit_id) if unit_id is not None else None
        while current is not None and current not in seen:
            seen.add(current)
            yield current
            current = self.parents.get(current)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to be told, and why just they; `blind`: number and dates only, because they may not see the case."""

    person_id: int
    reason: str
    blind: bool = False


def at_work(roster: Roster, person_id: int) -> Roster:
    """The same office with one person not away, whatever leave they are on."""
    one = roster.staff.get(person_id)
    if one is None or not one.away:
        return roster
    return replace(roster, staff={**roster.staff, person_id: replace(one, away=False)})


@dataclass(frozen=True, slots=True)
class Owing:
    """What of a clock decides who owes it: the word of the rule, and the unit where it is one unit's own."""

    owed_by: str
    unit_id: int | None = None


def recipients(owing: Owing, case: CaseFacts, roster: Roster) -> tuple[Recipient, ...]:
    """Everybody to be told about a clock of `case`, each once with the first reason that holds (decisions 4)."""
    search = Search(case, roster)
    return with_relays(search, each_once(owners(search, owing, case) or search.last_resort(owing.unit_id)))


def each_once(found: Iterable[Recipient]) -> tuple[Recipient, ...]:
    """Each person once, with the first reason: whoever stands in for two is told once."""
    told: dict[int, Recipient] = {}
    for one in found:
        told.setdefault(one.person_id, one)
    return tuple(told.values())


def with_relays(search: Search, told: tuple[Recipient, ...]) -> tuple[Recipient, ...]:
    """Those told, and whoever is to pass it on to those whom no letter reaches; they themselves see it inside the service."""
    every = {found.person_id: found for found in told}
    for found in told:
        for relay in search.relays(found):
            every.setdefault(relay.person_id, relay)
    return tuple(every.values())


def owners(search: Search, owing: Owing, case: CaseFacts) -> list[Recipient]:
    """Those who owe what the clock waits for."""
    if owing.unit_id is not None:
        return search.unit(owing.unit_id)
    lead = case.lead.unit_id if case.lead else None
    if owing.owed_by == OwedBy.OFFICE.value:
        return search.clerks("由党政办办理，您是受理员")
    if owing.owed_by == OwedBy.LEAD.value:
        return search.unit(lead) if lead is not None else search.clerks("还没有主办单位，您是受理员")
    held = holder(case)
    desk = held.desk if held else "clerk"
    if desk in ("unit", "unit_head") and lead is not None:
        return search.unit(lead) if desk == "unit" else search.heads(lead, "等您以单位负责人身份审核")
    if desk == "reviewer":
        return search.reviewers() + search.copied(lead, "您单位主办，正由审核人审核（抄送）")
    if desk == "leader":
        return search.leaders(lead) + search.copied(lead, "您单位主办，正等领导签发（抄送）")
    clerks = search.clerks("这件在党政办，您是受理员")
    return clerks + search.copied(lead, "您单位主办，这件在党政办（抄送）") if clerks else []


def fit_for_a_group(case: CaseFacts) -> bool:
    """Whether a group robot, a unit's or a person's own, or the mailbox a unit shares may speak of a case.

    A group is read by people who may know nothing of the case, so it never hears of a restricted one, of an accusation or of one
    that names a unit (decisions 9)."""
    return not (case.restricted or case.kind is Kind.ACCUSATION or case.accused_unit_id is not None)


class Search:
    """The search for people at work who may know of one case."""

    def __init__(self, case: CaseFacts, roster: Roster) -> None:
        self.case, self.roster = case, roster

    def at_work(self, person_id: int | None) -> bool:
        """Whether that person is active, present and may see the case."""
        person = self.roster.staff.get(person_id) if person_id is not None else None
        return person is not None and person.active and not person.away and can_see(person.actor, self.case)

    def either(self, people: Iterable[int], reason: str, *, acting: bool = True) -> list[Recipient]:
        """Each of the people, or whoever stands in for them; nobody for those who have nobody.

        Who withdrew from the case (回避) acts on it no more, for others neither; to see that somebody does stays open to them
        (`permissions.BARRED_BY_RECUSAL`)."""
        barred = self.case.recused if acting else frozenset[int]()
        return [
            found
            for person_id in people
            if person_id not in barred and (found := self._stand_in(person_id, reason, barred)) is not None
        ]

    def _stand_in(self, person_id: int, reason: str, barred: frozenset[int]) -> Recipient | None:
        if self.at_work(person_id):
            return Recipient(person_id, reason)
        absent = self.roster.staff.get(person_id)
        for deputy in self._deputies(person_id):
            if self.at_work(deputy) and deputy not in barred and absent is not None:
                return Recipient(deputy, f"{absent.actor.name}不在岗，由您代办")
        return None

    def _deputies(self, person_id: int) -> Iterator[int]:
        """Who stands in for a person, then who stands in for that one; a loop in the data ends the walk.

        An auditor, chosen perhaps while they were a clerk, acts on no case: whoever stands in for them is asked."""
        seen, person = {person_id}, self.roster.staff.get(person_id)
        deputy = person.deputy_id if person else None
        while deputy is not None and deputy not in seen:
            following = self.roster.staff.get(deputy)
            if following is not None and following.actor.has(*DESK_ROLES, *UNIT_ROLES):
                yield deputy
            seen.add(deputy)
            deputy = following.deputy_id if following else None

    def relays(self, told: Recipient) -> list[Recipient]:
        """Who is told beside somebody whom neither letter nor mailbox of the unit tells: the deputy, the heads of the unit, those
        above it, the administrators."""
        person = self.roster.staff[told.person_id]
        if self._reached(told.person_id) or (person.mailbox and fit_for_a_group(self.case)):
            return []
        nothing = "没有邮箱" if NoticeChannel.ROBOT in person.ways else "没有邮箱和群机器人"
        reason = f"{person.actor.name}{nothing}，请您转告"
        deputy = next((one for one in self._deputies(told.person_id) if self.at_work(one) and self._reached(one)), None)
        if deputy is not None:
            return [Recipient(deputy, reason)]
        unit = person.actor.unit_id
        for above in (*(() if unit is None else (unit,)), *self.roster.above(unit)):
            heads = [head for head in self.heads_of(above) if self._present(head) and self._reached(head)]
            known = [head for head in heads if self.at_work(head)]
            if known or (heads and not self._hidden()):
                return [Recipient(head, reason, blind=head not in known) for head in known or heads]
        administrators = [one for one in self.roster.holding(Role.ADMINISTRATOR) if self._present(one) and self._reached(one)]
        return [Recipient(one, reason, blind=True) for one in administrators]

    def _reached(self, person_id: int) -> bool:
        """By mail, or by a robot of their own where it may speak of the case."""
        person = self.roster.staff[person_id]
        return person.reachable or (NoticeChannel.ROBOT in person.ways and fit_for_a_group(self.case))

    def unit(self, unit_id: int) -> list[Recipient]:
        """The named handler and the heads of a unit; its other handlers where nobody is named and no head is there."""
        part = self.case.of_unit(unit_id)
        named = [part.handler_id] if part is not None and part.handler_id is not None else []
        found = self.either(named, "您是承办人") + self.either(self.heads_of(unit_id), "您是承办单位负责人")
        return found or self.either(self.roster.holding(Role.HANDLER, unit_id=unit_id), "您单位还没有指定承办人")

    def copied(self, unit_id: int | None, reason: str) -> list[Recipient]:
        """The same people of the lead unit, as a copy."""
        return [Recipient(found.person_id, reason) for found in self.unit(unit_id)] if unit_id is not None else []

    def heads(self, unit_id: int, reason: str) -> list[Recipient]:
        """The heads of a unit, without any the way up, for a copy passes nothing; and its handler as a copy."""
        found = self.either(self.heads_of(unit_id), reason) or self.last_resort(unit_id, NO_HEAD)
        return found + self.copied(unit_id, "您单位主办，正等负责人审核（抄送）")

    def heads_of(self, unit_id: int) -> list[int]:
        """The heads of a unit, at work or not."""
        return self.roster.holding(Role.UNIT_HEAD, unit_id=unit_id)

    def clerks(self, reason: str) -> list[Recipient]:
        """Every clerk; without any, the leaders, who must know that nobody does.

        Who withdrew from the case may do what clerks do with it, but answer the writer."""
        found = self.either(self.roster.holding(Role.CLERK), reason, acting=self.case.stage is Stage.APPROVED)
        return found or self.either(self.roster.holding(Role.LEADER), "没有在岗的受理员，请您安排", acting=False)

    def reviewers(self) -> list[Recipient]:
        """Every reviewer but the authors, who may not pass their own text; without any, the leaders."""
        found = self.either(self._not_author(Role.REVIEWER), "等您审核")
        return found or self.either(self._not_author(Role.LEADER), "没有在岗的审核人，请您安排")

    def leaders(self, lead: int | None) -> list[Recipient]:
        """The 分管领导 of the lead unit, else every leader, but never an author; without any, the clerks."""
        named = self.roster.in_charge.get(lead) if lead is not None else None
        in_charge = [named] if named is not None and named not in self.case.authors else []
        own = self.either(in_charge, "您是分管领导，等您批示或签发")
        found = own or self.either(self._not_author(Role.LEADER), "等您批示或签发")
        return found or self.clerks("没有在岗的领导，请您安排")

    def _not_author(self, role: Role) -> list[int]:
        return [person_id for person_id in self.roster.holding(role) if person_id not in self.case.authors]

    def last_resort(self, unit_id: int | None, missing: str = NOBODY) -> list[Recipient]:
        """Nobody of the unit is there, or what is `missing`: the nearest unit above, then the office's clerks, then the
        administrators."""
        start = unit_id if unit_id is not None else (self.case.lead.unit_id if self.case.lead else None)
        for above in self.roster.above(start):
            heads = [head for head in self.heads_of(above) if self._present(head)]
            if heads and not self._hidden():
                return [Recipient(head, f"下属单位{missing}", blind=not self.at_work(head)) for head in heads]
        clerks = self.clerks(f"承办单位{missing}，请您安排")
        if clerks:
            return clerks
        administrators = [person_id for person_id in self.roster.holding(Role.ADMINISTRATOR) if self._present(person_id)]
        return [Recipient(person_id, NONE_ELSE, blind=True) for person_id in administrators]

    def absent(self) -> list[Recipient]:
        """The clerks and leaders who may see the case, and the administrators, on leave though they are.

        A step is asked of them where nobody at all is at work: it is heard when they look. A date waits instead until somebody
        is there, and the alarm tells of it."""
        office = [person_id for person_id in self.roster.holding(Role.CLERK, Role.LEADER) if self._active(person_id)]
        known = [person_id for person_id in office if can_see(self.roster.staff[person_id].actor, self.case)]
        others = [one for one in self.roster.holding(Role.ADMINISTRATOR) if self._active(one) and one not in known]
        return [Recipient(one, ALL_AWAY) for one in known] + [Recipient(one, NONE_ELSE, blind=True) for one in others]

    def _active(self, person_id: int) -> bool:
        return self.roster.staff[person_id].active

    def _present(self, person_id: int) -> bool:
        person = self.roster.staff[person_id]
        return person.active and not person.away

    def _hidden(self) -> bool:
        """Whether the mere existence of the case is kept from whoever may not see it (decisions 9)."""
        return self.case.restricted or self.case.kind is Kind.ACCUSATION
