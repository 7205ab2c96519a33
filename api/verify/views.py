"""Do the views say what the entries lead to? They are folded again and compared row by row, digests included.

No row is kept: both sides add up a keyed hash of each row, under a key that is new each time, so that nobody can make
rows that add up to the same. A view that does not stand, or stands in another version, answers no question and is
rebuilt before it does; it is not compared.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson

from audit.faults import Fault, Faults, Kind
from domain.reference import new_reference
from projections.database import Session
from projections.entries import read_range, read_reference_streams
from projections.folding import Folder, fold_streams
from projections.references import take_in
from projections.registry import LIVE, standing
from projections.tables import Row, Table
from projections.view import View, all_tables
from projections.views import VIEWS

KEY_BYTES = 32
_MAKE: dict[str, Any] = {"text": str, "blob": bytes, "small": int, "integer": int, "big": int}


@dataclass(frozen=True, slots=True)
class ViewCounts:
    """How many views and rows were compared, and how many entries they stand at."""

    views: int
    rows: int
    position: int


class _Sum:
    """Counts rows and adds up their hashes, whatever their order."""

    def __init__(self, key: bytes) -> None:
        self.count, self.total, self._key = 0, 0, key

    def add(self, row: Row) -> None:
        self.count += 1
        text = repr(row).encode()
        self.total += int.from_bytes(blake2b(text, key=self._key, digest_size=KEY_BYTES).digest(), "big")

    def empty(self) -> _Sum:
        """Begin another under the same key."""
        return _Sum(self._key)

    def same(self, other: _Sum) -> bool:
        return (self.count, self.total) == (other.count, other.total)


def check_views(session: Session, size: int) -> tuple[ViewCounts | None, Faults]:
    """Compare the views that stand with what the entries of a log of this size lead to; None if none stands.

    The entries have to be verified already. A fault of a view has no place in the log: it lies behind the end.
    """
    faults = Faults()
    live = standing(session, LIVE) if session.has_table("view_state") else {}
    views = [view for view in VIEWS if view.name in live and live[view.name].version == view.version]
    if not views:
        return None, faults
    positions = {live[view.name].position for view in views}
    position = max(positions)
    if len(positions) > 1 or not 0 <= position <= size:
        faults.add(Fault(size, Kind.VIEW, f"the views stand at {sorted(positions)} of {size} entries"))
        return ViewCounts(len(views), 0, position), faults
    rows = 0
    for table, folded in _fold(session, views, position).items():
        found = _read(session, table, folded)
        rows += folded.count
        if found is None:
            faults.add(Fault(size, Kind.VIEW, f"the table {table.name} is missing"))
        elif not found.same(folded):
            detail = f"the table {table.name} has {found.count} rows that are not the {folded.count} of the entries"
            faults.add(Fault(size, Kind.VIEW, detail))
    return ViewCounts(len(views), rows, position), faults


def _fold(session: Session, views: Iterable[View], size: int) -> dict[Table, _Sum]:
    """Fold the entries again; every table of the views with the sum of the rows it should hold."""
    reference = take_in(new_reference(), read_reference_streams(session, orjson.loads, 0, size))
    folder, key = Folder(list(views), reference, orjson.dumps), os.urandom(KEY_BYTES)
    tables = [all_tables(view) for view in folder.views]
    sums = {table: _Sum(key) for of_view in tables for table in of_view}
    for state in fold_streams(folder, read_range(session, orjson.loads, "", None, size)):
        for view, rows in state.rows.items():
            for table, of_table in zip(folder.views[view].tables, rows, strict=True):
                for row in of_table.values():
                    sums[table].add(_plain(table, row))
        for view, digest in folder.digests(state):
            sums[tables[view][-1]].add((state.stream, digest))
    return sums


def _read(session: Session, table: Table, folded: _Sum) -> _Sum | None:
    """The sum of the rows that a table does hold; None if there is no such table."""
    if not session.has_table(table.name):
        return None
    found = folded.empty()
    for row in session.iterate(f"SELECT {table.column_names} FROM {table.name}"):
        found.add(tuple(row))
    return found


def _plain(table: Table, row: Row) -> Row:
    """A folded row with the plain values that a database gives back."""
    return tuple(_MAKE[column.kind](cell) for column, cell in zip(table.columns, row, strict=True))
