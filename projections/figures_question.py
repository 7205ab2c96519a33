"""One figure at one moment: its period, its cut-off, and the rows that it counts.

A figure is told for a month, or for all that happened up to the moment (no month). A month is told as of its last
instant, or as of the moment if that is earlier: what came later does not change it, what became known later does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Final, NamedTuple

from domain.effective import from_unix_ms, unix_ms
from domain.figure_rows import FIGURES, Figure
from projections.asking import ALIVE, Asking, start_of
from projections.entries import recorded_at
from projections.errors import FigureUnknown, PeriodRefused
from projections.figures import EXCLUSION
from projections.figures_sections import Sections
from projections.overdue_question import Filters, Question
from projections.reader import Moment
from projections.tables import Row
from projections.tallies import tell

_MONTH: Final = re.compile(r"(19|2\d)\d\d-(0[1-9]|1[0-2])")
_EXCLUDED: Final = f"""
    SELECT case_id FROM view_figure_spells WHERE kind = '{EXCLUSION}' AND code IN ('all', :figure) AND {ALIVE}
"""

_ANY_EXCLUSION: Final = f"""
    SELECT 1 FROM view_figure_spells WHERE kind = '{EXCLUSION}' AND code IN ('all', :figure) AND k0 < :known_at LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Period:
    """The time that a figure is about: after `since_ms` up to `cut_ms`, Unix milliseconds.

    `month` is YYYY-MM, None for all up to the moment. `begun` is false for a month after the moment.
    """

    month: str | None
    since_ms: int | None
    cut_ms: int
    begun: bool
    over: bool


class LogEnds(NamedTuple):
    """When the first and the last known entries were recorded, Unix milliseconds; both 0 if none is known."""

    first_ms: int
    last_ms: int


class Counted(NamedTuple):
    """What a figure counts for one unit, the excluded cases left out: they are counted by themselves."""

    numerator: int = 0
    denominator: int = 0
    imported: int = 0
    excluded: int = 0


def figure_named(identifier: str) -> Figure:
    """Return a figure's row. Raises FigureUnknown."""
    if identifier not in FIGURES:
        raise FigureUnknown("there is no figure of this name")
    return FIGURES[identifier]


def period_of(month: str | None, as_of: datetime) -> Period:
    """Return the period of a month, YYYY-MM, as of a moment. Raises PeriodRefused if it is not a month."""
    as_of_ms = unix_ms(as_of)
    if month is None:
        return Period(None, None, as_of_ms, True, True)
    if not _MONTH.fullmatch(month):
        raise PeriodRefused("a month is written YYYY-MM")
    first = date(int(month[:4]), int(month[5:]), 1)
    start, end = start_of(first.toordinal()), start_of(next_month(first).toordinal()) - 1
    return Period(month, start - 1, min(as_of_ms, end), as_of_ms >= start, as_of_ms >= end)


def log_ends(moment: Moment) -> LogEnds:
    """Return the ends of the log as known at a moment."""
    if moment.known_at == 0:
        return LogEnds(0, 0)
    if moment.ends is not None:
        return LogEnds(*moment.ends)
    return LogEnds(recorded_at(moment.session, 0), recorded_at(moment.session, moment.known_at - 1))


def next_month(first: date) -> date:
    """Return the first day of the next month."""
    return (first + timedelta(days=31)).replace(day=1)


def counted_of(numbers: Sequence[int]) -> Counted:
    """Return what is counted out of the sums over all members and over the excluded ones."""
    den, num, imported, no_den, no_num, no_imported = numbers
    return Counted(num - no_num, den - no_den, imported - no_imported, no_den)


