"""Figures that answer for themselves: formula, numerator, denominator, exclusions, what is imported, and the moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from domain.effective import from_unix_ms
from domain.figure_rows import FIGURES, REASONS, Figure
from domain.naming import Name
from domain.practice import practised
from projections.answers import Page
from projections.asking import day_of
from projections.errors import PeriodRefused, RankRefused
from projections.figures import FIGURE_FACTS
from projections.figures_question import (
    Counted,
    FigureQuestion,
    Period,
    counted_of,
    figure_named,
    log_ends,
    period_of,
)
from projections.figures_series import MONTHLY, counted_by_month
from projections.reader import Moment, Reader
from projections.tallies import Counts, tell

MAX_MONTHS: Final = 60
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure for one unit (None: all) and one month (None: all up to the moment).

    A rate's `value` is numerator ÷ denominator, from 0 to 1; a count has no denominator, and its value is the
    numerator. `exclusions` are members left out by two persons, `imported_share` the share of members whose times are
    an importer's claim. `cut_off` is the moment up to which acts count: `as_of`, or the end of the month. `partial`
    marks a month that is not over. `reason` says why there is no value, a word of `figure_rows.REASONS`, else "".
    Whoever shows the row shows the figure that stands `beside` it too.
    """

    id: str
    unit: str | None
    month: str | None
    formula: Name
    numerator: int
    denominator: int | None
    value: float | None
    exclusions: int
    imported_share: float | None
    as_of: datetime
    known_at: int
    cut_off: datetime
    partial: bool
    reason: str
    beside: str

    @property
    def why(self) -> Name | None:
        """The reason in words."""
        return REASONS[self.reason] if self.reason else None

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts whose members `members` lists."""
        return ("numerator", "excluded") if self.denominator is None else ("numerator", "denominator", "excluded")


@dataclass(frozen=True, slots=True)
class Compared:
    """A month's figure beside the month before (环比) and the same month a year before (同比).

    A change of a rate is in percentage points, one of a count relative to the earlier count; None where either is
    missing, or the earlier count is 0.
    """

    row: FigureRow
    month_before: FigureRow
    year_before: FigureRow
    month_on_month: float | None
    year_on_year: float | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A unit's place by one figure, 1 for the best; units with equal values share a place.

    `place` is None for a unit whose sample is below the minimum: it is listed, not ranked.
    """

    place: int | None
    row: FigureRow
    minimum: int


def figures(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    figure: str | None = None,
    unit: str | None = None,
    by_unit: bool = False,
    month: str | None = None,
) -> Page[FigureRow]:
    """Return every figure, or one with the figure that belongs beside it, for a unit's subtree or for all.

    `by_unit` gives a row for each office of the subtree that has members, in place of one for all of them together.
    Raises PositionRefused, FigureUnknown, UnitUnknown or PeriodRefused.
    """
    wanted = [*FIGURES.values()] if figure is None else _together(figure_named(figure))
    period = period_of(month, as_of)
    with reader.at(FIGURE_FACTS, known_at) as moment:
        rows = tuple(row for one in wanted for row in rows_of(moment, one, period, as_of, unit, by_unit=by_unit))
    return Page(as_of, moment.known_at, rows)


def series(
    reader: Reader,
    figure: str,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    months: int = 12,
) -> Page[FigureRow]:
    """Return one figure for each of the last months up to the moment's own, oldest first; at most 60.

    Raises what `figures` raises, and PeriodRefused for a number of months outside 1 to 60.
    """
    one = figure_named(figure)
    periods = [period_of(name, as_of) for name in months_until(as_of, months)]
    with reader.at(FIGURE_FACTS, known_at) as moment:
        ends = log_ends(moment)
        questions = [FigureQuestion(moment, one, period, unit, ends=ends) for period in periods]
        counts = _by_month(questions)
        rows = tuple(_row(asked, counted, as_of, unit) for asked, counted in zip(questions, counts, strict=True))
    return Page(as_of, moment.known_at, rows)


def _by_month(questions: Sequence[FigureQuestion]) -> list[Counted]:
    """Count a figure in successive months: together where that can be done, and what two persons excluded by month."""
    periods, last = [asked.period for asked in questions], questions[-1]
    whole = last.over(replace(last.period, since_ms=periods[0].since_ms))

    def count(moment: Moment, cases: list[str] | None) -> Counts:
        asked = whole.of(moment, cases)
        found, left_out = counted_by_month(asked, periods), [(0, 0, 0)] * len(periods)
        if asked.may_exclude():
            left_out = [one.of(moment, cases).excluded(False).get("", (0, 0, 0)) for one in questions]
        return {number: (*one, *other) for number, (one, other) in enumerate(zip(found, left_out, strict=True))}

    if last.figure.id not in MONTHLY:
        return [asked.count(split=False).get("", Counted()) for asked in questions]
    key = ("series", last.figure.id, last.unit, len(periods))
    counts = tell(last.moment, key, last.period.cut_ms, count)
    return [counted_of(counts.get(number, (0,) * 6)) for number in range(len(periods))]


