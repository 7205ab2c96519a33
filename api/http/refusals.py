"""Refusals as pages, for people who followed a link or sent a form; data gets a problem document."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from api.errors import PROBLEM_MEDIA_TYPE, Problem
from api.http.rendering import address_of, frame, make_templates
from api.wording import Wording
from domain.vocabulary import name_of
from domain.wording import ACTIONS


def choose_wording(request: Request) -> Wording:
    """The wording a request asks for: ?lang=, else Accept-Language, else Chinese."""
    asked = request.query_params.get("lang") or request.headers.get("accept-language", "zh")[:2].lower()
    return Wording("en" if asked == "en" else "zh")


def reads_pages(request: Request) -> bool:
    """Say whether whoever asks shows pages to people."""
    return "text/html" in request.headers.get("accept", "")


def respond(request: Request, problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """Answer with a page where pages are read, else with a problem document. Source: RFC 9457."""
    if reads_pages(request):
        return problem_page(request, problem, headers)
    return JSONResponse(problem.document(), problem.status, headers, media_type=PROBLEM_MEDIA_TYPE)


def problem_page(request: Request, problem: Problem, headers: dict[str, str] | None = None) -> HTMLResponse:
    """What happened, in the reader's language. Nothing is read from the ledger, which may be what failed."""
    say = choose_wording(request)
    lang = say.language
    viewer = getattr(request.state, "viewer", None)
    address = address_of(request) if request.method in ("GET", "HEAD") else "/"
    html = (
        make_templates()
        .get_template("problem.html")
        .render(problem=problem, act_name=lambda act: say.pick(*name_of(ACTIONS, act)), **frame(lang, viewer, address))
    )
    return HTMLResponse(html, problem.status, headers)
