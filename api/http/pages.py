"""The timeline of a case, every act with its signature, and the static files of all pages."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.access.guard import Passed
from api.axes import parse_as_of
from api.errors import NotThere
from api.http.depends import Opened
from api.http.problems import documented
from api.http.rendering import address_of, render
from api.http.views import AsOf, Case, KnownAt, known_size
from api.positions import position
from api.queries import ask_explanations, ask_timeline
from api.signatures import signature_states

_KINDS = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "html": "text/html; charset=utf-8",
}
_FROM_OTHERS = {"htmx.js": ("django_htmx", "static", "django_htmx", "htmx-2.min.js")}
Lang = Annotated[str, Query(pattern=r"^(zh|en)$")]


router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/cases/{case}", responses=documented(400, 404))
def case_page(
    request: Request,
    application: Opened,
    passed: Passed,
    case: Case,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    lang: Lang = "zh",
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
        address=address_of(request),
        told=told,
        states=signature_states(application, case),
        clocks=ask_explanations(application, case, at, told.known_at),
        at=at,
        position=position(application.ledger, told.known_at)[0],
    )


@router.get("/static/{name}")
def static(name: Annotated[str, Path(pattern=r"^[a-z]+(?:-[a-z]+)*\.[a-z]{2,4}$")]) -> Response:
    """A style sheet, script or picture of ours, or the one script of others', out of its installed package."""
    kind = _KINDS.get(name.rpartition(".")[2])
    data = read_static(name) if kind else None
    if data is None:
        raise NotThere("page_unknown")
    return Response(data, media_type=kind, headers={"cache-control": "max-age=3600"})


@cache
def read_static(name: str) -> bytes | None:
    """Read one static file, or None if there is none of that name."""
    package, *place = _FROM_OTHERS.get(name, ("api.http", "static", name))
    file = resources.files(package).joinpath(*place)
    return file.read_bytes() if file.is_file() else None
