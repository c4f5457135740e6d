"""Records (台账), floor 1: the tables, one noun per file, and the transaction that commits them."""

from opinion_app.records import (  # noqa: F401 - every table must be known to the metadata
    assessment,
    assignment,
    attachment,
    calendar,
    case,
    clock,
    finding,
    import_run,
    job,
    move,
    notice,
    office,
    person,
    publication,
    reply,
    report_back,
    submission,
    trail,
    unit,
)
