"""Counts of a whole city, kept between questions and brought forward by the cases that were touched since.

Whatever is counted here is a sum over cases, and rows tell what was known at every position. So what was counted at one
position is right at a later one once those cases that have entries between the two are counted twice, as known then
and as known now: subtract the one, add the other. That costs as much as a few cases, not as a million. Anything that
concerns more than its own stream (calendars, rules, offices) is between them: then all is counted anew.

Nothing here is believed by whoever verifies or recomputes, and nothing is stored: a count is as good as its rows were.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from projections.clocks import civil_day
from projections.entries import CASE_PREFIX, is_reference
from projections.tables import OPEN_AT

if TYPE_CHECKING:
    from projections.reader import Moment

KEPT: Final = 4_096
MOST_TOUCHED: Final = 5_000
"""Beyond so many streams with new entries, counting anew is not slower."""

_KEPT_SETS: Final = 32
_TOUCHED: Final = """
    SELECT DISTINCT originator_id FROM entries WHERE notification_id > :old AND notification_id <= :new LIMIT :most
"""

Counts = Mapping[Any, tuple[int, ...]]
"""Numbers by group, the first of them how many members it has: a group without any is none."""


class Most(int):
    """The greatest number of a group, where others are sums."""


Count = Callable[["Moment", list[str] | None], Counts]
"""Counts at a moment: all cases, or these alone, as 32 hex digits each. Has to be a sum over cases."""


class _Held(NamedTuple):
    """Counts at a position; `last_ms` is when the last entry known there was recorded."""

    known_at: int
    last_ms: int
    counts: Counts


class Tallies:
    """The counts of one database. May be shared by threads; the least recently asked are forgotten."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: OrderedDict[Hashable, _Held] = OrderedDict()
        self._touched: OrderedDict[tuple[int, int], list[str] | None] = OrderedDict()

    def tell(self, moment: Moment, key: Hashable, as_of_ms: int, count: Count) -> Counts:
        """Return what `count` counts at a moment, as of a time in Unix milliseconds.

        `key` names the question, all but its moment. As of a time after everything that is known, a count holds for the
        rest of the civil day; as of an earlier one, for that time alone.
        """
        full = (key, moment.generation, _time(moment, as_of_ms))
        with self._lock:
            held = self._held.get(full)
        counts = None
        if held is not None and (held.last_ms <= as_of_ms or as_of_ms < _last(moment)):
            counts = self._moved(moment, held, count)
        if counts is None:
            counts = count(moment, None)
        self._keep(full, _Held(moment.known_at, _last(moment), counts))
        return counts

    def _moved(self, moment: Moment, held: _Held, count: Count) -> Counts | None:
        """Return what was counted at one position as it is at another, later or earlier; None if nothing tells that."""
        if held.known_at == moment.known_at:
            return held.counts
        cases = self._cases(moment, *sorted((held.known_at, moment.known_at)))
        if not cases:
            return held.counts if cases is not None else None
        ends = moment.ends and (moment.ends[0], held.last_ms)
        before = count(replace(moment, known_at=held.known_at, ends=ends), cases)
        return _sum(held.counts, before, count(moment, cases))

    def _cases(self, moment: Moment, old: int, new: int) -> list[str] | None:
        """Return the cases with entries between two positions; None if too many, or more than cases changed."""
        span = (old, new)
        with self._lock:
            if span in self._touched:
                return self._touched[span]
        asked = {"old": old, "new": new, "most": MOST_TOUCHED + 1}
        streams = [row[0] for row in moment.session.query(_TOUCHED, asked)]
        found = None
        if len(streams) <= MOST_TOUCHED and not any(map(is_reference, streams)):
            found = [stream[len(CASE_PREFIX) :] for stream in streams if stream.startswith(CASE_PREFIX)]
        with self._lock:
            self._touched[span] = found
            if len(self._touched) > _KEPT_SETS:
                self._touched.popitem(last=False)
        return found

    def _keep(self, full: Hashable, held: _Held) -> None:
        with self._lock:
            known = self._held.get(full)
            if known is None or known.known_at <= held.known_at:
                self._held[full] = held
            self._held.move_to_end(full)
            if len(self._held) > KEPT:
                self._held.popitem(last=False)


def tell(moment: Moment, key: Hashable, as_of_ms: int, count: Count) -> Counts:
    """Return what `count` counts, out of the moment's tallies where it has any."""
    return count(moment, None) if moment.tallies is None else moment.tallies.tell(moment, key, as_of_ms, count)


def _time(moment: Moment, as_of_ms: int) -> tuple[int, ...]:
    """Return what stands for a time: everything known counts from its recording at the latest.

    So of two times after the last recording the civil day alone matters, and whether it is over.
    """
    if as_of_ms < _last(moment):
        return (as_of_ms,)
    return (civil_day(as_of_ms), civil_day(as_of_ms + 1))


def _last(moment: Moment) -> int:
    """Return when the last known entry was recorded; the end of time where that is not known."""
    return OPEN_AT if moment.ends is None else moment.ends[1]


def _sum(held: Counts, before: Counts, after: Counts) -> Counts | None:
    """Take what some cases came to before out of what all did, and put in what they come to now.

    None if the greatest number of a group was among those taken out: then only counting anew tells the next one.
    """
    found = dict(held)
    for group in {*before, *after}:
        numbers = held.get(group, ())
        then, now = before.get(group, ()), after.get(group, ())
        length = max(map(len, (numbers, then, now)))
        columns = [one or (None,) * length for one in (numbers, then, now)]
        added = [_added(*column) for column in zip(*columns, strict=True)]
        if None in added:
            return None
        found[group] = tuple(one for one in added if one is not None)
    return {group: numbers for group, numbers in found.items() if numbers[0]}


def _added(held: int | None, before: int | None, after: int | None) -> int | None:
    if not any(isinstance(one, Most) for one in (held, before, after)):
        return (held or 0) - (before or 0) + (after or 0)
    known = [one for one in (held, after) if one is not None]
    if held is not None and before is not None and before >= held and (after is None or after < held):
        return None
    return Most(max(known))
