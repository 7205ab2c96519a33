"""Receptions by leaders (领导接访): scheduled, announced to the public, held or missed. Who came is recorded nowhere.

A reception whose day has passed and of which nobody recorded whether it was held is unaccounted for: computed, never
stored. For a joint reception the units called are compared with those present.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from domain.effective import unix_ms
from domain.schema import Event
from domain.tracks.docket_rows import RECEPTION_ROWS
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
from projections.items import item_rows, item_table
from projections.reader import Reader
from projections.states import BEGUN_LATE
from projections.tables import Column, Row
from projections.view import Put, Rows, Step

RECEPTIONS = item_table(
    "view_receptions",
    Column("leader", "text"),
    Column("leader_post", "text"),
    Column("meeting_place", "text"),
    Column("published_at", "big"),
    Column("called", "text"),
    Column("present", "text"),
)
_WORDS: Final = {
    None: "",
    "planned": " AND waiting = 1",
    "held": " AND state = 'VISITED'",
    "missed": " AND state = 'MISSED'",
}


@dataclass(frozen=True, slots=True)
class Reception:
    """One reception as it stood. `state` is PLANNED, PUBLISHED, VISITED (held) or MISSED, then for `ground`.

    `called` are the units of a joint reception, `present` those of them that came, `absent` those that did not once it
    was held. `unaccounted` says that the day has passed and nobody recorded what became of it.
    """

    office: str
    item: int
    seq: int
    leader: str
    post: str
    form: str
    place: str
    planned_on: date | None
    state: str
    scheduled_on: date
    published_on: date | None
    held_on: date | None
    ground: str
    called: tuple[str, ...]
    present: tuple[str, ...]
    absent: tuple[str, ...]
    unaccounted: bool
    late_recorded: bool


@dataclass(frozen=True, slots=True)
class ReceptionCount:
    """The receptions of one leader in one post: `scheduled` in all, `upcoming` those whose day has not passed."""

    leader: str
    post: str
    office: str
    scheduled: int
    published: int
    held: int
    missed: int
    unaccounted: int
    upcoming: int


class Receptions:
    """The view behind receptions."""

    name = "receptions"
    version = 1
    tables = (RECEPTIONS,)
    actions: frozenset[str] | None = frozenset(row.action for row in RECEPTION_ROWS)

    def follows(self, stream: str) -> bool:
        """The streams in which offices announce receptions."""
        return stream.startswith("bulletin/")

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        """Put what the act scheduled or moved."""
        return ((0, row) for row in item_rows(step, rows[0], _kept))


RECEPTION_VIEW = Receptions()


def _kept(event: Event, before: Row | None) -> Row:
    given: Any = event
    if before is None:
        return (given.leader, given.leader_post, given.place, 0, " ".join(given.units), "")
    *who, published_at, called, present = before
    if event.action == "bulletin.reception_published.v1":
        published_at = unix_ms(event.effective_at)
    if event.action == "bulletin.reception_held.v1":
        present = " ".join(given.units)
    return (*who, published_at, called, present)


def receptions(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    leader: str | None = None,
    standing: Literal["planned", "held", "missed", "unaccounted"] | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[Reception]:
    """Return the receptions scheduled by then, the first scheduled first; `unit` is the office, with its subtree.

    "planned" are neither held nor missed, "unaccounted" those of them whose day has passed.

    Raises PositionRefused, UnitUnknown, or CursorRefused if the cursor is another question's.
    """

    def sql(asking: Asking) -> Sequence[str]:
        passed = f" AND waiting = 1 AND {Days(asking).past()}"
        stands = passed if standing == "unaccounted" else _WORDS[standing]
        return select(asking, RECEPTIONS, OLDEST_FIRST, filters({"leader": leader}) + asking.units("place") + stands)

    def describe(asking: Asking, rows: Sequence[Row]) -> list[Reception]:
        days = Days(asking)
        return [_told(row, days) for row in named_rows(RECEPTIONS, rows)]

    asked, named = (as_of, known_at, unit, None), {"leader": leader, "standing": standing}
    return listed(reader, RECEPTION_VIEW, asked, named, ordered(OLDEST_FIRST), sql, describe, limit, cursor)


def count_receptions(
    reader: Reader, as_of: datetime, known_at: int | None = None, *, unit: str | None = None
) -> Page[ReceptionCount]:
    """Count receptions by office, post and leader, in that order. Raises what `receptions` raises."""
    with reader.at(RECEPTION_VIEW, known_at) as moment:
        asking = Asking(moment, as_of, unit)
        past = Days(asking).past()
        ones = (
            *("published_at > 0", "state = 'VISITED'", "state = 'MISSED'"),
            *(f"waiting = 1 AND {past}", f"waiting = 1 AND NOT {past}"),
        )
        sums = ", ".join(f"SUM(CASE WHEN {one} THEN 1 ELSE 0 END)" for one in ones)
        names = "place, leader_post, leader"
        sql = f"""SELECT leader, leader_post, place, COUNT(*), {sums} FROM view_receptions
            WHERE {alive(asking)}{asking.units("place")} GROUP BY {names} ORDER BY {names}"""
        rows = asking.ask(sql)
    return Page(as_of, moment.known_at, tuple(ReceptionCount(*row[:3], *map(int, row[3:])) for row in rows))


def _told(row: Mapping[str, Any], days: Days) -> Reception:
    called, present = (tuple(row[name].split()) for name in ("called", "present"))
    held = row["state"] == "VISITED"
    return Reception(
        office=row["place"],
        item=row["item"],
        seq=row["seq"],
        leader=row["leader"],
        post=row["leader_post"],
        form=row["code"],
        place=row["meeting_place"],
        planned_on=days.due_on(row),
        state=row["state"],
        scheduled_on=day_of(row["opened_at"]),
        published_on=maybe_day(row["published_at"]),
        held_on=maybe_day(row["done_at"]),
        ground=row["outcome"],
        called=called,
        present=present,
        absent=tuple(unit for unit in called if unit not in present) if held else (),
        unaccounted=days.overdue_days(row) > 0,
        late_recorded=bool(row["flags"] & BEGUN_LATE),
    )
