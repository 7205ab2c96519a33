"""One question about open clocks, as SQL over `view_clocks`: which are overdue at a moment, or will soon be due."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from domain.effective import unix_ms
from projections.clocks import civil_day, kind_of
from projections.cursors import FIRST_DAY, LAST_DAY
from projections.due import DueDays
from projections.entries import recorded_at
from projections.epochs import first_epoch
from projections.errors import ClockUnknown
from projections.figures import PACKAGE
from projections.reader import Moment
from projections.scans import COLUMNS, SortKey, first_rows
from projections.tables import EPOCH_BITS, OPEN_EPOCH, Row

ALIVE = """
    k0 < :known_at AND kx >= :known_at AND v0 <= :as_of AND (km >= :known_at OR v1 > :as_of)
"""
HELD = f"""
    SELECT case_id, leader FROM view_figure_spells
    WHERE kind = '{PACKAGE}' AND k0 < :known_at AND v0 <= :as_of AND (km >= :known_at OR v1 > :as_of)
"""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the clocks asked for have in common.

    `unit` is an office and means its subtree, `clock` the name of a clock, `leader` the officer who holds the leader
    package of the case at the moment asked about, `since` a day on which the clock was overdue already. `soon` asks for
    clocks that are not overdue but will be due within so many days; None for those overdue.
    """

    unit: str | None = None
    clock: str | None = None
    leader: str | None = None
    since: date | None = None
    soon: int | None = None

    @property
    def asked(self) -> list[object]:
        """What a cursor is bound to beside the moment."""
        more = [self.leader, self.since and self.since.isoformat(), self.soon]
        return [self.unit, self.clock, *(more if more != [None, None, None] else [])]


