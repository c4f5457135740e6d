"""Cases that were under review before the service kept whom they wait for are told by their checks."""

from __future__ import annotations

import flask_migrate
from flask import Flask
from sqlalchemy import select

from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import OFFICE_GATES, ReviewStep
from opinion_app.steps.review import operations as review
from tests.builders.life import handling_case, make_office, under_review
from tests.builders.office import NOW, seed

BEFORE = "0002"


def test_each_case_under_review_waits_for_whom_its_checks_say(core: Flask) -> None:
    with transaction() as session:
        seed(session)
        office = make_office(session)
        handling_case(office)
        waiting = [under_review(office) for _ in range(4)]
        for case in waiting[1:]:
            review.check_unit_head(session, case, office.finance_head, NOW, passed=True)
        review.check_gates(session, waiting[2], office.reviewer, NOW, {OFFICE_GATES[1]: True})
        review.check_gates(session, waiting[3], office.reviewer, NOW, dict.fromkeys(OFFICE_GATES, True))
    db.session.remove()
    db.engine.dispose()

    flask_migrate.downgrade(revision=BEFORE)
    flask_migrate.upgrade()

    found = db.session.scalars(select(Case.review_step).order_by(Case.id)).all()
    assert found == [None, ReviewStep.UNIT_HEAD, ReviewStep.GATES, ReviewStep.GATES, ReviewStep.SIGN_OFF]
