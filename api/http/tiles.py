"""The published log over HTTP: checkpoint and hash tiles for everybody, entry bundles for whom they are for.

Source: C2SP tlog-tiles v0.1.0.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.access.guard import Passed
from api.errors import NotThere
from api.http.depends import Opened
from api.http.problems import documented
from api.main import Application
from api.publishing.standing import Published, Standing
from api.publishing.tiles import (
    CHECKPOINT_TYPE,
    IMMUTABLE,
    RESTRICTED,
    TILE_TYPE,
    UNCACHED,
    exists,
    tile_bytes,
)
from audit.errors import Malformed
from audit.store.tile_files import TilePath, parse_tile_path
from audit.tiles import ENTRIES

router = APIRouter(tags=["log"], default_response_class=Response)
_BYTES: dict[int | str, Any] = {200: {"content": {TILE_TYPE: {"schema": {"type": "string", "format": "binary"}}}}}
_NOTE: dict[int | str, Any] = {200: {"content": {CHECKPOINT_TYPE: {"schema": {"type": "string"}}}}}


@router.get("/checkpoint", responses={**_NOTE, **documented(404)})
def checkpoint(application: Opened) -> Response:
    """The published checkpoint: a signed note with the cosignatures of the witnesses."""
    note = _published(application).note
    return Response(note, media_type=CHECKPOINT_TYPE, headers={"cache-control": UNCACHED})


@router.get("/tile/entries/{path:path}", responses={**_BYTES, **documented(401, 403, 404)})
def entries(application: Opened, passed: Passed, path: str) -> Response:
    """A bundle of up to 256 entries, for whoever may look into every unit of the ledger."""
    if not passed.bounds(application).everything:
        raise NotThere("no_tile")
    return _tile(application, f"tile/entries/{path}", RESTRICTED)


@router.get("/tile/{path:path}", responses={**_BYTES, **documented(404)})
def tile(application: Opened, path: str) -> Response:
    """A tile of hashes: `<level>/<index>` in groups of three digits, and `.p/<width>` if it is not full."""
    return _tile(application, f"tile/{path}", IMMUTABLE)


def _tile(application: Application, name: str, caching: str) -> Response:
    size = _published(application).checkpoint.size
    try:
        found: TilePath | None = parse_tile_path(name)
    except Malformed:
        found = None
    if found is None or (found.level == ENTRIES) != name.startswith("tile/entries/") or not exists(found, size):
        raise NotThere("no_tile")
    return Response(tile_bytes(application.ledger, found), media_type=TILE_TYPE, headers={"cache-control": caching})


def _published(application: Application) -> Published:
    published = Standing(application.settings.published).published()
    if published is None:
        raise NotThere("no_checkpoint")
    return published
