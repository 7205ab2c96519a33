"""Which clocks are overdue, as of a moment of the world and as known at a log position.

A clock is overdue at a moment if it had begun by then, was not closed by then as far as known, and its due day was
over: what is due that day is not yet overdue. Nothing is stored about it; the answer is a few range scans over
`view_clocks`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from domain.effective import unix_ms
from projections.clocks import (
    CLOCK_ROWS,
    CLOSED_IMPORTED,
    CLOSED_LATE,
    STARTED_IMPORTED,
    STARTED_LATE,
    civil_day,
    kind_of,
)
from projections.cursors import FIRST_DAY, LAST_DAY, format_cursor, parse_cursor
from projections.due import DueDays
from projections.entries import recorded_at
from projections.errors import ClockUnknown
from projections.reader import Moment, Reader
from projections.scans import COLUMNS, SortKey, first_rows
from projections.tables import EPOCH_BITS, OPEN_EPOCH, Row

_ALIVE = """
    k0 < :known_at AND kx >= :known_at AND v0 <= :as_of AND (km >= :known_at OR v1 > :as_of)
"""


@dataclass(frozen=True, slots=True)
class OverdueClock:
    """One clock that is overdue. `case` is 32 hex digits; `overdue_days` counts civil days from the due day on.

    `provisional` says that a notice yet to come can move `due_on`; `late_recorded` and `imported`, that a time behind
    the row counts from a late recording, or is an importer's claim.
    """

    case: str
    clock: str
    segment: int
    shadow: bool
    unit: str
    due_on: date
    overdue_days: int
    provisional: bool
    late_recorded: bool
    imported: bool
    rule: str
    started_on: date


@dataclass(frozen=True, slots=True)
class OverduePage:
    """Overdue clocks, oldest due day first; `cursor` asks for the next page, None if there is none."""

    as_of: datetime
    known_at: int
    rows: tuple[OverdueClock, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class OverdueCount:
    """How many clocks are overdue, in all and by unit, the units in their order."""

    as_of: datetime
    known_at: int
    total: int
    by_unit: dict[str, int]


def overdue(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    clock: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> OverduePage:
    """Return the clocks overdue at `as_of`, with the first `known_at` entries known, or all that are folded.

    `unit` is an office and means its subtree, `clock` the name of a clock, `limit` the length of a page (None: all).
    A page's cursor carries the position of the first page, so that all pages belong together.

    Raises PositionRefused, UnitUnknown, ClockUnknown, or CursorRefused if the cursor is another question's.
    """
    asked = [unix_ms(as_of), unit, clock]
    after: SortKey | None = None
    if cursor is not None:
        known_at, after = parse_cursor(cursor, asked, known_at)
    with reader.at(CLOCK_ROWS, known_at) as moment:
        question = Question(moment, as_of, unit, clock)
        rows, more = question.page(limit, after)
    last = format_cursor(asked, moment.known_at, question.sort_key(rows[-1])) if more else None
    return OverduePage(as_of, moment.known_at, tuple(question.describe(row) for row in rows), last)


def count_overdue(
    reader: Reader, as_of: datetime, known_at: int | None = None, *, unit: str | None = None, clock: str | None = None
) -> OverdueCount:
    """Count what `overdue` would list, by unit. Raises what `overdue` raises."""
    with reader.at(CLOCK_ROWS, known_at) as moment:
        question = Question(moment, as_of, unit, clock)
        sql = f"SELECT unit, COUNT(*) FROM view_clocks WHERE {question.condition} GROUP BY unit ORDER BY unit"
        by_unit: dict[str, int] = dict(question.ask(sql))
    return OverdueCount(as_of, moment.known_at, sum(by_unit.values()), by_unit)


class Question:
    """One question about overdue clocks, as SQL over `view_clocks`."""

    def __init__(self, moment: Moment, as_of: datetime, unit: str | None, clock: str | None) -> None:
        as_of_ms = unix_ms(as_of)
        self._moment = moment
        # Before the first regulation no clock can run, and near the ends of time calendars cannot count.
        self._day = date.fromordinal(min(max(civil_day(as_of_ms), FIRST_DAY), LAST_DAY))
        self._due = DueDays(moment.reference.calendars, moment.known_at)
        rows = [row for _, rule_set in moment.reference.rules.steps for row in rule_set.clocks.values()]
        if clock is not None and all(row.clock != clock for row in rows):
            raise ClockUnknown(f"there is no clock {clock}")
        self._kinds = sorted(
            {kind_of(row.day_kind, row.length, row.weekends_roll) for row in rows if row.nature == "duty"}
        )
        self._units = moment.units_under(unit) if unit is not None else []
        self._parameters = {"known_at": moment.known_at, "as_of": as_of_ms, "clock": clock}
        self._alive = _ALIVE + (" AND clock = :clock" if clock is not None else "")
        self._indexed = self._is_indexed()
        self._first_epoch = self._epoch_of(as_of_ms) if self._indexed else 0

    @property
    def condition(self) -> str:
        """What holds of exactly the rows that are overdue."""
        kinds = " OR ".join(self._due.overdue(kind, self._day) for kind in self._kinds)
        units = " AND unit IN (:values)" if self._units else ""
        indexed = f" AND outlived = 1 AND ep >= {self._first_epoch}" if self._indexed else ""
        return f"{self._alive}{units}{indexed} AND ({kinds})"

    def ask(self, sql: str, **parameters: object) -> list[Row]:
        """Run a query over rows for which `condition`, or a part of it, was asked."""
        merged = {**self._parameters, **parameters}
        if self._units:
            return self._moment.session.query_any(sql, self._units, merged)
        return self._moment.session.query(sql, merged)

    def page(self, limit: int | None, after: SortKey | None) -> tuple[list[Row], bool]:
        """Return the rows that follow a sort key, at most `limit`, and whether there are more."""
        if limit is not None and self._indexed:
            return first_rows(self, limit, after)
        rows = sorted(self.ask(f"SELECT {COLUMNS} FROM view_clocks WHERE {self.condition}"), key=self.sort_key)
        if after is not None:
            rows = [row for row in rows if self.sort_key(row) > after]
        return (rows, False) if limit is None else (rows[:limit], len(rows) > limit)

    def scans(self, after: SortKey | None) -> Iterator[tuple[str, int, int]]:
        """Yield the range scans that make up the answer: a condition, its kind, and the first key day to read."""
        units = " AND unit IN (:values)" if self._units else ""
        first_day = date.fromordinal(after[0]) if after is not None else None
        closed = (self._moment.position >> EPOCH_BITS) + 1
        for kind in self._kinds:
            first = self._due.first_key_day(kind, first_day) if first_day is not None else 0
            overdue = self._due.overdue(kind, self._day)
            for epoch in (*range(self._first_epoch, closed), OPEN_EPOCH):
                yield f"outlived = 1 AND ep = {epoch} AND {overdue} AND {self._alive}{units}", kind, first

    def sort_key(self, row: Row) -> SortKey:
        """Return what rows are ordered by: due day, then key day, case, clock and segment."""
        kind, key_day, case, clock, segment = row[:5]
        return (self._due.due(kind, key_day, row[9])[0].toordinal(), key_day, case, clock, segment)

    def horizon(self, kind: int, row: Row) -> SortKey:
        """Return a key that no row after this one of the same scan comes before, whichever calendar judges it."""
        return (self._due.earliest(kind, row[1]).toordinal(), *row[1:5])

    def describe(self, row: Row) -> OverdueClock:
        """Return the answer that a row stands for."""
        kind, key_day, case, clock, segment, unit, shadow, rule, start_day, km, flags = row
        due_on, provisional = self._due.due(kind, key_day, km)
        closed = km < self._moment.known_at
        late = flags & (STARTED_LATE | CLOSED_LATE * closed)
        imported = flags & (STARTED_IMPORTED | CLOSED_IMPORTED * closed)
        days = (self._day - due_on).days
        flagged = (provisional, bool(late), bool(imported))
        return OverdueClock(
            case, clock, segment, bool(shadow), unit, due_on, days, *flagged, rule, date.fromordinal(start_day)
        )

    def _is_indexed(self) -> bool:
        """Return whether every row asked for outlived its day: unless the question lies beyond what was known then."""
        moment = self._moment
        if moment.known_at in (0, moment.position):
            return True
        return self._day.toordinal() <= civil_day(recorded_at(moment.session, moment.known_at - 1))

    def _epoch_of(self, as_of_ms: int) -> int:
        """Return the first epoch that matters: what was alive at a moment was closed by an entry recorded after it.

        So epochs that had ended by then do not matter; nor does any but the open one if nothing was recorded since.
        """
        moment, epoch = self._moment, 0
        size = moment.position
        if moment.known_at == size and (size == 0 or recorded_at(moment.session, size - 1) <= as_of_ms):
            return OPEN_EPOCH
        while (epoch + 1) << EPOCH_BITS < moment.known_at:
            if recorded_at(moment.session, (epoch + 1) << EPOCH_BITS) > as_of_ms:
                break
            epoch += 1
        return epoch
