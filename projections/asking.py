"""What all questions about rows on two axes share: the moment asked about, the units, the pages.

A row is known from log index `k0`, and its end from `km`; it holds from `v0` until `v1`, Unix milliseconds. `ep` is the
epoch, of 2^19 entries, in which its end became known: whoever was alive at a moment was ended by an entry recorded
after it, so that earlier epochs need not be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from domain.effective import DAY_MS, unix_ms
from projections.answers import Page
from projections.clocks import civil_day
from projections.cursors import FIRST_DAY, LAST_DAY, format_cursor, parse_after
from projections.entries import recorded_at
from projections.epochs import first_epoch
from projections.reader import Moment, Reader
from projections.tables import EPOCH_BITS, OPEN_EPOCH, Row
from projections.view import View

R = TypeVar("R")

HELD = "k0 < :known_at AND v0 <= :as_of"
"""What holds of rows known then that had begun to hold."""

ENDED = "km < :known_at AND v1 <= :as_of"
"""What holds of rows whose end was known then and had come."""

ALIVE = f"{HELD} AND (km >= :known_at OR v1 > :as_of)"
"""What holds of rows alive then."""

# What every row meets that is asked as known at the end of the log, and what else it says there: an end that is not
# known yet is `OPEN_AT`.
_BEGUN_TO_BE_KNOWN = re.compile(r"\b(?:[a-z_]+\.)?k0 < :known_at AND ")
_NOT_ENDED = re.compile(r"\((?:[a-z_]+\.)?km >= :known_at OR ((?:[a-z_]+\.)?v1 > :as_of)\)")
_HAS_ENDED = re.compile(
    r"\b(?:[a-z_]+\.)?km < :known_at AND ((?:(?:[a-z_]+\.)?v1 > :[a-z_]+ AND )?(?:[a-z_]+\.)?v1 <= :[a-z_]+)"
)

_BEGINNING = -(1 << 52)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_CIVIL_MS = 8 * 3_600_000


class Order(NamedTuple):
    """What a list is ordered by: the columns of a row that come first, their kinds, and the sort as SQL has it."""

    columns: str
    kinds: tuple[type, ...]


class Part(NamedTuple):
    """A part of a list whose rows have their first column less by `shift` than the list has it.

    So an index in the order of what rows hold answers a list ordered by what is reckoned from it. `rest` are the
    columns behind the first.
    """

    sql: str
    shift: int
    rest: str


class Asking:
    """One question at one moment: as of a world time, over a period that ends there, for a unit's subtree.

    `since` begins the period and is not part of it; None means from the beginning.
    Raises UnitUnknown if no office of that name is known there.
    """

    def __init__(
        self, moment: Moment, as_of: datetime, unit: str | None = None, since: datetime | None = None, **named: object
    ) -> None:
        self.moment = moment
        self.as_of_ms = unix_ms(as_of)
        self.since_ms = _BEGINNING if since is None else unix_ms(since)
        self.day = day_of(self.as_of_ms)
        self._units = [] if unit is None else moment.units_under(unit)
        times = {"known_at": moment.known_at, "as_of": self.as_of_ms, "since": self.since_ms}
        self._parameters: dict[str, object] = {**times, **named, "only_unit": next(iter(self._units), None)}

    def units(self, column: str = "unit") -> str:
        """Return what holds of rows of the unit's subtree, to be joined to a condition; nothing if no unit is asked.

        An office without any below it is asked for by itself: an index that begins with it is then in the list's order.
        """
        if len(self._units) == 1:
            return f" AND {column} = :only_unit"
        return f" AND {column} IN (:values)" if self._units else ""

    @property
    def has_beginning(self) -> bool:
        """Whether the period has one."""
        return self.since_ms != _BEGINNING

    def plan_once(self) -> None:
        """Say that the rows lie in one index in the list's order; those of several units do not."""
        if len(self._units) <= 1:
            self.moment.session.plan_once()

    def named(self, name: str) -> object:
        """Return what the question was named to be about, None if nothing of that name."""
        return self._parameters.get(name)

    def cases(self, column: str = "case_id") -> str:
        """Return what holds of rows of the cases that were named as `cases`; nothing if none were."""
        return f" AND {column} IN (:cases)" if self._parameters.get("cases") is not None else ""

    def ask(self, sql: str, **parameters: object) -> list[Row]:
        """Run a query that contains what `units` returned."""
        merged = {**self._parameters, **parameters}
        if self.moment.known_at == self.moment.position:
            sql = known_to_the_end(sql)
        if self._units:
            return self.moment.session.query_any(sql, self._units, merged)
        return self.moment.session.query(sql, merged)

    def ask_cases(self, sql: str, cases: Sequence[str]) -> list[Row]:
        """Run a query over some cases, which stand for `IN (:values)`."""
        return self.moment.session.query_any(sql, cases, self._parameters) if cases else []

    def days_since(self, milliseconds: int, until: int | None = None) -> int:
        """Return the civil days from an instant in Unix milliseconds to the moment asked about, or to another one."""
        last = self.day.toordinal() if until is None else civil_day(until)
        return last - civil_day(milliseconds)

    def first_epoch(self) -> int:
        """Return the first epoch in which a row alive at the moment can have ended; OPEN_EPOCH if none can."""
        return first_epoch(self.moment, self.as_of_ms)

    def epochs(self) -> list[int]:
        """Return the epochs in which a row alive at the moment can have ended, the open one last."""
        closed = (self.moment.position >> EPOCH_BITS) + 1
        return [*range(self.first_epoch(), closed), OPEN_EPOCH] if self.moment.position else [OPEN_EPOCH]

    def known_then(self) -> bool:
        """Say whether nothing had been recorded by the moment asked about that is not known here."""
        moment = self.moment
        if moment.known_at == moment.position:
            return True
        return self.as_of_ms < recorded_at(moment.session, moment.known_at)


