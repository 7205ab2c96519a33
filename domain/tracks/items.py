"""What is alive on the tracks: one item for each thing that was opened and is not yet settled.

An item is named by the number that its opening act has in its stream. Items stand in the order of these
numbers, so that one is found by bisection however many there are; a settled one is let go, because its
history is in the ledger and no later act of its track may touch it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, datetime
from operator import itemgetter
from typing import Final, NamedTuple

from domain.tracks.package import Package

_SEQ = itemgetter(0)


class Item(NamedTuple):
    """One live thing on a track.

    `office` and `actor` opened it; `unit` is the office that it is addressed to, "" for none; `code` its word
    from a closed table; `about` the number of the earlier act that it is about, 0 for none; `due_on` the day
    set for it. `opened_index` is the log index of the opening act. `by` are the actors whose acts moved it, the opener
    first; a second person is none of them. `clock` is the number of the act that started its clock, 0 for none.
    """

    seq: int
    track: str
    state: str
    office: str
    actor: str
    unit: str
    code: str
    about: int
    due_on: date | None
    opened_at: datetime
    changed_at: datetime
    opened_index: int
    by: tuple[str, ...]
    clock: int = 0


class Tracks(NamedTuple):
    """Everything beside the procedure; empty by default.

    `package` is the last leader package of the case. `marks` are the facts that later conditions ask for, each
    a word with the moment at which it first held (`packaging.py`).
    """

    items: tuple[Item, ...] = ()
    package: Package | None = None
    marks: tuple[tuple[str, datetime], ...] = ()

    def item(self, seq: int) -> Item | None:
        """Return the live item that the act with this number opened."""
        at = bisect_left(self.items, seq, key=_SEQ)
        if at < len(self.items) and self.items[at].seq == seq:
            return self.items[at]
        return None

    def of(self, track: str) -> Iterator[Item]:
        """Yield the live items of a track, oldest first."""
        return (item for item in self.items if item.track == track)

    def put(self, item: Item, *, settled: bool) -> Tracks:
        """Return the tracks with this item in the place of the one with its number, or without it once settled."""
        at = bisect_left(self.items, item.seq, key=_SEQ)
        known = at < len(self.items) and self.items[at].seq == item.seq
        kept = () if settled else (item,)
        return self._replace(items=(*self.items[:at], *kept, *self.items[at + known :]))

    def mark(self, word: str, at: datetime) -> Tracks:
        """Return the tracks with a fact noted, unless it was noted before."""
        if any(known == word for known, _ in self.marks):
            return self
        return self._replace(marks=(*self.marks, (word, at)))


NO_TRACKS: Final = Tracks()
