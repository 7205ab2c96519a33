"""The standing queue of supervision: cases rated dissatisfied that nobody followed up, and duties not carried out.

Overdue clocks of the procedure are the overdue view's. Here stands what an office was told to do by a day and has not
done: answer supervision, set right, correct, attend a talk, report on an instruction, answer a letter or a
recommendation, carry out what it adopted, execute a task, hold a reception, visit, close a package.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from projections.answers import Page
from projections.asking import Asking, Order, listed
from projections.item_answers import Days, alive
from projections.reader import Reader
from projections.states import ALIVE, BEGUN_LATE
from projections.supervision import DISSATISFIED, SUPERVISION_ROWS
from projections.tables import Row

KINDS: Final = (
    *("dissatisfied", "supervision", "rectification", "correction", "escalation", "instruction", "coordination"),
    *("recommendation", "suggestion", "task", "reception", "visit", "package"),
)
"""What stands in the queue, by its kind."""

_ORDER = Order("since_day, stream, item, queued", (int, str, int, str))
_CIVIL_DAY = "(v0 + 28800000) / 86400000 + 719163"


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One thing that stands in the queue: act `seq` of `stream` made it what it is.

    `kind` is one of `KINDS`, `unit` the office that has to do it; `code` its word:
    trigger, step, fault, kind. `due_on` is None for a case rated dissatisfied, which waits since `since_on`; for all
    others that is the day after the due day. `days` are civil days since.
    """

    kind: str
    stream: str
    item: int
    seq: int
    unit: str
    code: str
    due_on: date | None
    since_on: date
    days: int
    late_recorded: bool


_PACKAGES: Final = "view_packages"
_ITEM: Final = ("place", "item", "seq", "track", "code")


class _Source(NamedTuple):
    """A table in which things wait: what its rows are called, its columns, and what holds of those that wait."""

    table: str
    prefix: str
    named: tuple[str, str, str, str, str]
    unit: str
    waits: str


_SOURCES: Final = (
    _Source("view_supervision", "case/", _ITEM, "unit", "waiting = 1"),
    _Source("view_recommendations", "case/", _ITEM, "unit", "waiting = 1"),
    _Source("view_suggestions", "case/", ("case_id", "item", "seq", "'suggestion'", "adoption"), "unit", "waiting = 1"),
    _Source("view_conferences", "conference/", _ITEM, "unit", "waiting = 1"),
    _Source("view_receptions", "bulletin/", _ITEM, "office", "waiting = 1"),
    _Source("view_mandates", "mandate/", _ITEM, "office", "waiting = 1"),
    _Source(_PACKAGES, "case/", ("case_id", "package", "seq", "'package'", "reason"), "office", "held = 1"),
)


def standing_queue(
    reader: Reader,
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    kind: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[QueueItem]:
    """Return what stands in the queue, the longest first; `unit` is the office that has to do it, with its subtree.

    Raises PositionRefused, UnitUnknown, or CursorRefused if the cursor is another question's.
    """

    def sql(asking: Asking) -> Sequence[str]:
        asking.plan_once()
        return [*_parts(asking, kind)]

    def describe(asking: Asking, rows: Sequence[Row]) -> list[QueueItem]:
        days = Days(asking)
        return [_told(row, days, asking.day) for row in rows]

    asked, named = (as_of, known_at, unit, None), {"queued": kind}
    return listed(reader, SUPERVISION_ROWS, asked, named, _ORDER, sql, describe, limit, cursor)


def count_queue(
    reader: Reader, as_of: datetime, known_at: int | None = None, *, unit: str | None = None
) -> dict[str, int]:
    """Count what stands in the queue, by kind. Raises what `standing_queue` raises."""
    with reader.at(SUPERVISION_ROWS, known_at) as moment:
        asking = Asking(moment, as_of, unit)
        parts = " UNION ALL ".join(_parts(asking, None))
        rows = asking.ask(f"SELECT queued, COUNT(*) FROM ({parts}) AS waits GROUP BY queued ORDER BY queued")
    return dict(rows)


def _parts(asking: Asking, kind: str | None) -> Iterator[str]:
    past = Days(asking).past()
    asked = " AND {0} = :queued" if kind is not None else ""
    for source in _SOURCES:
        place, item, seq, track, code = source.named
        late, since_day = past, "key_day"
        if source.table == "view_supervision":
            late = f"(track = '{DISSATISFIED}' OR {past})"
            since_day = f"CASE WHEN key_day > 0 THEN key_day ELSE {_CIVIL_DAY} END"
        # Packages are many, and an index has those of an epoch by their day.
        epochs = asking.epochs() if source.table == _PACKAGES else []
        for standing in [f"{ALIVE} AND ep = {epoch}" for epoch in epochs] or [alive(asking)]:
            yield f"""
                SELECT {since_day} AS since_day,
                    '{source.prefix}' || {place} AS stream, {item} AS item, {track} AS queued, {seq} AS seq,
                    {source.unit} AS unit, {code} AS code, kind, key_day, km, flags
                FROM {source.table}
                WHERE {standing} AND {source.waits} AND {late}{asking.units(source.unit)}{asked.format(track)}
            """


def _told(row: Row, days: Days, today: date) -> QueueItem:
    since_day, stream, item, kind, seq, unit, code, counted, key_day, km, flags = row
    due_on = days.day(counted, key_day, km) if key_day else None
    since_on = date.fromordinal(since_day if due_on is None else due_on.toordinal() + 1)
    waited = (today - since_on).days + (due_on is not None)
    return QueueItem(kind, stream, item, seq, unit, code, due_on, since_on, max(0, waited), bool(flags & BEGUN_LATE))
