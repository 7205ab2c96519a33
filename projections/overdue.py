"""Which clocks are overdue, as of a moment of the world and as known at a log position.

A clock is overdue at a moment if it had begun by then, was not closed by then as far as known, and its due day was
over: what is due that day is not yet overdue. Nothing is stored about it; the answer is a few range scans over
`view_clocks`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from domain.effective import unix_ms
from projections.clocks import CLOCK_ROWS, CLOSED_IMPORTED, CLOSED_LATE, STARTED_IMPORTED, STARTED_LATE
from projections.cursors import format_cursor, parse_cursor
from projections.overdue_question import HELD, Filters, Question
from projections.reader import Moment, Reader
from projections.scans import SortKey
from projections.tables import Row
from projections.tallies import Counts, tell

SOON_DAYS = 7
MAX_DAYS = 3_660


class OverdueClock(NamedTuple):
    """One clock that is overdue. `case` is 32 hex digits; `overdue_days` counts civil days from the due day on.

    `provisional` says that a notice yet to come can move `due_on`; `late_recorded` and `imported`, that a time behind
    the row counts from a late recording, or is an importer's claim. `leader` is the officer who holds the leader
    package of the case at the moment, "" for nobody. A clock that will soon be due has negative overdue days.
    """

    case: str
    clock: str
    segment: int
    shadow: bool
    unit: str
    due_on: date
    overdue_days: int
    provisional: bool
    late_recorded: bool
    imported: bool
    rule: str
    started_on: date
    leader: str = ""


@dataclass(frozen=True, slots=True)
class OverduePage:
    """Overdue clocks, oldest due day first; `cursor` asks for the next page, None if there is none."""

    as_of: datetime
    known_at: int
    rows: tuple[OverdueClock, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class OverdueCount:
    """How many clocks answer, in all, by unit and by clock, each in its order."""

    as_of: datetime
    known_at: int
    total: int
    by_unit: dict[str, int]
    by_clock: dict[str, int] = field(default_factory=dict)


def overdue(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    clock: str | None = None,
    leader: str | None = None,
    since: date | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> OverduePage:
    """Return the clocks overdue at `as_of`, with the first `known_at` entries known, or all that are folded.

    `unit` is an office and means its subtree, `clock` the name of a clock, `leader` an officer who holds the leader
    packages of the cases at that moment; `since` leaves out what was not overdue yet on that day. `limit` is the
    length of a page (None: all). A page's cursor carries the position of the first page, so that all pages belong
    together.

    Raises PositionRefused, UnitUnknown, ClockUnknown, or CursorRefused if the cursor is another question's.
    """
    return _page(reader, as_of, known_at, Filters(unit, clock, leader, since), limit, cursor)


def due_soon(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    days: int = SOON_DAYS,
    unit: str | None = None,
    clock: str | None = None,
    leader: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> OverduePage:
    """Return the open clocks that are not overdue and are due within so many days, that day included; next due first.

    Raises what `overdue` raises.
    """
    return _page(
        reader, as_of, known_at, Filters(unit, clock, leader, None, max(0, min(days, MAX_DAYS))), limit, cursor
    )


def count_overdue(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    clock: str | None = None,
    leader: str | None = None,
    since: date | None = None,
    soon: int | None = None,
) -> OverdueCount:
    """Count what `overdue` would list, by unit and by clock; with `soon`, what `due_soon` lists for so many days.

    Raises what `overdue` raises.
    """
    filters = Filters(unit, clock, leader, since, soon)

    def count(moment: Moment, cases: list[str] | None) -> Counts:
        question = Question(moment, as_of, filters, cases=cases)
        sql = f"SELECT unit, clock, COUNT(*) FROM view_clocks WHERE {question.condition} GROUP BY unit, clock"
        return {(row[0], row[1]): (row[2],) for row in question.ask(sql)}

    with reader.at(CLOCK_ROWS, known_at) as moment:
        counts = tell(moment, ("overdue", filters), unix_ms(as_of), count)
    by_unit: dict[str, int] = {}
    by_clock: dict[str, int] = {}
    for (name, kind), (number,) in sorted(counts.items()):
        by_unit[name] = by_unit.get(name, 0) + number
        by_clock[kind] = by_clock.get(kind, 0) + number
    return OverdueCount(as_of, moment.known_at, sum(by_unit.values()), by_unit, dict(sorted(by_clock.items())))


def count_overdue_by_leader(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    clock: str | None = None,
    since: date | None = None,
) -> dict[str, int]:
    """Count what `overdue` would list by who holds the case's leader package at that moment; "" is nobody.

    Raises what `overdue` raises.
    """
    with reader.at(CLOCK_ROWS, known_at) as moment:
        question = Question(moment, as_of, Filters(unit, clock, None, since))
        sql = f"""
            SELECT COALESCE(leader, ''), COUNT(*)
            FROM (SELECT case_id FROM view_clocks WHERE {question.condition}) AS late
            LEFT JOIN ({HELD}) AS held ON held.case_id = late.case_id GROUP BY leader
        """
        return dict(sorted(question.ask(sql)))


def _page(
    reader: Reader, as_of: datetime, known_at: int | None, filters: Filters, limit: int | None, cursor: str | None
) -> OverduePage:
    asked = [unix_ms(as_of), *filters.asked]
    after: SortKey | None = None
    if cursor is not None:
        known_at, after = parse_cursor(cursor, asked, known_at)
    with reader.at(CLOCK_ROWS, known_at) as moment:
        question = Question(moment, as_of, filters)
        rows, more = question.page(limit, after)
        leaders = question.leaders([row[2] for row in rows])
    last = format_cursor(asked, moment.known_at, question.sort_key(rows[-1])) if more else None
    described = tuple(describe(question, moment.known_at, row, leaders.get(row[2], "")) for row in rows)
    return OverduePage(as_of, moment.known_at, described, last)


def describe(question: Question, known_at: int, row: Row, leader: str) -> OverdueClock:
    """Return the answer that a row stands for."""
    kind, key_day, case, clock, segment, unit, shadow, rule, start_day, km, flags = row
    due_on, provisional = question.due.due(kind, key_day, km)
    closed = km < known_at
    late = flags & (STARTED_LATE | CLOSED_LATE * closed)
    imported = flags & (STARTED_IMPORTED | CLOSED_IMPORTED * closed)
    days = (question.day - due_on).days
    started_on = date.fromordinal(start_day)
    # To make the tuple itself is several times as fast as to call its class.
    # fmt: off
    return tuple.__new__(OverdueClock, (
        case, clock, segment, bool(shadow), unit, due_on, days, provisional, bool(late), bool(imported), rule,
        started_on, leader,
    ))
    # fmt: on