class Question:
    """The rows of `view_clocks` that answer, as known and as of a moment; of these cases alone, if any are given."""

    def __init__(
        self,
        moment: Moment,
        as_of: datetime,
        filters: Filters,
        clocks: Collection[str] = (),
        cases: list[str] | None = None,
    ) -> None:
        as_of_ms = unix_ms(as_of)
        self._moment = moment
        self._soon = filters.soon
        # Before the first regulation no clock can run, and near the ends of time calendars cannot count.
        self.day = date.fromordinal(min(max(civil_day(as_of_ms), FIRST_DAY), LAST_DAY))
        self._since = (
            self.day if filters.since is None else max(min(self.day, filters.since), date.fromordinal(FIRST_DAY))
        )
        self.due = DueDays(moment.reference.calendars, moment.known_at)
        rows = [row for _, rule_set in moment.reference.rules.steps for row in rule_set.clocks.values()]
        if filters.clock is not None and all(row.clock != filters.clock for row in rows):
            raise ClockUnknown(f"there is no clock {filters.clock}")
        duties = [row for row in rows if row.nature == "duty"]
        self._kinds = sorted({kind_of(row.day_kind, row.length, row.weekends_roll) for row in duties})
        self._units = moment.units_under(filters.unit) if filters.unit is not None else []
        given = {"clock": filters.clock, "leader": filters.leader, "cases": cases, "only_unit": filters.unit}
        self._parameters = {"known_at": moment.known_at, "as_of": as_of_ms, **given}
        self._alive = ALIVE + (" AND clock = :clock" if filters.clock is not None else "")
        if clocks:
            self._alive += f" AND clock IN ({', '.join(map(repr, sorted(clocks)))})"
        if cases is not None:
            self._alive += " AND case_id IN (:cases)"
        self._led = filters.leader is not None
        if self._led:
            self._alive += f" AND case_id IN (SELECT case_id FROM ({HELD}) AS held WHERE leader = :leader)"
        self._indexed = filters.soon is None and self._is_indexed()
        self._first_epoch = first_epoch(moment, as_of_ms)
        self._alive_due = DueDays(moment.reference.calendars, moment.known_at, self._first_epoch << EPOCH_BITS)

    @property
    def condition(self) -> str:
        """What holds of exactly the rows that answer."""
        kinds = " OR ".join(self._asked(kind) for kind in self._kinds)
        indexed = f" AND outlived = 1 AND ep >= {self._first_epoch}" if self._indexed else ""
        return f"{self._alive}{self._of_units()}{indexed} AND ({kinds})"

    def overdue_before(self, day: date) -> str:
        """Return what holds of clocks whose due day is before a day, as known, whether they are open or not."""
        return " OR ".join(self.due.overdue(kind, day) for kind in self._kinds) or "1 = 0"

    def first_key_day(self, day: date) -> int:
        """Return the smallest key day of a clock, of whatever kind, that can be due on a day or later."""
        return min((self.due.first_key_day(kind, day) for kind in self._kinds), default=0)

    def ask(self, sql: str, **parameters: object) -> list[Row]:
        """Run a query over rows for which `condition`, or a part of it, was asked."""
        merged = {**self._parameters, **parameters}
        if self._units:
            return self._moment.session.query_any(sql, self._units, merged)
        return self._moment.session.query(sql, merged)

    def page(self, limit: int | None, after: SortKey | None) -> tuple[list[Row], bool]:
        """Return the rows that follow a sort key, at most `limit`, and whether there are more."""
        if limit is not None and not self._led and (self._indexed or self._soon is not None):
            # Many short ranges, as of what is soon to be due, take longer to plan than to read.
            if len(self._units) <= 1 or self._soon is not None:
                self._moment.session.plan_once()
            return first_rows(self, limit, after)
        rows = sorted(self.ask(f"SELECT {COLUMNS} FROM view_clocks WHERE {self.condition}"), key=self.sort_key)
        if after is not None:
            rows = [row for row in rows if self.sort_key(row) > after]
        return (rows, False) if limit is None else (rows[:limit], len(rows) > limit)

    def scans(self, after: SortKey | None) -> Iterator[tuple[str, int, int]]:
        """Yield the range scans that make up the answer: a condition, its kind, and the first key day to read."""
        units = self._of_units()
        first_day = date.fromordinal(after[0]) if after is not None else None
        if self._soon is not None:
            first_day = max(first_day or self.day, self.day)
        for kind in self._kinds:
            first = self._alive_due.first_key_day(kind, first_day) if first_day is not None else 0
            for part in self._parts():
                yield f"{part} AND {self._asked(kind)} AND {self._alive}{units}", kind, first

    def _of_units(self) -> str:
        """Return what holds of rows of the unit's subtree; of one office the index is in the order of the list."""
        if len(self._units) == 1:
            return " AND unit = :only_unit"
        return " AND unit IN (:values)" if self._units else ""

    def _parts(self) -> Iterator[str]:
        """Yield the conditions of the ranges of an index that together hold every row that can answer."""
        closed = range(self._first_epoch, (self._moment.position >> EPOCH_BITS) + 1)
        for epoch in (*closed, OPEN_EPOCH):
            yield f"outlived = 1 AND ep = {epoch}"
        # What ended before its day cannot be overdue, and what is open counts as if it outlived its day.
        if self._soon is not None:
            # Where all that is folded is known, what has ended by then need not be read to be passed over.
            stands = " AND v1 > :as_of" if self._moment.known_at == self._moment.position else ""
            for epoch in closed:
                yield f"outlived = 0 AND ep = {epoch}{stands}"

    def _asked(self, kind: int) -> str:
        """Return the condition on the key day for rows of a kind."""
        if self._soon is None:
            return self._alive_due.overdue(kind, self._since)
        last = date.fromordinal(min(self.day.toordinal() + self._soon + 1, LAST_DAY))
        return f"({self._alive_due.overdue(kind, last)} AND NOT {self._alive_due.overdue(kind, self.day)})"

    def sort_key(self, row: Row) -> SortKey:
        """Return what rows are ordered by: due day, then key day, case, clock and segment."""
        kind, key_day, case, clock, segment = row[:5]
        return (self.due.ordinal(kind, key_day, row[9]), key_day, case, clock, segment)

    def horizon(self, kind: int, row: Row) -> SortKey:
        """Return a key that no row after this one of the same scan comes before, whichever calendar judges it."""
        return (self._alive_due.earliest(kind, row[1]), *row[1:5])

    def leaders(self, cases: Collection[str]) -> dict[str, str]:
        """Return who holds the leader packages of these cases at the moment; cases without one are left out."""
        sql = f"{HELD} AND case_id IN (:values)"
        return dict(self._moment.session.query_any(sql, sorted({*cases}), self._parameters)) if cases else {}

    def _is_indexed(self) -> bool:
        """Return whether every row asked for outlived its day: unless the question lies beyond what was known then."""
        moment = self._moment
        if moment.known_at in (0, moment.position):
            return True
        return self.day.toordinal() <= civil_day(recorded_at(moment.session, moment.known_at - 1))
