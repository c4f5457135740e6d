"""Paths of the service, for letters and jobs that know no request; a test compares them with the routes (decisions 38)."""

from __future__ import annotations

WORKLIST = "/office/"
NOTICES = "/office/notices"
PEOPLE = "/office/people"
SIGN_IN = "/office/sign-in"


def notice(notice_id: int) -> str:
    """The page of one of the reader's notices."""
    return f"{NOTICES}/{notice_id}"


def case(number: str) -> str:
    """The page of a case."""
    return f"/office/cases/{number}"


def case_act(number: str, act: str) -> str:
    """The page of one act on a case."""
    return f"/office/cases/{number}/{act}"


def policy(number: str) -> str:
    """The page of a policy document."""
    return f"/office/policies/{number}"


def reply(number: str) -> str:
    """The public page of a published reply."""
    return f"/replies/{number}"


def reply_file(number: str, serial: int) -> str:
    """An attachment of a published reply."""
    return f"/replies/{number}/files/{serial}"


def map_part(part: int) -> str:
    """One file of the map of the site, where one alone cannot hold it."""
    return f"/sitemap-{part}.xml"


def track(number: str) -> str:
    """The page on which a writer follows the message with this number."""
    return f"/messages/track?number={number}"


def absolute(base_url: str, path: str) -> str:
    """A path as it stands in a letter."""
    return base_url.rstrip("/") + path
