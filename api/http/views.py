"""One case over HTTP; the lists are declared in `api/lists`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api.access.guard import Passed
from api.axes import parse_day_end, parse_index
from api.errors import UsageRefused
from api.http.depends import Opened
from api.http.models import TimelineBody
from api.http.problems import documented
from api.main import Application
from api.positions import parse_known_at
from api.queries import act_row, ask_timeline, timeline_document
from api.signatures import signature_states

AsOf = Annotated[str | None, Query(max_length=40, description="A date (its last instant, +08:00) or an instant.")]
KnownAt = Annotated[str | None, Query(max_length=20, description="A log index, or a date (+08:00).")]
Case = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


router = APIRouter(prefix="/api", tags=["views"])


@router.get("/cases/{case}/timeline", response_model=TimelineBody, responses=documented(400, 404))
def timeline(application: Opened, passed: Passed, case: Case, known_at: KnownAt = None) -> dict[str, Any]:
    """Every act of a case, each with the state of its signature, verified now."""
    passed.check_case(application, case)
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
