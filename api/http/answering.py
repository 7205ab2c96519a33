"""Answers that are not sent twice: a tag bound to the question and the position of the log, and 304 for who has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel

from api.http.problems import documented
from api.lists.documents import write_json
from api.main import Application
from domain.schema import CIVIL

_ETAG_CHARACTERS = 32


def is_known(request: Request, tag: str) -> bool:
    """Say whether the reader holds this answer already. Source: RFC 9110 section 13.1.2 (weak comparison)."""
    asked = request.headers.get("if-none-match", "")
    return tag.removeprefix("W/") in {known.strip().removeprefix("W/") for known in asked.split(",")}


def headers(tag: str) -> dict[str, str]:
    """The headers of an answer that may be kept by its reader alone, and is asked for again each time."""
    return {"etag": tag, "cache-control": "private, no-cache"}


def tag_of(application: Application, asked: Mapping[str, Any], *moments: tuple[str | None, datetime]) -> str:
    """The tag of an answer from the log itself or from the views: it changes with either. See `tag_folded`."""
    return tag_folded(
        application, {**asked, "head": application.ledger.head().size}, *((bool(text), at) for text, at in moments)
    )


def tag_folded(application: Application, asked: Mapping[str, Any], *moments: tuple[bool, datetime]) -> str:
    """The tag of an answer from as many entries as are folded: from the same ones the same question has the same.

    What has been recorded and is not folded yet is no part of it, or who has the answer would be told for ever that it
    is the newest. `moments` are those asked for, and whether they were named. Whoever asks about "now" gets a weak tag,
    by civil day: within a day the answer changes with the log alone.
    """
    exact = all(named for named, _ in moments)
    told = [at.isoformat() if named else at.astimezone(CIVIL).date().isoformat() for named, at in moments]
    application.views.refresh(asked.get("known_at"))
    data = write_json([sorted(asked.items()), told, application.views.seen()])
    digest = sha256(data).hexdigest()[:_ETAG_CHARACTERS]
    return f'"{digest}"' if exact else f'W/"{digest}"'


def answer_once(request: Request, tag: str, make: Callable[[], Any]) -> Response:
    """Answer with a document as JSON, or with 304 and nothing if the reader has it already."""
    if is_known(request, tag):
        return Response(status_code=304, headers=headers(tag))
    return Response(write_json(make()), media_type="application/json", headers=headers(tag))


def answered(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI rows of a route that answers with a document of this shape, once."""
    return {200: {"model": model}, 304: {"description": "Not Modified"}, **documented(400, 404)}
