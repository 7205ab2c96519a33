"""The application over HTTP, put together: routers, edge, errors, and an OpenAPI description that is true."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import Depends, FastAPI, Response, params
from fastapi.openapi.utils import get_openapi
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.routing import BaseRoute

from api.access.guard import guard
from api.access.sessions import Sessions
from api.access.tokens import check_form
from api.examples import with_examples
from api.http import (
    acts,
    case_exports,
    dashboard_pages,
    desk_pages,
    device_door,
    feeds,
    figures,
    files,
    list_pages,
    log,
    looks_pages,
    month_pages,
    oidc_door,
    pages,
    petitioner_pages,
    public_pages,
    receipts,
    replay_pages,
    signin,
    stream_pages,
    submit_pages,
    tamper_pages,
    tiles,
    views,
)
from api.http.edge import Edge, Gate, Meters
from api.http.exports import router as exports_router
from api.http.gauges import install_gauges
from api.http.problems import ProblemDocument, documented, install_handlers, with_guard
from api.http.shelf import Shelf
from api.http.shortcut import Shortcut
from api.lists import routes
from api.main import Application
from api.oidc.provider import Provider

VERSION = "0.1.0"
NAMED: Any = {"title": "Sundial 日晷", "version": VERSION, "docs_url": None, "redoc_url": None}
LOCAL = Gate()
WORK = (
    dashboard_pages,
    month_pages,
    desk_pages,
    stream_pages,
    list_pages,
    replay_pages,
    petitioner_pages,
    submit_pages,
    tamper_pages,
)
MODULES = (acts, views, figures, log, looks_pages, tiles, receipts, pages, *WORK, signin, oidc_door, device_door, files)


def build_app(
    application: Application, sessions: Sessions, gate: Gate = LOCAL, provider: Provider | None = None
) -> FastAPI:
    """Build the HTTP application over an open ledger; sessions say who looks, the guard stands before every route.

    The gate says to which names it answers and how often; by default to this machine's, as often as it is asked.
    """
    app = FastAPI(**NAMED, routes=list(_shared_routes()), dependencies=_before_every_route())
    meters = Meters()
    install_gauges(meters.registry, application)
    app.state.application = application
    app.state.sessions = sessions
    app.state.limits = gate.limits
    app.state.provider = provider
    app.state.replays = Shelf()
    app.include_router(feeds.build_router())
    app.include_router(public_pages.build_router())

    @app.get(
        "/metrics",
        tags=["log"],
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **documented()},
    )
    def metrics() -> Response:
        """Counts for Prometheus, without personal data."""
        return Response(generate_latest(meters.registry), headers={"content-type": CONTENT_TYPE_LATEST})

    install_handlers(app)
    app.router.routes.insert(0, Shortcut(routes.json_routes(), application))
    app.add_middleware(Edge, meters=meters, gate=gate, entropy=application.entropy)
    app.openapi = lambda: _describe(app)  # type: ignore[method-assign]
    return app


def _before_every_route() -> list[params.Depends]:
    return [Depends(guard), Depends(check_form)]


@cache
def _shared_routes() -> tuple[BaseRoute, ...]:
    """The routes that keep nothing of an application: worked out once a process, which takes half a second."""
    shared = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, dependencies=_before_every_route())
    for module in MODULES:
        shared.include_router(module.router)
    shared.include_router(routes.build_router())
    shared.include_router(exports_router)
    shared.include_router(case_exports.router)
    return tuple(shared.router.routes)


def _describe(app: FastAPI) -> dict[str, Any]:
    """Describe the endpoints once, with the problem document that every refusal uses."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
        problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = schema.setdefault("components", {}).setdefault("schemas", {})
        schemas.update(problem.pop("$defs", {}))
        schemas["ProblemDocument"] = problem
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        app.openapi_schema = with_examples(with_guard(schema))
    return app.openapi_schema
