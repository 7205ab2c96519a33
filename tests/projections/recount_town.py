"""The town that a recount of figures looks at: its cases act by act, as known at a position, and the period asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from domain.cases import NEW_CASE, Case, fold
from domain.reference import Reference
from domain.schema import CIVIL, Event
from tests.projections.histories import OFFICES, StoredRow
from tests.projections.recount import known_reference, read_row

Member = tuple[Any, ...]
Found = Iterator[tuple[Member, bool, bool]]


class Told(NamedTuple):
    """One act with the case before and after it."""

    event: Any
    before: Case
    after: Case


@dataclass
class Town:
    """All cases as known at a position, and the period asked about, both its ends included; `start` None: ever."""

    cases: dict[str, list[Told]]
    reference: Reference
    known_at: int
    start: datetime | None
    cut: datetime
    unit: str | None
    parents: Mapping[str, str] = field(default_factory=lambda: {name: above for name, (above, _) in OFFICES.items()})

    def within(self, at: datetime) -> bool:
        return at <= self.cut and (self.start is None or at >= self.start)

    def here(self, office: str) -> bool:
        while self.unit is not None and office != self.unit:
            if not office:
                return False
            office = self.parents.get(office, "")
        return True

    def acts(self, case: str, *actions: str) -> Iterator[Told]:
        """The acts of a case that count by the cut-off."""
        return (told for told in self.cases[case] if told.event.effective_at <= self.cut and name_of(told) in actions)


def known(rows: Sequence[StoredRow], known_at: int) -> tuple[dict[str, list[Told]], Reference]:
    """Fold the first so many rows."""
    reference = known_reference(rows[:known_at])
    cases: dict[str, list[Told]] = {}
    for row in rows[:known_at]:
        if row.stream.startswith("case/"):
            told = cases.setdefault(row.stream[5:], [])
            before = told[-1].after if told else NEW_CASE
            event: Event = read_row(row, reference)
            told.append(Told(event, before, fold(before, event, reference.rules, reference.calendars)))
    return cases, reference


def month_of(month: str | None, as_of: datetime) -> tuple[datetime | None, datetime]:
    """The first and last instant of a month as far as it has gone."""
    if month is None:
        return None, as_of
    first = datetime(int(month[:4]), int(month[5:]), 1, tzinfo=CIVIL)
    following = (first + timedelta(days=40)).replace(day=1)
    return first, min(as_of, following - timedelta(milliseconds=1))


def name_of(told: Told) -> str:
    return str(told.event.action).split(".")[1]


def is_imported(told: Told) -> bool:
    return getattr(told.event, "imported", None) is not None
