"""The door of the identity provider: the way there, and back; an account that nobody mapped beforehand opens nothing.

Who comes back is known by the state and by a cookie of the very browser that left. The page after it leads on by
itself: the browser sends its session only with what this server's own page asked for.
"""

from __future__ import annotations

import logging
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.access.guard import Passed
from api.access.sessions import COOKIE, Sessions, SignInRefused
from api.access.viewer import PUBLIC
from api.errors import ApiError, NotThere, describe
from api.http.depends import Opened
from api.http.pages import Lang
from api.http.problems import documented
from api.http.rendering import in_language, render
from api.http.signin import door, local_path, set_cookie
from api.oidc.provider import Provider
from api.wording import Wording

ATTEMPT_COOKIE: Final = "sundial_attempt"
ATTEMPT_SECONDS: Final = 600
BACK: Final = "/sign-in/oidc/callback"
log = logging.getLogger("sundial.http")

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Query(max_length=2_000)]


@router.get("/sign-in/oidc", responses=documented(404, 503))
def leave(request: Request, application: Opened, passed: Passed, next: Text = "/", lang: Lang = "zh") -> Response:
    """Send the browser to the identity provider."""
    sessions: Sessions = request.app.state.sessions
    provider = provider_of(request)
    onward = local_path(next) if len(next) <= 600 else "/"
    onward = in_language(onward, lang) if lang != "zh" else onward
    attempt, browser = sessions.begin_attempt(f"{lang} {onward}")
    try:
        answer = RedirectResponse(provider.begin(attempt, back_of(request, provider)), 303)
    except ApiError as error:
        return _refused(request, application, passed, lang, error)
    secure = request.url.scheme == "https"
    # Lax, since who comes back comes from another site; strict cookies stay at home then.
    answer.set_cookie(ATTEMPT_COOKIE, browser, ATTEMPT_SECONDS, path=BACK, httponly=True, samesite="lax", secure=secure)
    return answer


@router.get(BACK, responses=documented(401, 404, 503))
def back(
    request: Request,
    application: Opened,
    passed: Passed,
    code: Text = "",
    state: Text = "",
    error: Text = "",
    iss: Text = "",
) -> Response:
    """Take back who signed in there, and open a session of the account that was mapped beforehand."""
    sessions: Sessions = request.app.state.sessions
    provider, lang = provider_of(request), "zh"
    try:
        attempt, told = sessions.end_attempt(state, request.cookies.get(ATTEMPT_COOKIE, ""))
        lang, _, onward = told.partition(" ")
        if error or not code or (iss and iss != provider.settings.issuer):
            raise SignInRefused("oidc_denied" if error else "oidc_untrusted")
        subject = provider.finish(attempt, code, back_of(request, provider))
        token = sessions.sign_in_with_subject(subject)
    except ApiError as refused:
        return _refused(request, application, passed, lang, refused)
    sessions.store.end_session(request.cookies.get(COOKIE, ""))
    answer = render("oidc_done.html", application, lang, PUBLIC, address="/sign-in", onward=onward)
    set_cookie(request, answer, token)
    answer.delete_cookie(ATTEMPT_COOKIE, path=BACK)
    return answer


def provider_of(request: Request) -> Provider:
    """The identity provider; raises NotThere where none is configured."""
    found: Provider | None = request.app.state.provider
    if found is None:
        raise NotThere("oidc_none")
    return found


def back_of(request: Request, provider: Provider) -> str:
    """Where the provider sends the browser back to; the host was checked at the edge."""
    return provider.settings.redirect_uri or f"{request.url.scheme}://{request.headers.get('host', '')}{BACK}"


def _refused(request: Request, application: Opened, passed: Passed, lang: str, error: ApiError) -> HTMLResponse:
    """The page of the door with the reason; the log learns the kind of refusal and nothing of who it was."""
    log.warning("sign-in at the identity provider refused: %s", error.code)
    told = describe(error, Wording(lang)).title
    answer = door(request, application, passed, lang, "/", told, error.status)
    answer.delete_cookie(ATTEMPT_COOKIE, path=BACK)
    return answer
