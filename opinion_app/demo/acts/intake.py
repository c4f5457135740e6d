"""Registering messages and letters of the demonstration."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from opinion_app.demo.play import OWN_PAGE, Scene
from opinion_app.demo.scans import keep
from opinion_app.flow.attach import attach
from opinion_app.flow.progress import open_progress
from opinion_app.flow.register import register as register_case
from opinion_app.rules.query_code import code_hash, new_code
from opinion_app.rules.registration import LetterFacts, NewCase, Writer
from opinion_app.rules.words import Channel, Kind, Procedure, Source, Urgency
from opinion_app.rules.zone import local_date
from opinion_app.steps.intake.operations import issue_code

COPIED = ("place", "nickname", "original_number", "original_link", "wish_public", "anonymous", "accused", "concerns_official")


def register(scene: Scene) -> None:
    """登记, by the clerk of the story, or by nobody where the writer used the office's own form."""
    data, own = scene.story.data, scene.story.data.get("channel") == OWN_PAGE
    actor = None if own else scene.clerk
    case = register_case(scene.session, _new(scene), actor, scene.now, scene.secret)
    if own:
        open_progress(scene.session, case, code_hash(scene.secret, case.number, new_code()), scene.now)
    files = [keep(scene.store, name) for name in data.get("files", [])]
    if files:
        attach(scene.session, case, files, actor, scene.now)
    scene.story.case = case


def code(scene: Scene) -> None:
    """查询码, handed out after the clerk made sure of the writer."""
    issue_code(scene.session, scene.story.row, scene.clerk, scene.now, "回拨登记的电话核实", "", scene.secret)


def _new(scene: Scene) -> NewCase:
    data = scene.story.data
    letter = data.get("letter")
    accused = data.get("accused_unit")
    return NewCase(
        title=data["title"],
        body=data["body"].strip(),
        received_at=scene.almanac.received(data["received"]),
        source=Source.of(data.get("source", "forwarded_letter" if letter else "message")),
        channel=Channel.of(data.get("channel", "paper" if letter else "leader_board")),
        kind=Kind.of(data["kind"]),
        procedure=Procedure.of(data.get("procedure", "notice" if letter else "ordinary")),
        urgency=Urgency.of(data.get("urgency", "normal")),
        area=data["area"],
        accused_unit_id=scene.cast.unit_id(accused) if accused else None,
        writer=Writer(**data.get("writer", {})),
        letter=_letter(scene, letter) if letter else None,
        **{name: data[name] for name in COPIED if name in data},
    )


def _letter(scene: Scene, letter: dict[str, Any]) -> LetterFacts:
    """What the notice says; its days count from the day it was received, the date of return from today."""
    received_on = local_date(scene.now)
    return LetterFacts(
        issuer=letter["issuer"],
        document_number=letter["number"].replace("{year}", str(received_on.year)),
        notice_date=received_on - timedelta(days=letter.get("written_before", 1)),
        received_on=received_on,
        return_on=_return_on(scene, letter, received_on),
        issuer_urgency=letter.get("urgency", "平件"),
        report_owed=letter.get("report_owed", True),
    )


def _return_on(scene: Scene, letter: dict[str, Any], received_on: date) -> date | None:
    if "return_in" not in letter:
        return None
    return max(scene.almanac.day(int(letter["return_in"])), received_on)
