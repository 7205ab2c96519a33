"""The one fold: live, rebuilt and recomputed views all come out of `Folder.apply`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any

from domain.cases import NEW_CASE
from domain.cases import fold as fold_case
from domain.effective import unix_ms
from domain.reference import Reference
from projections.digests import Encode, encode_with_standard_library, row_heads, stream_digest
from projections.entries import CASE_PREFIX, Entry
from projections.references import read_entry
from projections.tables import Row
from projections.view import Put, Rows, Step, View
from projections.watching import EVERYTHING, what_changed

_stream_of = attrgetter("stream")

# A view's number, what has to change for it to be asked, its fold, and how many columns the key of each table has.
_Concerned = tuple[int, int, Callable[[Step, Rows], Iterable[Put]], tuple[int, ...]]


# The views that an act of an action can change, by action; found out once a kind of stream and action.
_Followers = dict[str, tuple[_Concerned, ...]]


@dataclass(slots=True)
class StreamState:
    """All that is alive of one stream: its domain state and, for each view that has any, its rows.

    `kind` is the stream's name up to and with its slash, `key` what is behind it.
    """

    stream: str
    kind: str
    key: str
    state: Any
    followers: _Followers
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
        self._followers: dict[str, _Followers] = {}
        # Empty rows for the next stream of which a view holds any.
        self._blank: list[tuple[tuple[()], ...]] = [((),) * len(view.tables) for view in self.views]
        self._unused: list[Rows] = [tuple(map(dict, blank)) for blank in self._blank]
        self._heads = [row_heads([table.name for table in view.tables], encode) for view in self.views]

    def new(self, stream: str) -> StreamState:
        """Return the state of a stream before its first entry."""
        head, slash, key = stream.partition("/")
        kind = head + slash
        followers = self._followers.setdefault(kind, {})
        return StreamState(stream, kind, key, NEW_CASE if kind == CASE_PREFIX else None, followers)

    def apply(self, state: StreamState, entry: Entry, changes: Changes | None = None) -> None:
        """Fold the stream's next entry into its state, and note the rows put in `changes` if they are to be written."""
        reference = self.reference
        event = read_entry(entry, reference)
        before = state.state
        after = before if before is None else fold_case(before, event, reference.rules, reference.calendars)
        imported = getattr(event, "imported", None) is not None
        step = Step(state.stream, state.key, event, unix_ms(event.effective_at), before, after, reference, imported)
        concerned = state.followers.get(entry.action)
        if concerned is None:
            concerned = state.followers[entry.action] = self._concerned(state.kind, entry.action)
        held = state.rows
        changed = EVERYTHING if after is None else what_changed(before, after)
        for number, wanted, fold, keys in concerned:
            if not changed & wanted:
                continue
            rows = held.get(number) or self._unused[number]
            puts = fold(step, rows)
            if not puts:
                continue
            if number not in held:
                held[number], self._unused[number] = rows, tuple(map(dict, self._blank[number]))
            if changes is None:
                for table, row in puts:
                    rows[table][row[: keys[table]]] = row
                continue
            for table, row in puts:
                key = row[: keys[table]]
                rows[table][key] = row
                changes.put(number, table, key, row)
                changes.streams.setdefault(number, set()).add(state.stream)
        state.state = after

    def digests(self, state: StreamState) -> Iterator[tuple[int, bytes]]:
        """Yield the number of each view that holds rows of this stream, and the digest of these rows."""
        heads, encode = self._heads, self._encode
        for number, rows in state.rows.items():
            if any(rows):
                yield number, stream_digest(heads[number], rows, encode)

    def digest(self, state: StreamState, view: int) -> bytes:
        """Return the digest of one view's rows of this stream."""
        return stream_digest(self._heads[view], state.rows[view], self._encode)

    def _concerned(self, kind: str, action: str) -> tuple[_Concerned, ...]:
        """Return which views follow streams of a kind and can be changed by an act of this action."""
        found = []
        for number, view in enumerate(self.views):
            named = view.actions is None or action in view.actions
            wanted = EVERYTHING if named else getattr(view, "watches", 0)
            if wanted and view.follows(kind):
                found.append((number, wanted, view.fold, tuple([table.key for table in view.tables])))
        return tuple(found)


def fold_streams(folder: Folder, entries: Iterable[Entry]) -> Iterator[StreamState]:
    """Yield the final state of each stream; the entries come stream by stream, and one state is alive at a time."""
    for stream, of_stream in groupby(entries, _stream_of):
        state = folder.new(stream)
        for entry in of_stream:
            folder.apply(state, entry)
        yield state
