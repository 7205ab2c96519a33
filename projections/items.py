"""Things on the tracks as rows: one row an act on one thing, which says what the thing was from that act on.

The moves are those of the domain's tables (`domain.tracks.rows`); an act that names nothing alive changes nothing, as
there. A thing is named by its stream without the prefix (`place`) and the number of the act that opened it (`item`).
`waiting` says that the office it is for has something to do, `done_at` when that was done, `done_due` the due day that
it was judged by then. Due days of what waits come from `kind`, `key_day` and a calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from sys import intern
from typing import Any, Final

from domain.schema import Event
from domain.tracks.rows import ROWS, SETTLED
from domain.tracks.table import NONE
from domain.tracks.table import Row as TrackRow
from projections.clocks import civil_day, kind_of
from projections.due import due_day
from projections.entries import CASE_PREFIX
from projections.states import TAIL, began_at, begin, end, last_of
from projections.tables import Column, Index, Row, Table
from projections.view import Step

AS_SET: Final = -2
"""How the day of an act counts that sets no clock: as it stands, it rolls over nothing."""

HEAD = (
    Column("place", "text"),
    Column("item", "integer"),
    Column("segment", "small"),
    Column("seq", "integer"),
    Column("act", "text"),
    Column("actor", "text"),
    Column("track", "text"),
    Column("state", "text"),
    Column("waiting", "small"),
    Column("settled", "small"),
    Column("office", "text"),
    Column("unit", "text"),
    Column("code", "text"),
    Column("outcome", "text"),
    Column("about", "big"),
    Column("kind", "small"),
    Column("key_day", "integer"),
    Column("returned", "small"),
    Column("opened_at", "big"),
    Column("done_at", "big"),
    Column("done_due", "integer"),
    Column("done_late", "small"),
)
WAITING: Final = frozenset(
    {
        ("supervision", "OPEN"),
        ("rectification", "ORDERED"),
        ("correction", "ORDERED"),
        ("escalation", "ORDERED"),
        ("recommendation", "ISSUED"),
        ("suggestion", "DECIDED"),
        ("instruction", "GIVEN"),
        ("coordination", "SENT"),
        ("task", "SET"),
        ("visit", "PLANNED"),
        ("reception", "PLANNED"),
        ("reception", "PUBLISHED"),
    }
)
"""The states in which the office that a thing is for has to do what it was told by the day set."""

_TABLE = Table("", 3, HEAD)
_AT: Final = {column.name: number for number, column in enumerate(HEAD)}
_TRACK, _STATE, _OPENED = _AT["track"], _AT["state"], _AT["opened_at"]
_DONE = slice(_AT["done_at"], len(HEAD))
_DOES: Final = frozenset({"conference.task_executed.v1", "bulletin.reception_held.v1", "mandate.visit_held.v1"})
_OUTCOMES: Final = ("finding", "adoption", "measure", "ground")
_UNDONE: Final = (0, 0, 0)

Extras = Callable[[Event, Row | None], Row]
"""What a view keeps of a thing beside the common columns: from the act and the extras before it, None at first."""


def item_table(name: str, *extra: Column) -> Table:
    """Return the table of a view of things, with the columns that it alone has."""
    order = "opened_at, place, item, segment"
    carried = "waiting, settled, kind, key_day, k0, km, kx, v0, v1, done_at, done_late"
    indexes = (
        Index("page", f"track, ep, {order}", f"unit, office, state, {carried}"),
        Index("unit", f"unit, track, ep, {order}", carried),
    )
    return Table(name, 3, (*HEAD, *extra, *TAIL), indexes)


def no_extras(event: Event, before: Row | None) -> Row:
    """Keep nothing beside the common columns."""
    return ()


def item_rows(step: Step, rows: Mapping[Row, Row], extras: Extras = no_extras) -> Iterator[Row]:
    """Yield the rows that an act of a track puts: the state that it ends, and the one that it begins."""
    event = step.event
    track = ROWS[event.action]
    place = step.key
    if track.opens:
        yield opened(step, track, place, extras)
        return
    given: Any = event
    last = last_of(rows, place, given.item)
    if last is not None and last[_TRACK] == track.track and last[_STATE] in track.moves:
        yield end(last, step, word_of(event))
        yield _moved(step, track, last, extras)


def opened(step: Step, track: TrackRow, place: str, extras: Extras) -> Row:
    """Return the first state of the thing that an act opens."""
    event = step.event
    given: Any = event
    state = track.target(NONE, event)
    head = (
        place,
        event.originator_version,
        1,
        event.originator_version,
        word_of(event),
        event.actor,
        track.track,
        *_standing(track.track, state),
        intern(event.office),
        intern(getattr(event, "unit", "")),
        getattr(given, track.code) if track.code else "",
        _outcome(event, ""),
        getattr(given, track.about) if track.about else 0,
        *_due(step, track, None),
        0,
    )
    tail = begin(step)
    return (*head, began_at(tail), *_UNDONE, *extras(event, None), *tail)


def _moved(step: Step, track: TrackRow, last: Row, extras: Extras) -> Row:
    event = step.event
    named = dict(zip(_AT, last, strict=False))
    state = track.target(named["state"], event)
    returned = event.action.endswith("_returned.v1")
    tail = begin(step, last)
    done: Row = _UNDONE if returned else last[_DONE]
    if track.meets or event.action in _DOES:
        done = judged(step, named["kind"], named["key_day"], began_at(tail))
    head = (
        *last[:2],
        named["segment"] + 1,
        event.originator_version,
        word_of(event),
        event.actor,
        track.track,
        *_standing(track.track, state),
        *(named[name] for name in ("office", "unit", "code")),
        _outcome(event, named["outcome"]),
        named["about"],
        *_due(step, track, named),
        named["returned"] + returned,
        last[_OPENED],
        *done,
    )
    return (*head, *extras(event, last[len(HEAD) : -len(TAIL)]), *tail)


def _standing(track: str, state: str) -> Row:
    pair = (track, state)
    return (state, int(pair in WAITING), int(pair in SETTLED))


def _outcome(event: Event, before: str) -> str:
    return next((getattr(event, name) for name in _OUTCOMES if hasattr(event, name)), before)


def _due(step: Step, track: TrackRow, before: Mapping[str, Any] | None) -> Row:
    """Return how the day of a thing counts, and the day, 0 for none: that of its clock where the act starts one."""
    event = step.event
    if track.clock:
        running = step.after.running
        number = event.originator_version
        found = next((c for c in running if c.started_seq == number and c.clock == track.clock), None)
        if found is not None:
            rule = step.reference.rules.at(found.started_index).clocks[found.rule]
            return (min(kind_of(found.day_kind, 0, rule.weekends_roll), 0), found.key_day.toordinal())
    due_on = getattr(event, "due_on", None)
    if due_on is not None:
        return (AS_SET, due_on.toordinal())
    return (AS_SET, 0) if before is None or track.clock else (before["kind"], before["key_day"])


def judged(step: Step, kind: int, key_day: int, at: int) -> Row:
    """Return when a duty was done, the day it was due by the calendar known before, and whether it was done late."""
    if not key_day:
        return (at, 0, 0)
    calendar = step.reference.calendars.as_known(step.event.index - 1)
    due = key_day if kind == AS_SET else due_day(calendar, kind, key_day).toordinal()
    return (at, due, int(civil_day(at) > due))


def word_of(event: Event) -> str:
    """Return an act's name without its family and version, as rows hold it."""
    return word_of_action(event.action)


@cache
def word_of_action(action: str) -> str:
    """Return the name of an action, of which there are some hundreds, without its family and version."""
    return intern(action.split(".")[1])


def is_case(stream: str) -> bool:
    """Say whether a stream is a case."""
    return stream.startswith(CASE_PREFIX)
