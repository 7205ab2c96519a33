"""The petitioner's page: the one case that a query code opened, in plain language, with the next legal date and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.access.guard import Passed
from api.http.depends import Opened
from api.http.pages import Lang
from api.http.problems import documented
from api.http.rendering import address_of, render
from api.main import Application
from api.queries import ask_explanations, ask_timeline, fold_case
from domain.clock import civil_day
from domain.explain import ClockExplanation
from domain.transitions import TRANSITIONS
from projections.timeline import Act

TOLD: Final = frozenset(row.action for row in TRANSITIONS) | {"case.publication_approved.v1"}
"""The acts that are the petitioner's business: those of the procedure. Who looks at the office's work is not told."""
WATCHING: Final = frozenset({"supervisor", "inspector"})
RUNNING: Final = ("running", "overdue", "suspended")
PLAIN: Final = {
    "SUBMITTED": "submitted",
    "REGISTERED": "registered",
    "TRANSFERRED": "transferred",
    "ASSIGNED": "transferred",
    "NOTIFIED": "notified",
    "CLASSIFIED": "notified",
    "ACCEPTED": "accepted",
    "OPINION_ISSUED": "decided",
    "SERVED": "served",
    "EXECUTING": "executing",
    "REVIEW_REQUESTED": "reviewing",
    "REVIEW_SERVED": "review_served",
    "RECHECK_REQUESTED": "reviewing",
    "REDO": "again",
    "REOPENED": "again",
    "CONCLUDED": "concluded",
    "WITHDRAWN": "withdrawn",
}
"""The sentence that says where a case stands; other states are told by their name alone."""

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/my-case", responses=documented(401, 403, 404))
def my_case(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
    """Where the case stands, by when the office must do what and why, and every step so far."""
    case, reference = passed.viewer.case, application.ledger.reference()
    state, size = fold_case(application, case, None, reference)
    at = application.clock()
    told = ask_timeline(application, case, size)
    clocks = waiting(ask_explanations(application, case, at, size))
    return render(
        "petitioner_case.html",
        application,
        lang,
        passed.viewer,
        address=address_of(request),
        state=state,
        plain=PLAIN.get(state.state, ""),
        today=civil_day(at),
        clocks=clocks,
        steps=steps(told.acts),
        covered=covered(application),
    )


def waiting(clocks: Sequence[ClockExplanation]) -> list[ClockExplanation]:
    """The clocks that still run, the next due day first."""
    found = [clock for clock in clocks if clock.standing.status in RUNNING and not clock.row.shadow]
    return sorted(found or [clock for clock in clocks if clock.standing.status in RUNNING], key=lambda one: one.due.on)


def steps(acts: Sequence[Act]) -> list[Act]:
    """The acts that are told, newest first."""
    return [act for act in reversed(acts) if act.action in TOLD and act.role not in WATCHING]


def covered(application: Application) -> int:
    """How many entries the newest checkpoint covers: for these there are receipts."""
    latest = application.ledger.log.latest_checkpoint()
    return latest[0] if latest else 0
