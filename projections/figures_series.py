"""A figure month by month, in few queries: clocks that closed are counted by day, and those open are a running sum.

At the end of a month the clocks that are open and overdue are all that had gone past their due day by then, less those
of them that had closed. So five years take two scans of closed clocks and one of open ones, and not sixty questions.
Where cases are excluded, from month to month others, each month is asked by itself.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from projections.asking import ENDED, HELD
from projections.clocks import STARTED_IMPORTED, civil_day
from projections.figures import EXCLUSION
from projections.figures_question import Counted, FigureQuestion, Period
from projections.figures_sections import CLOCK_RATES, Sections

_ANY_EXCLUSION = f"""
    SELECT 1 FROM view_figure_spells WHERE kind = '{EXCLUSION}' AND code IN ('all', :figure) AND k0 < :known_at LIMIT 1
"""
_FILE = f"SUM(CASE WHEN (flags & {STARTED_IMPORTED}) <> 0 THEN 1 ELSE 0 END)"


def counted_by_month(asked: FigureQuestion, periods: Sequence[Period]) -> list[Counted] | None:
    """Return what a rate of clocks counts in each of successive months, the last one that of the question's moment.

    None if the figure is no rate of clocks, or cases are excluded from it: then each month has to be asked by itself.
    """
    rate = CLOCK_RATES.get(asked.figure.id)
    if rate is None or asked.asking.ask(_ANY_EXCLUSION):
        return None
    clocks, fulfilled = rate
    section = Sections(asked.asking, lambda: asked.question, split=False).closed(clocks, fulfilled)
    sums = "SUM(num), COUNT(*), SUM(imported)"
    closed = sorted(asked.asking.ask(f"SELECT day, {sums} FROM ({section}) AS member GROUP BY day"))
    days = [row[0] for row in closed]
    running = [list(accumulate((int(row[column]) for row in closed), initial=0)) for column in (1, 2, 3)]
    went, came = _Sum(_gone_past(asked, clocks)), _Sum(_closed_late(asked, clocks))
    found = []
    for period in periods:
        first, last = civil_day((period.since_ms or 0) + 1), civil_day(period.cut_ms)
        low, high = bisect_left(days, first), bisect_right(days, last)
        above, below, imported = (sums[high] - sums[low] for sums in running)
        overdue = [gone - back for gone, back in zip(went.until(last - 1), came.until(last), strict=True)]
        found.append(Counted(above, below + overdue[0], imported + overdue[1], 0))
    return found


class _Sum:
    """Numbers of clocks, and of those with an imported beginning, summed up by day."""

    def __init__(self, rows: Iterable[tuple[int, int, int]]) -> None:
        ordered = sorted(rows)
        self._days = [day for day, _, _ in ordered]
        self._sums = [list(accumulate((row[column] for row in ordered), initial=0)) for column in (1, 2)]

    def until(self, day: int) -> tuple[int, int]:
        """Return the sums up to a day, that day included."""
        at = bisect_right(self._days, day)
        return self._sums[0][at], self._sums[1][at]


def _gone_past(asked: FigureQuestion, clocks: Sequence[str]) -> list[tuple[int, int, int]]:
    """Return, by due day, the clocks that ended after it or have not ended as far as known."""
    named = f"clock IN ({', '.join(map(repr, clocks))}) AND {HELD} AND kx >= :known_at{asked.asking.units()}"
    ended = f"""
        SELECT due_day, COUNT(*), {_FILE} FROM view_clocks
        WHERE {named} AND km < :known_at AND closed_day > due_day GROUP BY due_day
    """
    still = f"""
        SELECT kind, key_day, COUNT(*), {_FILE} FROM view_clocks
        WHERE {named} AND (closed_day = 0 OR km >= :known_at) AND km >= :known_at GROUP BY kind, key_day
    """
    found = [(day, int(count), int(file)) for day, count, file in asked.asking.ask(ended)]
    due, known_at = asked.question.due, asked.moment.known_at
    for kind, key_day, count, file in asked.asking.ask(still):
        found.append((due.due(kind, key_day, known_at)[0].toordinal(), int(count), int(file)))
    return found


def _closed_late(asked: FigureQuestion, clocks: Sequence[str]) -> list[tuple[int, int, int]]:
    """Return, by the day of closing, the clocks that had gone past their due day."""
    sql = f"""
        SELECT closed_day, COUNT(*), {_FILE} FROM view_clocks
        WHERE clock IN ({", ".join(map(repr, clocks))}) AND {HELD} AND kx >= :known_at AND {ENDED}
            AND closed_day > due_day{asked.asking.units()} GROUP BY closed_day
    """
    return [(day, int(count), int(file)) for day, count, file in asked.asking.ask(sql)]
