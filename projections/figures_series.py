"""A figure month by month, in few queries: what happened is counted by day, and what stands open is a running sum.

At the end of a month the clocks that are open and overdue are all that had gone past their due day by then, less those
of them that had closed; those that are open, all that had begun, less those that had ended. So five years take a few
scans, and not sixty questions. A figure whose members are judged by what followed until each month's end is asked month
by month.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import accumulate
from operator import sub
from typing import Final, NamedTuple

from projections.asking import ENDED, HELD
from projections.claimed import CLAIM_IMPORTED
from projections.clocks import ANSWERS, CLOSED_IMPORTED, STARTED_IMPORTED, civil_day
from projections.figures_question import FigureQuestion, Period, next_month
from projections.figures_sections import CLAIMS, CLOCK_RATES, CLOSED, HANDLING, Sections
from projections.tables import EPOCH_BITS

_FILE = f"SUM(CASE WHEN (flags & {STARTED_IMPORTED}) <> 0 THEN 1 ELSE 0 END)"
_DAY_OF = "(({} + 28800000) / 86400000 + 719163)"
_BEGUN_ON = _DAY_OF.format("v0")
Days = list[tuple[int, int, int]]


class _Monthly(NamedTuple):
    """A figure's members of a month: those that fall into it by day, and those in stock at its end.

    Those that fall into it are counted by day: members, in the numerator, imported. `over` says that a day belongs to
    the month only once it is over.
    """

    flow: Callable[[FigureQuestion], list[tuple[int, ...]]]
    clocks: Sequence[str] = ()
    stock: Callable[[FigureQuestion, Sequence[str]], tuple[Days, Days]] = lambda asked, clocks: ([], [])
    over: bool = False


def counted_by_month(asked: FigureQuestion, periods: Sequence[Period]) -> list[tuple[int, int, int]]:
    """Count a figure of `MONTHLY` in each of successive months, the last one that of the question's moment.

    Members, those in the numerator, and those imported; excluded ones too.
    """
    monthly = MONTHLY[asked.figure.id]
    flow = _Sum(monthly.flow(asked), 3)
    gone, back = monthly.stock(asked, monthly.clocks)
    went, came = _Sum(gone, 2), _Sum(back, 2)
    found = []
    for period in periods:
        first, last = civil_day((period.since_ms or 0) + 1), civil_day(period.cut_ms)
        fallen = civil_day(period.cut_ms + 1) - 1 if monthly.over else last
        members, above, imported = map(sub, flow.until(fallen), flow.until(first - 1))
        standing, of_file = map(sub, went.until(last), came.until(last))
        found.append((members + standing, above, imported + of_file))
    return found


class _Sum:
    """Numbers by day, each summed up over all days until one."""

    def __init__(self, rows: Iterable[tuple[int, ...]], columns: int) -> None:
        ordered = sorted(rows)
        self._days = [row[0] for row in ordered]
        self._sums = [list(accumulate((int(row[at]) for row in ordered), initial=0)) for at in range(1, columns + 1)]

    def until(self, day: int) -> tuple[int, ...]:
        """Return the sums up to a day, that day included."""
        at = bisect_right(self._days, day)
        return tuple(sums[at] for sums in self._sums)


def _flow(sections: Callable[[Sections], list[str]]) -> Callable[[FigureQuestion], list[tuple[int, ...]]]:
    """Return what counts the members of sections by day."""
    sums = "COUNT(*), SUM(num), SUM(imported)"

    def count(asked: FigureQuestion) -> list[tuple[int, ...]]:
        sqls = [f"SELECT day, {sums} FROM ({section}) AS member GROUP BY day" for section in sections(asked.built())]
        return [row for sql in sqls for row in asked.rows(sql)]

    return count


def _closing(section: Callable[[Sections], str]) -> Callable[[FigureQuestion], list[tuple[int, ...]]]:
    """Return what counts clocks by the day on which they closed.

    Whatever closed before it began, as imports may say, is a member if it began by the end of that month.
    """
    sums = "COUNT(*), SUM(num), SUM(imported)"
    begun = f"CASE WHEN v0 > v1 THEN {_BEGUN_ON} ELSE 0 END"

    def count(asked: FigureQuestion) -> list[tuple[int, ...]]:
        members = section(asked.built()).replace("SELECT", f"SELECT {begun} AS begun,", 1)
        rows = asked.rows(f"SELECT begun, day, {sums} FROM ({members}) AS member GROUP BY begun, day")
        return [tuple(row) for begun, *row in rows if begun <= _month_end(row[0])]

    return count


def _due(asked: FigureQuestion) -> list[tuple[int, ...]]:
    """Count the handling clocks by due day, but for those that ended in time, unfulfilled.

    Who closed late, and by an import, is imported from the month on in which that happened.
    """
    named, in_time = _named(asked, HANDLING), "closed_day <= due_day"
    member = f"{named} AND km < :known_at AND NOT ({ENDED} AND NOT {CLOSED} AND {in_time})"
    sums = f"SUM(CASE WHEN {ENDED} AND {CLOSED} AND {in_time} THEN 1 ELSE 0 END), {_FILE}"
    late = f"CASE WHEN {_BEGUN_ON} > due_day THEN {_BEGUN_ON} ELSE 0 END"
    flags = f"(flags & {CLOSED_IMPORTED}) <> 0 AND (flags & {STARTED_IMPORTED}) = 0"
    told = f"CASE WHEN {flags} AND {ENDED} THEN closed_day ELSE 0 END"
    grouped = f"SELECT {late} AS begun, {told} AS told, due_day, COUNT(*), {sums} FROM view_clocks WHERE {member}"
    found: list[tuple[int, ...]] = []
    for begun, closed_day, due_day, count, *rest in asked.rows(f"{grouped} GROUP BY 1, 2, 3"):
        if begun <= _month_end(due_day):
            found.append((due_day, count, *rest))
        if 0 < closed_day <= _month_end(due_day):
            found.append((due_day, 0, 0, count))
    for due_day, begun, count, file in _standing(asked, named):
        if begun <= _month_end(due_day):
            found.append((due_day, count, 0, file))
    return found


def _overdue(asked: FigureQuestion, clocks: Sequence[str]) -> tuple[Days, Days]:
    """Count the clocks that became overdue, by the day after their due day, and those of them that closed, by day."""
    named = _named(asked, clocks)
    known = f"km < :known_at AND ep <= {asked.moment.known_at >> EPOCH_BITS}"
    late = f"{named} AND outlived = 1 AND {known} AND closed_day > due_day AND v0 <= v1"
    day = f"CASE WHEN {_BEGUN_ON} > due_day THEN {_BEGUN_ON} ELSE due_day + 1 END"
    closed = f"CASE WHEN {ENDED} THEN closed_day ELSE 0 END"
    grouped = f"SELECT {day} AS day, {closed} AS closed, COUNT(*), {_FILE} FROM view_clocks WHERE {late} GROUP BY 1, 2"
    gone, back = [], []
    for went, came, *counts in asked.rows(grouped):
        gone.append((went, *counts))
        back += [(came, *counts)] if came else []
    standing = [(max(due_day + 1, begun), count, file) for due_day, begun, count, file in _standing(asked, named)]
    return gone + standing, back


def _standing(asked: FigureQuestion, named: str) -> list[tuple[int, int, int, int]]:
    """Count the clocks that have not ended as far as known, by due day, and by when they began if that was later."""
    moment, known_at = asked.moment, asked.moment.known_at
    running = f"km >= :known_at AND ep >= {known_at >> EPOCH_BITS}"
    running += " AND outlived = 1" if known_at == moment.position else ""
    begun = f"CASE WHEN {_BEGUN_ON} > key_day THEN {_BEGUN_ON} ELSE 0 END"
    grouped = f"kind, key_day, {begun} AS begun"
    rows = asked.rows(
        f"SELECT {grouped}, COUNT(*), {_FILE} FROM view_clocks WHERE {named} AND {running} GROUP BY kind, key_day, 3"
    )
    due = asked.question.due
    return [(due.due(kind, key_day, known_at)[0].toordinal(), *rest) for kind, key_day, *rest in rows]


def _running(asked: FigureQuestion, clocks: Sequence[str]) -> tuple[Days, Days]:
    """Count the clocks that had begun, by day, and those that had ended."""
    named = _named(asked, clocks)
    days = (_DAY_OF.format("v0"), _DAY_OF.format("CASE WHEN v1 < v0 THEN v0 ELSE v1 END"))
    began, ended = (
        asked.rows(f"SELECT {day} AS day, COUNT(*), {_FILE} FROM view_clocks WHERE {named}{over} GROUP BY 1")
        for day, over in zip(days, ("", f" AND {ENDED}"), strict=True)
    )
    return began, ended


def _past_claims(asked: FigureQuestion, clocks: Sequence[str]) -> tuple[Days, Days]:
    """Count the claimed deadlines that went by, by the day after them, and those that were done or ended after that."""
    begun, over = _DAY_OF.format("v0"), _DAY_OF.format("v1")
    gone = f"CASE WHEN {begun} > due_day THEN {begun} ELSE due_day + 1 END"
    named = f"FROM {CLAIMS} WHERE {HELD} AND kx >= :known_at{asked.asking.units()}{asked.only}"
    file = f"SUM(CASE WHEN (flags & {CLAIM_IMPORTED}) <> 0 THEN 1 ELSE 0 END)"
    went = asked.rows(f"SELECT {gone}, COUNT(*), {file} {named} AND NOT ({ENDED} AND {over} < {gone}) GROUP BY 1")
    back = asked.rows(f"SELECT {over}, COUNT(*), {file} {named} AND {ENDED} AND {over} >= {gone} GROUP BY 1")
    return went, back


def _named(asked: FigureQuestion, clocks: Sequence[str]) -> str:
    names = f"clock IN ({', '.join(map(repr, clocks))}) AND " if clocks else ""
    return f"{names}{HELD} AND kx >= :known_at{asked.asking.units()}{asked.only}"


def _month_end(day: int) -> int:
    """Return the last day of a day's month; both as proleptic ordinals."""
    return next_month(date.fromordinal(day).replace(day=1)).toordinal() - 1


def _rate(figure: str) -> _Monthly:
    clocks, fulfilled = CLOCK_RATES[figure]
    return _Monthly(_closing(lambda s: s.closed(clocks, fulfilled)), clocks, _overdue)


def _flowing(figure: str) -> _Monthly:
    return _Monthly(_flow(lambda s: s.of(figure)))


MONTHLY: Final[Mapping[str, _Monthly]] = {
    **{figure: _rate(figure) for figure in CLOCK_RATES},
    "on_time_reply_rate_local": _Monthly(_closing(lambda s: s.of("on_time_reply_rate_local")[0]), ANSWERS, _running),
    "overdue": _Monthly(lambda asked: [], (), _overdue),
    "due_closure_rate": _Monthly(_due, over=True),
    "claimed_deadline_rate": _Monthly(_closing(Sections.claims_done), (), _past_claims),
    "closed": _Monthly(_closing(lambda s: s.of("closed")[0])),
    **{figure: _flowing(figure) for figure in ("submissions", "resolved", "satisfaction_rate")},
}
"""The figures whose months are counted together; the others judge members by what followed until a month's end."""
