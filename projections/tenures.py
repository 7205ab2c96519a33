"""Who held which post from which day to which: the tenures by which responsibility is attributed.

A row is known from log index `k0`, its end from `km`; the days are proleptic ordinals, both included, `last_day` 0
while the tenure runs. An office that is closed ends every tenure in it on the day of that act.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from domain.people_events import OfficeClosed, OfficerAppointed, TenureEnded
from projections.clocks import civil_day
from projections.reader import Moment
from projections.states import last_of
from projections.tables import OPEN, Column, Row, Table
from projections.view import Put, Rows, Step

_PREFIX = "people/"

TENURES = Table(
    "view_tenures",
    4,
    (
        Column("officer", "text"),
        Column("office", "text"),
        Column("post", "text"),
        Column("number", "small"),
        Column("first_day", "integer"),
        Column("last_day", "integer"),
        Column("k0", "big"),
        Column("km", "big"),
    ),
)
_OF = """
    SELECT officer, office, post, first_day, CASE WHEN km < :known_at THEN last_day ELSE 0 END FROM view_tenures
    WHERE officer IN (:values) AND k0 < :known_at ORDER BY officer, office, post, number
"""


class Tenure(NamedTuple):
    """One officer's time in one post in proleptic days, both included; `last_day` is 0 while it runs."""

    first_day: int
    last_day: int


Holder = tuple[str, str, str]
"""Office, post and officer."""


class Tenures:
    """One row a tenure; put again when its end is known."""

    name = "tenures"
    version = 1
    tables = (TENURES,)
    actions: frozenset[str] | None = frozenset({OfficerAppointed.action, TenureEnded.action, OfficeClosed.action})

    def follows(self, stream: str) -> bool:
        """The streams of offices."""
        return stream.startswith(_PREFIX)

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        """Put the row of every tenure that the act began or ended."""
        event: Any = step.event
        office = step.key
        if isinstance(event, OfficerAppointed):
            key = (event.officer, office, event.held_post)
            last = last_of(rows[0], *key)
            number = 1 if last is None else last[3] + 1
            return ((0, (*key, number, event.from_on.toordinal(), 0, event.index, OPEN)),)
        if isinstance(event, TenureEnded):
            last = last_of(rows[0], event.officer, office, event.held_post)
            return () if last is None else ((0, _ended(last, event.ended_on.toordinal(), event.index)),)
        return _closed(step, rows)


TENURE_ROWS = Tenures()


def _closed(step: Step, rows: Rows) -> Iterator[Put]:
    day = civil_day(step.at)
    for row in rows[0].values():
        if row[-1] == OPEN:
            yield 0, _ended(row, day, step.event.index)


def _ended(row: Row, day: int, index: int) -> Row:
    return (*row[:5], day, row[6], index)


def tenures_of(moment: Moment, officers: Sequence[str]) -> dict[Holder, list[Tenure]]:
    """Return the tenures of these officers as known at the moment, in the order in which they became known."""
    found: dict[Holder, list[Tenure]] = {}
    rows = moment.session.query_any(_OF, officers, {"known_at": moment.known_at}) if officers else []
    for officer, office, post, first_day, last_day in rows:
        found.setdefault((office, post, officer), []).append(Tenure(first_day, last_day))
    return found


def tenure_on(tenures: Sequence[Tenure], day: int) -> Tenure | None:
    """Return the tenure that a day belongs to: the last one begun by then, else the first; None without any."""
    begun = [tenure for tenure in tenures if tenure.first_day <= day]
    return begun[-1] if begun else next(iter(tenures), None)
