"""The three recommendations (三项建议), to improve work or policy or to hold to account, and what became of each.

A recommendation is replied to once the unit says in writing whether it adopts it, or decides on accountability. What is
adopted is not yet done: implementation is counted apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from domain.schema import Event
from domain.tracks.rows import TRACK_ROWS
from domain.tracks.vocabulary import RECOMMENDATIONS
from projections.answers import Page
from projections.asking import Asking, listed
from projections.item_answers import (
    OLDEST_FIRST,
    Days,
    alive,
    day_of,
    filters,
    maybe_day,
    named_rows,
    ordered,
    select,
)
from projections.items import is_case, item_rows, item_table
from projections.reader import Reader
from projections.states import BEGUN_LATE, DIVERTED, is_diverted, withdraw
from projections.tables import Column, Row
from projections.view import Put, Rows, Step

ADVICE = item_table(
    "view_recommendations", Column("concerning", "text"), Column("adoption", "text"), Column("measure", "text")
)
_ACTS: Final = frozenset(row.action for row in TRACK_ROWS if row.track == "recommendation")
_STANDINGS = {
    None: "",
    "open": " AND waiting = 1",
    "replied": " AND done_at > 0",
    "implemented": " AND state = 'IMPLEMENTED'",
}


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One recommendation as it stood; act `item` of the case issued it, act `seq` was the last on it.

    `unit` decides on it, `concerning` is the unit that it is about, "" for none. `adoption` and `measure` are "" until
    the unit said so; `replied_on` is when it did, `reply_late` whether after `due_on`. `changed_on` is that of `seq`.
    """

    case: str
    item: int
    seq: int
    kind: str
    office: str
    unit: str
    concerning: str
    state: str
    issued_on: date
    due_on: date | None
    overdue_days: int
    replied_on: date | None
    reply_late: bool
    adoption: str
    measure: str
    implemented_on: date | None
    changed_on: date
    late_recorded: bool


@dataclass(frozen=True, slots=True)
class RecommendationCount:
    """How recommendations of one kind stood: `overdue` are not replied to and past their day."""

    kind: str
    issued: int
    replied: int
    replied_late: int
    adopted: int
    partly_adopted: int
    not_adopted: int
    implemented: int
    overdue: int


class RecommendationRows:
    """The view behind `recommendations`."""

    name = "recommendations"
    version = 1
    tables = (ADVICE,)
    actions: frozenset[str] | None = _ACTS | {DIVERTED}

    def follows(self, stream: str) -> bool:
        """Cases only."""
        return is_case(stream)

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        """Put what the act issued or moved."""
        if is_diverted(step):
            return ()
        if step.event.action == DIVERTED:
            return withdraw(step, rows)
        return ((0, row) for row in item_rows(step, rows[0], _said))


RECOMMENDATION_ROWS = RecommendationRows()


def _said(event: Event, before: Row | None) -> Row:
    concerning, adoption, measure = before or (getattr(event, "concerning", ""), "", "")
    return (concerning, getattr(event, "adoption", adoption), getattr(event, "measure", measure))


def recommendations(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    kind: str | None = None,
    standing: Literal["open", "overdue", "replied", "implemented"] | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[Recommendation]:
    """Return the recommendations issued by then, the first issued first; `kind` is improve, policy or accountability.

    `unit` is the office that has to reply, with its subtree; "overdue" are open ones whose day has passed.

    Raises PositionRefused, UnitUnknown, or CursorRefused if the cursor is another question's.
    """

    def sql(asking: Asking) -> Sequence[str]:
        overdue = f" AND waiting = 1 AND {Days(asking).past()}"
        stands = overdue if standing == "overdue" else _STANDINGS[standing]
        return select(asking, ADVICE, OLDEST_FIRST, filters({"code": kind}) + asking.units() + stands)

    def describe(asking: Asking, rows: Sequence[Row]) -> list[Recommendation]:
        days = Days(asking)
        return [_told(row, days) for row in named_rows(ADVICE, rows)]

    named = {"code": kind, "standing": standing}
    asked = (as_of, known_at, unit, None)
    return listed(reader, RECOMMENDATION_ROWS, asked, named, ordered(OLDEST_FIRST), sql, describe, limit, cursor)


def count_recommendations(
    reader: Reader, as_of: datetime, known_at: int | None = None, *, unit: str | None = None
) -> Page[RecommendationCount]:
    """Count recommendations by kind, every kind in its order. Raises what `recommendations` raises."""
    with reader.at(RECOMMENDATION_ROWS, known_at) as moment:
        asking = Asking(moment, as_of, unit)
        ones = (
            *("done_at > 0", "done_late = 1", "adoption = 'adopted'", "adoption = 'partly_adopted'"),
            *("adoption = 'not_adopted'", "state = 'IMPLEMENTED'", f"waiting = 1 AND {Days(asking).past()}"),
        )
        sums = ", ".join(f"SUM(CASE WHEN {one} THEN 1 ELSE 0 END)" for one in ones)
        where = f"{alive(asking)}{asking.units()}"
        sql = f"SELECT code, COUNT(*), {sums} FROM view_recommendations WHERE {where} GROUP BY code"
        found = {row[0]: row[1:] for row in asking.ask(sql)}
    kinds = [RecommendationCount(kind, *map(int, found.get(kind, (0,) * 8))) for kind in RECOMMENDATIONS]
    return Page(as_of, moment.known_at, tuple(kinds))


def _told(row: Mapping[str, Any], days: Days) -> Recommendation:
    same = ("item", "seq", "office", "unit", "concerning", "state", "adoption", "measure")
    return Recommendation(
        case=row["place"],
        kind=row["code"],
        issued_on=day_of(row["opened_at"]),
        due_on=days.due_on(row),
        overdue_days=days.overdue_days(row),
        replied_on=maybe_day(row["done_at"]),
        reply_late=bool(row["done_late"]),
        implemented_on=day_of(row["v0"]) if row["state"] == "IMPLEMENTED" else None,
        changed_on=day_of(row["v0"]),
        late_recorded=bool(row["flags"] & BEGUN_LATE),
        **{name: row[name] for name in same},
    )
