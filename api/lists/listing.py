"""What a list is: a question to a view, what it can be narrowed by, and what its rows lead to.

A listing is declared once in `catalogue.py`. The JSON endpoint, the CSV and XLSX files, the command line and the pages
all come out of the declaration, so that they cannot disagree about rows, columns or filters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, Protocol

from projections.answers import Page
from projections.reader import Reader

Kind = type[str] | type[int] | type[bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """Something that a list can be narrowed by, as it stands in an address and on the command line.

    `kind` is its Python type; a text has to match `pattern`, a number lies from `low` to `high`. `read` turns the text
    into what the view is asked with. A list without an answer to a needed filter refuses to guess one;
    `example` is what documentation shows.
    """

    name: str
    kind: Kind
    zh: str
    en: str
    pattern: str = r"[^\x00-\x1f]{1,63}"
    low: int = 0
    high: int = 10_000
    read: Callable[[Any], Any] | None = None
    needed: bool = False
    example: str = ""

    def takes(self, text: str) -> bool:
        """Say whether a text can be this filter's value."""
        return re.fullmatch(self.pattern, text) is not None


class AnyPage(Protocol):
    """What `Page` and the pages of older views have in common."""

    @property
    def as_of(self) -> datetime: ...
    @property
    def known_at(self) -> int: ...
    @property
    def rows(self) -> tuple[Any, ...]: ...
    @property
    def cursor(self) -> str | None: ...


Ask = Callable[..., AnyPage]
Links = Callable[[Any], Mapping[str, str]]
Position = list[dict[str, Any]]
Shape = Callable[[Any, Position], dict[str, Any]]


def as_it_stands(row: Any, _position: Position) -> dict[str, Any]:
    """The members of a row, in the order in which its class declares them."""
    kind: Any = type(row)
    names, read = _members(kind)
    return dict(zip(names, row if read is None else read(row), strict=True))


@cache
def _members(row: Any) -> tuple[tuple[str, ...], Callable[[Any], Any] | None]:
    """The names of the members of a class of rows, at least two, and what reads all of them if rows are no tuples."""
    names = names_of(row)
    return names, None if issubclass(row, tuple) else attrgetter(*names)


def names_of(row: Any) -> tuple[str, ...]:
    """The names of the members of a class of rows, in the order in which it declares them."""
    return row._fields if issubclass(row, tuple) else tuple(field.name for field in fields(row))


def no_links(_row: Any) -> Mapping[str, str]:
    """Lead nowhere."""
    return {}


def case_links(row: Any) -> Mapping[str, str]:
    """Lead to the acts of the row's case, their replay, and the explanation of its clocks."""
    if not row.case:
        return {}
    return {
        "timeline": f"/api/cases/{row.case}/timeline",
        "replay": f"/api/cases/{row.case}/replay",
        "explain": f"/api/cases/{row.case}/explain",
    }


@dataclass(frozen=True, slots=True)
class Listing:
    """One list: its name in addresses and on the command line, its title, its question and the kind of its rows.

    `ask(reader, as_of, known_at, limit=…, cursor=…, **filters)` answers it; `paged` says whether it takes limit and
    cursor. `shape` turns a row of the view into the members of `row`, `links` says what a row leads to.
    """

    name: str
    zh: str
    en: str
    ask: Ask
    row: type
    filters: tuple[Filter, ...] = ()
    links: Links = no_links
    paged: bool = True
    shape: Shape = as_it_stands

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the rows' members, in order."""
        return names_of(self.row)

    def question(
        self,
        reader: Reader,
        as_of: datetime,
        known_at: int | None,
        filters: Mapping[str, Any],
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AnyPage:
        """Ask the view; filters that are None are left out."""
        asked: dict[str, Any] = {name: value for name, value in filters.items() if value is not None}
        for known in self.filters:
            if known.read is not None and known.name in asked:
                asked[known.name] = known.read(asked[known.name])
        if self.paged:
            asked.update(limit=limit, cursor=cursor)
        return self.ask(reader, as_of, known_at, **asked)


__all__ = ["AnyPage", "Filter", "Listing", "Page", "Position", "as_it_stands", "case_links", "no_links"]
