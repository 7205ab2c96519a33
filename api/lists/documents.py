"""Rows as JSON members: dates as YYYY-MM-DD, instants as RFC 3339 in +08:00, hashes as lower-case hex."""

from __future__ import annotations

from dataclasses import is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final, get_args, get_type_hints

import orjson

from api.axes import write_as_of
from api.lists.listing import AnyPage, Listing, names_of
from api.lists.paging import close_cursor
from api.main import Application
from api.positions import position

_DAYS_ALONE = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_NON_STR_KEYS
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_NON_STR_KEYS

_TOLD: Final = (str, int, float, bool, date, type(None))


def row_members(row: Any) -> dict[str, Any]:
    """The members of one row, in the order in which its class declares them."""
    return {name: getattr(row, name) for name in names_of(type(row))}


def page_document(application: Application, listing: Listing, page: AnyPage) -> dict[str, Any]:
    """A page of a list: its moment on both axes, its rows with what they lead to, and the cursor of the next page."""
    known_at = position(application.ledger, page.known_at)
    rows = []
    for row in page.rows:
        members = listing.shape(row, known_at)
        if links := listing.links(row):
            members["links"] = links
        rows.append(members)
    return {
        "as_of": write_as_of(page.as_of),
        "known_at": known_at,
        "rows": rows,
        "cursor": close_cursor(page.as_of, page.cursor),
    }


def write_page(application: Application, listing: Listing, page: AnyPage) -> bytes:
    """Write a page of a list as the JSON that everybody gets.

    Days are written alike by everybody; where a list has no instants, which are written in +08:00, nobody has to ask.
    """
    document = page_document(application, listing, page)
    if _has_instants(listing):
        return write_json(document)
    return orjson.dumps(document, default=_plain, option=_DAYS_ALONE)


@cache
def _has_instants(listing: Listing) -> bool:
    """Whether a member of a list's rows may be an instant, or anything that may hold one."""
    return not all(_is_told(told) for told in get_type_hints(listing.row).values())


def _is_told(kind: Any) -> bool:
    """Whether values of a kind are texts, numbers, truth values and days, or made up of them."""
    parts = [part for part in get_args(kind) if part is not Ellipsis]
    return all(map(_is_told, parts)) if parts else kind in _TOLD


def file_rows(application: Application, listing: Listing, page: AnyPage) -> list[tuple[Any, ...]]:
    """The rows of a page as a file holds them: the members in the order of the columns, without what they lead to."""
    known_at = position(application.ledger, page.known_at)
    return [tuple(listing.shape(row, known_at).values()) for row in page.rows]


def write_json(document: Any) -> bytes:
    """Write a document as the JSON that everybody gets."""
    return orjson.dumps(document, default=_plain, option=_OPTIONS)


def plain_document(document: Any) -> Any:
    """Turn a document into plain JSON values, for whoever prints or compares it."""
    return orjson.loads(write_json(document))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return write_as_of(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if is_dataclass(value) and not isinstance(value, type):
        return row_members(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
