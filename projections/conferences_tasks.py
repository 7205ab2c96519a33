"""The tasks that joint conferences set: who has to execute what by when, and what was not executed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from projections.answers import Page
from projections.asking import Asking, listed
from projections.conferences import CONFERENCE_VIEW, CONFERENCES
from projections.item_answers import OLDEST_FIRST, Days, alive, day_of, filters, maybe_day, named_rows, ordered, select
from projections.reader import Reader
from projections.states import BEGUN_LATE
from projections.tables import Row

_STANDINGS = {
    None: "",
    "open": " AND waiting = 1",
    "executed": " AND done_at > 0",
    "accepted": " AND state = 'ACCEPTED'",
}


@dataclass(frozen=True, slots=True)
class Task:
    """One task as it stood, set for `unit` by a day that rolls over nothing; executed means with proof.

    `returned` counts how often what was executed did not do; `late` says that it was executed after its day.
    """

    office: str
    item: int
    seq: int
    meeting: int
    unit: str
    case: str
    state: str
    set_on: date
    due_on: date | None
    overdue_days: int
    executed_on: date | None
    late: bool
    returned: int
    accepted_on: date | None
    late_recorded: bool


@dataclass(frozen=True, slots=True)
class TaskCount:
    """How the tasks of one unit stood; `overdue` are not executed and past their day."""

    unit: str
    tasks: int
    executed: int
    late: int
    accepted: int
    overdue: int


def tasks(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    meeting: int | None = None,
    standing: Literal["open", "overdue", "executed", "accepted"] | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[Task]:
    """Return the tasks set by then; `unit` is the office that has to execute, with its subtree.

    "open" are not executed, "overdue" those of them whose day has passed. Raises PositionRefused, UnitUnknown,
    or CursorRefused if the cursor is another question's.
    """
    named = {"about": meeting}

    def sql(asking: Asking) -> Sequence[str]:
        overdue = f" AND waiting = 1 AND {Days(asking).past()}"
        stands = overdue if standing == "overdue" else _STANDINGS[standing]
        return select(asking, CONFERENCES, OLDEST_FIRST, f" AND track = 'task'{filters(named)}{asking.units()}{stands}")

    def describe(asking: Asking, rows: Sequence[Row]) -> list[Task]:
        days = Days(asking)
        return [_task(row, days) for row in named_rows(CONFERENCES, rows)]

    asked = (as_of, known_at, unit, None)
    bound = {**named, "standing": standing}
    return listed(reader, CONFERENCE_VIEW, asked, bound, ordered(OLDEST_FIRST), sql, describe, limit, cursor)


def count_tasks(
    reader: Reader, as_of: datetime, known_at: int | None = None, *, unit: str | None = None
) -> Page[TaskCount]:
    """Count tasks by the unit that has to execute them, in the units' order. Raises what `tasks` raises."""
    with reader.at(CONFERENCE_VIEW, known_at) as moment:
        asking = Asking(moment, as_of, unit)
        ones = ("done_at > 0", "done_late = 1", "state = 'ACCEPTED'", f"waiting = 1 AND {Days(asking).past()}")
        sums = ", ".join(f"SUM(CASE WHEN {one} THEN 1 ELSE 0 END)" for one in ones)
        where = f"track = 'task' AND {alive(asking)}{asking.units()}"
        rows = asking.ask(
            f"SELECT unit, COUNT(*), {sums} FROM view_conferences WHERE {where} GROUP BY unit ORDER BY unit"
        )
    return Page(as_of, moment.known_at, tuple(TaskCount(row[0], *map(int, row[1:])) for row in rows))


def _task(row: Mapping[str, Any], days: Days) -> Task:
    return Task(
        office=row["place"],
        item=row["item"],
        seq=row["seq"],
        meeting=row["about"],
        unit=row["unit"],
        case=row["ref"],
        state=row["state"],
        set_on=day_of(row["opened_at"]),
        due_on=days.due_on(row),
        overdue_days=days.overdue_days(row),
        executed_on=maybe_day(row["done_at"]),
        late=bool(row["done_late"]),
        returned=row["returned"],
        accepted_on=day_of(row["v0"]) if row["state"] == "ACCEPTED" else None,
        late_recorded=bool(row["flags"] & BEGUN_LATE),
    )
