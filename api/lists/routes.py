"""The lists over HTTP: `/api/NAME` as JSON in pages, `/api/NAME.csv` and `/api/NAME.xlsx` with every row."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Annotated, Any, get_type_hints

from fastapi import APIRouter, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, create_model

from api.access.bounds import OutOfBounds
from api.access.guard import Pass, passed
from api.http.answering import headers, is_known, tag_folded
from api.http.depends import Opened
from api.http.models import PositionBody
from api.http.problems import choose_wording, documented
from api.http.views import AsOf, KnownAt, known_size
from api.lists.asking import Asked, ask, headings
from api.lists.catalogue import LISTS
from api.lists.documents import file_rows, write_page
from api.lists.listing import Filter, Listing
from api.lists.paging import open_cursor
from api.lists.tables import write_csv, write_xlsx
from api.main import Application

PAGE, MAX_PAGE = 200, 1_000
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Answer = Callable[..., Response]


def build_router() -> APIRouter:
    """Declare the three routes of every list."""
    router = APIRouter(prefix="/api", tags=["views"])
    for listing in LISTS:
        _add(router, listing, "", _answer_json(listing), _json_responses(listing))
        _add(router, listing, ".csv", _answer_file(listing, "csv"), _file_responses("text/csv"))
        _add(router, listing, ".xlsx", _answer_file(listing, "xlsx"), _file_responses(XLSX))
    return router


@cache
def json_routes() -> tuple[APIRoute, ...]:
    """The routes of the lists' pages, for whoever answers them another way."""
    pages = {f"/api/{listing.name}" for listing in LISTS}
    found = [route for route in build_router().routes if isinstance(route, APIRoute)]
    return tuple(route for route in found if route.path in pages)


def _add(router: APIRouter, listing: Listing, suffix: str, answer: Answer, responses: dict[int | str, Any]) -> None:
    router.add_api_route(
        f"/{listing.name}{suffix}",
        answer,
        methods=["GET"],
        name=f"{listing.name}{suffix}",
        description=f"{listing.en}. {listing.zh}。",
        response_class=Response,
        responses=responses,
    )


def _answer_json(listing: Listing) -> Answer:
    def answer(application: Application, request: Request, limit: int, cursor: str | None, **asked: Any) -> Response:
        begun_at, inner = open_cursor(cursor)
        question = _question(application, passed(request), listing, asked, begun_at)
        tag = _tag(application, question, f"json{limit}{cursor or ''}")
        if is_known(request, tag):
            return Response(status_code=304, headers={"etag": tag})
        page = question.page(application, limit, inner)
        body = write_page(application, listing, page)
        return Response(body, media_type="application/json", headers=headers(tag))

    paging = [
        _parameter("limit", Annotated[int, Query(ge=1, le=MAX_PAGE)], PAGE),
        _parameter("cursor", Annotated[str | None, Query(max_length=600)], None),
    ]
    return _signed(answer, listing, paging)


def _answer_file(listing: Listing, form: str) -> Answer:
    def answer(application: Application, request: Request, **asked: Any) -> Response:
        question = _question(application, passed(request), listing, asked)
        say = choose_wording(request)
        tag = _tag(application, question, form + say.language)
        if is_known(request, tag):
            return Response(status_code=304, headers={"etag": tag})
        rows = file_rows(application, listing, question.everything(application))
        title, names = say.pick(listing.zh, listing.en), headings(listing, say)
        body = write_csv(names, rows) if form == "csv" else write_xlsx(title, names, rows)
        disposition = f'attachment; filename="{listing.name}.{form}"'
        return Response(
            body,
            media_type=CSV if form == "csv" else XLSX,
            headers={**headers(tag), "content-disposition": disposition},
        )

    return _signed(answer, listing, [])


def _tag(application: Application, question: Asked, form: str) -> str:
    asked = {"of": question.listing.name, "form": form, "known_at": question.known_at}
    filters = sorted(question.filters.items())
    return tag_folded(application, {**asked, "filters": filters}, (question.exact, question.as_of))


def _question(
    application: Application, found: Pass, listing: Listing, asked: dict[str, Any], begun_at: datetime | None = None
) -> Asked:
    filters = {known.name: asked.get(known.name) for known in listing.filters}
    bounds = found.list_bounds(application)
    if "unit" in filters:
        filters["unit"] = bounds.unit(filters["unit"])
    elif not bounds.everything:
        raise OutOfBounds("list_out_of_bounds")
    return ask(application, listing, asked["as_of"], known_size(application, asked["known_at"]), filters, begun_at)


def _signed(answer: Answer, listing: Listing, more: list[inspect.Parameter]) -> Answer:
    """Give a route the parameters that its list has, so that they are checked and described."""
    parameters = [
        _parameter("application", Opened, inspect.Parameter.empty),
        _parameter("request", Request, inspect.Parameter.empty),
        _parameter("as_of", AsOf, None),
        _parameter("known_at", KnownAt, None),
        *(_parameter(found.name, _annotation(found), None) for found in listing.filters),
        *more,
    ]
    answer.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return answer


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _annotation(found: Filter) -> Any:
    if found.kind is str:
        return Annotated[str | None, Query(max_length=120, description=f"{found.en}. {found.zh}。")]
    if found.kind is int:
        return Annotated[int | None, Query(ge=found.low, le=found.high, description=f"{found.en}. {found.zh}。")]
    return Annotated[bool | None, Query(description=f"{found.en}. {found.zh}。")]


def _json_responses(listing: Listing) -> dict[int | str, Any]:
    return {200: {"model": page_model(listing)}, 304: {"description": "Not Modified"}, **documented(400, 404)}


def _file_responses(media_type: str) -> dict[int | str, Any]:
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"content": content}, 304: {"description": "Not Modified"}, **documented(400, 404)}


def page_model(listing: Listing) -> type[BaseModel]:
    """The shape of a list's page, out of the class of its rows."""
    name = listing.row.__name__
    hints = get_type_hints(listing.row)
    members: dict[str, Any] = {column: (hints[column], ...) for column in listing.columns}
    config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    row = create_model(f"{name}Row", __config__=config, **members, links=(dict[str, str] | None, None))
    return create_model(
        f"{name}Page",
        __config__=config,
        as_of=(str, ...),
        known_at=(list[PositionBody], ...),
        rows=(list[row], ...),  # type: ignore[valid-type]
        cursor=(str | None, None),
    )
