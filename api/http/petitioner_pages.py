"""The petitioner's page: the one case that a query code opened, in plain language, with the next legal date and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse

from api.access.guard import Passed
from api.access.sessions import Sessions
from api.access.viewer import Viewer
from api.attachments.cases import files_of
from api.errors import NotThere
from api.http.depends import Opened
from api.http.names import Names
from api.http.opinions import texts_for
from api.http.pages import Lang
from api.http.petitioner_acts import Offer, offers, plain_words
from api.http.problems import documented
from api.http.rendering import address_of, render
from api.http.signin import set_cookie
from api.looks.telling import looks_of_case
from api.main import Application
from api.publishing.receipts import receipts_until
from api.queries import ask_explanations, ask_timeline, fold_case
from api.wording import Wording
from domain.case_state import Case
from domain.clock import civil_day
from domain.explain import ClockExplanation
from domain.people import People
from domain.reference import Reference
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
    """Where the case stands, by when the office must do what and why, every step so far, and what can be done now."""
    return _page(request, application, passed.viewer, lang)


@router.get("/my-case/acts/{action}", responses=documented(401, 403, 404))
def my_act(
    request: Request,
    application: Opened,
    passed: Passed,
    action: Annotated[str, Path(max_length=80)],
    office: Annotated[str, Query(max_length=63)] = "",
    lang: Lang = "zh",
) -> HTMLResponse:
    """The form of one act of the petitioner, or why it cannot be done now. Raises NotThere for what is no such act."""
    state, _, found = _offers(application, passed.viewer.case, lang)
    offer = next((one for one in found if (one.action, one.office) == (action, office)), None)
    if offer is None:
        raise NotThere("page_unknown")
    fixed = json.dumps(dict(offer.fixed))
    plain = plain_words(Names(Wording(lang), application.ledger.reference().people))
    shown: dict[str, Any] = {"state": state, "offer": offer, "fixed": fixed, "plain": plain}
    return render("petition_act.html", application, lang, passed.viewer, address=address_of(request), **shown)


@router.post("/my-case/code", responses=documented(401, 403, 404))
def my_code(
    request: Request,
    application: Opened,
    passed: Passed,
    lang: Lang = "zh",
) -> HTMLResponse:
    """Make a query code in the place of all earlier ones, and show it this once; this browser stays signed in."""
    sessions: Sessions = request.app.state.sessions
    case = passed.viewer.case
    code, token = sessions.renew_code(case), sessions.open(case=case)
    viewer = sessions.viewer(token, People)
    answer = _page(request, application, viewer, lang, code)
    set_cookie(request, answer, token)
    return answer


def _page(request: Request, application: Application, viewer: Viewer, lang: str, code: str = "") -> HTMLResponse:
    case, at = viewer.case, application.clock()
    sessions: Sessions = request.app.state.sessions
    state, size, found = _offers(application, case, lang)
    told = ask_timeline(application, case, size)
    clocks = waiting(ask_explanations(application, case, at, size))
    return render(
        "petitioner_case.html",
        application,
        lang,
        viewer,
        address="/my-case" if code else address_of(request),
        state=state,
        plain=PLAIN.get(state.state, ""),
        today=civil_day(at),
        clocks=clocks,
        steps=steps(told.acts),
        covered=receipts_until(application),
        offers=found,
        texts=texts_for(application, case),
        files=files_of(application, case),
        looks=looks_of_case(application, sessions.looks, case),
        claimable=bool(state.claim_key) and not state.petitioner_keys,
        code=code,
    )


def _offers(application: Application, case: str, lang: str) -> tuple[Case, int, list[Offer]]:
    """The case as it stands, how much of the log that is, and what its petitioner may do."""
    reference: Reference = application.ledger.reference()
    state, size = fold_case(application, case, None, reference)
    at, names = application.clock(), Names(Wording(lang), reference.people)
    return state, size, offers(state, reference, at, names, ask_explanations(application, case, at, size))


def waiting(clocks: Sequence[ClockExplanation]) -> list[ClockExplanation]:
    """The clocks that still run, the next due day first."""
    found = [clock for clock in clocks if clock.standing.status in RUNNING and not clock.row.shadow]
    return sorted(found or [clock for clock in clocks if clock.standing.status in RUNNING], key=lambda one: one.due.on)


def steps(acts: Sequence[Act]) -> list[Act]:
    """The acts that are told, newest first; the petitioner's own are always."""
    return [
        act for act in reversed(acts) if act.role == "petitioner" or (act.action in TOLD and act.role not in WATCHING)
    ]
