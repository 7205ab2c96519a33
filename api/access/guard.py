"""The guard before every route: finds the row, the viewer and the bounds, or refuses.

It is a dependency of the whole application, so a route cannot forget it. A page that needs signing in sends the reader
to the door; everything else is answered with a problem document.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Annotated

from fastapi import Depends, Request

from api.access.bounds import Bounds, Opening, OutOfBounds, bounds_of
from api.access.rows import TABLE
from api.access.sessions import COOKIE, Sessions
from api.access.table import Grant
from api.access.viewer import Viewer
from api.errors import ApiError
from api.http.depends import Opened
from api.http.limiting import Limits
from api.looks.looking import Looking
from api.looks.telling import is_closed
from api.main import Application
from api.queries import CASE
from domain.case_state import Case
from domain.cross_references import PREFIX
from domain.people import People
from projections.errors import CaseUnknown

SAFE_METHODS = frozenset({"GET", "HEAD"})
TOKEN_HEADER, TOKEN_FIELD = "x-csrf-token", "csrf"
LOOPBACK = frozenset({"127.0.0.1", "::1", "testclient"})


class SignInNeeded(ApiError):
    """Nobody is signed in, and the route is not for everybody."""

    status = 401


class NotAllowed(ApiError):
    """The viewer's roles do not include one that the route is for."""

    status = 403


@dataclass(frozen=True, slots=True)
class Pass:
    """What the guard found: who looks, and by which grants; `people` is the directory as it stood for the guard."""

    viewer: Viewer
    grants: tuple[Grant, ...]
    looking: Looking
    people: Callable[[], People]

    def bounds(self, application: Application) -> Bounds:
        """Which units and which case these grants let the viewer look into now."""
        people = application.ledger.reference().people
        over = partial(is_closed, application)
        return bounds_of(self.viewer, self.grants, people, application.reader, application.clock(), over)

    def list_bounds(self, application: Application) -> Bounds:
        """The bounds of a list: mandates are not looked up for whoever's own offices are everything."""
        people = self.people()
        own = [grant for grant in self.grants if grant.relation != "mandate"]
        bounds = bounds_of(self.viewer, own, people, application.reader, application.clock())
        return bounds if bounds.everything else self.bounds(application)

    def check_case(self, application: Application, case: str) -> None:
        """Check that a case may be looked into, and write down that it is.

        Raises OutOfBounds, CaseUnknown if there is none, ReasonNeeded where an inspector has to sign why.
        """
        self.looking.saw(application, self.viewer, self.opening(application, case), case)

    def opening(self, application: Application, case: str) -> Opening | None:
        """By which way in the viewer may look into a case, None for a petitioner's own; nothing of it is shown yet.

        Raises OutOfBounds, or CaseUnknown if there is none.
        """
        state: Case = application.ledger.state(f"{PREFIX}{case}")  # kept folded: a long case is looked at act by act
        if not state.version:
            raise CaseUnknown("no act of the case is known there")
        bounds = self.bounds(application)
        bounds.check_case(state)
        return bounds.opening(state)


def guard(request: Request, application: Opened) -> None:
    """Let a request through if the table has a grant for its viewer, and keep the pass for the route.

    Raises SignInNeeded, NotAllowed, or OutOfBounds where there is no such route in the table.
    """
    route = request.scope["route"]
    method = "GET" if request.method == "HEAD" else request.method
    row = TABLE.get((method, route.path))
    if row is None:
        raise OutOfBounds("route_unknown")
    sessions: Sessions = request.app.state.sessions
    looking = Looking(sessions.looks, route.path, row.export)
    people = cache(lambda: application.ledger.reference().people)
    viewer = sessions.viewer(request.cookies.get(COOKIE), people, row.needs)
    request.state.viewer, request.state.looking = viewer, looking
    limits: Limits | None = request.app.state.limits
    if limits is not None:
        limits.check(method, route.path, viewer, request.client.host if request.client else "")
    if request.method not in SAFE_METHODS:
        check_same_origin(request)
    grants = tuple(grant for grant in row.grants if grant.role in viewer.roles and _stands(grant, request, viewer))
    if not grants:
        raise NotAllowed("not_allowed") if viewer.kind != "public" else SignInNeeded("sign_in_needed")
    if row.export and not row.of_case:
        looking.took(application, viewer, grants, request.query_params.get("unit", ""))
    request.state.passed = Pass(viewer, grants, looking, people)


def _stands(grant: Grant, request: Request, viewer: Viewer) -> bool:
    if grant.relation == "local":
        told_by_proxy = "x-forwarded-for" in request.headers
        return request.client is not None and request.client.host in LOOPBACK and not told_by_proxy
    if grant.relation in ("own_case", "signed_in"):
        return viewer.kind != "public"
    return True


def check_same_origin(request: Request) -> None:
    """Check that a change comes from this server's own pages. Raises NotAllowed. Source: OWASP, CSRF prevention."""
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host", ""):
        raise NotAllowed("foreign_origin")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise NotAllowed("foreign_origin")


def check_token(viewer: Viewer, token: str) -> None:
    """Check the token that a form of who is signed in sends along; raises NotAllowed."""
    if not viewer.csrf or not hmac.compare_digest(viewer.csrf.encode(), token.encode()):
        raise NotAllowed("csrf_token")


def note_denied(request: Request, case: str = "") -> None:
    """Write down that somebody of a body was refused what was asked for, if the guard had found out who.

    `case` is the one that it was about, by default the one in the path.
    """
    looking: Looking | None = getattr(request.state, "looking", None)
    viewer: Viewer | None = getattr(request.state, "viewer", None)
    if looking is None or viewer is None:
        return
    application: Application = request.app.state.application
    if viewer.kind == "staff" and not viewer.seats:
        sessions: Sessions = request.app.state.sessions
        viewer = sessions.viewer(request.cookies.get(COOKIE), lambda: application.ledger.reference().people)
    case = case or request.path_params.get("case", "")
    looking.denied(
        application,
        viewer,
        case if CASE.fullmatch(case) else "",
        request.query_params.get("unit", ""),
    )


def passed(request: Request) -> Pass:
    """The pass that the guard kept for this request."""
    found: Pass = request.state.passed
    return found


Passed = Annotated[Pass, Depends(passed)]
