"""Any figure again, from entries alone: folded stream by stream in memory, counted, and held against what was told.

Nothing of the stored views is believed: their rows are made anew by the one fold, some thousand cases at a time, in a
database in memory that is thrown away. What was told is either a figure as it was published, or the stored views
themselves; of these every member is compared, and the first that differs is named.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

from domain.figure_rows import Figure
from domain.reference import Reference, new_reference
from projections.claimed import CLAIMED_ROWS
from projections.clocks import CLOCK_ROWS
from projections.database import Session
from projections.entries import CASE_PREFIX, log_size, read_range, read_reference_streams
from projections.errors import PositionRefused
from projections.figures import FIGURE_FACTS
from projections.figures_lists import walk_members
from projections.figures_question import FigureQuestion, Period, figure_named, period_of
from projections.folding import Folder, StreamState, fold_streams
from projections.offices import OFFICE_TREE
from projections.reader import Moment, Reader
from projections.references import take_in
from projections.satisfaction import SATISFACTION
from projections.sqlite import SqliteSession
from projections.tables import EPOCH_BITS, Row, create_indexes, create_table
from projections.view import View
from projections.workload import WORKLOAD

NEEDED: Final[tuple[View, ...]] = (OFFICE_TREE, CLOCK_ROWS, FIGURE_FACTS, SATISFACTION, WORKLOAD, CLAIMED_ROWS)
CASES_AT_ONCE: Final = 4_000
_FIRST, _LAST = "people/", "people0"
_Asked = tuple[Figure, Period, str | None]


class Published(NamedTuple):
    """A figure as somebody published it; a count has no denominator, and exclusions may not have been told."""

    numerator: int
    denominator: int | None
    exclusions: int | None = None


class Wanted(NamedTuple):
    """One figure of many that were published together: which, for which month and subtree, and what it came to."""

    figure: str
    month: str | None
    unit: str | None
    published: Published


@dataclass(frozen=True, slots=True)
class Difference:
    """The first member on which views and entries differ: the case, the clock or item, and what each says of it.

    Each is "not a member", "denominator" or "numerator"; "unit" or "imported" where only that differs.
    """

    case: str
    clock: str
    item: int
    in_views: str
    in_entries: str


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What a figure comes to from the first `known_at` entries, and whether that is what was told.

    `told` is None if nothing was published and the views do not stand. `difference` names the first member that
    differs where the views were asked; a published figure has no members to compare.
    """

    figure: str
    unit: str | None
    month: str | None
    as_of: datetime
    known_at: int
    computed: Published
    told: Published | None
    equal: bool
    difference: Difference | None


def recompute(
    reader: Reader,
    figure: str,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    month: str | None = None,
    published: Published | None = None,
    views: bool = True,
) -> Recomputed:
    """Compute a figure from the first `known_at` entries alone (None: all), and compare it.

    With `published` it is compared with that; otherwise, unless `views` is false, with the stored views as known there.
    Raises FigureUnknown, UnitUnknown, PeriodRefused, PositionRefused, or ViewsMissing if views that are asked for do
    not stand.
    """
    one, period = figure_named(figure), period_of(month, as_of)
    with reader.database.read() as session:
        size = log_size(session) if known_at is None else known_at
        if not 0 <= size <= log_size(session):
            raise PositionRefused(f"entry {size} lies outside the log")
        entries = _Entries(session, reader, size)
        if published is not None or not views:
            (computed,) = _computed(entries, [(one, period, unit)])
            equal = published is None or published == _told_of(computed, published)
            return Recomputed(figure, unit, month, as_of, size, computed, published, equal, None)
        with reader.at(FIGURE_FACTS, size) as moment:
            return _compared(one, period, unit, as_of, entries, moment)


def recompute_published(
    reader: Reader, wanted: Sequence[Wanted], as_of: datetime, known_at: int | None = None
) -> tuple[Recomputed, ...]:
    """Compute figures that were published together, in one fold of the entries, and compare each with what was told.

    Raises what `recompute` raises.
    """
    asked = [(figure_named(one.figure), period_of(one.month, as_of), one.unit) for one in wanted]
    with reader.database.read() as session:
        size = log_size(session) if known_at is None else known_at
        if not 0 <= size <= log_size(session):
            raise PositionRefused(f"entry {size} lies outside the log")
        computed = _computed(_Entries(session, reader, size), asked)
    return tuple(
        Recomputed(
            one.figure,
            one.unit,
            one.month,
            as_of,
            size,
            found,
            one.published,
            one.published == _told_of(found, one.published),
            None,
        )
        for one, found in zip(wanted, computed, strict=True)
    )


def _computed(entries: _Entries, asked: Sequence[_Asked]) -> tuple[Published, ...]:
    """Sum every figure over the batches of one fold; only its numbers are kept of a batch."""
    sums = [(0, 0, 0)] * len(asked)
    for _, batch in entries.batches(asked):
        for number, members in enumerate(batch):
            above, below = _numbers(members)
            before = sums[number]
            sums[number] = (before[0] + above, before[1] + below, before[2] + members.excluded)
    return tuple(_published(one[0], *numbers) for one, numbers in zip(asked, sums, strict=True))


def _told_of(computed: Published, published: Published) -> Published:
    """Return what was computed, without the exclusions if those were not published."""
    return computed if published.exclusions is not None else computed._replace(exclusions=None)


