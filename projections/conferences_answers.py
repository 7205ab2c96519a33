"""What is asked of joint conferences: their meetings, who presided and who came, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from projections.answers import Page
from projections.asking import Asking, Order, listed
from projections.conferences import ATTENDANCE, CONFERENCE_VIEW, CONFERENCES
from projections.item_answers import (
    OLDEST_FIRST,
    Days,
    day_of,
    filters,
    maybe_day,
    named_rows,
    ordered,
    select,
)
from projections.reader import Reader
from projections.states import ALIVE
from projections.tables import Row

_MEMBERS = Order("place, meeting, member", (str, int, str))


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting as it stood. `presided_by` is "" until it was held; `delegated_by` is the chief who sent another.

    `present`, `delegates` and `absent` count member offices; `tasks_open` are not executed yet.
    """

    office: str
    item: int
    form: str
    state: str
    convened_on: date
    planned_on: date | None
    held_on: date | None
    presided_by: str
    presided_post: str
    presided_office: str
    delegated_by: str
    present: int
    delegates: int
    absent: int
    decisions: int
    tasks: int
    tasks_open: int
    minuted_on: date | None


@dataclass(frozen=True, slots=True)
class Attendance:
    """How one member office was represented at a meeting, by post."""

    office: str
    meeting: int
    member: str
    member_post: str
    attendance: str
    seq: int


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of a meeting; `case` is the case that it is about, "" for none."""

    office: str
    item: int
    meeting: int
    decision: str
    case: str
    decided_on: date
    dissents: int


def meetings(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[Meeting]:
    """Return the meetings convened by then, the first convened first; `unit` is the conference, with its subtree.

    Raises PositionRefused, UnitUnknown, or CursorRefused if the cursor is another question's.
    """

    def sql(asking: Asking) -> Sequence[str]:
        return select(asking, CONFERENCES, OLDEST_FIRST, f" AND track = 'meeting'{asking.units('place')}")

    def describe(asking: Asking, rows: Sequence[Row]) -> list[Meeting]:
        found = list(named_rows(CONFERENCES, rows))
        places = sorted({row["place"] for row in found})
        counts = _counted(asking, places)
        return [_meeting(row, Days(asking), counts) for row in found]

    return listed(
        reader, CONFERENCE_VIEW, (as_of, known_at, unit, None), {}, ordered(OLDEST_FIRST), sql, describe, limit, cursor
    )


def attendance(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    office: str | None = None,
    meeting: int | None = None,
    member: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[Attendance]:
    """Return how members were represented; `unit` is the member, with its subtree. Raises what `meetings` raises."""
    named = {"place": office, "meeting": meeting, "member": member}

    def sql(asking: Asking) -> Sequence[str]:
        return select(asking, ATTENDANCE, _MEMBERS, filters(named) + asking.units("member"))

    def describe(asking: Asking, rows: Sequence[Row]) -> list[Attendance]:
        same = ("meeting", "member", "member_post", "attendance", "seq")
        return [Attendance(row["place"], *[row[name] for name in same]) for row in named_rows(ATTENDANCE, rows)]

    asked = (as_of, known_at, unit, None)
    return listed(reader, CONFERENCE_VIEW, asked, named, ordered(_MEMBERS), sql, describe, limit, cursor)


def decisions(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    meeting: int | None = None,
    case: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[Decision]:
    """Return the decisions of conferences; `unit` is the conference. Raises what `meetings` raises."""
    named = {"about": meeting, "ref": case}

    def sql(asking: Asking) -> Sequence[str]:
        return select(
            asking, CONFERENCES, OLDEST_FIRST, f" AND track = 'decision'{filters(named)}{asking.units('place')}"
        )

    def describe(asking: Asking, rows: Sequence[Row]) -> list[Decision]:
        return [_decision(row) for row in named_rows(CONFERENCES, rows)]

    asked = (as_of, known_at, unit, None)
    return listed(reader, CONFERENCE_VIEW, asked, named, ordered(OLDEST_FIRST), sql, describe, limit, cursor)


def _counted(asking: Asking, places: Sequence[str]) -> dict[tuple[str, int, str], int]:
    """Count what belongs to meetings, by conference, meeting and word."""
    sql = f"""SELECT place, about, track, COUNT(*), SUM(waiting) FROM view_conferences
        WHERE place IN (:values) AND track IN ('decision', 'task') AND {ALIVE} GROUP BY place, about, track"""
    found: dict[tuple[str, int, str], int] = {}
    for place, meeting, track, count, waiting in asking.ask_cases(sql, places):
        found |= {(place, meeting, track): count, (place, meeting, f"{track} open"): int(waiting)}
    sql = f"""SELECT place, meeting, attendance, COUNT(*) FROM view_conference_attendance
        WHERE place IN (:values) AND {ALIVE} GROUP BY place, meeting, attendance"""
    found.update((tuple(row[:3]), row[3]) for row in asking.ask_cases(sql, places))
    return found


def _meeting(row: Mapping[str, Any], days: Days, counts: Mapping[tuple[str, int, str], int]) -> Meeting:
    words = ("present", "delegate", "absent", "decision", "task", "task open")
    present, delegates, absent, decided, tasked, undone = (
        counts.get((row["place"], row["item"], word), 0) for word in words
    )
    return Meeting(
        row["place"],
        row["item"],
        row["code"],
        row["state"],
        day_of(row["opened_at"]),
        days.due_on(row),
        maybe_day(row["met_at"]),
        row["leader"],
        row["leader_post"],
        row["leader_office"],
        row["delegated_by"],
        present,
        delegates,
        absent,
        decided,
        tasked,
        undone,
        day_of(row["v0"]) if row["state"] == "MINUTED" else None,
    )


def _decision(row: Mapping[str, Any]) -> Decision:
    named = (row["place"], row["item"], row["about"], row["code"], row["ref"])
    return Decision(*named, day_of(row["opened_at"]), row["dissents"])
