"""Who was designated as chief (第一责任人) or supervising leader (分管) of an office, from which day to which.

A row is known from log index `k0`, its end from `km`; the days are proleptic ordinals, both included, `last_day` 0
while the designation stands. Source: `domain/designations.py`; the duty is article 18(2)'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from domain.designations import DesignationEnded, LeaderDesignated
from projections.answers import Page
from projections.asking import Asking, Order, listed
from projections.reader import Reader
from projections.states import last_of
from projections.tables import OPEN, Column, Row, Table
from projections.view import Put, Rows, Step

_PREFIX = "people/"

DESIGNATIONS = Table(
    "view_designations",
    4,
    (
        Column("unit", "text"),
        Column("officer", "text"),
        Column("designation", "text"),
        Column("number", "small"),
        Column("post", "text"),
        Column("first_day", "integer"),
        Column("last_day", "integer"),
        Column("k0", "big"),
        Column("km", "big"),
    ),
)
_ORDER = Order("first_day, unit, officer, designation, number", (int, str, str, str, int))
_HELD = "k0 < :known_at AND first_day <= :day"
_OVER = "(km < :known_at AND last_day < :day)"
_LIST = f"SELECT {_ORDER.columns}, post, last_day, km FROM view_designations WHERE {_HELD}"
Standing = Literal["in_force", "ended"]


class DesignationRows:
    """One row a designation; put again when its end is known."""

    name = "designations"
    version = 1
    tables = (DESIGNATIONS,)
    actions: frozenset[str] | None = frozenset({LeaderDesignated.action, DesignationEnded.action})

    def follows(self, stream: str) -> bool:
        """The streams of offices."""
        return stream.startswith(_PREFIX)

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        """Put the row of the designation that the act began or ended."""
        event: Any = step.event
        key = (step.key, event.officer, event.designation)
        last = last_of(rows[0], *key)
        if isinstance(event, LeaderDesignated):
            number = 1 if last is None else last[3] + 1
            return ((0, (*key, number, event.held_post, event.from_on.toordinal(), 0, event.index, OPEN)),)
        if last is None or last[-1] != OPEN:
            return ()
        return ((0, (*last[:6], event.ended_on.toordinal(), last[7], event.index)),)


DESIGNATION_ROWS = DesignationRows()


@dataclass(frozen=True, slots=True)
class Designated:
    """One officer's time as chief or supervising leader of `unit`, in `post`; days included, None while it is open."""

    unit: str
    officer: str
    post: str
    designation: str
    from_on: date
    until_on: date | None
    in_force: bool


def designations(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    standing: Standing | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[Designated]:
    """Return the designations that had begun by the moment's day, the first first; `unit` is an office's subtree.

    Raises PositionRefused, UnitUnknown, or CursorRefused if the cursor is another question's.
    """
    which = {None: "", "in_force": f" AND NOT {_OVER}", "ended": f" AND {_OVER}"}[standing]

    def sql(asking: Asking) -> Sequence[str]:
        return [(_LIST + which).replace(":day", str(asking.day.toordinal())) + asking.units()]

    asked, named = (as_of, known_at, unit, None), {"standing": standing}
    return listed(reader, DESIGNATION_ROWS, asked, named, _ORDER, sql, _describe, limit, cursor)


def _describe(asking: Asking, rows: Sequence[Row]) -> list[Designated]:
    return [_designated(asking, row) for row in rows]


def _designated(asking: Asking, row: Row) -> Designated:
    first_day, unit, officer, designation, _, post, last_day, km = row
    until = last_day if km < asking.moment.known_at else 0
    days = (date.fromordinal(first_day), date.fromordinal(until) if until else None)
    return Designated(unit, officer, post, designation, *days, not until or until >= asking.day.toordinal())