def listed(
    reader: Reader,
    view: View,
    asked: tuple[datetime, int | None, str | None, datetime | None],
    named: dict[str, Any],
    order: Order,
    sql: Callable[[Asking], Sequence[str | Part]],
    describe: Callable[[Asking, Sequence[Row]], Sequence[R]],
    limit: int | None,
    cursor: str | None,
) -> Page[R]:
    """Answer with one page of a list; `asked` is as-of, known-at, unit and since, `named` the other filters.

    `sql` gives the parts of the list, queries without an order whose first columns are those of `order`; each part is
    read no further than a page, so that one index in that order answers it. A page's cursor carries the position of
    the first page, so that all pages belong together.

    Raises PositionRefused, UnitUnknown, or CursorRefused if the cursor is another question's.
    """
    as_of, known_at, unit, since = asked
    question = [view.name, order.columns, unix_ms(as_of), unit, since and unix_ms(since), named]
    after: tuple[Any, ...] | None = None
    if cursor is not None:
        known_at, after = parse_after(cursor, question, known_at, order.kinds)
    with reader.at(view, known_at) as moment:
        asking = Asking(moment, as_of, unit, since, **named)
        rows = asking.ask(_paged(sql(asking), order, limit, after), **_bound(after))
        more = limit is not None and len(rows) > limit
        rows = rows[:limit] if more else rows
        told = tuple(describe(asking, rows))
    last = format_cursor(question, moment.known_at, tuple(rows[-1][: len(order.kinds)])) if more and rows else None
    return Page(as_of, moment.known_at, told, last)


def _paged(parts: Sequence[str | Part], order: Order, limit: int | None, after: tuple[Any, ...] | None) -> str:
    ending = f" ORDER BY {order.columns}" + (f" LIMIT {limit + 1}" if limit is not None else "")
    inner = ending if limit is not None else ""
    read = [_read(part, order, inner, None if after is None else len(after)) for part in parts]
    if len(read) == 1:
        return read[0] if limit is not None else read[0] + ending
    union = " UNION ALL ".join(f"SELECT * FROM ({part}) AS part{number}" for number, part in enumerate(read))
    return f"SELECT * FROM ({union}) AS listed{ending}"


def _read(part: str | Part, order: Order, ending: str, after: int | None) -> str:
    sql, shift, rest = part if isinstance(part, Part) else (part, 0, "")
    first, less, bound = order.columns.partition(",")[0], f" - {shift}" if shift else "", ""
    if after is not None:
        places = ", ".join((f":after0{less}", *(f":after{number}" for number in range(1, after))))
        bound = f" WHERE {first} >= :after0{less} AND ({order.columns}) > ({places})"
    read = f"SELECT * FROM ({sql}) AS part{bound}{ending}"
    return f"SELECT {first} + {shift} AS {first}, {rest} FROM ({read}) AS shifted" if shift else read


def _bound(after: tuple[Any, ...] | None) -> dict[str, object]:
    return {f"after{number}": value for number, value in enumerate(after or ())}


@lru_cache(maxsize=1024)
def known_to_the_end(sql: str) -> str:
    """Return what is to be asked where all that is folded is known: there is nothing that was known later.

    So every row was known, and has ended where its end has come. To hold a million rows against that takes as long as
    to count them.
    """
    return _HAS_ENDED.sub(r"\1", _NOT_ENDED.sub(r"\1", _BEGUN_TO_BE_KNOWN.sub("", sql)))


def day_of(milliseconds: int) -> date:
    """Return the civil day of an instant in Unix milliseconds, within the days that calendars can count.

    Before the first regulation nothing was recorded, and near the ends of time nothing will be.
    """
    return date.fromordinal(min(max(civil_day(milliseconds), FIRST_DAY), LAST_DAY))


def start_of(day: int) -> int:
    """Return the first instant of a civil day, given as a proleptic ordinal, in Unix milliseconds."""
    return (day - _EPOCH_DAY) * DAY_MS - _CIVIL_MS
