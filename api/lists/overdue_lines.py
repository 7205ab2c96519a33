"""Overdue clocks counted: by unit, by clock, by leader; each row leads to exactly the clocks that it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from api.axes import write_as_of
from projections.answers import Page
from projections.clocks import CLOCK_ROWS
from projections.overdue import count_overdue, count_overdue_by_leader
from projections.reader import Reader

GROUPS: Final = ("unit", "clock", "leader")


@dataclass(frozen=True, slots=True)
class OverdueGroup:
    """How many overdue clocks are one unit's, one clock's or one leader's.

    `by` says which. What is neither grouped by nor asked for is "". `overdue` are the unit's own, `with_below` those of
    the offices below it too, which a list of the unit shows; the two are the same of a clock and of a leader. A leader
    "" stands for cases that no leader has taken on.
    """

    by: str
    unit: str
    clock: str
    leader: str
    overdue: int
    with_below: int
    as_of: datetime
    known_at: int


def count_groups(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    by: str = "unit",
    unit: str | None = None,
    clock: str | None = None,
) -> Page[OverdueGroup]:
    """Count the overdue clocks by unit, clock or leader, the most first.

    Raises PositionRefused, UnitUnknown, ClockUnknown.
    """
    told = count_overdue(reader, as_of, known_at, unit=unit, clock=clock)
    at = (as_of, told.known_at)
    if by == "leader":
        counts = count_overdue_by_leader(reader, as_of, told.known_at, unit=unit, clock=clock)
        rows = [
            OverdueGroup(by, unit or "", clock or "", leader, count, count, *at) for leader, count in counts.items()
        ]
    elif by == "clock":
        rows = [OverdueGroup(by, unit or "", word, "", count, count, *at) for word, count in told.by_clock.items()]
    else:
        below = _with_below(reader, told.known_at, told.by_unit)
        rows = [OverdueGroup(by, one, clock or "", "", count, below[one], *at) for one, count in told.by_unit.items()]
    found = sorted(rows, key=lambda row: (-row.overdue, row.unit, row.clock, row.leader))
    return Page(as_of, told.known_at, tuple(found))


def _with_below(reader: Reader, known_at: int, by_unit: Mapping[str, int]) -> dict[str, int]:
    """The counts of units with those of the offices below each."""
    with reader.at(CLOCK_ROWS, known_at) as moment:
        below = {unit: moment.units_under(unit) for unit in by_unit}
    return {unit: sum(by_unit.get(other, 0) for other in units) for unit, units in below.items()}


def group_links(row: OverdueGroup) -> Mapping[str, str]:
    """Lead to the overdue clocks that a row counts, with those below a unit."""
    named = {"unit": row.unit, "clock": row.clock, "leader": row.leader}
    asked = {name: word for name, word in named.items() if word}
    if not asked or (row.by == "leader" and not row.leader):
        return {}
    moment = {"as_of": write_as_of(row.as_of), **({"known_at": row.known_at - 1} if row.known_at else {})}
    return {"overdue": f"/api/overdue?{urlencode({**asked, **moment})}"}
