"""Generates the measured office row by row: 100,000 cases with the histories they would have, from a fixed seed.

The words are made up (bench.search_bench), as unequal as in any language; most cases are closed or filed, a few thousand are
open, and what is open leans towards the last weeks, as in an office."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from bench.office_life import Life, lives
from bench.office_people import Row, Staff
from bench.search_bench import documents
from opinion_app.rules.words import (
    DEFAULT_AREAS,
    Channel,
    Disclosure,
    Kind,
    Procedure,
    PublicationState,
    RiskLevel,
    Source,
    Stage,
    Urgency,
)
from opinion_app.rules.zone import local_date

GENERATOR = 4  # count up when what is generated changes: caches of another number are not used
YEARS = 4
PUBLISHED_SHARE = 0.345
CHUNK = 1000
_OVER = (Stage.CLOSED, Stage.ARCHIVED)


class Generator:
    """Yields chunks: table name and rows, ids given, in an order that satisfies every foreign key."""

    def __init__(self, cases: int, now: datetime, rule_ids: dict[str, int]) -> None:
        self.cases, self.now, self.rule_ids = cases, now, rule_ids
        self.chance = random.Random(7)  # noqa: S311
        self.staff = Staff()
        self.serials: Counter[tuple[str, int]] = Counter()
        self.ids: Counter[str] = Counter()
        self.texts: list[tuple[int, list[str]]] = []
        self.public_texts: list[tuple[int, list[str]]] = []

    def chunks(self) -> Iterator[dict[str, list[Row]]]:
        """Every table's rows for some cases at a time; `texts` holds what is to be indexed of the same cases."""
        first: dict[str, list[Row]] = dict(self.staff.rows(self.now, self.chance))
        yield first
        made: dict[str, list[Row]] = {}
        for number, (_, title, body) in self._documents():
            self._case(made, number, title, body)
            if number % CHUNK == 0 or number == self.cases:
                yield made
                made = {}
                self.texts = []
        yield {
            "counters": [{"series": series, "year": year, "value": value} for (series, year), value in self.serials.items()],
            "notices": list(self._digests()),
        }

    def _documents(self) -> Iterator[tuple[int, list[str]]]:
        return documents(self.cases)

    def _case(self, made: dict[str, list[Row]], case_id: int, title: str, body: str) -> None:
        share = case_id / self.cases
        received = self.now - timedelta(days=365 * YEARS) * (1 - share) - timedelta(minutes=self.chance.randrange(600))
        life = lives(case_id, received, self.now, self.staff, self.chance)
        row = self._row(case_id, title, body, life)
        self._put(made, "cases", row)
        self._put(made, "correspondents", self._writer(case_id))
        if row["source"] is Source.FORWARDED_LETTER:
            self._put(made, "letters", self._letter(case_id, life))
        answer = "".join(body.split("，")[:12]) + "。如有疑问，请拨打电话咨询。"
        for table, entries in life.rows(case_id, answer, self.rule_ids):
            for entry in entries:
                self._put(made, table, entry)
        self.texts.append((case_id, [row["number"], row["nickname"], title, body, answer if life.replied else ""]))
        public = life.stage in _OVER and row["kind"] is not Kind.ACCUSATION and self.chance.random() < PUBLISHED_SHARE
        if public:
            self._publish(made, row, answer, life)

    def _put(self, made: dict[str, list[Row]], table: str, row: Row) -> None:
        self.ids[table] += 1
        row.setdefault("id", self.ids[table])
        made.setdefault(table, []).append(row)

    def _row(self, case_id: int, title: str, body: str, life: Life) -> Row:
        pick = self.chance
        letter = pick.random() < 0.12
        source = Source.FORWARDED_LETTER if letter else Source.MESSAGE
        kinds = (Kind.INQUIRY, Kind.HELP, Kind.COMPLAINT, Kind.SUGGESTION, Kind.ACCUSATION, Kind.THANKS)
        kind = pick.choices(kinds, (25, 30, 30, 9, 3, 3))[0]
        over = life.stage in _OVER
        return {
            "id": case_id,
            "number": self._number("ZB" if letter else "LY", source.value, life.received),
            "source": source,
            "channel": Channel.PAPER if letter else pick.choice((Channel.LEADER_BOARD, Channel.HOTLINE, Channel.WEB_FORM)),
            "original_number": f"O{case_id:08d}",
            "text_key": hashlib.sha256(body.encode()).hexdigest(),
            "nickname": title[:3],
            "title": title,
            "body": body,
            "kind": kind,
            "procedure": Procedure.NOTICE if letter else Procedure.ORDINARY,
            "urgency": pick.choices((Urgency.NORMAL, Urgency.COMPLEX, Urgency.URGENT), (88, 10, 2))[0],
            "area": pick.choice(DEFAULT_AREAS),
            "wish_public": pick.random() < 0.5,
            "restricted": kind is Kind.ACCUSATION and pick.random() < 0.3,
            "registered_by_id": pick.choice(self.staff.clerks),
            "disclosure": pick.choice((Disclosure.PUBLIC, Disclosure.WITHHELD)) if over else None,
            "to_publish": over and life.age < 60 and pick.random() < 0.3,
            "risk_level": pick.choices((None, RiskLevel.NONE, RiskLevel.IV, RiskLevel.III), (90, 5, 4, 1))[0],
            **life.columns(),
        }

    def _number(self, letters: str, series: str, at: datetime) -> str:
        year = local_date(at).year
        self.serials[series, year] += 1
        return f"{letters}{year}-{self.serials[series, year]:06d}"

    def _writer(self, case_id: int) -> Row:
        key = hashlib.sha256(str(case_id // 2).encode()).hexdigest()
        return {"case_id": case_id, "name": f"来信人{case_id}", "name_key": key, "phone_key": key[::-1]}

    def _letter(self, case_id: int, life: Life) -> Row:
        on = local_date(life.received)
        return {
            "case_id": case_id,
            "issuer": f"第{case_id % 30}局",
            "document_number": f"转〔{on.year}〕{case_id}号",
            "notice_date": on,
            "received_on": on,
            "return_on": on + timedelta(days=12),
            "reported_at": life.answered_at,
        }

    def _publish(self, made: dict[str, list[Row]], case: Row, answer: str, life: Life) -> None:
        published_at = life.answered_at or self.now
        on = local_date(published_at)
        row = {
            "case_id": case["id"],
            "number": case["number"],
            "index_number": f"115309990152600083-/{on.year}-{on:%m%d}{case['id'] % 1000:03d}",
            "title": case["title"],
            "question": case["body"],
            "answer": answer,
            "kind": case["kind"],
            "area": case["area"],
            "unit_name": f"第{life.unit}单位",
            "asked_on": local_date(life.received),
            "answered_on": on,
            "published_at": published_at,
            "state": PublicationState.PUBLISHED,
            "snapshot_hash": case["text_key"],
            "updated_at": published_at,
        }
        self._put(made, "publications", row)
        number = self.ids["publications"]
        made.setdefault("view_counts", []).append({"publication_id": number, "views": self.chance.randrange(500)})
        self.public_texts.append((number, [row["number"], row["title"], row["question"], answer, row["unit_name"]]))

    def _digests(self) -> Iterator[Row]:
        """The digests of the last sixty days, read but for the last ones."""
        for day in range(60, 0, -1):
            at = self.now - timedelta(days=day)
            for person in self.staff.roles:
                self.ids["notices"] += 1
                yield notice(self.ids["notices"], person, f"digest:{local_date(at)}", at, read=day > 2) | {"category": "digest"}


def notice(number: int, person: int, key: str, at: datetime, *, read: bool) -> dict[str, Any]:
    """An in-app notice."""
    return {
        "id": number,
        "key": f"{key}:{person}:{number}",
        "person_id": person,
        "channel": "in_app",
        "category": "case",
        "subject": "有新的办理件",
        "link": "/office/",
        "state": "shown",
        "created_at": at,
        "finished_at": at,
        "read_at": at + timedelta(hours=2) if read else None,
    }