class FigureQuestion:
    """Asks for one figure, of all cases, of these, or of those whose ids lie in a range, both its ends included.

    Raises UnitUnknown if no office of the unit's name is known at the moment.
    """

    def __init__(
        self,
        moment: Moment,
        figure: Figure,
        period: Period,
        unit: str | None,
        cases: tuple[str, str] | list[str] | None = None,
        ends: LogEnds | None = None,
    ) -> None:
        self.moment = moment
        self.figure = figure
        self.period = period
        cut = from_unix_ms(period.cut_ms).astimezone(UTC)
        since = None if period.since_ms is None else from_unix_ms(period.since_ms)
        named: dict[str, object] = {"figure": figure.id, "clock": None, "leader": None}
        self.only = ""
        if isinstance(cases, list):
            self.only, named["cases"] = " AND case_id IN (:cases)", cases
        elif cases is not None:
            self.only = " AND case_id >= :low AND case_id <= :high"
            named["low"], named["high"] = cases
        self.asking = Asking(moment, cut, unit, since, **named)
        self._ends = ends or log_ends(moment)
        self._cut = cut
        self.unit = unit

    @cached_property
    def question(self) -> Question:
        """The question about clocks that are open at the cut-off."""
        return Question(self.moment, self._cut, Filters(unit=self.unit))

    def over(self, period: Period) -> FigureQuestion:
        """Return the same question about another period."""
        return FigureQuestion(self.moment, self.figure, period, self.unit, ends=self._ends)

    def sections(self, *, split: bool = False, only: bool = False) -> list[str]:
        """Return the queries whose rows are the members; `only` the excluded ones."""
        condition = f" AND case_id IN ({_EXCLUDED})" if only else ""
        return self.built(condition, split=split).of(self.figure.id)

    def built(self, condition: str = "", *, split: bool = False) -> Sections:
        """Return what builds the sections of this question, of members of which a condition holds."""
        return Sections(self.asking, lambda: self.question, split=split, only=f"{condition}{self.only}")

    def count(self, *, split: bool) -> Mapping[str, Counted]:
        """Count the members, by unit or all together under "". Nobody is counted before the period has begun."""
        if not self.period.begun:
            return {}
        key = ("figure", self.figure.id, self.unit, self.period.since_ms, split)
        counts = tell(self.moment, key, self.period.cut_ms, lambda moment, cases: self.of(moment, cases).sums(split))
        return {str(unit): counted_of(numbers) for unit, numbers in counts.items()}

    def sums(self, split: bool) -> dict[str, tuple[int, ...]]:
        """Return, by unit, how many members there are, in the numerator and imported, and then of the excluded ones."""
        left_out, found = self.excluded(split), self._sum(split, only=False)
        return {unit: (*numbers, *left_out.get(unit, (0, 0, 0))) for unit, numbers in found.items()}

    def may_exclude(self) -> bool:
        """Say whether two persons have excluded any case from the figure, as far as known, at whatever time."""
        return bool(self.asking.ask(_ANY_EXCLUSION))

    def excluded(self, split: bool) -> dict[str, tuple[int, int, int]]:
        """Return, by unit, how many excluded members there are, in the numerator and imported."""
        if not self.asking.ask(f"{_EXCLUDED}{self.only} LIMIT 1"):
            return {}
        return self._sum(split, only=True)

    def of(self, moment: Moment, cases: list[str] | None) -> FigureQuestion:
        """Return the same question at another moment, about these cases alone."""
        if cases is None and moment is self.moment:
            return self
        return FigureQuestion(moment, self.figure, self.period, self.unit, cases, self._ends)

    def _sum(self, split: bool, *, only: bool) -> dict[str, tuple[int, int, int]]:
        group, by = ("unit", " GROUP BY unit") if split else ("''", "")
        sums: dict[str, tuple[int, int, int]] = {}
        for section in self.sections(split=split, only=only):
            sums_of = "COUNT(*), COALESCE(SUM(num), 0), COALESCE(SUM(imported), 0)"
            for unit, *numbers in self.asking.ask(f"SELECT {group}, {sums_of} FROM ({section}) AS member{by}"):
                one, two = sums.get(unit, (0, 0, 0)), [int(number) for number in numbers]
                sums[unit] = (one[0] + two[0], one[1] + two[1], one[2] + two[2])
        return sums

    def excluded_cases(self) -> set[str]:
        """Return the cases that two persons have excluded from this figure, as known and at the cut-off."""
        return {row[0] for row in self.asking.ask(_EXCLUDED)}

    def rows(self, sql: str, **parameters: object) -> list[Row]:
        """Run a query over a section."""
        return self.asking.ask(sql, **parameters)

    @property
    def reason(self) -> str:
        """Why there is nothing to count, if there is: a word of `figure_rows.REASONS`, or ""."""
        if not self.period.begun:
            return "not_begun"
        if self.moment.known_at == 0:
            return "nothing_known"
        return "before_first" if self._ends.first_ms > self.period.cut_ms else ""

    @property
    def partial(self) -> bool:
        """Whether the month is not over, by the moment asked about or by the last entry that is known."""
        if self.period.month is None:
            return False
        return not self.period.over or self._ends.last_ms < self.period.cut_ms
