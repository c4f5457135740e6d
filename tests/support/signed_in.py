"""A browser that is signed in without the sign-in page: a session row, and its token in the cookie."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from opinion_app import clock
from opinion_app.records.person import SignInSession
from opinion_app.records.transaction import transaction
from opinion_app.web.identity import hash_token, new_token


def signed_in(app: Flask, person_id: int) -> FlaskClient:
    """A test client in which that person is at work."""
    token, now = new_token(), clock.now()
    with app.app_context(), transaction() as session:
        session.add(SignInSession(token_hash=hash_token(token), person_id=person_id, started_at=now, seen_at=now))
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return client
