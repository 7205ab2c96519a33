"""A token in every form, beside the check of the origin: nobody can make a browser send a form that is not ours.

Who is signed in gets the token of the session. Who is not gets a signed double submit: a random cookie that scripts
cannot read, and in the form its code under this server's own key. Source: OWASP, CSRF prevention.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Final

from fastapi import Request
from fastapi.responses import Response

from api.access.guard import SAFE_METHODS, TOKEN_FIELD, NotAllowed, check_token
from api.access.sessions import Sessions
from api.access.viewer import Viewer
from api.main import Application

FORM_COOKIE: Final = "sundial_form"
COOKIE_BYTES, MAX_COOKIE = 16, 64


class FormToken:
    """The token of one page's forms; `cookie` is the one that the browser has or is to be given, "" with a session."""

    def __init__(self, request: Request, application: Application, viewer: Viewer) -> None:
        """Take the browser's cookie, or draw one."""
        self._known = request.cookies.get(FORM_COOKIE, "")
        self._secure = request.url.scheme == "https"
        fits = 0 < len(self._known) <= MAX_COOKIE
        self.cookie = "" if viewer.csrf else self._known if fits else application.entropy(COOKIE_BYTES).hex()
        self.value = viewer.csrf or code_of(request, self.cookie)

    def give(self, answer: Response) -> None:
        """Give the browser its cookie: for this server alone, unreadable by scripts, over TLS where there is TLS."""
        if self.cookie and self.cookie != self._known:
            answer.set_cookie(FORM_COOKIE, self.cookie, path="/", httponly=True, samesite="strict", secure=self._secure)


def code_of(request: Request, cookie: str) -> str:
    """The code of a cookie under this server's key."""
    sessions: Sessions = request.app.state.sessions
    return hmac.digest(sessions.form_key, b"form " + cookie.encode(), sha256).hex()


async def check_form(request: Request) -> None:
    """Check the token of whatever a page sends; what goes to `/api/` is no form. Raises NotAllowed.

    It runs behind the guard, which has found out who asks and where from.
    """
    if request.method in SAFE_METHODS or request.scope["route"].path.startswith("/api/"):
        return
    form = await request.form()
    token, viewer = str(form.get(TOKEN_FIELD, "")), request.state.viewer
    if viewer.csrf:
        check_token(viewer, token)
        return
    cookie = request.cookies.get(FORM_COOKIE, "")
    if not 0 < len(cookie) <= MAX_COOKIE or not hmac.compare_digest(code_of(request, cookie).encode(), token.encode()):
        raise NotAllowed("csrf_token")
