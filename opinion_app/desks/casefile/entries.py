"""The entries of the timeline: the word, the icon and the tone of every act."""

from __future__ import annotations

from dataclasses import dataclass

from opinion_app.locate import templates
from opinion_app.rules.life import ACTS

# The acts with an entry of their own, asked of the folder once: to look for a file costs an entry more than to be shown.
DEFAULT = "timeline/_default.html"
OWN = frozenset(path.stem for path in (templates() / "timeline").glob("[!_]*.html"))


@dataclass(frozen=True, slots=True)
class Mark:
    """How an act looks in the timeline, and the template that writes its entry."""

    words: str
    icon: str = "info"
    tone: str = ""
    template: str = DEFAULT

    @property
    def is_default(self) -> bool:
        """Whether its entry is drawn from these words and the move's alone, and so once for all."""
        return self.template == DEFAULT


_LOOKS = {
    "accept": ("check", "blue"),
    "assign": ("send", "blue"),
    "classify": ("edit", ""),
    "propose": ("stamp", "orange"),
    "instruct": ("stamp", "blue"),
    "decline": ("close", "red"),
    "refer": ("send", "orange"),
    "merge": ("merge", "orange"),
    "unmerge": ("merge", ""),
    "sign_for": ("check", "blue"),
    "ask_return": ("return", "orange"),
    "decide_return": ("return", ""),
    "reassign": ("send", "orange"),
    "add_unit": ("unit", "blue"),
    "name_handler": ("person", ""),
    "note": ("edit", ""),
    "record_contact": ("phone", ""),
    "attach": ("clip", ""),
    "report_support": ("unit", "blue"),
    "ask_extension": ("clock", "orange"),
    "decide_extension": ("clock", ""),
    "withdraw_extension": ("clock", ""),
    "suspend": ("clock", "orange"),
    "resume": ("clock", "blue"),
    "restart": ("clock", "blue"),
    "draft": ("edit", ""),
    "submit_reply": ("send", "blue"),
    "check_unit_head": ("check", "blue"),
    "check_gates": ("check", "blue"),
    "sign_off": ("stamp", "green"),
    "check_history": ("check", "blue"),
    "sign_history": ("stamp", "green"),
    "answer": ("chat", "green"),
    "object": ("warn", "orange"),
    "report_back": ("send", "green"),
    "decide_disclosure": ("globe", ""),
    "close": ("check", "green"),
    "publish": ("globe", "green"),
    "public_files": ("clip", "green"),
    "ask_review": ("eye", "blue"),
    "plan_publication": ("clock", "green"),
    "hold_plan": ("warn", "red"),
    "cancel_plan": ("clock", "orange"),
    "withdraw": ("globe", "red"),
    "archive": ("archive", ""),
    "reopen": ("return", "orange"),
    "rate": ("chat", "blue"),
    "assess": ("flag", "orange"),
    "approve_assessment": ("flag", "blue"),
    "report_risk": ("flag", ""),
    "urge": ("bell", "orange"),
    "supervise": ("bell", "red"),
    "supervise_feedback": ("chat", "blue"),
    "withdraw_sheet": ("bell", ""),
    "phone_upward": ("phone", "blue"),
    "report_to_leader": ("flag", "blue"),
    "report_upward": ("send", "blue"),
    "submit_verification": ("check", "blue"),
    "publish_statement": ("globe", "blue"),
    "record_response": ("chat", "green"),
    "grant": ("lock", ""),
    "recuse": ("person", "orange"),
    "lift_recusal": ("person", ""),
    "reveal_contact": ("eye", ""),
}


def _mark(act: str, words: str, icon: str = "info", tone: str = "") -> Mark:
    return Mark(words, icon, tone, f"timeline/{act}.html" if act in OWN else DEFAULT)


MARKS = {name: _mark(name, act.label, *_LOOKS.get(name, ())) for name, act in ACTS.items()} | {
    "register": _mark("register", "登记", "inbox", "blue")
}


def mark(act: str) -> Mark:
    """The look of an act; one this version does not know is shown by its name."""
    return MARKS.get(act) or _mark(act, act)
