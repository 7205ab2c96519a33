"""One case over HTTP: its acts, its state after each, its clocks explained; the lists are declared in `api/lists`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api.access.bounds import OutOfBounds
from api.access.guard import Passed
from api.axes import parse_as_of, parse_day_end, parse_index
from api.case_answers import (
    ask_comparison,
    ask_replay,
    comparison_document,
    explain_document,
    hints_document,
    replay_document,
)
from api.errors import UsageRefused
from api.http.answering import answer_once, answered, tag_of
from api.http.case_models import ComparisonBody, ExplainBody, HintsBody, ReplayBody
from api.http.depends import Opened
from api.http.models import TimelineBody
from api.http.problems import documented
from api.main import Application
from api.positions import parse_known_at
from api.publishing.public import public_known_at, public_size
from api.queries import act_row, ask_timeline, timeline_document
from api.signatures import signature_states
from domain.case_state import Case as CaseState
from projections.replay_compare import When

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


@router.get("/cases/{case}/replay", response_class=Response, responses=answered(ReplayBody))
def replay(
    application: Opened, passed: Passed, request: Request, case: Case, as_of: AsOf = None, known_at: KnownAt = None
) -> Response:
    """The state of a case after each act, what the act changed, and what became of the clocks."""
    passed.check_case(application, case)
    at, size = parse_as_of(as_of or None, application.clock()), known_size(application, known_at or None)
    tag = tag_of(application, {"of": "replay", "case": case, "known_at": size}, (as_of, at))
    return answer_once(request, tag, lambda: replay_document(application, ask_replay(application, case, at, size)))


@router.get("/cases/{case}/explain", response_class=Response, responses=answered(ExplainBody))
def explain(
    application: Opened, passed: Passed, request: Request, case: Case, as_of: AsOf = None, known_at: KnownAt = None
) -> Response:
    """Why each due date of a case is that date, with article and source."""
    passed.check_case(application, case)
    at, size = parse_as_of(as_of or None, application.clock()), known_size(application, known_at or None)
    tag = tag_of(application, {"of": "explain", "case": case, "known_at": size}, (as_of, at))
    return answer_once(request, tag, lambda: explain_document(application, case, at, size))


@router.get("/cases/{case}/compare", response_class=Response, responses=answered(ComparisonBody))
def compare(
    application: Opened,
    passed: Passed,
    request: Request,
    case: Case,
    as_of_a: AsOf = None,
    known_at_a: KnownAt = None,
    as_of_b: AsOf = None,
    known_at_b: KnownAt = None,
) -> Response:
    """What differs in a case between two moments, and which acts made it differ; the second one is now by default."""
    passed.check_case(application, case)
    if not as_of_a and not known_at_a:
        raise UsageRefused("moment_needed")
    second = parse_as_of(as_of_b or None, application.clock())
    first = parse_as_of(as_of_a or None, second)
    known = known_size(application, known_at_a or None), known_size(application, known_at_b or None)
    tag = tag_of(application, {"of": "compare", "case": case, "known": known}, (as_of_a, first), (as_of_b, second))
    moments = When(first, known[0]), When(second, known[1])
    return answer_once(
        request, tag, lambda: comparison_document(application, ask_comparison(application, case, *moments))
    )


@router.get("/hints", response_class=Response, responses=answered(HintsBody))
def hints(
    application: Opened,
    passed: Passed,
    request: Request,
    case: Annotated[str, Query(pattern=r"^[0-9a-f]{32}$")],
    known_at: KnownAt = None,
) -> Response:
    """Which cases may be about the same matter, by subject area, place and unit; nothing of a person is compared."""
    passed.check_case(application, case)
    bounds, size = passed.bounds(application), known_size(application, known_at or None)

    def may_open(other: CaseState) -> bool:
        try:
            bounds.check_case(other)
        except OutOfBounds:
            return False
        return True

    asked = {"of": "hints", "case": case, "known_at": size, "bounds": bounds.roots}
    tag = tag_of(application, asked, (None, application.clock()))
    return answer_once(request, tag, lambda: hints_document(application, case, may_open, size))


def known_size(application: Application, text: str | None) -> int | None:
    """Read a position given over HTTP: an index or a date, never a file of the server's."""
    if text is not None and parse_index(text) is None and parse_day_end(text) is None:
        raise UsageRefused("known_at_unreadable")
    return parse_known_at(text, application.ledger)


def public_known_size(application: Application, text: str | None) -> int:
    """Read a position as everybody may ask for it, by default all that the public is told of; a day ends there, too.

    Raises NotThere for an index that the public is not told of yet.
    """
    size = known_size(application, text)
    if size is not None and text is not None and parse_index(text) is None:
        return min(size, public_size(application))
    return public_known_at(application, size)
