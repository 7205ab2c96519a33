"""Every case told again in plain Python: its acts as known at a position, and what the domain makes of each.

The recounts of the views start from here. They know nothing of rows, tables or SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from domain.case_state import Case
from domain.cases import NEW_CASE, fold
from domain.clock import civil_day
from domain.reference import Reference
from domain.schema import CIVIL, Event
from projections.database import Database
from projections.engine import Engine
from projections.open import open_database
from tests.projections.histories import OFFICES, StoredRow, append, beginning, create_ledger, stored
from tests.projections.lives import lives
from tests.projections.recount import known_reference, read_row

END = datetime(9999, 12, 31, tzinfo=CIVIL)


@dataclass(frozen=True)
class Told:
    """One act of a case with the case before and after it."""

    event: Event
    before: Case
    after: Case

    @property
    def name(self) -> str:
        """The act's name without family and version."""
        return self.event.action.split(".")[1]

    @property
    def at(self) -> datetime:
        """The moment that counts."""
        return self.event.effective_at


@dataclass(frozen=True)
class Known:
    """All cases as known at a position, by their 32 digits."""

    reference: Reference
    cases: dict[str, list[Told]]
    known_at: int

    @property
    def seen(self) -> dict[str, list[Told]]:
        """Those that have not left every view by going to the discipline bodies."""
        return {case: told for case, told in self.cases.items() if not any(_left(one) for one in told)}


def _left(one: Told) -> bool:
    return one.name == "diverted_discipline"


def history(seed: int, count: int) -> list[StoredRow]:
    """Return the entries of a made-up ledger in which one year's calendar is entered late."""
    late = [act for act in beginning(years=(2023,)) if act.stream == "calendar"]
    acts = lives(seed, count)
    return stored([*beginning(years=(2021, 2022, 2024, 2025)), *acts[: count * 3], *late, *acts[count * 3 :]])


def filled(url: str, rows: Sequence[StoredRow]) -> Database:
    """Return a new database that holds these entries, with its views folded."""
    create_ledger(url)
    append(url, rows)
    database = open_database(url)
    Engine(database).catch_up()
    return database


_RETOLD: dict[tuple[int, int], Known] = {}


def retell(rows: Sequence[StoredRow], known_at: int) -> Known:
    """Fold the first `known_at` entries, case by case; once for both stores, the rows being a module's constant."""
    key = (id(rows), known_at)
    if key not in _RETOLD:
        _RETOLD[key] = _retell(rows[:known_at], known_at)
    return _RETOLD[key]


def _retell(known: Sequence[StoredRow], known_at: int) -> Known:
    reference = known_reference(known)
    cases: dict[str, list[Told]] = {}
    for row in known:
        if row.stream.startswith("case/"):
            told = cases.setdefault(row.stream[5:], [])
            before = told[-1].after if told else NEW_CASE
            event = read_row(row, reference)
            told.append(Told(event, before, fold(before, event, reference.rules, reference.calendars)))
    return Known(reference, cases, known_at)


def moments(seed: int, rows: Sequence[StoredRow], count: int) -> list[tuple[datetime, int, datetime | None]]:
    """Return random as-of moments, positions and beginnings of periods."""
    chance = Random(seed)
    first = datetime(2022, 4, 1, tzinfo=CIVIL)
    found = []
    for number in range(count):
        as_of = first + timedelta(seconds=chance.randrange(900 * 86_400))
        known_at = len(rows) if number % 3 == 0 else chance.randrange(20, len(rows) + 1)
        since = None if number % 2 else as_of - timedelta(days=chance.randrange(1, 300))
        found.append((as_of, known_at, since))
    return found


def under(office: str, superior: str | None) -> bool:
    """Say whether an office stands under another, or is it; every office stands under None."""
    while superior is not None and office != superior:
        if not office:
            return False
        office = OFFICES[office][0]
    return True


def in_period(moment: datetime, since: datetime | None, as_of: datetime) -> bool:
    """Say whether a moment lies in the period (since, as_of]."""
    return moment <= as_of and (since is None or moment > since)


def days_between(earlier: datetime, later: datetime) -> int:
    """Return the civil days between two moments."""
    return (civil_day(later) - civil_day(earlier)).days


def holders(told: Sequence[Told]) -> Callable[[datetime], str]:
    """Return who held the case's leader package at a moment, "" for nobody."""
    holds: list[tuple[datetime, str]] = []
    seen: set[int] = set()
    for one in told:
        package = one.after.tracks.package
        if package is None or package.holds[-1].from_seq in seen:
            continue
        hold = package.holds[-1]
        seen.add(hold.from_seq)
        holds.append((max(hold.since, holds[-1][0]) if holds else hold.since, hold.leader))

    def at(moment: datetime) -> str:
        return next((leader for since, leader in reversed(holds) if since <= moment), "")

    return at


def day_of(moment: datetime) -> date:
    """Return the civil day of a moment."""
    return civil_day(moment)
