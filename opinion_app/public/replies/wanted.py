"""What a reader asked for: words to search, filters and a page, read from an address that anybody may have typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Final

from opinion_app.rules.text import clean_line
from opinion_app.rules.words import Kind
from opinion_app.rules.zone import start_of_day

PUBLIC_KINDS: Final = [kind for kind in Kind if kind is not Kind.ACCUSATION]
SPANS: Final = {"30": "近一个月", "90": "近三个月", "365": "近一年"}
_LONGEST: Final = 100


@dataclass(frozen=True)
class Wanted:
    """The filters that are on; empty ones leave everything."""

    q: str = ""
    kind: str = ""
    area: str = ""
    unit: str = ""
    period: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is filtered or searched for."""
        return any((self.q, self.kind, self.area, self.unit, self.period))

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What is on, as names and values of an address; whatever else an address brought is left out."""
        return [(name, value) for name, value in asdict(self).items() if value]

    def since(self, today: date) -> datetime | None:
        """From which moment on, if a period was chosen."""
        if self.period in SPANS:
            return start_of_day(today - timedelta(days=int(self.period)))
        return start_of_day(date(int(self.period), 1, 1)) if self.period else None

    def until(self) -> datetime | None:
        """Before which moment, if a year was chosen."""
        return start_of_day(date(int(self.period) + 1, 1, 1)) if self.period and self.period not in SPANS else None


def read(args: Mapping[str, str]) -> Wanted:
    """The filters in an address; what is no kind and no period counts as not given."""
    kind, period = args.get("kind", ""), args.get("period", "")
    return Wanted(
        q=clean_line(args.get("q", ""))[:_LONGEST],
        kind=kind if kind in [known.value for known in PUBLIC_KINDS] else "",
        area=clean_line(args.get("area", ""))[:40],
        unit=clean_line(args.get("unit", ""))[:_LONGEST],
        period=period if period in SPANS or _is_year(period) else "",
    )


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isascii() and text.isdigit() and 2000 <= int(text) <= 2100
