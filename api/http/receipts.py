"""Receipts over HTTP, and the page that checks one without a server.

A receipt is for whoever may see the case, or holds the id of the act: 16 random bytes that only its signer was given.
"""

from __future__ import annotations

import hmac
from importlib import resources
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse, Response

from api.access.bounds import OutOfBounds
from api.access.guard import Pass, Passed
from api.http.depends import Opened
from api.http.problems import documented
from api.main import Application
from api.publishing.receipt_page import receipt_page
from api.publishing.receipts import MEDIA_TYPE, Receipt, make_receipt, read_statement_at

Index = Annotated[int, Path(ge=0, lt=2**53)]
ActId = Annotated[str | None, Query(pattern=r"^[0-9a-f]{32}$", description="The act's id, from its acknowledgement.")]
Lang = Annotated[Literal["zh", "en"], Query()]
STATIC = {"check.html": "text/html", "check.js": "text/javascript", "receipt.css": "text/css"}

router = APIRouter(tags=["log"], default_response_class=Response)


@router.get(
    "/api/receipts/{index}",
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}, **documented(404)},
)
def receipt(application: Opened, passed: Passed, index: Index, act_id: ActId = None) -> Response:
    """The receipt of an act, a tlog-proof@v1 file whose extra data are the entry, once a checkpoint covers it."""
    made = _receipt(application, passed, index, act_id)
    headers = {"content-disposition": f'attachment; filename="{made.name}"'}
    return Response(made.data, media_type=MEDIA_TYPE, headers=headers)


@router.get("/receipts/{index}", include_in_schema=False, response_class=HTMLResponse, responses=documented(404))
def page(application: Opened, passed: Passed, index: Index, act_id: ActId = None, lang: Lang = "zh") -> HTMLResponse:
    """The receipt as a page to be printed, with its QR codes."""
    return HTMLResponse(receipt_page(application, _receipt(application, passed, index, act_id), lang))


@router.get("/static/check.html", include_in_schema=False)
def check_page() -> Response:
    """The page that checks receipts."""
    return _static("check.html")


@router.get("/static/check.js", include_in_schema=False)
def check_script() -> Response:
    """What it checks them with."""
    return _static("check.js")


@router.get("/static/receipt.css", include_in_schema=False)
def receipt_style() -> Response:
    """How receipts and that page look, on paper too."""
    return _static("receipt.css")


def _receipt(application: Application, passed: Pass, index: int, act_id: str | None) -> Receipt:
    """Make a receipt for whom it is for; for anybody else there is none."""
    statement = read_statement_at(application, index)
    if act_id is None or not hmac.compare_digest(act_id, statement.act_id.hex()):
        family, _, case = statement.stream.partition("/")
        if family != "case":
            raise OutOfBounds("case_out_of_bounds")
        passed.check_case(application, case)
    return make_receipt(application, index)


def _static(name: str) -> Response:
    data = resources.files("api.http").joinpath("static", name).read_bytes()
    return Response(data, media_type=STATIC[name], headers={"cache-control": "max-age=3600"})
