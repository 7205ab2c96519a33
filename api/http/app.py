"""The application over HTTP, put together: routers, edge, errors, and an OpenAPI description that is true."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, FastAPI, Response
from fastapi.openapi.utils import get_openapi
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from api.access.guard import guard
from api.access.sessions import Sessions
from api.examples import with_examples
from api.http import (
    acts,
    dashboard_pages,
    figures,
    list_pages,
    log,
    pages,
    receipts,
    replay_pages,
    signin,
    tiles,
    views,
)
from api.http.edge import Edge, Meters
from api.http.exports import router as exports_router
from api.http.problems import ProblemDocument, documented, install_handlers
from api.http.shelf import Shelf
from api.lists import routes
from api.main import Application
from api.publishing.schedule import pending_seconds, standing_document

VERSION = "0.1.0"


def build_app(application: Application, sessions: Sessions) -> FastAPI:
    """Build the HTTP application over an open ledger; sessions say who looks, the guard stands before every route."""
    app = FastAPI(
        title="Sundial 日晷",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        debug=False,
        dependencies=[Depends(guard)],
    )
    meters = Meters()
    size = Gauge("sundial_log_size", "Entries in the log.", registry=meters.registry)
    size.set_function(lambda: application.ledger.head().size)
    pending = Gauge("sundial_publishing_pending_seconds", "How long checkpoints wait.", registry=meters.registry)
    pending.set_function(lambda: pending_seconds(application))
    alarm = Gauge("sundial_publishing_alarm", "1 if they wait for too long.", registry=meters.registry)
    alarm.set_function(lambda: int(standing_document(application)["alarm"]))
    app.state.application = application
    app.state.sessions = sessions
    app.state.replays = Shelf()
    for module in (
        acts,
        views,
        figures,
        log,
        tiles,
        receipts,
        pages,
        dashboard_pages,
        list_pages,
        replay_pages,
        signin,
    ):
        app.include_router(module.router)
    app.include_router(routes.build_router())
    app.include_router(exports_router)

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
    app.add_middleware(Edge, meters=meters)
    app.openapi = lambda: _describe(app)  # type: ignore[method-assign]
    return app


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
        app.openapi_schema = with_examples(schema)
    return app.openapi_schema
