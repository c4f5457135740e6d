"""The case page shows what a person may see and do, and nothing to those who may not know of the case."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO

import pytest
from flask import Flask

from opinion_app import clock
from opinion_app.files.store import AttachmentStore
from opinion_app.records.attachment import Attachment
from opinion_app.records.current import settings_of
from opinion_app.records.transaction import transaction
from opinion_app.rules.file_kinds import STAFF_LIMITS
from opinion_app.rules.words import Role
from tests.builders.office import make_case, make_person, make_unit, seed
from tests.support.signed_in import signed_in

PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


@pytest.fixture
def office(app: Flask) -> dict[str, int]:
    """A clerk, a handler of a unit that has no part in it, and one case."""
    with app.app_context(), transaction() as session:
        seed(session)
        clerk = make_person(session, "clerk", Role.CLERK)
        other = make_person(session, "handler", Role.HANDLER, unit=make_unit(session))
        case = make_case(session, now=clock.now())
        store = AttachmentStore(settings_of(app).data_dir / "attachments")
        kept = store.save(BytesIO(PNG), "照片.png", STAFF_LIMITS)
        row = Attachment(
            case_id=case.id,
            name="照片.png",
            stored_name=kept.stored_name,
            size=kept.size,
            sha256=kept.sha256,
            media_type=kept.media_type,
            added_at=clock.now(),
        )
        session.add(row)
        session.flush()
        return {"clerk": clerk.id, "other": other.id, "case": case.id, "file": row.id}


def test_a_clerk_sees_the_case_with_the_acts_that_are_next(app: Flask, office: dict[str, int]) -> None:
    answer = signed_in(app, office["clerk"]).get("/office/cases/LY2026-000001")
    text = answer.get_data(as_text=True)

    assert answer.status_code == 200
    assert "村口的路灯坏了半个月" in text
    assert 'href="/office/cases/LY2026-000001/assign"' in text
    assert "登记" in text


def test_who_may_not_see_the_case_finds_nothing(app: Flask, office: dict[str, int]) -> None:
    client = signed_in(app, office["other"])

    assert client.get("/office/cases/LY2026-000001").status_code == 404
    assert client.get(f"/office/attachments/{office['file']}").status_code == 404
    assert client.get("/office/attachments/999999").status_code == 404


def test_a_file_goes_out_as_a_download_and_a_picture_as_a_preview(app: Flask, office: dict[str, int]) -> None:
    client = signed_in(app, office["clerk"])
    with client.get(f"/office/attachments/{office['file']}") as download:
        assert download.data == PNG
        assert download.headers["Content-Disposition"].startswith("attachment")
    with client.get(f"/office/attachments/{office['file']}?preview=1") as preview:
        assert preview.headers["Content-Type"] == "image/png"
        assert preview.headers["Content-Disposition"] == "inline"


def test_the_worklist_names_the_case(app: Flask, office: dict[str, int]) -> None:
    text = signed_in(app, office["clerk"]).get("/office/").get_data(as_text=True)

    assert "村口路灯不亮" in text
    assert "还剩" in text
