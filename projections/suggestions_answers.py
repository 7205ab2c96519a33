"""What is asked of suggestions: which are studied, adopted, carried out, overdue or without a reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from projections.answers import Page
from projections.asking import Asking, Order, listed
from projections.item_answers import Days, alive, day_of, maybe_day, named_rows, ordered, select
from projections.reader import Reader
from projections.states import BEGUN_LATE
from projections.suggestions import SUGGESTION_ROWS, SUGGESTIONS
from projections.tables import Row

_ORDER = Order("received_at, case_id", (int, str))
_STANDINGS = {
    None: "",
    "studied": " AND state = 'STUDIED'",
    "decided": " AND decided_at > 0",
    "implemented": " AND done_at > 0",
    "unreplied": " AND replied_at = 0 AND state <> 'LEFT'",
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One suggestion as it stood.

    `state` is STUDIED, DECIDED (adopted, or in part), DECLINED, IMPLEMENTED, or LEFT: it went another way before
    anybody decided. `due_on` is the day set for carrying it out, None for none.
    """

    case: str
    seq: int
    unit: str
    state: str
    received_on: date
    adoption: str
    decided_on: date | None
    due_on: date | None
    overdue_days: int
    implemented_on: date | None
    implemented_late: bool
    replied_on: date | None
    late_recorded: bool


@dataclass(frozen=True, slots=True)
class SuggestionCount:
    """How the suggestions of one unit stood; `overdue` are adopted, past their day and not carried out."""

    unit: str
    received: int
    studied: int
    adopted: int
    partly_adopted: int
    not_adopted: int
    implemented: int
    implemented_late: int
    overdue: int
    replied: int


def suggestions(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    standing: Literal["studied", "decided", "implemented", "overdue", "unreplied"] | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[Suggestion]:
    """Return the suggestions received by then, the first first; `unit` is the office that answers, with its subtree.

    "overdue" are adopted, past the day set and not carried out.

    Raises PositionRefused, UnitUnknown, or CursorRefused if the cursor is another question's.
    """

    def sql(asking: Asking) -> Sequence[str]:
        overdue = f" AND waiting = 1 AND {Days(asking).past()}"
        stands = overdue if standing == "overdue" else _STANDINGS[standing]
        return select(asking, SUGGESTIONS, _ORDER, asking.units() + stands)

    def describe(asking: Asking, rows: Sequence[Row]) -> list[Suggestion]:
        days = Days(asking)
        return [_described(row, days) for row in named_rows(SUGGESTIONS, rows)]

    asked, named = (as_of, known_at, unit, None), {"standing": standing}
    return listed(reader, SUGGESTION_ROWS, asked, named, ordered(_ORDER), sql, describe, limit, cursor)


def count_suggestions(
    reader: Reader, as_of: datetime, known_at: int | None = None, *, unit: str | None = None
) -> Page[SuggestionCount]:
    """Count suggestions by the unit that answers, in the units' order. Raises what `suggestions` raises."""
    with reader.at(SUGGESTION_ROWS, known_at) as moment:
        asking = Asking(moment, as_of, unit)
        ones = (
            *("state = 'STUDIED'", "adoption = 'adopted'", "adoption = 'partly_adopted'", "adoption = 'not_adopted'"),
            *("done_at > 0", "done_late = 1", f"waiting = 1 AND {Days(asking).past()}", "replied_at > 0"),
        )
        sums = ", ".join(f"SUM(CASE WHEN {one} THEN 1 ELSE 0 END)" for one in ones)
        where = f"state <> 'LEFT' AND {alive(asking)}{asking.units()}"
        rows = asking.ask(
            f"SELECT unit, COUNT(*), {sums} FROM view_suggestions WHERE {where} GROUP BY unit ORDER BY unit"
        )
    return Page(as_of, moment.known_at, tuple(SuggestionCount(row[0], *map(int, row[1:])) for row in rows))


def _described(row: Mapping[str, Any], days: Days) -> Suggestion:
    return Suggestion(
        case=row["case_id"],
        seq=row["seq"],
        unit=row["unit"],
        state=row["state"],
        received_on=day_of(row["received_at"]),
        adoption=row["adoption"],
        decided_on=maybe_day(row["decided_at"]),
        due_on=days.due_on(row),
        overdue_days=days.overdue_days(row),
        implemented_on=maybe_day(row["done_at"]),
        implemented_late=bool(row["done_late"]),
        replied_on=maybe_day(row["replied_at"]),
        late_recorded=bool(row["flags"] & BEGUN_LATE),
    )