def compared(
    reader: Reader, figure: str, month: str, as_of: datetime, known_at: int | None = None, *, unit: str | None = None
) -> Compared:
    """Return a month's figure with the month before and the year before. Raises what `figures` raises."""
    one = figure_named(figure)
    period_of(month, as_of)
    year, number = int(month[:4]), int(month[5:])
    before = f"{year - (number == 1)}-{(number - 2) % 12 + 1:02}"
    with reader.at(FIGURE_FACTS, known_at) as moment:
        row, last, ago = (
            next(rows_of(moment, one, period_of(name, as_of), as_of, unit, by_unit=False))
            for name in (month, before, f"{year - 1}-{number:02}")
        )
    return Compared(row, last, ago, _change(one, row, last), _change(one, row, ago))


def rank(
    reader: Reader,
    figure: str,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    month: str | None = None,
) -> Page[Ranked]:
    """Rank the offices of a subtree by a figure; those with too small a sample follow, unranked.

    Raises RankRefused if the figure judges no office, or fewer than two have a sample that reaches the minimum, which
    is a row of practice in force on the day asked about; and what `figures` raises.
    """
    one = figure_named(figure)
    if one.nature != "score":
        raise RankRefused(f"{one.id} is {one.nature}: no office is ranked by it", "nature")
    with reader.at(FIGURE_FACTS, known_at) as moment:
        period = period_of(month, as_of)
        minimum = rank_minimum(moment, day_of(period.cut_ms))
        rows = [*rows_of(moment, one, period, as_of, unit, by_unit=True)]
    enough = [row for row in rows if (row.denominator or 0) >= minimum]
    if len(enough) < 2:
        largest = max((row.denominator or 0 for row in rows), default=0)
        raise RankRefused(
            f"a unit is ranked from {minimum} cases on; {len(enough)} units have them, the largest sample is {largest}",
            "sample",
            minimum=minimum,
            units=len(enough),
            largest=largest,
        )
    return Page(as_of, moment.known_at, (*_placed(enough, minimum), *_unplaced(rows, minimum)))


def rank_minimum(moment: Moment, day: date) -> int:
    """Return the smallest sample with which a unit is ranked: a row of practice."""
    row = practised(moment.reference.rules.latest.practice, "rank_minimum", day)
    return row.value if row is not None else 1 << 31


def rows_of(
    moment: Moment, figure: Figure, period: Period, as_of: datetime, unit: str | None, *, by_unit: bool
) -> Iterator[FigureRow]:
    """Yield the rows of one figure at a moment: one for the subtree, or one for each office with members."""
    asked = FigureQuestion(moment, figure, period, unit)
    counts = asked.count(split=by_unit)
    if not by_unit:
        counts = {"": counts.get("", Counted())}
    for office, counted in sorted(counts.items()):
        yield _row(asked, counted, as_of, office if by_unit else unit)


def _row(asked: FigureQuestion, counted: Counted, as_of: datetime, unit: str | None) -> FigureRow:
    figure, period = asked.figure, asked.period
    members = counted.denominator
    reason = asked.reason or ("" if members or not figure.rate else "no_cases")
    numerator = counted.numerator if figure.rate else members
    value = None if reason else round(numerator / members, _DIGITS) if figure.rate else float(numerator)
    return FigureRow(
        figure.id,
        unit,
        period.month,
        figure.formula,
        numerator,
        members if figure.rate else None,
        value,
        counted.excluded,
        round(counted.imported / members, _DIGITS) if members else None,
        as_of,
        asked.moment.known_at,
        from_unix_ms(period.cut_ms),
        asked.partial,
        reason,
        figure.beside,
    )


def months_until(as_of: datetime, months: int) -> list[str]:
    """Return the last so many months up to that of the moment, oldest first, as YYYY-MM."""
    if not 1 <= months <= MAX_MONTHS:
        raise PeriodRefused(f"a series has 1 to {MAX_MONTHS} months")
    first = day_of(period_of(None, as_of).cut_ms).replace(day=1)
    names = []
    for _ in range(months):
        names.append(f"{first.year:04}-{first.month:02}")
        first = date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)
    return names[::-1]


def _together(figure: Figure) -> list[Figure]:
    return [figure, *([FIGURES[figure.beside]] if figure.beside else [])]


def _change(figure: Figure, row: FigureRow, earlier: FigureRow) -> float | None:
    if row.value is None or earlier.value is None:
        return None
    if figure.rate:
        return round((row.value - earlier.value) * 100, _DIGITS)
    return round(row.value / earlier.value - 1, _DIGITS) if earlier.value else None


def _placed(rows: Sequence[FigureRow], minimum: int) -> Iterator[Ranked]:
    values = [row.value or 0.0 for row in rows]
    for row in sorted(rows, key=lambda row: (-(row.value or 0.0), row.unit or "")):
        yield Ranked(1 + sum(value > (row.value or 0.0) for value in values), row, minimum)


def _unplaced(rows: Sequence[FigureRow], minimum: int) -> Iterator[Ranked]:
    for row in rows:
        if (row.denominator or 0) < minimum:
            yield Ranked(None, row, minimum)
