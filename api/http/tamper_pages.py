"""The tampering exercise of a demonstration, on this machine alone: a visitor changes a copy and sees who notices."""

from __future__ import annotations

from threading import Lock
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from api.access.guard import Passed
from api.access.tokens import FormToken
from api.demo.tampering import EXERCISES, Outcome, run_exercise
from api.errors import ApiError, NotThere
from api.http.depends import Opened
from api.http.pages import Lang
from api.http.problems import documented
from api.http.rendering import address_of, render
from api.main import Application

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_ONE: Final = Lock()


class Busy(ApiError):
    """An exercise is under way, and one at a time is enough."""

    status = 409


@router.get("/tampering", responses=documented(404))
def tampering(request: Request, application: Opened, passed: Passed, lang: Lang = "zh") -> HTMLResponse:
    """The exercises, and why each of them is caught; not there where the ledger is no demonstration."""
    return _page(request, application, passed, lang, None)


@router.post("/tampering", responses=documented(404, 409))
def tamper(
    request: Request,
    application: Opened,
    passed: Passed,
    exercise: Annotated[str, Form(max_length=20)],
    lang: Lang = "zh",
) -> HTMLResponse:
    """Run one exercise on a copy of the demonstration's database, and show what verification says."""
    if not application.settings.demo_marker.exists():
        raise NotThere("page_unknown")
    if not _ONE.acquire(blocking=False):
        raise Busy("tampering_busy")
    try:
        outcome = run_exercise(application, exercise)
    finally:
        _ONE.release()
    return _page(request, application, passed, lang, outcome)


def _page(
    request: Request, application: Application, passed: Passed, lang: str, outcome: Outcome | None
) -> HTMLResponse:
    if not application.settings.demo_marker.exists():
        raise NotThere("page_unknown")
    token = FormToken(request, application, passed.viewer)
    answer = render(
        "tampering.html",
        application,
        lang,
        passed.viewer,
        address=address_of(request),
        exercises=list(EXERCISES.values()),
        outcome=outcome,
        done=EXERCISES[outcome.exercise] if outcome is not None else None,
        csrf=token.value,
    )
    token.give(answer)
    return answer
