"""The views over HTTP: overdue and timeline."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api.axes import parse_as_of, parse_day_end, parse_index
from api.errors import UsageRefused
from api.http.depends import Opened
from api.http.models import OverdueBody, TimelineBody
from api.http.problems import documented
from api.main import Application
from api.positions import parse_known_at
from api.queries import OverdueQuestion, act_row, ask_overdue, ask_timeline, overdue_document, timeline_document
from api.signatures import signature_states

PAGE = 200

AsOf = Annotated[str | None, Query(max_length=40, description="A date (its last instant, +08:00) or an instant.")]
KnownAt = Annotated[str | None, Query(max_length=20, description="A log index, or a date (+08:00).")]
Case = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


router = APIRouter(prefix="/api", tags=["views"])


@router.get("/overdue", response_model=OverdueBody, responses=documented(400, 404))
def overdue(
    application: Opened,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    unit: Annotated[str | None, Query(max_length=63)] = None,
    clock: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = PAGE,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> dict[str, Any]:
    """The open clocks past due, oldest first, in pages."""
    at = parse_as_of(as_of, application.clock())
    question = OverdueQuestion(at, known_size(application, known_at), unit, clock)
    page = ask_overdue(application, question, limit=limit, cursor=cursor)
    return {**overdue_document(application, page), "cursor": page.cursor}


@router.get("/cases/{case}/timeline", response_model=TimelineBody, responses=documented(400, 404))
def timeline(application: Opened, case: Case, known_at: KnownAt = None) -> dict[str, Any]:
    """Every act of a case, each with the state of its signature, verified now."""
    told = ask_timeline(application, case, known_size(application, known_at))
    states = signature_states(application, told.case)
    rows = []
    for act in told.acts:
        state = states[act.index]
        rows.append({**act_row(act), "signature": state.told, "custody": state.custody})
    return {**timeline_document(application, told), "acts": rows}


def known_size(application: Application, text: str | None) -> int | None:
    """Read a position given over HTTP: an index or a date, never a file of the server's."""
    if text is not None and parse_index(text) is None and parse_day_end(text) is None:
        raise UsageRefused("known_at_unreadable")
    return parse_known_at(text, application.ledger)
