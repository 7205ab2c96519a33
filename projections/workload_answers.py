"""How much each office has to do: stock and its age, what came in, what was passed on, given back and closed.

Volume is context, never a score: nothing here is divided by the number of petitions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from operator import add
from typing import Any, Final

from projections.answers import Page
from projections.asking import ALIVE, ENDED, HELD, Asking, start_of
from projections.reader import Moment, Reader
from projections.tallies import Counts, Most, tell
from projections.workload import WORKLOAD, seen

BANDS: Final = (15, 30, 60, 90)
"""The last days of the bands of age; what is older is in a fifth band."""

BEGINNINGS: Final = (
    "submitted",
    "registered",
    "received_from",
    "reopened",
    "review_requested",
    "recheck_requested",
)
"""How a case comes to be open: the first stay of an open span. Summed over offices, these count no case twice."""

_ENTERED: Final = f"""
    SELECT unit, entered, '' AS left_by, 0 AS closed, 1 = 0 AS gone, COUNT(*), 0, 0 FROM view_stays
    WHERE k0 < :known_at AND v0 > :since AND v0 <= :as_of AND {seen()}{{only}} GROUP BY unit, entered
"""
_LEFT: Final = f"""
    SELECT unit, '' AS entered, left_by, closed, 1 = 1 AS gone, COUNT(*), SUM(passes), SUM(returns) FROM view_stays
    WHERE km < :known_at AND v1 > :since AND v1 <= :as_of AND {seen()}{{only}} GROUP BY unit, left_by, closed
"""
_EVER: Final = f"""
    SELECT unit, entered, left_by, closed, ({ENDED}) AS gone, COUNT(*), SUM(passes), SUM(returns) FROM view_stays
    WHERE {HELD} AND {seen()}{{only}} GROUP BY unit, entered, left_by, closed, 5
"""
"""Both at once: what left had entered, and without a beginning of the period every stay was entered in it."""


@dataclass(frozen=True, slots=True)
class WorkloadRow:
    """What one office had at the moment, and what came and went in the period.

    `stock` are the open cases that it answered for, overdue ones included, and the five bands count them by the civil
    days since the open span of the case began; `oldest_days` is the greatest of these. `passes` and `returns` add up
    how often the cases in stock had been passed on and given back, `most_passes` is the most of one case, and
    `stock_imported` counts those whose times are an importer's claim.

    In the period the office `received` cases, of which `begun` were no other office's before, `reopened` ones
    included; it `passed_on`, gave back (`given_back`, after an objection) or `closed` them. `closed_passes` and
    `closed_returns` add up the passes and returns of those closed.
    """

    unit: str
    stock: int = 0
    up_to_15: int = 0
    up_to_30: int = 0
    up_to_60: int = 0
    up_to_90: int = 0
    over_90: int = 0
    oldest_days: int = 0
    passes: int = 0
    returns: int = 0
    most_passes: int = 0
    stock_imported: int = 0
    received: int = 0
    begun: int = 0
    reopened: int = 0
    passed_on: int = 0
    given_back: int = 0
    closed: int = 0
    closed_passes: int = 0
    closed_returns: int = 0


def workload(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    since: datetime | None = None,
) -> Page[WorkloadRow]:
    """Count what each office had at the moment, and what came and went over the period (since, as_of].

    One row an office that had anything to count, in the order of their names. Raises PositionRefused or UnitUnknown.
    """
    rows: dict[str, dict[str, Any]] = {}
    with reader.at(WORKLOAD, known_at) as moment:
        asking = Asking(moment, as_of, unit, since)
        for what, described in ((_stock, _stocked), (_moved, _went)):

            def count(at: Moment, cases: list[str] | None, what: Callable[[Asking], Counts] = what) -> Counts:
                return what(Asking(at, as_of, unit, since, cases=cases))

            for name, numbers in tell(moment, (what.__name__, unit, since), asking.as_of_ms, count).items():
                rows.setdefault(name, {}).update(described(asking, numbers))
    return Page(as_of, moment.known_at, tuple(WorkloadRow(name, **rows[name]) for name in sorted(rows)))


def _moved(asking: Asking) -> Counts:
    """Count by office what came in and left over the period; the first number is how many acts these were."""
    only, found = f"{asking.units()}{asking.cases()}", dict[str, list[int]]()
    sql = f"{_ENTERED} UNION ALL {_LEFT}" if asking.has_beginning else _EVER
    for unit, entered, left_by, closed, gone, *numbers in asking.ask(sql.format(only=only)):
        count, passes, returns = map(int, numbers)
        received = count if entered not in ("", "transferred_out") else 0
        came = (received, count if entered in BEGINNINGS else 0, count if entered == "reopened" else 0)
        passed_on = count if gone and left_by in ("transferred", "assigned") else 0
        given_back = count if gone and left_by == "return_approved" else 0
        went = (passed_on, given_back, *((count, passes, returns) if gone and closed else (0, 0, 0)))
        told = (received + (count if gone else 0), *came, *went)
        found[unit] = list(map(add, found.get(unit, (0,) * len(told)), told))
    return {unit: tuple(numbers) for unit, numbers in found.items() if numbers[0]}


def _went(_: Asking, numbers: Sequence[int]) -> dict[str, int]:
    return dict(zip(WorkloadRow.__slots__[12:], numbers[1:], strict=True))


def alive(asking: Asking) -> str:
    """Return what holds of the stays that lasted at the moment."""
    return f"{ALIVE} AND ep >= {asking.first_epoch()} AND {seen()}{asking.units()}"


def alive_parts(asking: Asking) -> list[str]:
    """Return what holds of the stays that lasted at the moment, one part an epoch, so that an index orders each."""
    return [f"{ALIVE} AND ep = {epoch} AND {seen()}{asking.units()}" for epoch in asking.epochs()]


def _stock(asking: Asking) -> Counts:
    """Count by office what it had: the cases, those younger than each band's end, the eldest, and sums over them."""
    starts = [start_of(asking.day.toordinal() - days) for days in BANDS]
    younger = ", ".join(f"SUM(CASE WHEN began >= {start} THEN 1 ELSE 0 END)" for start in starts)
    sums = f"COUNT(*), {younger}, SUM(passes), SUM(returns), SUM(imported), MIN(began), MAX(passes)"
    rows = asking.ask(f"SELECT unit, {sums} FROM view_stays WHERE {alive(asking)}{asking.cases()} GROUP BY unit")
    return {name: (*map(int, numbers[:-2]), Most(-numbers[-2]), Most(numbers[-1])) for name, *numbers in rows}


def _stocked(asking: Asking, numbers: Sequence[int]) -> dict[str, int]:
    stock, younger, sums = numbers[0], numbers[1 : 1 + len(BANDS)], numbers[1 + len(BANDS) :]
    bands = [later - earlier for earlier, later in pairwise([0, *younger, stock])]
    passes, returns, imported, eldest, most = map(int, sums)
    names = ("stock", *WorkloadRow.__slots__[2:7], "oldest_days", "passes", "returns", "most_passes", "stock_imported")
    return dict(zip(names, (stock, *bands, asking.days_since(-eldest), passes, returns, most, imported), strict=True))
