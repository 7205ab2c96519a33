"""Looks over HTTP: what the own officers looked at, and the page that asks an inspector why before a case is shown."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict

from api.access.guard import Passed
from api.access.sessions import Sessions
from api.axes import write_as_of
from api.http.depends import Opened
from api.http.pages import Lang
from api.http.problems import documented
from api.http.rendering import address_of, render
from api.http.signin import local_path
from api.http.views import Case
from api.looks.batches import now_of
from api.looks.look import KINDS, Look
from api.looks.reasons import ReasonNeeded, find_reason
from api.looks.telling import own_looks
from api.main import Application
from domain.effective import from_unix_ms
from domain.schema import CIVIL
from domain.tracks.mandate_events import CaseReplayed

router = APIRouter()
Next = Annotated[str, Query(max_length=600)]
Before = Annotated[int | None, Query(ge=0, lt=2**53, description="Only looks from before this moment (Unix ms).")]


class LookRow(BaseModel):
    """One look of an officer of the body: what was asked for, under which mandate, and the leaf of the reason given."""

    model_config = ConfigDict(extra="forbid")

    look: str
    at: str
    office: str
    officer: str
    role: str
    kind: str
    route: str
    case: str
    unit: str
    mandate: str
    reason: str


class LooksBody(BaseModel):
    """The newest looks of the bodies at which the reader answers for them, the newest first."""

    model_config = ConfigDict(extra="forbid")

    rows: list[LookRow]


@router.get("/api/looks", tags=["looks"], response_model=LooksBody, responses=documented())
def looks(request: Request, application: Opened, passed: Passed, before: Before = None) -> dict[str, Any]:
    """What the officers of the reader's own body looked at, took away or were refused; of no other body."""
    return {"rows": [_row(look) for look in _own(request, application, passed.viewer, before)]}


@router.get("/looks", include_in_schema=False, response_class=HTMLResponse)
def looks_page(
    request: Request, application: Opened, passed: Passed, before: Before = None, lang: Lang = "zh"
) -> HTMLResponse:
    """The same as a page."""
    found = _own(request, application, passed.viewer, before)
    rows = [(look, from_unix_ms(look.at).astimezone(CIVIL)) for look in found]
    return render(
        "looks.html",
        application,
        lang,
        passed.viewer,
        address=address_of(request),
        rows=rows,
        kinds=KINDS,
        before=found[-1].at if found else 0,
    )


@router.get("/cases/{case}/reason", include_in_schema=False, response_class=HTMLResponse)
def reason_page(
    request: Request, application: Opened, passed: Passed, case: Case, next: Next = "", lang: Lang = "zh"
) -> Response:
    """Asks an inspector to sign why the case is looked at, and leads on to it once that is done."""
    opening = passed.opening(application, case)
    onward = local_path(next) if next else f"/cases/{case}"
    if opening is None or not opening.inspects:
        return RedirectResponse(onward, 303)
    try:
        find_reason(application, passed.viewer, opening.mandate, case, now_of(application))
    except ReasonNeeded:
        shown = {"case": case, "opening": opening, "onward": onward, "action": CaseReplayed.action}
        address = address_of(request)
        return render("reason.html", application, lang, passed.viewer, address=address, status=403, **shown)
    return RedirectResponse(onward, 303)


def _own(request: Request, application: Application, viewer: Any, before: int | None) -> list[Look]:
    sessions: Sessions = request.app.state.sessions
    return own_looks(viewer, sessions.looks, now_of(application) + 1 if before is None else before)


def _row(look: Look) -> dict[str, Any]:
    return {**look._asdict(), "at": write_as_of(from_unix_ms(look.at).astimezone(CIVIL))}
