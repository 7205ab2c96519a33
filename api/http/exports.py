"""Documents over HTTP: monthly bulletins, made and issued, and cases as an event log for process mining."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from typing import IO, Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict
from starlette.background import BackgroundTask

from api.access.guard import Passed
from api.axes import parse_as_of, parse_day_end, write_as_of
from api.bulletin.contents import gather, wish_for
from api.bulletin.forms import FORMS, name_of_file, write_bulletin
from api.bulletin.issued import issued_bulletins
from api.errors import UsageRefused
from api.http.answering import headers, is_known
from api.http.depends import Opened
from api.http.models import PositionBody
from api.http.problems import choose_wording, documented
from api.http.views import AsOf, KnownAt, known_size
from api.lists.documents import row_members
from api.positions import position
from api.xes import XesWish, write_xes

XES = "application/xml"
_CHUNK = 1 << 16
_IN_MEMORY = 1 << 20

Month = Annotated[str, Path(pattern=r"^[0-9]{4}-[0-9]{2}$", description="YYYY-MM.")]
Form = Annotated[Literal["docx", "pdf", "xlsx", "json"], Path()]
Unit = Annotated[str | None, Query(max_length=120, description="An office, with those below it. 单位。")]

router = APIRouter(prefix="/api", tags=["exports"], default_response_class=Response)


class IssuedRow(BaseModel):
    """A bulletin that was issued, and what became of it."""

    model_config = ConfigDict(extra="forbid")

    stream: str
    item: int
    index: int
    month: str
    unit: str
    concerning: str
    state: str
    issued_on: date
    as_of_on: date
    known_at: int
    files: dict[str, str]
    leader: str
    copies: tuple[str, ...]
    due_on: date | None
    replied_on: date | None
    overdue_days: int
    finding: str


class IssuedBody(BaseModel):
    """Bulletins as they stood at a moment of both axes."""

    model_config = ConfigDict(extra="forbid")

    as_of: str
    known_at: list[PositionBody]
    rows: list[IssuedRow]


@router.get("/bulletins", response_model=IssuedBody, response_class=JSONResponse, responses=documented(400, 404))
def bulletins(application: Opened, passed: Passed, as_of: AsOf = None, known_at: KnownAt = None) -> dict[str, Any]:
    """The bulletins that were issued by or to the viewer's offices, with their digests and what became of them."""
    at = parse_as_of(as_of or None, application.clock())
    known = known_size(application, known_at or None)
    known = application.ledger.head().size if known is None else known
    bounds = passed.bounds(application)
    rows = [
        row_members(row)
        for row in issued_bulletins(application, at, known)
        if any(bounds.covers(office) for office in (row.unit, row.stream.partition("/")[2], *row.copies))
    ]
    return {"as_of": write_as_of(at), "known_at": position(application.ledger, known), "rows": rows}


@router.get(
    "/bulletins/{month}.{form}",
    responses={
        200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in FORMS.values()}},
        304: {"description": "Not Modified"},
        **documented(400, 404),
    },
)
def bulletin(
    application: Opened,
    passed: Passed,
    request: Request,
    month: Month,
    form: Form,
    unit: Unit = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> Response:
    """The bulletin of a month as a document; given the day and place in the log of one that was issued, that one."""
    day = parse_day_end(as_of) if as_of else None
    if as_of and day is None:
        raise UsageRefused("day_unreadable")
    within = passed.bounds(application).unit(unit)
    known = known_size(application, known_at or None)
    wish = wish_for(application, month, within, None if day is None else day.date(), known)
    made = gather(application, wish)
    body = write_bulletin(application, made, form, choose_wording(request).language)
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    if is_known(request, tag):
        return Response(status_code=304, headers={"etag": tag})
    disposition = f'attachment; filename="{name_of_file(made, form)}"'
    return Response(body, media_type=FORMS[form], headers={**headers(tag), "content-disposition": disposition})


@router.get(
    "/xes",
    responses={200: {"content": {XES: {"schema": {"type": "string"}}}}, **documented(400, 404)},
)
def xes(
    application: Opened, passed: Passed, unit: Unit = None, as_of: AsOf = None, known_at: KnownAt = None
) -> Response:
    """Cases as an XES event log (IEEE 1849): one trace a case, one event an act, no personal data."""
    within = passed.bounds(application).unit(unit)
    wish = XesWish(parse_as_of(as_of or None, application.clock()), known_size(application, known_at or None), within)
    file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed behind the answer
    try:
        write_xes(application, wish, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    disposition = 'attachment; filename="cases.xes"'
    # Whoever leaves in the middle of it, or before it begins, must not leave the file open.
    closing = BackgroundTask(file.close)
    told = {"content-disposition": disposition}
    return StreamingResponse(_sent(file), media_type=XES, headers=told, background=closing)


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    """Yield a file in pieces."""
    while piece := file.read(_CHUNK):
        yield piece
