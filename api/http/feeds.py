"""The feeds over HTTP, for everybody: published cases and published figures, as JSON Feed and as Atom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.feeds.items import Approvals, Item, case_items, figure_items
from api.feeds.writing import ATOM, JSON_FEED, Feed, write_atom, write_json_feed
from api.http.answering import is_known, tag_of
from api.http.depends import Opened
from api.http.problems import choose_wording, documented
from api.main import Application
from api.publishing.public import public_position
from api.wording import Wording

_CACHED: Final = "public, max-age=60"
_WRITERS: Final[dict[str, Callable[[Feed, Sequence[Item]], bytes]]] = {JSON_FEED: write_json_feed, ATOM: write_atom}
_MOST_KEPT: Final = 16


class Kept:
    """What was written last of each feed, so that a crowd of readers costs one writing."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self.approvals = Approvals()
        self.written: dict[tuple[str, ...], tuple[str, bytes]] = {}
        self.lock = Lock()


def _answer(media_type: str) -> dict[int | str, Any]:
    schema = {"type": "object"} if media_type == JSON_FEED else {"type": "string", "format": "binary"}
    return {200: {"content": {media_type: {"schema": schema}}}, 304: {"description": "Not Modified"}, **documented(400)}


def build_router() -> APIRouter:
    """Declare the four addresses; what was written is kept with this router."""
    router, kept = APIRouter(prefix="/feeds", tags=["feeds"]), Kept()

    @router.get("/cases.json", response_class=Response, responses=_answer(JSON_FEED))
    def cases_json(application: Opened, request: Request) -> Response:
        """Cases of which two persons decided to publish a part, with the proof of the act that published it."""
        return _feed(application, request, kept, "cases", JSON_FEED)

    @router.get("/cases.atom", response_class=Response, responses=_answer(ATOM))
    def cases_atom(application: Opened, request: Request) -> Response:
        """The same as Atom."""
        return _feed(application, request, kept, "cases", ATOM)

    @router.get("/figures.json", response_class=Response, responses=_answer(JSON_FEED))
    def figures_json(application: Opened, request: Request) -> Response:
        """Figures of issued bulletins, small cells withheld, with the proof of the act that issued each."""
        return _feed(application, request, kept, "figures", JSON_FEED)

    @router.get("/figures.atom", response_class=Response, responses=_answer(ATOM))
    def figures_atom(application: Opened, request: Request) -> Response:
        """The same as Atom."""
        return _feed(application, request, kept, "figures", ATOM)

    return router


def _feed(application: Application, request: Request, kept: Kept, name: str, media_type: str) -> Response:
    say, base = choose_wording(request), str(request.base_url).rstrip("/")
    (place,) = public_position(application)
    asked = {"of": name, "as": media_type, "lang": say.language, "base": base}
    tag = tag_of(application, {**asked, "published": place["size"]}, (None, application.clock()))
    headers = {"etag": tag, "cache-control": _CACHED, "vary": "accept-language"}
    if is_known(request, tag):
        return Response(status_code=304, headers=headers)
    with kept.lock:
        key = tuple(asked.values())
        if key not in kept.written or kept.written[key][0] != tag:
            if len(kept.written) >= _MOST_KEPT:
                kept.written.clear()
            kept.written[key] = (tag, _write(application, kept, name, media_type, say, base, place))
        body = kept.written[key][1]
    return Response(body, media_type=media_type, headers=headers)


def _write(
    application: Application, kept: Kept, name: str, media_type: str, say: Wording, base: str, place: Mapping[str, Any]
) -> bytes:
    feed = Feed(name, say(f"feeds.{name}"), place["origin"], place["size"], place["root"], base, say.language)
    if name == "cases":
        return _WRITERS[media_type](feed, case_items(application, kept.approvals, feed.size, say))
    return _WRITERS[media_type](feed, figure_items(application, feed.size, say))
