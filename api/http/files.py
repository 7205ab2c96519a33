"""Files of a case over HTTP: taken in as a stream, handed out to the case's offices and its petitioner alone.

Whoever begins a case may send files for it; once it has begun, only who may look into it. What is handed out is saved,
never shown by the browser: its content is a stranger's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect

from api.access.guard import Pass, Passed
from api.attachments.cases import files_of
from api.attachments.kinds import KINDS
from api.attachments.store import Filed, FileUnfit
from api.errors import NotThere
from api.http.depends import Opened
from api.http.models import Hex64, Strict
from api.http.problems import documented
from api.http.views import Case
from api.main import Application

GATHERED: Final = 2**18
"""How many bytes are gathered before they are encrypted and written in one go."""
SAFE: Final = {
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "no-store",
}

router = APIRouter(tags=["acts"])


class FiledBody(Strict):
    """What an act says of a file: SHA-256 of its content, its size in bytes, its kind."""

    digest: Hex64
    size: int
    media_type: str


_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in KINDS},
    }
}


@router.post(
    "/api/files/{case}",
    response_model=FiledBody,
    responses=documented(400, 401, 403, 404, 413, 415, 507),
    openapi_extra=_BODY,
)
async def upload(request: Request, application: Opened, passed: Passed, case: Case) -> Filed:
    """Take in a file for a case, up to 20 MiB; it waits a day for an act that names it."""
    files = application.files
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    await run_in_threadpool(check_sender, application, passed, case)
    incoming = await run_in_threadpool(files.begin, case, media_type)
    try:
        async for data in gathered(request.stream()):
            await run_in_threadpool(incoming.write, data)
        return await run_in_threadpool(files.file, case, incoming)
    except ClientDisconnect:
        incoming.discard()
        raise FileUnfit("attachment_unfit") from None  # what breaks off is no file; nobody reads the answer
    except BaseException:
        incoming.discard()
        raise


@router.get(
    "/cases/{case}/acts/{seq}/files/{number}",
    include_in_schema=False,
    response_class=Response,
    responses=documented(404),
)
def download(
    application: Opened,
    passed: Passed,
    case: Case,
    seq: Annotated[int, Path(ge=1, lt=2**31)],
    number: Annotated[int, Path(ge=1, le=1000)],
) -> StreamingResponse:
    """Hand out a file to be saved."""
    passed.check_case(application, case)
    found = next((one for one in files_of(application, case) if (one.seq, one.number) == (seq, number)), None)
    if found is None or not found.here:
        raise NotThere("attachment_away")
    name = f"{case[:12]}-{seq}-{number}.{KINDS[found.filed.media_type].ending}"
    headers = {"content-disposition": f'attachment; filename="{name}"', "content-length": str(found.filed.size)}
    content = application.files.read(case, found.filed.digest)
    told, closing = {**headers, **SAFE}, BackgroundTask(content.close)
    return StreamingResponse(content, media_type=found.filed.media_type, headers=told, background=closing)


def check_sender(application: Application, passed: Pass, case: str) -> None:
    """Check that a file may be sent for a case: by anybody before it began, then by who may look into it.

    Raises OutOfBounds.
    """
    if application.ledger.stream_entries(f"case/{case}"):
        passed.check_case(application, case)


async def gathered(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the bytes of a stream in pieces of at least 256 KiB, but for the last."""
    waiting = bytearray()
    async for data in stream:
        waiting += data
        if len(waiting) >= GATHERED:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)
