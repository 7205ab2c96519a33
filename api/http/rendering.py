"""Pages out of templates: everything escaped, names in the reader's language, the position in the foot of each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.access.rows import TABLE
from api.access.viewer import Viewer
from api.errors import InputRefused
from api.http.names import Names
from api.main import Application
from api.positions import position
from api.publishing.public import public_position
from api.publishing.standing import Standing
from api.wording import Wording
from domain.effective import from_unix_ms

__all__ = ["Names", "address_of", "frame", "make_templates", "render"]


class Door(NamedTuple):
    """One entry of the menu: where it leads, and the key of its name in the catalogues."""

    path: str
    key: str


MENU: Final = (
    Door("/", "dashboard"),
    Door("/lists", "lists"),
    Door("/figures", "figures"),
    Door("/desk", "desk"),
    Door("/looks", "looks"),
    Door("/my-case", "my_case"),
    Door("/submit", "submit"),
    Door("/public", "public"),
    Door("/check", "check"),
)


@cache
def make_templates() -> Environment:
    """The template environment: everything is escaped, and a missing value is an error."""
    return Environment(
        loader=PackageLoader("api.http"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(
    name: str,
    application: Application,
    lang: str,
    viewer: Viewer,
    *,
    address: str = "",
    status: int = 200,
    **values: Any,
) -> HTMLResponse:
    """Render a template in a language for a viewer; the foot names a position in the log.

    By default that is the head, and what waits for witnesses is told; for strangers it is the published checkpoint.

    `address` is the path and query of the page, which the choice of language keeps (`address_of`).
    """
    names = Names(Wording(lang), application.ledger.reference().people)
    values = _place(application, viewer) | values
    frames = frame(lang, viewer, address)
    html = make_templates().get_template(name).render(name=names, origin=application.ledger.origin, **frames | values)
    return HTMLResponse(html, status_code=status)


def _place(application: Application, viewer: Viewer) -> dict[str, Any]:
    """What the foot tells of the log; nothing where the files that say what is published are damaged."""
    try:
        if viewer.kind == "public":
            return {"position": public_position(application)[0]}
        pending = Standing(application.settings.published).pending()
    except InputRefused:
        return {}
    told = {"position": position(application.ledger, application.ledger.head().size)[0]}
    return told if pending is None else {**told, "pending": from_unix_ms(pending.since_ms)}


def frame(lang: str, viewer: Viewer | None, address: str) -> dict[str, Any]:
    """What the frame of every page needs; without a viewer it shows neither menu nor door."""
    return {
        "say": Wording(lang),
        "lang": lang,
        "viewer": viewer,
        "menu": [] if viewer is None else [door for door in MENU if may_open(viewer, door.path)],
        "here": urlsplit(address).path,
        "languages": {word: in_language(address, word) for word in ("zh", "en")},
        "link": Addresses(lang),
    }


def may_open(viewer: Viewer, path: str) -> bool:
    """Say whether the table of rights has a row that lets a viewer open a page."""
    row = TABLE.get(("GET", path))
    if row is None:
        return False
    return any(
        grant.role in viewer.roles
        and (viewer.kind != "public" or grant.relation not in ("own_case", "signed_in"))
        and (grant.role != "public" or grant.relation != "local")
        for grant in row.grants
    )


def address_of(request: Request) -> str:
    """The path and query of a request, as an address of this server."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def in_language(address: str, lang: str) -> str:
    """The same address in a language."""
    parts = urlsplit(address)
    query = [(key, value) for key, value in parse_qsl(parts.query) if key != "lang"]
    return f"{parts.path}?{urlencode([*query, ('lang', lang)])}"


class Addresses:
    """Makes addresses of pages in a language: `link("/lists/overdue", unit="housing")`; empty values are left out."""

    def __init__(self, lang: str) -> None:
        """Keep the language; the first one is not written."""
        self._lang = {} if lang == "zh" else {"lang": lang}

    def __call__(self, path: str, asked: Mapping[str, Any] | None = None, /, **more: Any) -> str:
        """Return a path with its query."""
        query = {
            key: value for key, value in {**(asked or {}), **more, **self._lang}.items() if value not in (None, "")
        }
        return f"{path}?{urlencode(query)}" if query else path

    def plain(self, path: str, encoded: Mapping[str, str]) -> str:
        """Return a path with a query whose values are encoded already."""
        return self(path, {key: unquote_plus(value) for key, value in encoded.items()})
