"""Lists as pages show them: the question out of an address, the form that asks it, the table that answers it.

The cells come out of the same document as the JSON endpoint's rows; what a cell is called in the reader's language
stands beside the value itself, so that page, endpoint and file can be compared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from api.access.bounds import Bounds, OutOfBounds
from api.axes import write_as_of
from api.errors import UsageRefused
from api.http.names import Names
from api.http.rendering import Addresses
from api.http.views import known_size
from api.http.words import CONTEXT, POSTS
from api.lists.asking import Asked, ask
from api.lists.catalogue import BY_NAME
from api.lists.documents import page_document, plain_document
from api.lists.listing import AnyPage, Filter, Listing
from api.lists.tables import cell_of
from api.main import Application

_CASE: Final = re.compile(r"(?:case/)?([0-9a-f]{32})")
_TRUE: Final = frozenset({"true", "1", "on"})
_ENGLISH, _CHINESE = "_en", "_zh"
_HIDDEN: Final = frozenset({"known_at", "as_of", "origin", "by"})


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what it says, the value it stands for where that differs, and where it leads."""

    text: str
    value: str | None
    number: bool
    link: str


@dataclass(frozen=True, slots=True)
class Table:
    """A page of a list: headings and cells; `links` and `told` are those of each row; `files` hold these rows.

    `told` are the rows as JSON members. `deeds` are what can be done about each, (act, address), none by default.
    """

    listing: Listing
    title: str
    columns: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    links: tuple[tuple[tuple[str, str], ...], ...]
    told: tuple[Mapping[str, Any], ...]
    cursor: str | None
    page: AnyPage
    address: str
    files: Mapping[str, str]
    deeds: tuple[Sequence[tuple[str, str]], ...] = ()


def read_filters(listing: Listing, asked: Mapping[str, str]) -> dict[str, Any]:
    """Read the filters of a list out of an address. Raises UsageRefused for one that cannot be."""
    found: dict[str, Any] = {}
    for known in listing.filters:
        text = asked.get(known.name, "").strip()
        if text:
            found[known.name] = _read(known, text)
    return found


def _read(known: Filter, text: str) -> Any:
    if known.kind is bool:
        return text.lower() in _TRUE
    if known.kind is int:
        if not text.isascii() or not text.isdigit() or not known.low <= int(text) <= known.high:
            raise UsageRefused("filter_malformed", name=known.name)
        return int(text)
    return text


def ask_list(
    application: Application,
    bounds: Bounds,
    listing: Listing,
    asked: Mapping[str, str],
    begun_at: datetime | None = None,
) -> Asked:
    """Read a question out of an address, within bounds. Raises UsageRefused, OutOfBounds, UnitNeeded."""
    filters = read_filters(listing, asked)
    if any(known.name == "unit" for known in listing.filters):
        filters["unit"] = bounds.unit(filters.get("unit"))
    elif not bounds.everything:
        raise OutOfBounds("list_out_of_bounds")
    known = known_size(application, asked.get("known_at") or None)
    return ask(application, listing, asked.get("as_of"), known, filters, begun_at)


def make_table(
    application: Application, names: Names, at: Addresses, question: Asked, page: AnyPage, *, limit: int | None = None
) -> Table:
    """Lay out a page of a list, or its first `limit` rows."""
    listing, say = question.listing, names.say
    document = plain_document(page_document(application, listing, page))
    rows: Sequence[Mapping[str, Any]] = document["rows"][:limit]
    columns = tuple(column for column in listing.columns if _is_shown(column, say.language))
    carried = {key: value for key, value in question.filters.items() if value is not None}
    address = {**carried, **({"as_of": write_as_of(question.as_of)} if question.exact else {})}
    if question.known_at is not None and question.known_at > 0:
        address["known_at"] = question.known_at - 1
    return Table(
        listing,
        say.pick(listing.zh, listing.en),
        columns,
        tuple(say(f"columns.{column}") for column in columns),
        tuple(tuple(_cell(names, at, column, row) for column in columns) for row in rows),
        tuple(tuple(_links(at, row.get("links") or {})) for row in rows),
        tuple(rows),
        document["cursor"],
        page,
        at(f"/lists/{listing.name}", address),
        files_of(at, question, page),
    )


def files_of(at: Addresses, question: Asked, page: AnyPage) -> dict[str, str]:
    """Where exactly these rows are JSON, CSV and XLSX: the moment is named on both axes."""
    asked = {**question.filters, "as_of": write_as_of(page.as_of)}
    if page.known_at > 0:
        asked["known_at"] = page.known_at - 1
    path = f"/api/{question.listing.name}"
    return {form.upper(): at(f"{path}{suffix}", asked) for form, suffix in _FORMS}


_FORMS: Final = (("csv", ".csv"), ("xlsx", ".xlsx"), ("json", ""))


def _is_shown(column: str, language: str) -> bool:
    """Leave out what the foot of the page says once, and texts of the other language."""
    if column in _HIDDEN:
        return False
    return not column.endswith(_ENGLISH if language == "zh" else _CHINESE)


def _cell(names: Names, at: Addresses, column: str, row: Mapping[str, Any]) -> Cell:
    value = row[column]
    text, plain = names.cell(column, value), cell_of(value)
    if column in POSTS and POSTS[column] in row:
        text = names.post(row[POSTS[column]] or "", value or "")
    raw = "" if plain is None else str(plain)
    found = _CASE.fullmatch(raw) if isinstance(value, str) and column in ("case", "stream") else None
    link = at(f"/cases/{found[1]}/replay") if found else ""
    number = isinstance(value, int | float) and not isinstance(value, bool) and column not in CONTEXT
    shown = found[1][:12] if found else text
    return Cell(shown, raw if raw != shown else None, number, link)


def _links(at: Addresses, links: Mapping[str, str]) -> list[tuple[str, str]]:
    """The links of a row that lead to other lists, as addresses of their pages."""
    found = []
    for name, address in links.items():
        parts = urlsplit(address)
        listed = parts.path.removeprefix("/api/")
        if listed in BY_NAME:
            query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
            found.append((name, at.plain(f"/lists/{listed}", query)))
    return found
