"""The clocks of every case as rows on two time axes: when each was known, and when it held.

A row is known from log index `k0`; its end is known from `km`, and it is withdrawn from `kx`. It holds from `v0` until
`v1`, Unix milliseconds of the moments that count. Whatever has not happened is `OPEN`. "Known at a position n" is
k0 < n <= kx, and the end counts if km < n. Nothing in a row says that a clock is overdue: that is computed from the key
day, a calendar and a moment (`due.py`, `overdue.py`).

`ep` is the epoch, of 2^19 log entries, in which the row's end or withdrawal became known. Whoever was alive at a
position was closed in its epoch or later, so any as-of question is a few ordered range scans. The indexes hold only
rows that outlived their raw due day, by when their end was recorded, which are few; `early` holds the others, for
what was soon to be due at an earlier moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from sys import intern
from typing import Final

from domain.case_state import Case
from domain.clock import Clock, Clocks
from domain.effective import DAY_MS, unix_ms
from domain.rows import ClockRow
from projections.due import CALENDAR_DAYS, HOLIDAYS_ALONE, due_ordinal
from projections.entries import CASE_PREFIX
from projections.tables import EPOCH_BITS, OPEN, OPEN_AT, OPEN_EPOCH, Column, Index, Row, Table
from projections.view import Put, Rows, Step
from projections.watching import CLOSED, RUNNING

STARTED_LATE, CLOSED_LATE, STARTED_IMPORTED, CLOSED_IMPORTED, CLOSED_MATTER = 1, 2, 4, 8, 16

# The act that closes a matter although it is not the answer that its clock waits for, as after a mediation.
_CONCLUDED = "case.concluded.v1"

_CIVIL_MS = 8 * 3_600_000
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_ORDER = "key_day, case_id, clock, segment"
_CARRIED = "k0, km, kx, v0, v1, start_day, shadow, rule, flags, outlived"
_JUDGED = "met, flags, due_day, start_day, kind, key_day, k0, km, kx, v0, v1"
_DUE = "clock, kind, met, flags, due_day, closed_day, k0, km, kx, v0, v1"

ACCEPTANCE: Final = ("NOTICE_DIRECT", "NOTICE_TRANSFERRED")
ANSWERS: Final = ("HANDLE", "RECHECK_DECISION", "REVIEW_DECISION")
"""The clocks that figures judge offices by (`domain/figure_rows.py`): no figure asks for both kinds at once."""


def _one_of(clocks: Iterable[str]) -> str:
    return f"clock IN ({', '.join(map(repr, clocks))})"


# Each kind has an index by day. The day stands first: to sort by a text that hardly differs takes twice as long.
_BY_DAY = "closed_day, clock, unit"

CLOCKS = Table(
    "view_clocks",
    3,
    (
        Column("case_id", "text"),
        Column("clock", "text"),
        Column("segment", "small"),
        Column("shadow", "small"),
        Column("rule", "text"),
        Column("unit", "text"),
        Column("kind", "small"),
        Column("key_day", "integer"),
        Column("start_day", "integer"),
        Column("started_seq", "integer"),
        Column("k0", "big"),
        Column("v0", "big"),
        Column("closed_seq", "integer"),
        Column("closed_by", "text"),
        Column("met", "small"),
        Column("km", "big"),
        Column("kx", "big"),
        Column("v1", "big"),
        Column("ep", "small"),
        Column("outlived", "small"),
        Column("flags", "small"),
        Column("due_day", "integer"),
        Column("closed_day", "integer"),
    ),
    (
        Index("page", f"ep, kind, {_ORDER}", f"unit, {_CARRIED}", "outlived = 1"),
        Index("unit", f"unit, ep, kind, {_ORDER}", _CARRIED, "outlived = 1"),
        Index("early", f"ep, kind, {_ORDER}, v1", "", "outlived = 0"),
        Index("answers", _BY_DAY, _JUDGED, _one_of(ANSWERS)),
        Index("accepted", _BY_DAY, _JUDGED, _one_of(ACCEPTANCE)),
        Index("due", "key_day, unit", _DUE, "clock = 'HANDLE'"),
    ),
)
_NUMBER = {column.name: number for number, column in enumerate(CLOCKS.columns)}
_KIND, _KEY_DAY, _END, _V1 = (_NUMBER[name] for name in ("kind", "key_day", "closed_seq", "v1"))
# Of a clock that stands: by what it was closed, when, and that it outlived its day as far as anybody knows.
_STANDING = (0, "", 0, OPEN, OPEN, OPEN_AT, OPEN_EPOCH, 1)


class ClockRows:
    """The view behind `overdue`: one row a clock and segment, put again when it closes or is withdrawn."""

    name = "clocks"
    version = 6
    tables = (CLOCKS,)
    actions: frozenset[str] | None = frozenset()
    watches = RUNNING | CLOSED

    def follows(self, stream: str) -> bool:
        """Cases only."""
        return stream.startswith(CASE_PREFIX)

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        """Put the row of every clock that this act started, closed or withdrew."""
        return _changed(step, step.before, step.after, rows[0])


CLOCK_ROWS = ClockRows()


def _changed(step: Step, before: Case, after: Case, rows: dict[Row, Row]) -> list[Put]:
    puts: list[Put] = []
    known, rules = before.running, step.reference.rules
    newest, latest = rules.steps[-1]
    closed = () if after.closed is before.closed else after.closed[_shared(before.closed, after.closed) :]
    for clock in (*closed, *after.running) if closed else after.running:
        if clock in known:
            continue
        in_force = latest if newest < clock.started_index else rules.at(clock.started_index)
        rule = in_force.clocks[clock.rule]
        # Rights and windows lapse without a fault, and a suspended clock waits: neither can be overdue.
        if rule.nature == "duty" and clock.suspended_on is None:
            old = rows.get((step.key, clock.clock, clock.segment))
            # How a segment began never changes: whatever moves a clock makes a new segment of it.
            begun = _beginning(step, clock, rule) if old is None else old[:_END]
            standing = old is None and clock.closed_index is None and clock.withdrawn_index is None
            ended = (*_STANDING, _flags(clock), 0, 0) if standing else _end(step, clock, begun, old)
            puts.append((0, begun + ended))
    return puts


def kind_of(day_kind: str, length: int, weekends_roll: bool) -> int:
    """Return how the days of a clock are counted, as its row says it: see `due.py`."""
    if day_kind == "working":
        return length
    return CALENDAR_DAYS if weekends_roll else HOLIDAYS_ALONE


def civil_day(milliseconds: int) -> int:
    """Return the civil day, as a proleptic ordinal, on which an instant in Unix milliseconds falls."""
    return (milliseconds + _CIVIL_MS) // DAY_MS + _EPOCH_DAY


def _shared(before: Clocks, after: Clocks) -> int:
    """Return how many closed clocks an act left as they were; only a correction changes one that was closed."""
    if after[: len(before)] == before:
        return len(before)
    return next(at for at, (old, new) in enumerate(zip(before, after, strict=False)) if old != new)


def _beginning(step: Step, clock: Clock, rule: ClockRow) -> Row:
    """Return the first part of the row: how the clock began, and since when that is known."""
    return (
        step.key,
        clock.clock,
        clock.segment,
        int(clock.shadow),
        clock.rule,
        intern(clock.unit),
        kind_of(clock.day_kind, clock.length, rule.weekends_roll),
        clock.key_day.toordinal(),
        clock.start_day.toordinal(),
        clock.started_seq,
        clock.known_from,
        step.at if clock.started_at is step.event.effective_at else unix_ms(clock.started_at),
    )


def _end(step: Step, clock: Clock, begun: Row, old: Row | None) -> Row:
    """Return the rest of the row: what closed or withdrew the clock, when that became known, and when it counts.

    An end never counts later than its recording, or the index by epochs would miss it. A clock outlived its day unless
    its end was known by the end of the earliest day on which it can be due; until then it may always turn out so.
    """
    event = step.event
    index, recorded_at, kind, key_day = event.index, event.recorded_at_ms, begun[_KIND], begun[_KEY_DAY]
    km = OPEN if clock.closed_index is None else clock.closed_index
    kx = OPEN if clock.withdrawn_index is None else clock.withdrawn_index
    known, v1, outlived, due_day, closed_day = km if km < kx else kx, OPEN_AT, 1, 0, 0
    if old is not None:
        v1, _, outlived, _, due_day, closed_day = old[_V1:]
    closed_at = clock.closed_at
    if km == index and closed_at is not None:
        v1 = min(step.at if closed_at is event.effective_at else unix_ms(closed_at), recorded_at)
        due_day = due_ordinal(step.reference.calendars.as_known(km - 1), kind, key_day)
        closed_day = civil_day(v1)
    if known == index:
        outlived = int(civil_day(recorded_at) > (key_day + kind if kind > 0 else key_day))
    how = (clock.closed_seq or 0, clock.closed_by, int(clock.met))
    return (*how, km, kx, v1, known >> EPOCH_BITS, outlived, _flags(clock), due_day, closed_day)


def _flags(clock: Clock) -> int:
    flags = CLOSED_MATTER if clock.closed_by == _CONCLUDED else 0
    if clock.started_late:
        flags |= STARTED_LATE
    if clock.closed_late:
        flags |= CLOSED_LATE
    if clock.started_imported:
        flags |= STARTED_IMPORTED
    return flags | CLOSED_IMPORTED if clock.closed_imported else flags
