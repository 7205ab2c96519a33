"""The lists by the short way: what is plainly asked for is answered in one step of one thread.

FastAPI tries routes one after the other and solves parameters and dependencies one by one, partly in threads of their
own; for a page of a list that costs more than the page. A question that is plain (each parameter stands there once and
is what the route declares) is found here by its path, and answered by the guard and the function that answer it
there. Whatever is not plain goes the long way, which is the one that refuses.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from api.access.guard import guard
from api.main import Application

HANDED = ("application", "request")
"""The parameters that no question gives."""

Reads = Mapping[str, tuple[TypeAdapter[Any], Any]]


class Shortcut(BaseRoute):
    """Answers plain questions to routes whose parameters are the application, the request and the query's."""

    methods: frozenset[str] = frozenset()
    """It has no routes of its own: those that it answers stand in the application as all do."""

    def __init__(self, routes: Iterable[APIRoute], application: Application) -> None:
        """Learn the routes' parameters."""
        self._routes = {route.path: (route, _reads(route)) for route in routes}
        self._application = application

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match a plain question to one of the routes."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] not in self._routes:
            return Match.NONE, {}
        route, reads = self._routes[scope["path"]]
        asked = _asked(scope["query_string"], reads)
        if asked is None:
            return Match.NONE, {}
        return Match.FULL, {"route": route, "endpoint": route.endpoint, "path_params": {}, "asked": asked}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer. What the guard or the view refuses, the application's own handlers tell."""
        response = await run_in_threadpool(self._answer, Request(scope, receive, send))
        await response(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        guard(request, self._application)
        answer: Response = request.scope["endpoint"](
            application=self._application, request=request, **request.scope["asked"]
        )
        return answer


def _asked(query: bytes, reads: Reads) -> dict[str, Any] | None:
    """Read a query; None if something stands there twice, or is not what was declared."""
    asked = {name: default for name, (_, default) in reads.items()}
    given: set[str] = set()
    try:
        for name, text in parse_qsl(query.decode("ascii"), keep_blank_values=True):
            if name in given:
                return None
            given.add(name)
            if name in reads:
                asked[name] = reads[name][0].validate_python(text)
    except ValueError:
        return None
    return asked


def _reads(route: APIRoute) -> Reads:
    parameters = inspect.signature(route.endpoint).parameters.items()
    return {name: (TypeAdapter(known.annotation), known.default) for name, known in parameters if name not in HANDED}
