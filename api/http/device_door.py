"""The door for the device that filed a matter: its key opens the own case, and has a query code made for it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from api.access.device import CODE, check_device
from api.access.sessions import Sessions
from api.actions import write_instant
from api.http.depends import Opened
from api.http.models import Hex32, Hex64, Hex128, Strict
from api.http.problems import documented
from api.http.signin import set_cookie

router = APIRouter(prefix="/api/door", tags=["acts"])


class MomentBody(Strict):
    """The moment that a key signs, RFC 3339; it is good for two minutes."""

    at: str


class KnockBody(Strict):
    """A case, the raw public key of its petitioner, the moment as named, and the key's signature over all of it."""

    case: Hex32
    key: Hex64
    purpose: Literal["open", "code"]
    at: Annotated[str, Field(max_length=40)]
    signature: Hex128


class OpenedBody(Strict):
    """The session stands in a cookie; `code` is a new query code where one was asked for, told this once."""

    code: str | None


@router.get("", response_model=MomentBody, responses=documented())
def moment(application: Opened) -> dict[str, str]:
    """Name the moment to be signed."""
    return {"at": write_instant(application.clock())}


@router.post("", response_model=OpenedBody, responses=documented(400, 401, 403, 413))
def knock(request: Request, answer: Response, body: KnockBody, application: Opened) -> dict[str, str | None]:
    """Open the own case. A new query code takes the place of all earlier ones."""
    key, signature = bytes.fromhex(body.key), bytes.fromhex(body.signature)
    check_device(application, body.case, key, body.purpose, body.at, signature)
    sessions: Sessions = request.app.state.sessions
    code = sessions.renew_code(body.case) if body.purpose == CODE else None
    set_cookie(request, answer, sessions.open(case=body.case))
    return {"code": code}
