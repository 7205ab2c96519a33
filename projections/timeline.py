"""The timeline: every act of every case, who did it in which office, post and role, and its three times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from sys import intern
from typing import Any

from domain.effective import from_unix_ms, unix_ms
from domain.schema import CIVIL, Event
from projections.entries import CASE_PREFIX, read_streams
from projections.errors import CaseUnknown
from projections.reader import Reader
from projections.tables import Column, Row, Table
from projections.view import Put, Rows, Step

ACTS = Table(
    "view_acts",
    2,
    (
        Column("case_id", "text"),
        Column("seq", "integer"),
        Column("idx", "big"),
        Column("action", "text"),
        Column("actor", "text"),
        Column("post", "text"),
        Column("office", "text"),
        Column("role", "text"),
        Column("key_id", "text"),
        Column("claimed_ms", "big"),
        Column("claimed_offset", "small"),
        Column("recorded_ms", "big"),
        Column("effective_ms", "big"),
        Column("late_recorded", "small"),
        Column("imported", "small"),
    ),
)

_OF_CASE = f"SELECT {ACTS.column_names} FROM view_acts WHERE case_id = :case_id AND idx < :known_at ORDER BY seq"


class Timeline:
    """The view behind `timeline`: one row an act, never changed again."""

    name = "timeline"
    version = 1
    tables = (ACTS,)
    actions: frozenset[str] | None = None

    def follows(self, stream: str) -> bool:
        """Cases only."""
        return stream.startswith(CASE_PREFIX)

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        """Put the act's one row."""
        return ((0, _row(step.key, step.event, step.at, int(step.imported))),)


TIMELINE = Timeline()


def _row(case: str, event: Event, at: int, imported: int) -> Row:
    claimed_at = event.claimed_at
    offset = _CIVIL_MINUTES if claimed_at.tzinfo == CIVIL else _minutes(claimed_at)
    return (
        case,
        event.originator_version,
        event.index,
        event.action,
        intern(event.actor),
        intern(event.post),
        intern(event.office),
        event.role,
        intern(event.key_id.hex()),
        at if claimed_at is event.effective_at else unix_ms(claimed_at),
        offset,
        event.recorded_at_ms,
        at,
        int(event.late_recorded),
        imported,
    )


def _minutes(moment: datetime) -> int:
    """Return how many minutes a moment's clock is ahead of UTC."""
    offset = moment.utcoffset() or timedelta()
    return offset.days * 1440 + offset.seconds // 60


_CIVIL_MINUTES = 480


@dataclass(frozen=True, slots=True)
class Act:
    """One act of a case.

    `case` is the 32 hex digits of its stream, `index` the log index, `seq` the place in the case from 1, `key_id` hex.
    `effective_at` is the moment that counts; `public` are the act's public fields, read from the entry itself.
    """

    case: str
    seq: int
    index: int
    action: str
    actor: str
    post: str
    office: str
    role: str
    key_id: str
    claimed_at: datetime
    recorded_at: datetime
    effective_at: datetime
    late_recorded: bool
    imported: bool
    public: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CaseTimeline:
    """The acts of one case that are known among the first `known_at` entries of the log, in order."""

    case: str
    known_at: int
    acts: tuple[Act, ...]


def timeline(reader: Reader, case: str, known_at: int | None = None) -> CaseTimeline:
    """Return the acts of a case, given with or without its `case/`, as known at a log position.

    Raises CaseUnknown if no act of it is known there, PositionRefused if the view has not come that far.
    """
    case_id = case.removeprefix(CASE_PREFIX)
    with reader.at(TIMELINE, known_at) as moment:
        rows = moment.session.query(_OF_CASE, {"case_id": case_id, "known_at": moment.known_at})
        if not rows:
            raise CaseUnknown(f"no act of case {case_id} is known at entry {moment.known_at}")
        entries = read_streams(moment.session, reader.decode, [CASE_PREFIX + case_id], moment.known_at)
    public = {entry.seq: entry.statement["public"] for entry in entries}
    return CaseTimeline(case_id, moment.known_at, tuple(_act(row, public.get(row[1], {})) for row in rows))


def tell_act(event: Event, public: Mapping[str, Any]) -> Act:
    """Return the act that an event of a case is, without any view: what the view's row would say, made anew."""
    case = event.originator_id.removeprefix(CASE_PREFIX)
    imported = int(getattr(event, "imported", None) is not None)
    return _act(_row(case, event, unix_ms(event.effective_at), imported), public)


def _act(row: Row, public: Mapping[str, Any]) -> Act:
    case, seq, index, action, actor, post, office, role, key_id, *times, late, imported = row
    claimed_ms, offset, recorded_ms, effective_ms = times
    return Act(
        case,
        seq,
        index,
        action,
        actor,
        post,
        office,
        role,
        key_id,
        from_unix_ms(claimed_ms).astimezone(timezone(timedelta(minutes=offset))),
        from_unix_ms(recorded_ms),
        from_unix_ms(effective_ms),
        bool(late),
        bool(imported),
        public,
    )
