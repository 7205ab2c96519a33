"""The one page of this stage: the overdue list, and behind each row the timeline of its case."""

from __future__ import annotations

from importlib import resources
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from api.access.guard import Passed
from api.axes import parse_as_of
from api.http.depends import Opened
from api.http.problems import documented
from api.http.rendering import render
from api.http.views import AsOf, Case, KnownAt, known_size
from api.positions import position
from api.queries import OverdueQuestion, ask_explanations, ask_overdue, ask_timeline, count
from api.signatures import signature_states

PAGE = 50
Lang = Annotated[str, Query(pattern=r"^(zh|en)$")]


router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/", responses=documented(400, 404))
def overdue_page(
    application: Opened,
    passed: Passed,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    unit: Annotated[str | None, Query(max_length=63)] = None,
    clock: Annotated[str | None, Query(max_length=40)] = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    lang: Lang = "zh",
) -> HTMLResponse:
    """The overdue list; every filter stands in the address."""
    bounds = passed.bounds(application)
    at = parse_as_of(as_of or None, application.clock())
    question = OverdueQuestion(at, known_size(application, known_at or None), bounds.unit(unit), clock or None)
    page = ask_overdue(application, question, limit=PAGE, cursor=cursor)
    reference = application.ledger.reference()
    names = sorted({row.clock for _, rules in reference.rules.steps for row in rules.clocks.values()})
    return render(
        "overdue.html",
        application,
        lang,
        passed.viewer,
        page=page,
        by_unit=count(application, question),
        offices=[slug for slug in reference.people.offices if bounds.covers(slug)],
        clock_names=names,
        position=position(application.ledger, page.known_at)[0],
        asked={"as_of": as_of or "", "known_at": known_at or "", "unit": unit or "", "clock": clock or ""},
    )


@router.get("/cases/{case}", responses=documented(400, 404))
def case_page(
    application: Opened, passed: Passed, case: Case, as_of: AsOf = None, known_at: KnownAt = None, lang: Lang = "zh"
) -> HTMLResponse:
    """Every act of a case with its signature, checked now, and every clock, explained."""
    passed.check_case(application, case)
    at = parse_as_of(as_of or None, application.clock())
    known = known_size(application, known_at or None)
    told = ask_timeline(application, case, known)
    return render(
        "case.html",
        application,
        lang,
        passed.viewer,
        told=told,
        states=signature_states(application, case),
        clocks=ask_explanations(application, case, at, told.known_at),
        at=at,
        position=position(application.ledger, told.known_at)[0],
    )


@router.get("/static/style.css")
def style() -> Response:
    """The style sheet."""
    data = resources.files("api.http").joinpath("static", "style.css").read_bytes()
    return Response(data, media_type="text/css", headers={"cache-control": "max-age=3600"})
