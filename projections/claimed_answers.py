"""What is asked of claimed deadlines: each beside the day that the law gives, and how many were kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.claim_events import CLAIMED_CLOCKS
from projections.answers import Page
from projections.asking import Asking, Order, listed
from projections.claimed import CLAIMED_ROWS, REPLACED
from projections.due import DueDays
from projections.reader import Reader
from projections.states import HELD
from projections.tables import Row

_ORDER = Order("due_day, case_id, covers, segment", (int, str, str, int))
_COVERS = {clock: covers for covers, clocks in CLAIMED_CLOCKS.items() for clock in clocks}
_OPEN = "(km >= :known_at OR v1 > :as_of)"
_DONE = f"NOT {_OPEN}"
# Claims that were replaced or passed on stand on in another row.
_STANDS = f"{HELD} AND ({_OPEN} OR (done_day > 0 AND ended_by <> '{REPLACED}'))"
_LIST = f"SELECT {_ORDER.columns}, seq, unit, done_day, met, km, v1 FROM view_claimed_deadlines WHERE {_STANDS}"
_CLOCKS = """
    SELECT case_id, clock, kind, key_day, km FROM view_clocks
    WHERE case_id IN (:values) AND k0 < :known_at AND kx >= :known_at AND v0 <= :as_of ORDER BY case_id, k0, segment
"""

Lawful = Mapping[tuple[str, str], date]


@dataclass(frozen=True, slots=True)
class ClaimedDeadline:
    """One claim as it stood: act `seq` of the case said that what it covers was due on `claimed_on` at `unit`.

    `due_on` is the day that the case's own clock gives for it, None where it has none; `done_on` the day on which that
    clock was closed, `met` whether by what was owed. `days_late` and `lawful_days_late` count civil days after either
    day until then, or until the moment asked about; 0 is in time.
    """

    case: str
    seq: int
    covers: str
    unit: str
    claimed_on: date
    due_on: date | None
    done_on: date | None
    met: bool
    days_late: int
    lawful_days_late: int


@dataclass(frozen=True, slots=True)
class ClaimedCount:
    """How one unit kept the deadlines that it says it was given.

    `kept` were met on or before the day, `late` were closed after it, met or not, `overdue` are open past it, `waiting`
    open before it; `ended` were closed by then without being met, and are in no share. `kept_per_mille` is kept ÷ (kept
    + late + overdue), None for none.
    """

    unit: str
    claimed: int
    kept: int
    late: int
    overdue: int
    waiting: int
    ended: int
    kept_per_mille: int | None


def claimed_deadlines(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[ClaimedDeadline]:
    """Return the claims standing or done by then, the earliest deadline first; `unit` means its subtree.

    Raises PositionRefused, UnitUnknown, or CursorRefused if the cursor is another question's.
    """

    def sql(asking: Asking) -> Sequence[str]:
        return [_LIST + asking.units()]

    def describe(asking: Asking, rows: Sequence[Row]) -> list[ClaimedDeadline]:
        lawful = _lawful(asking, rows)
        return [_described(asking, row, lawful) for row in rows]

    asked = (as_of, known_at, unit, None)
    return listed(reader, CLAIMED_ROWS, asked, {}, _ORDER, sql, describe, limit, cursor)


def count_claimed(
    reader: Reader, as_of: datetime, known_at: int | None = None, *, unit: str | None = None
) -> Page[ClaimedCount]:
    """Count the claims by unit, in the units' order. Raises what `claimed_deadlines` raises."""
    with reader.at(CLAIMED_ROWS, known_at) as moment:
        asking = Asking(moment, as_of, unit)
        ones = (
            *(f"{_DONE} AND met = 1 AND done_day <= due_day", f"{_DONE} AND done_day > due_day"),
            *(f"{_OPEN} AND due_day < :day", f"{_OPEN} AND due_day >= :day"),
            f"{_DONE} AND met = 0 AND done_day <= due_day",
        )
        sums = ", ".join(f"SUM(CASE WHEN {one} THEN 1 ELSE 0 END)" for one in ones)
        where = f"{_STANDS}{asking.units()}"
        sql = f"SELECT unit, COUNT(*), {sums} FROM view_claimed_deadlines WHERE {where} GROUP BY unit ORDER BY unit"
        rows = asking.ask(sql, day=asking.day.toordinal())
    return Page(as_of, moment.known_at, tuple(_counted(row[0], *map(int, row[1:])) for row in rows))


def _counted(unit: str, claimed: int, kept: int, late: int, overdue: int, waiting: int, ended: int) -> ClaimedCount:
    judged = kept + late + overdue
    share = kept * 1000 // judged if judged else None
    return ClaimedCount(unit, claimed, kept, late, overdue, waiting, ended, share)


def _lawful(asking: Asking, rows: Sequence[Row]) -> Lawful:
    """Return the day by law for what each claim covers: that of the case's last clock of its kind."""
    due = DueDays(asking.moment.reference.calendars, asking.moment.known_at)
    found = asking.ask_cases(_CLOCKS, sorted({row[1] for row in rows}))
    return {
        (case, _COVERS[clock]): due.due(kind, key_day, km)[0]
        for case, clock, kind, key_day, km in found
        if clock in _COVERS
    }


def _described(asking: Asking, row: Row, lawful: Lawful) -> ClaimedDeadline:
    due_day, case, covers, _, seq, unit, done_day, met, km, v1 = row
    done = km < asking.moment.known_at and v1 <= asking.as_of_ms
    until = done_day if done else asking.day.toordinal()
    due_on = lawful.get((case, covers))
    return ClaimedDeadline(
        case=case,
        seq=seq,
        covers=covers,
        unit=unit,
        claimed_on=date.fromordinal(due_day),
        due_on=due_on,
        done_on=date.fromordinal(done_day) if done else None,
        met=bool(met) and done,
        days_late=max(0, until - due_day),
        lawful_days_late=0 if due_on is None else max(0, until - due_on.toordinal()),
    )
