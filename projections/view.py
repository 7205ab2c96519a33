"""What a view is: tables, and one fold that says which rows an act puts.

A view is one file: its tables, its fold and its queries. The fold sees one act of one stream, the state of that stream
before and after it, and the rows that the same view already holds for the same stream; it never reads another
stream's rows, so that streams can be folded in any order and by several processes at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from domain.reference import Reference
from domain.schema import Event
from projections.tables import Column, Row, Table

# Of one view and stream: for each of the view's tables, key → row.
Rows = tuple[dict[Row, Row], ...]

# Put this row into the view's table of that number.
Put = tuple[int, Row]


@dataclass(slots=True)
class Step:
    """One act and what it changed, with what most views ask for, worked out once.

    `key` is the stream's name behind its kind, a case's 32 hex digits, "" for a stream of which there is one. `at` is
    when the act counts, in Unix milliseconds. `before` and `after` are the stream's domain state, None where it has
    none. `imported` says that an import brought the act. Nobody changes a step; that it could be changed is only
    because making one that cannot be takes several times as long.
    """

    stream: str
    key: str
    event: Event
    at: int
    before: Any
    after: Any
    reference: Reference
    imported: bool


class View(Protocol):
    """A view. Change `version` whenever the tables or what the fold puts change: the view is then rebuilt."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def tables(self) -> tuple[Table, ...]: ...
    @property
    def actions(self) -> frozenset[str] | None:
        """The actions whose acts can change the view's rows; None if any can. The fold is not called for others.

        A view of cases may have `watches` beside (`watching.py`): members of a case whose change it is asked about too.
        """
        ...

    def follows(self, stream: str) -> bool:
        """Return whether acts of this stream concern the view; the kind of the stream, up to its slash, decides."""
        ...

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        """Return the rows that this act puts. Pure: the same step and rows always put the same."""
        ...


def digest_table(view: View) -> Table:
    """Return the table that holds one digest a stream for this view; it is kept with the view's own rows."""
    return _digests_of(view.name)


@cache
def _digests_of(name: str) -> Table:
    return Table(f"view_{name}_digests", 1, (Column("stream", "text"), Column("digest", "blob")))


def all_tables(view: View) -> tuple[Table, ...]:
    """Return the view's own tables and that of its digests, last."""
    return (*view.tables, digest_table(view))


def check_names(views: Iterable[View]) -> Mapping[str, View]:
    """Return the views by name. Raises ValueError if two views or two tables share one."""
    listed = list(views)
    names = [view.name for view in listed]
    tables = [table.name for view in listed for table in all_tables(view)]
    if len({*names}) != len(names) or len({*tables}) != len(tables):
        raise ValueError("two views or two tables share a name")
    return dict(zip(names, listed, strict=True))
