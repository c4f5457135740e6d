"""The figures (办理统计): a few honest charts from the monthly counts, each share with what it is a share of."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template

from opinion_app.public.replies import queries
from opinion_app.records.base import db
from opinion_app.web.access import public_page
from opinion_app.web.cached import cached

bp = Blueprint("public_stats", __name__)


@bp.get("/stats")
@public_page
def stats() -> Response:
    """How much came in, was answered, in time, and how writers judged it; the months are those of receipt."""
    figures = queries.statistics(db.session())
    words = "收到、答复、按时答复和满意度"
    page = {"title": "办理统计", "current": "stats", "column": {"name": "办理统计", "type": "互动交流", "description": words}}
    page["description"] = f"近 12 个月来信的办理情况：{words}，每个比率都写明分母"
    months = [(_month(month), held) for month, held in figures.months]
    text = render_template(
        "public/replies/stats.html",
        page=page,
        figures=figures,
        month_rows=[{"label": month, "value": held.received} for month, held in months],
        answered_rows=[_share(month, held.answered, held.valid) for month, held in months],
        in_time_rows=[_share(month, held.in_time, held.timed) for month, held in months],
        side_rows=[_share(side.label, best + middle, best + middle + worst) for side, (best, middle, worst) in figures.sides],
        kind_rows=[{"label": kind, "value": held.received} for kind, held in figures.kinds],
    )
    return cached(text)


def _month(text: str) -> str:
    return f"{text[:4]}年{int(text[5:])}月"


def _share(label: str, part: int, whole: int) -> dict[str, Any]:
    """A bar of a hundred, with the two figures it comes from."""
    share = 100 * part / whole if whole else 0
    return {"label": label, "value": share, "words": f"{share:.1f}%（{part}/{whole}）" if whole else "无"}
