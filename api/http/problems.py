"""Every refusal over HTTP is an RFC 9457 document, and none repeats what the caller sent."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from api.access.bounds import OutOfBounds
from api.access.guard import NotAllowed, SignInNeeded, note_denied
from api.access.rows import TABLE
from api.errors import PROBLEM_MEDIA_TYPE, Problem, describe
from api.http.refusals import choose_wording as choose_wording
from api.http.refusals import reads_pages, respond
from api.looks.reasons import ReasonNeeded

_UNHEARD = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}


class FieldProblem(BaseModel):
    """One field that was not as documented: where it stands and which rule it breaks."""

    model_config = ConfigDict(extra="forbid")

    place: str
    rule: str


class ProblemDocument(BaseModel):
    """A refusal or failure. Source: RFC 9457."""

    model_config = ConfigDict(extra="forbid")

    type: str
    title: str
    status: int
    detail: str
    code: str
    reason: str | None = Field(None, description="For refusals by a rule: its stable word.")
    rule: str | None = Field(None, description="For refusals by a rule: the article or clause.")
    allowed: list[str] | None = Field(None, description="For refusals by a rule: what would be allowed.")
    fields: list[FieldProblem] | None = Field(None, description="For malformed requests: the fields at fault.")


def answer(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    """Answer with a problem document."""
    return JSONResponse(problem.document(), problem.status, headers, media_type=PROBLEM_MEDIA_TYPE)


def install_handlers(app: FastAPI) -> None:
    """Make what the framework itself refuses a problem document; all other errors end in the edge."""

    async def on_status(request: Request, error: Exception) -> Response:
        status, headers = (error.status_code, error.headers) if isinstance(error, HTTPException) else (500, None)
        code = _UNHEARD.get(status, "request_refused" if status < 500 else "internal")
        title = choose_wording(request)(f"problems.{code}")
        return respond(request, Problem(status, code, title, ""), dict(headers or {}))

    async def on_stranger(request: Request, error: Exception) -> Response:
        if is_page(request) and request.url.path == "/" and not request.query_params.keys() - {"lang"}:
            return RedirectResponse(f"/public?{urlencode({'lang': choose_wording(request).language})}", 303)
        if is_page(request):
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(f"/sign-in?{urlencode({'next': request.url.path + query})}", 303)
        return respond(request, describe(error, choose_wording(request)))

    async def on_malformed(request: Request, error: Exception) -> Response:
        found = error.errors() if isinstance(error, RequestValidationError) else []
        title = choose_wording(request)("problems.request_malformed")
        return respond(request, Problem(422, "request_malformed", title, "", extensions={"fields": _places(found)}))

    for denied in (NotAllowed, OutOfBounds, ReasonNeeded):
        app.add_exception_handler(denied, _on_denied)
    app.add_exception_handler(HTTPException, on_status)
    app.add_exception_handler(SignInNeeded, on_stranger)
    app.add_exception_handler(RequestValidationError, on_malformed)


def _on_denied(request: Request, error: Exception) -> Response:
    """Write a refusal down where the refused belongs to a body; who has to say why first is led there."""
    note_denied(request, error.case if isinstance(error, ReasonNeeded) else "")
    if isinstance(error, ReasonNeeded) and is_page(request):
        query = f"?{request.url.query}" if request.url.query else ""
        asked = urlencode({"next": request.url.path + query, "lang": choose_wording(request).language})
        return RedirectResponse(f"/cases/{error.case}/reason?{asked}", 303)
    return respond(request, describe(error, choose_wording(request)))


def is_page(request: Request) -> bool:
    """Say whether a request is for a page that people read, not for data."""
    return request.method in ("GET", "HEAD") and reads_pages(request)


def _places(found: Sequence[Any]) -> list[dict[str, str]]:
    """Say where and by which rule; names that the caller made up are not repeated."""
    return [
        {
            "place": ".".join(
                str(step) for step in item["loc"] if item["type"] != "extra_forbidden" or step == item["loc"][0]
            ),
            "rule": str(item["type"]),
        }
        for item in found[:20]
    ]


def with_guard(schema: dict[str, Any]) -> dict[str, Any]:
    """Add what the edge and the guard may answer before a route does: foreign host, too often, not allowed."""
    rows = {(method, path.replace(":path}", "}")): row for (method, path), row in TABLE.items()}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            row = rows.get((method.upper(), path))
            closed = row is not None and not any(grant.relation == "any" for grant in row.grants)
            for status, told in documented(400, 429, *((401, 403, 404) if closed else ())).items():
                operation["responses"].setdefault(str(status), told)
    return schema


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI rows of the problems that a route may answer with."""
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {PROBLEM_MEDIA_TYPE: {"schema": schema}}}
        for status in sorted({*statuses, 422, 500, 503})
    }
