"""The door: signing in with a password or a query code, and signing out. A session never signs an act."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.access.guard import Passed
from api.access.sessions import COOKIE, Sessions, SignInRefused, TooManyAttempts
from api.access.tokens import FormToken
from api.demo.doors import doors_of
from api.errors import describe
from api.http.depends import Opened
from api.http.pages import Lang
from api.http.rendering import render
from api.main import Application
from api.wording import Wording

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=300)]
Next = Annotated[str, Query(max_length=600)]


@router.get("/sign-in", response_class=HTMLResponse)
def sign_in_page(
    request: Request, application: Opened, passed: Passed, next: Next = "/", lang: Lang = "zh"
) -> HTMLResponse:
    """The form; a demonstration's also tells its visitors which names and passwords there are."""
    return door(request, application, passed, lang, next)


@router.post("/sign-in")
def sign_in(
    request: Request,
    application: Opened,
    passed: Passed,
    name: Text = "",
    password: Text = "",
    code: Text = "",
    next: Text = "/",
    lang: Lang = "zh",
) -> Response:
    """Open a session and go on; a refusal shows the form again with its reason, never with a secret that was typed."""
    sessions: Sessions = request.app.state.sessions
    source = request.client.host if request.client else ""
    try:
        token = sessions.sign_in_with_code(code.strip(), source) if code else sessions.sign_in(name, password, source)
    except (SignInRefused, TooManyAttempts) as error:
        told = describe(error, Wording(lang)).title
        return door(request, application, passed, lang, next, told, error.status)
    sessions.store.end_session(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/my-case" if code else local_path(next), status_code=303)
    set_cookie(request, answer, token)
    return answer


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session."""
    sessions: Sessions = request.app.state.sessions
    sessions.store.end_session(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/sign-in?left=1", status_code=303)
    answer.delete_cookie(COOKIE, path="/")
    return answer


def door(
    request: Request,
    application: Application,
    passed: Passed,
    lang: str,
    next: str,
    refused: str = "",
    status: int = 200,
) -> HTMLResponse:
    """The page with the ways in; `refused` says why the last attempt was."""
    token = FormToken(request, application, passed.viewer)
    shown = {"next": local_path(next), "refused": refused, "doors": doors_of(application.settings)}
    more = {"provider": request.app.state.provider, "left": "left" in request.query_params}
    answer = render(
        "sign_in.html",
        application,
        lang,
        passed.viewer,
        address="/sign-in",
        status=status,
        csrf=token.value,
        **shown,
        **more,
    )
    token.give(answer)
    return answer


def set_cookie(request: Request, answer: Response, token: str) -> None:
    """Give the browser its token: for this server alone, unreadable by scripts, only over TLS where there is TLS."""
    answer.set_cookie(COOKIE, token, path="/", httponly=True, samesite="strict", secure=request.url.scheme == "https")


def local_path(text: str) -> str:
    """A path of this server to go on to; anything else becomes the first page."""
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or not text.startswith("/") or text.startswith(("//", "/\\")) or "\\" in text:
        return "/"
    return text