def _compared(
    one: Figure, period: Period, unit: str | None, as_of: datetime, entries: _Entries, moment: Moment
) -> Recomputed:
    ours: list[_Members] = []
    theirs: list[_Members] = []
    difference: Difference | None = None
    low = ""
    for high, (members,) in entries.batches([(one, period, unit)]):
        stored = _members(FigureQuestion(moment, one, period, unit, (low, high)))
        difference = difference or _first_difference(stored, members)
        ours.append(members._replace(rows=[], counted=_numbers(members)))
        theirs.append(stored._replace(rows=[], counted=_numbers(stored)))
        low = high + "0"
    computed, told = _sum(one, ours), _sum(one, theirs)
    equal = difference is None and computed == told
    return Recomputed(one.id, unit, period.month, as_of, moment.known_at, computed, told, equal, difference)


class _Members(NamedTuple):
    """Members of some cases, in order: case, clock, item, unit, in the numerator, imported; and the excluded, counted.

    `counted` are numerator and denominator where the rows themselves are no longer needed.
    """

    rows: list[Row]
    excluded: int
    counted: tuple[int, int] | None = None


def _members(asked: FigureQuestion) -> _Members:
    rows = [
        (row[0], row[1], row[2], row[3], row[5], row[6]) for _, row in walk_members(asked, "denominator", None, None)
    ]
    excluded = sum(1 for _ in walk_members(asked, "excluded", None, None))
    return _Members(sorted(rows), excluded)


def _numbers(members: _Members) -> tuple[int, int]:
    return members.counted or (sum(row[4] for row in members.rows), len(members.rows))


def _sum(one: Figure, batches: Iterable[_Members]) -> Published:
    above = below = excluded = 0
    for members in batches:
        numerator, denominator = _numbers(members)
        above, below, excluded = above + numerator, below + denominator, excluded + members.excluded
    return _published(one, above, below, excluded)


def _published(one: Figure, above: int, below: int, excluded: int) -> Published:
    return Published(above, below, excluded) if one.rate else Published(below, None, excluded)


def _first_difference(stored: _Members, made: _Members) -> Difference | None:
    views, entries = ({row[:3]: row for row in members.rows} for members in (stored, made))
    for key in sorted(views.keys() | entries.keys()):
        one, other = views.get(key), entries.get(key)
        if one != other:
            case, clock, item = key
            return Difference(case, clock, item, _standing(one, other), _standing(other, one))
    return None


def _standing(row: Row | None, other: Row | None) -> str:
    if row is None:
        return "not a member"
    if other is not None and row[4] == other[4]:
        return f"unit {row[3]}" if row[3] != other[3] else f"imported {row[5]}"
    return "numerator" if row[4] else "denominator"


class _Entries:
    """The first entries of a log, folded into tables in memory."""

    def __init__(self, session: Session, reader: Reader, size: int) -> None:
        self._session = session
        self._decode = reader.decode
        self._size = size
        known = read_reference_streams(session, self._decode, 0, size)
        self._reference: Reference = take_in(new_reference(), known)
        self._folder = Folder(NEEDED, self._reference)

    def batches(self, asked: Sequence[_Asked]) -> Iterator[tuple[str, list[_Members]]]:
        """Yield the members of each figure among some thousand cases at a time, and the last case's id, at last "~"."""
        states = fold_streams(self._folder, read_range(self._session, self._decode, "case/", "case0", self._size))
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            scratch = SqliteSession(connection)
            self._prepare(scratch)
            while batch := list(islice(states, CASES_AT_ONCE)):
                self._load(scratch, batch)
                moment = Moment(scratch, self._size, self._size, self._reference)
                last = batch[-1].stream[len(CASE_PREFIX) :] if len(batch) == CASES_AT_ONCE else "~"
                yield last, [_members(FigureQuestion(moment, *one)) for one in asked]
                for view in NEEDED[1:]:
                    for table in view.tables:
                        scratch.run(f"DELETE FROM {table.name}")
            else:
                moment = Moment(scratch, self._size, self._size, self._reference)
                yield "~", [_members(FigureQuestion(moment, *one)) for one in asked]

    def _prepare(self, scratch: Session) -> None:
        """Create the tables, load the directory, and note when some entries were recorded."""
        for view in NEEDED:
            for table in view.tables:
                scratch.run(create_table(table, table.name, "sqlite", keyed=True))
                for statement in create_indexes(table, table.name, 0, "sqlite"):
                    scratch.run(statement)
        scratch.run("CREATE TABLE entries (notification_id INTEGER PRIMARY KEY, state BLOB NOT NULL)")
        for index in {0, self._size - 1, *range(0, self._size, 1 << EPOCH_BITS)} if self._size else ():
            for (state,) in self._session.query(
                "SELECT state FROM entries WHERE notification_id = :id", {"id": index + 1}
            ):
                scratch.run("INSERT INTO entries VALUES (:id, :state)", {"id": index + 1, "state": state[-8:]})
        self._load(
            scratch, fold_streams(self._folder, read_range(self._session, self._decode, _FIRST, _LAST, self._size))
        )

    def _load(self, scratch: Session, states: Iterable[StreamState]) -> None:
        for state in states:
            for number, rows in state.rows.items():
                for table, of_table in zip(NEEDED[number].tables, rows, strict=True):
                    if of_table:
                        scratch.load(table, table.name, of_table.values())
