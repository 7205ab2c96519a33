"""Which cases must be packaged and are not (应包未包): the facts that ask for a leader package, while there is none.

A row is a fact of an open case without a package: known from `k0`, held by the office that answers, from `v0` on; it
ends when the case gets a package, is over, or goes to another office, and begins again when the case is reopened
without one. `since_day` is the day since when the fact holds, or since when the case was reopened. Which facts ask for
a package, and after how many days, are rows of the ledger's rules (`domain.tracks.packaging`): computed, never stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from sys import intern
from typing import Final

from domain.case_state import Case
from domain.effective import unix_ms
from domain.moves import AFTER, DIRECTED, OVER, REPLIED, REVIEW_SERVED
from domain.packaging_rows import PackagingRow
from domain.tracks.packaging import conditions_at, facts_of, is_packaged
from projections.answers import Page
from projections.asking import Asking, Order, Part, listed
from projections.clocks import civil_day
from projections.item_answers import alive
from projections.items import is_case
from projections.reader import Moment, Reader
from projections.states import ALIVE, DIVERTED, TAIL, begin, end, is_diverted, is_open, last_of, withdraw
from projections.tables import Column, Index, Row, Table
from projections.tallies import Counts, tell
from projections.view import Put, Rows, Step
from projections.watching import OFFICE, STATE, TRACKS

NOT_OPEN: Final = frozenset((*OVER, *AFTER, REPLIED, DIRECTED, REVIEW_SERVED))
"""States in which the matter has been answered or is over: nothing is left for a leader to take charge of."""

NEEDS = Table(
    "view_package_needs",
    3,
    (
        Column("case_id", "text"),
        Column("fact", "text"),
        Column("segment", "small"),
        Column("unit", "text"),
        Column("since_day", "integer"),
        *TAIL,
    ),
    (
        Index("page", "fact, ep, since_day, case_id, segment", "unit, k0, km, kx, v0, v1"),
        Index("unit", "unit, fact, ep, since_day, case_id, segment", "k0, km, kx, v0, v1"),
    ),
)
_ORDER = Order("since_on, case_id, number", (int, str, int))


@dataclass(frozen=True, slots=True)
class Unpackaged:
    """A condition that a case meets without having a package: since which day, and for how many civil days."""

    case: str
    unit: str
    condition: str
    fact: str
    title_zh: str
    title_en: str
    article: str
    source: str
    confidence: str
    since_on: date
    days: int


@dataclass(frozen=True, slots=True)
class UnpackagedCount:
    """How many cases must be packaged and are not; one that meets several conditions counts once in `cases`."""

    as_of: datetime
    known_at: int
    cases: int
    by_condition: dict[str, int]
    by_unit: dict[str, int]


class NeedRows:
    """The view behind `must_be_packaged`."""

    name = "packaging"
    version = 1
    tables = (NEEDS,)
    actions: frozenset[str] | None = frozenset({DIVERTED})
    watches = STATE | OFFICE | TRACKS

    def follows(self, stream: str) -> bool:
        """Cases only."""
        return is_case(stream)

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        """End the facts that ask no more, and begin those that do now."""
        before: Case = step.before
        after: Case = step.after
        same = before.office is after.office and before.tracks is after.tracks and before.version > 0
        was, now = before.state, after.state
        if same and (was is now or (was not in NOT_OPEN and now not in NOT_OPEN)):
            return ()
        if is_diverted(step):
            return ()
        if step.event.action == DIVERTED:
            return withdraw(step, rows)
        return _changed(step, before, after, rows)


NEED_ROWS = NeedRows()


def _changed(step: Step, before: Case, after: Case, rows: Rows) -> list[Put]:
    puts: list[Put] = []
    needs = rows[0]
    asks = after.state not in NOT_OPEN and not is_packaged(after)
    asked = before.version > 0 and before.state not in NOT_OPEN and not is_packaged(before)
    moved = before.office != after.office
    ended: dict[Row, Row] = {}
    if asked and (not asks or moved):
        word = "moved" if asks else "settled"
        ended = {key: end(row, step, word) for key, row in needs.items() if is_open(row)}
        puts = [(0, row) for row in ended.values()]
    if asks:
        known = facts_of(before) if asked and not moved else {}
        for fact, moment in facts_of(after).items():
            if fact not in known:
                last = last_of(needs, step.key, fact) if needs else None
                if last is not None:
                    last = ended.get(last[:_KEY], last)
                puts.append((0, _need(step, fact, moment, asked, last)))
    return puts


def _need(step: Step, fact: str, moment: datetime, asked: bool, last: Row | None) -> Row:
    """Return the row of a fact that asks from this act on; `last` is the one before it, as the act leaves it."""
    if asked and last is not None:
        since: int = last[_SINCE]
    elif not asked and step.before.version:
        since = civil_day(step.at)
    else:
        since = civil_day(step.at if moment is step.event.effective_at else unix_ms(moment))
    number = 1 if last is None else last[_KEY - 1] + 1
    return (step.key, fact, number, intern(step.after.office), since, *begin(step, last))


_KEY, _SINCE = 3, 4


def must_be_packaged(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    condition: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[Unpackaged]:
    """Return the cases that meet a packaging condition and have no package, those that have met it longest first.

    `unit` is the office that answers for the case, with its subtree; `condition` the id of a row of the rules. A case
    has a row for each condition that it meets.

    Raises PositionRefused, UnitUnknown, or CursorRefused if the cursor is another question's.
    """

    def describe(asking: Asking, rows: Sequence[Row]) -> list[Unpackaged]:
        known = _conditions(asking)
        today = asking.day.toordinal()
        return [_unpackaged(row, known[row[2]], today) for row in rows]

    def sql(asking: Asking) -> Sequence[str | Part]:
        asking.plan_once()
        return [*_longest(asking, condition)] or _meeting(asking, condition)

    named = {"condition": condition}
    return listed(reader, NEED_ROWS, (as_of, known_at, unit, None), named, _ORDER, sql, describe, limit, cursor)


def count_unpackaged(
    reader: Reader, as_of: datetime, known_at: int | None = None, *, unit: str | None = None
) -> UnpackagedCount:
    """Count what `must_be_packaged` lists. Raises what it raises."""

    def count(moment: Moment, cases: list[str] | None) -> Counts:
        asking = Asking(moment, as_of, unit, cases=cases)
        met = f"FROM ({' UNION ALL '.join(_meeting(asking, None))}) AS met"
        by_number = asking.ask(f"SELECT number, COUNT(*) {met} GROUP BY number")
        by_unit = asking.ask(f"SELECT unit, COUNT(DISTINCT case_id) {met} GROUP BY unit")
        return {row[0]: (row[1],) for row in (*by_number, *by_unit)}

    with reader.at(NEED_ROWS, known_at) as moment:
        counts = tell(moment, ("unpackaged", unit), unix_ms(as_of), count)
        known = _conditions(Asking(moment, as_of, unit))
    groups = [(group, number) for group, (number,) in counts.items()]
    by_condition = {
        known[group].id: number for group, number in sorted(one for one in groups if isinstance(one[0], int))
    }
    by_unit = dict(sorted(one for one in groups if isinstance(one[0], str)))
    return UnpackagedCount(as_of, moment.known_at, sum(by_unit.values()), by_condition, by_unit)


def _conditions(asking: Asking) -> list[PackagingRow]:
    """Return the conditions known at the position."""
    return list(conditions_at(asking.moment.reference.rules, asking.moment.known_at))


def _asked(asking: Asking, condition: str | None) -> Iterator[tuple[int, PackagingRow]]:
    """Yield the conditions that are in force, or the one that is asked about, with their numbers."""
    for number, row in enumerate(_conditions(asking)):
        if row.in_force(asking.day) and condition in (None, row.id):
            yield number, row


def _longest(asking: Asking, condition: str | None) -> Iterator[str | Part]:
    """Yield the same queries as `_meeting` in parts that an index has in their order, by what rows hold.

    Of one condition that is so epoch by epoch, but for what met it before it was in force, which counts from then.
    """
    for number, row in _asked(asking, condition):
        first, after = row.in_force_from.toordinal(), row.after_days
        of_fact = f"fact = '{row.fact}'{asking.units()} AND since_day <= {asking.day.toordinal() - after}"
        columns = f"case_id, {number} AS number, unit FROM view_package_needs"
        early = f"{alive(asking)} AND {of_fact} AND since_day <= {first - after}"
        yield f"SELECT {first} AS since_on, {columns} WHERE {early}"
        for epoch in asking.epochs():
            later = f"{ALIVE} AND ep = {epoch} AND {of_fact} AND since_day > {first - after}"
            yield Part(f"SELECT since_day AS since_on, {columns} WHERE {later}", after, "case_id, number, unit")


def _meeting(asking: Asking, condition: str | None) -> list[str]:
    """Return the queries for cases that meet conditions: since when, the case, the condition's number and the unit."""
    parts = [_cases_of(asking, row, number) for number, row in _asked(asking, condition)]
    nothing = f"SELECT 0 AS since_on, case_id, 0 AS number, unit FROM view_package_needs WHERE 1 = 0{asking.units()}"
    return parts or [nothing]


def _cases_of(asking: Asking, row: PackagingRow, number: int) -> str:
    """Return the query for cases that meet one condition; a condition asks for nothing before it is in force."""
    first, since = row.in_force_from.toordinal(), f"since_day + {row.after_days}"
    return f"""
        SELECT CASE WHEN {since} > {first} THEN {since} ELSE {first} END AS since_on, case_id, {number} AS number, unit
        FROM view_package_needs
        WHERE fact = '{row.fact}' AND {alive(asking)}{asking.units()}{asking.cases()}
            AND since_day <= {asking.day.toordinal() - row.after_days}
    """


def _unpackaged(row: Row, condition: PackagingRow, today: int) -> Unpackaged:
    since_on, case_id, _, unit = row
    titles = (condition.title_zh, condition.title_en)
    basis = (condition.article, condition.source, condition.confidence)
    named = (condition.id, condition.fact, *titles, *basis)
    return Unpackaged(case_id, unit, *named, date.fromordinal(since_on), max(0, today - since_on))
