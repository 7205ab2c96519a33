"""The one fold: live, rebuilt and recomputed views all come out of `Folder.apply`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any

from domain.cases import NEW_CASE
from domain.cases import fold as fold_case
from domain.reference import Reference
from projections.digests import Encode, encode_with_standard_library, stream_digest
from projections.entries import CASE_PREFIX, Entry
from projections.references import read_entry
from projections.tables import Row
from projections.view import Put, Rows, Step, View

_stream_of = attrgetter("stream")

# A view's number, its fold, and how many columns the key of each of its tables has.
_Concerned = tuple[int, Callable[[Step, Rows], Iterable[Put]], tuple[int, ...]]


@dataclass(slots=True)
class StreamState:
    """All that is alive of one stream: its domain state and, for each view that has any, its rows.

    `views` are the numbers of the views that follow the stream.
    """

    stream: str
    state: Any
    views: tuple[int, ...]
    rows: dict[int, Rows] = field(default_factory=dict)


@dataclass(slots=True)
class Changes:
    """What was put and is not yet written: for each view and table, key → row; and for each view the streams."""

    rows: dict[tuple[int, int], dict[Row, Row]] = field(default_factory=dict)
    streams: dict[int, set[str]] = field(default_factory=dict)

    def put(self, view: int, table: int, key: Row, row: Row) -> None:
        """Note a row; a later one with the same key replaces it."""
        self.rows.setdefault((view, table), {})[key] = row


class Folder:
    """Folds entries into stream states.

    `reference` carries its whole history, at least up to the entries folded: the domain reads it as of each entry's
    index, so it may run ahead of them and be replaced by a longer one at any time. `encode` writes rows for digests.
    """

    def __init__(
        self, views: Sequence[View], reference: Reference, encode: Encode = encode_with_standard_library
    ) -> None:
        self.views = tuple(views)
        self.reference = reference
        self._encode = encode
        self._concerned: dict[tuple[tuple[int, ...], str], tuple[_Concerned, ...]] = {}

    def new(self, stream: str) -> StreamState:
        """Return the state of a stream before its first entry."""
        views = tuple([number for number, view in enumerate(self.views) if view.follows(stream)])
        return StreamState(stream, NEW_CASE if stream.startswith(CASE_PREFIX) else None, views)

    def apply(self, state: StreamState, entry: Entry, changes: Changes | None = None) -> None:
        """Fold the stream's next entry into its state, and note the rows put in `changes` if they are to be written."""
        event = read_entry(entry, self.reference)
        before = state.state
        after = before if before is None else fold_case(before, event, self.reference.rules, self.reference.calendars)
        step = Step(state.stream, event, before, after, self.reference)
        concerned = self._concerned.get((state.views, entry.action)) or self._views_of(state.views, entry.action)
        for number, fold, keys in concerned:
            rows = state.rows.get(number)
            if rows is None:
                rows = state.rows[number] = tuple([{} for _ in keys])
            for table, row in fold(step, rows):
                key = row[: keys[table]]
                rows[table][key] = row
                if changes is not None:
                    changes.put(number, table, key, row)
                    changes.streams.setdefault(number, set()).add(state.stream)
        state.state = after

    def digests(self, state: StreamState) -> Iterator[tuple[int, bytes]]:
        """Yield the number of each view that holds rows of this stream, and the digest of these rows."""
        for number, rows in state.rows.items():
            if any(rows):
                yield number, self.digest(state, number)

    def digest(self, state: StreamState, view: int) -> bytes:
        """Return the digest of one view's rows of this stream."""
        return stream_digest(self.views[view].tables, state.rows[view], self._encode)

    def _views_of(self, followers: tuple[int, ...], action: str) -> tuple[_Concerned, ...]:
        """Return which of the views that follow a stream an act of this action can change."""
        views = [(number, self.views[number]) for number in followers]
        found = tuple(
            [
                (number, view.fold, tuple([table.key for table in view.tables]))
                for number, view in views
                if view.actions is None or action in view.actions
            ]
        )
        self._concerned[followers, action] = found
        return found


def fold_streams(folder: Folder, entries: Iterable[Entry]) -> Iterator[StreamState]:
    """Yield the final state of each stream; the entries come stream by stream, and one state is alive at a time."""
    for stream, of_stream in groupby(entries, _stream_of):
        state = folder.new(stream)
        for entry in of_stream:
            folder.apply(state, entry)
        yield state
