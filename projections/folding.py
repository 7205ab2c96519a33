"""The one fold: live, rebuilt and recomputed views all come out of `Folder.apply`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice, repeat
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
from projections.view import Rows, Step, View
from projections.watching import EVERYTHING, what_changed

_stream_of = attrgetter("stream")

# A view's number, and what has to change for it to be asked.
_Concerned = tuple[int, int]

# How many entries are folded at once where nothing else decides: few enough to stay in the processor's caches.
_AT_ONCE = 100

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
        self._keys = [tuple([table.key for table in view.tables]) for view in self.views]
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
        self.apply_all([(state, entry)], changes)

    def apply_all(self, acts: Sequence[tuple[StreamState, Entry]], changes: Changes | None = None) -> None:
        """Fold the next entries of any streams, each stream's in their order, as `apply` folds one.

        Entries are read one after another, then folded into the domain's states, then view by view: no view reads what
        another puts. So what the processor has at hand is used again at once; act by act is a third slower.
        """
        reference = self.reference
        # The moment of an act is reckoned while it is the last that was looked at.
        events = [(event := read_entry(entry, reference), unix_ms(event.effective_at)) for _, entry in acts]
        asked: list[list[tuple[StreamState, Step]]] = [[] for _ in self.views]
        for (state, entry), (event, at) in zip(acts, events, strict=True):
            before = state.state
            after = before if before is None else fold_case(before, event, reference.rules, reference.calendars)
            imported = getattr(event, "imported", None) is not None
            step = Step(state.stream, state.key, event, at, before, after, reference, imported)
            concerned = state.followers.get(entry.action)
            if concerned is None:
                concerned = state.followers[entry.action] = self._concerned(state.kind, entry.action)
            changed = EVERYTHING if after is None else what_changed(before, after)
            for number, wanted in concerned:
                if changed & wanted:
                    asked[number].append((state, step))
            state.state = after
        for number, steps in enumerate(asked):
            if steps:
                self._put(number, steps, changes)

    def _put(self, number: int, steps: Sequence[tuple[StreamState, Step]], changes: Changes | None) -> None:
        """Take up what one view puts at these steps."""
        fold, keys = self.views[number].fold, self._keys[number]
        blank, unused = self._blank[number], self._unused[number]
        for state, step in steps:
            rows = state.rows.get(number) or unused
            puts = fold(step, rows)
            if not puts:
                continue
            if rows is unused:
                state.rows[number] = rows
                unused = self._unused[number] = tuple(map(dict, blank))
            for table, row in puts:
                key = row[: keys[table]]
                rows[table][key] = row
                if changes is not None:
                    changes.put(number, table, key, row)
                    changes.streams.setdefault(number, set()).add(state.stream)

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
                found.append((number, wanted))
        return tuple(found)


def fold_streams(folder: Folder, entries: Iterable[Entry]) -> Iterator[StreamState]:
    """Yield the final state of each stream; the entries come stream by stream, and a few states are alive at a time."""
    acts: list[tuple[StreamState, Entry]] = []
    done: list[StreamState] = []
    for stream, of_stream in groupby(entries, _stream_of):
        state = folder.new(stream)
        while some := list(islice(of_stream, _AT_ONCE)):
            acts += zip(repeat(state), some, strict=False)
            if len(acts) >= _AT_ONCE:
                folder.apply_all(acts)
                acts.clear()
                yield from done
                done.clear()
        done.append(state)
    folder.apply_all(acts)
    yield from done
