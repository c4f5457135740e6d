"""Replies that were drafted before every author was kept find theirs among the moves."""

from __future__ import annotations

import flask_migrate
from flask import Flask
from sqlalchemy import select

from opinion_app.records.base import db
from opinion_app.records.reply import Reply
from opinion_app.records.transaction import transaction
from opinion_app.steps.reply import operations as reply
from opinion_app.steps.review import operations as review
from tests.builders.life import REPLY, approved, handling_case, make_office
from tests.builders.office import NOW, seed

BEFORE = "0011"


def test_whoever_saved_a_version_or_one_before_it_is_its_author(core: Flask) -> None:
    with transaction() as session:
        seed(session)
        office = make_office(session)
        approved(office)
        case = handling_case(office)
        reply.save_draft(session, case, office.finance_handler, NOW, REPLY)
        reply.save_draft(session, case, office.finance_head, NOW, REPLY + "请放心。")
        reply.submit(session, case, office.finance_head, NOW)
        review.check_unit_head(session, case, office.finance_head, NOW, passed=False, opinion="写明日期")
        reply.save_draft(session, case, office.finance_handler, NOW, REPLY + "已于昨日办结。")
        both = sorted([office.finance_handler.id, office.finance_head.id])
        expected = [[office.finance_handler.id], both, both]
    assert db.session.scalars(select(Reply.author_ids).order_by(Reply.id)).all() == expected
    db.session.remove()
    db.engine.dispose()

    flask_migrate.downgrade(revision=BEFORE)
    flask_migrate.upgrade()

    assert db.session.scalars(select(Reply.author_ids).order_by(Reply.id)).all() == expected
