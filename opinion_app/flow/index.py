"""What of a case goes into the office's text index; kept in the same transaction as the rows it is read from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.records.case import Case, Letter
from opinion_app.records.publication import Publication
from opinion_app.records.published import changed
from opinion_app.records.reply import Reply
from opinion_app.rules.words import PublicationState, ReplyState
from opinion_app.search.index import case_index, publication_index

Texts = list[str | None]
BLOCK = 500


def put_case(session: Session, case: Case) -> None:
    """Enter or replace a case: its numbers, names, text and reply, never contact data (decisions 17)."""
    session.flush()
    case_index.put(session.connection(), case.id, texts_of(session, case))


def put_new(session: Session, case: Case, letter: Letter | None) -> None:
    """Enter a case that was just written, with its letter if it has one; nothing of it need be read again."""
    said = (letter.issuer, letter.document_number) if letter is not None else ("", "")
    case_index.put(session.connection(), case.id, _texts(case, said, None))


def put_messages(session: Session, cases: Iterable[Case], replies: Mapping[int, str]) -> None:
    """Enter many cases without letters at one go; `replies` holds the texts of their replies by the case's id."""
    session.flush()
    case_index.put_many(session.connection(), ((case.id, _texts(case, ("", ""), replies.get(case.id))) for case in cases))


def texts_of(session: Session, case: Case) -> Texts:
    """The texts a case is found by."""
    letter = session.execute(select(Letter.issuer, Letter.document_number).where(Letter.case_id == case.id)).first()
    reply = session.scalar(
        select(Reply.text)
        .where(Reply.case_id == case.id, Reply.state != ReplyState.SUPERSEDED)
        .order_by(Reply.version_no.desc())
        .limit(1)
    )
    return _texts(case, tuple(letter) if letter else ("", ""), reply)


def _texts(case: Case, letter: tuple[str, ...], reply: str | None) -> Texts:
    return [case.number, case.original_number, *letter, case.nickname, case.title, case.body, case.place, reply]


def put_publication(session: Session, publication: Publication) -> None:
    """Enter a publication that is out, or take it out of the index when it is not; totals and filters are counted anew."""
    changed(session)
    session.flush()
    connection = session.connection()
    if publication.state is PublicationState.PUBLISHED:
        texts = [publication.number, publication.title, publication.question, publication.answer, publication.unit_name]
        publication_index.put(connection, publication.id, texts)
    else:
        publication_index.remove(connection, publication.id)


def rebuild(session: Session) -> tuple[int, int]:
    """Make both indexes anew from the rows; answers how many cases and publications there are."""
    connection = session.connection()
    changed(session)
    cases = case_index.rebuild(connection, _all_cases(session))
    return cases, publication_index.rebuild(connection, _all_publications(session))


def _all_cases(session: Session) -> Iterator[tuple[int, Texts]]:
    """The texts of every case, a block of cases at a time, from three queries a block."""
    ids = list(session.scalars(select(Case.id).order_by(Case.id)))
    for start in range(0, len(ids), BLOCK):
        block = ids[start : start + BLOCK]
        letters = _letters(session, block)
        replies = _replies(session, block)
        for case in session.scalars(select(Case).where(Case.id.in_(block)).order_by(Case.id)):
            yield case.id, _texts(case, letters.get(case.id, ("", "")), replies.get(case.id))


def _letters(session: Session, ids: list[int]) -> dict[int, tuple[str, ...]]:
    query = select(Letter.case_id, Letter.issuer, Letter.document_number).where(Letter.case_id.in_(ids))
    return {case_id: (issuer, number) for case_id, issuer, number in session.execute(query)}


def _replies(session: Session, ids: list[int]) -> dict[int, str]:
    """The newest wording of each case that is not superseded."""
    query = select(Reply.case_id, Reply.text).where(Reply.case_id.in_(ids), Reply.state != ReplyState.SUPERSEDED)
    return {row.case_id: row.text for row in session.execute(query.order_by(Reply.version_no))}


def _all_publications(session: Session) -> Iterator[tuple[int, Texts]]:
    query = select(Publication.id).where(Publication.state == PublicationState.PUBLISHED).order_by(Publication.id)
    ids = list(session.scalars(query))
    for start in range(0, len(ids), BLOCK):
        for row in session.scalars(select(Publication).where(Publication.id.in_(ids[start : start + BLOCK]))):
            yield row.id, [row.number, row.title, row.question, row.answer, row.unit_name]
