"""The clocks of items: which act sets a day, which meets it, and what an extension or a hand-over makes of it.

A clock of a track runs for one item, which remembers the act that started it: two recommendations to one unit
have two clocks, and the reply to one meets that one alone. A deadline extended in time is a new segment from
the same start; one extended too late is noted and stays where it was. A hand-over passes the clock on as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from domain.clock import Change, Clock, Clocks, civil_day
from domain.clocks import Rules
from domain.rows import ClockRow
from domain.schema import Event
from domain.segments import hand_on
from domain.tracks.items import Item, Tracks
from domain.tracks.rows import SETTLED
from domain.tracks.table import Row

if TYPE_CHECKING:
    from domain.case_state import Case

Turned = tuple[Tracks, Clocks, Clocks, Mapping[str, int]]


def turn_clocks(case: Case, tracks: Tracks, event: Event, row: Row, rules: Rules) -> Turned:
    """Return the tracks and the clocks (running, closed, counters) after an act that made these tracks of the case's.

    A case's clocks are looked at only if the item has one, or the act sets a day.
    """
    running, closed, segments = case.running, case.closed, case.segments
    seq = event.originator_version if row.opens else getattr(event, "item", 0)
    before, after = case.tracks.item(seq), tracks.item(seq)
    if before is not None and before.clock:
        if row.meets or after is None or (row.track, after.state) in SETTLED:
            running, closed = _close(running, closed, before, event, row)
        elif row.track == "package":
            running, closed, segments = _move(case, tracks, before, event)
    if row.clock and after is not None:
        started = _start(after, tracks, event, row, rules, segments)
        if started is not None:
            segments = {**segments, started.clock: started.segment}
            return (
                tracks.put(after._replace(clock=started.started_seq), settled=False),
                (
                    *(clock for clock in running if clock.started_seq != after.clock or clock.clock != started.clock),
                    started,
                ),
                closed,
                segments,
            )
    return tracks, running, closed, segments


def _close(running: Clocks, closed: Clocks, item: Item, event: Event, row: Row) -> tuple[Clocks, Clocks]:
    kept: list[Clock] = []
    for clock in running:
        if clock.started_seq == item.clock and clock.clock in TRACK_CLOCKS:
            done = clock._replace(
                closed_by=event.action,
                met=row.meets,
                closed_seq=event.originator_version,
                closed_index=event.index,
                closed_at=event.effective_at,
                closed_late=event.late_recorded,
            )
            closed = (*closed, done)
        else:
            kept.append(clock)
    return tuple(kept), closed


def _move(case: Case, tracks: Tracks, item: Item, event: Event) -> tuple[Clocks, Clocks, Mapping[str, int]]:
    """Pass the package's clock on to another leader's office, or give it the deadline that the chief approved."""
    old, new = case.tracks.package, tracks.package
    clock = next((c for c in case.running if c.clock == "PACKAGE" and c.started_seq == item.clock), None)
    if clock is None or old is None or new is None:
        return case.running, case.closed, case.segments
    segment = case.segments.get("PACKAGE", 0) + 1
    if new.office != old.office:
        moved = hand_on(clock, event, new.office, segment)
        running, withdrawn = moved.running, moved.withdrawn
    elif new.due_on != old.due_on:
        running, withdrawn = _extended(clock, event, new.due_on, segment)
    elif new.late_extensions != old.late_extensions:
        running, withdrawn = clock._replace(changes=(*clock.changes, _change(event, 0, False))), None
    else:
        return case.running, case.closed, case.segments
    kept = tuple(running if one is clock else one for one in case.running)
    if withdrawn is None:
        return kept, case.closed, case.segments
    return kept, (*case.closed, withdrawn), {**case.segments, "PACKAGE": segment}


def _extended(clock: Clock, event: Event, until_on: date, segment: int) -> tuple[Clock, Clock]:
    days = (until_on - clock.key_day).days
    longer = clock._replace(
        key_day=until_on,
        length=clock.length + days,
        extended=clock.extended + days,
        segment=segment,
        opened_index=event.index,
        changes=(*clock.changes, _change(event, days, True)),
    )
    return longer, clock._replace(withdrawn_index=event.index)


def _change(event: Event, days: int, counted: bool) -> Change:
    return Change("extended", event.action, event.originator_version, event.index, event.effective_at, days, counted)


def _start(
    item: Item, tracks: Tracks, event: Event, row: Row, rules: Rules, segments: Mapping[str, int]
) -> Clock | None:
    day = civil_day(event.effective_at)
    clocks = rules.at(event.index).clocks
    rule = next((one for one in clocks.values() if one.clock == row.clock and one.in_force(day)), None)
    if rule is None:
        return None
    due_on = _due_on(event, rule, day)
    if due_on is None or due_on <= day:
        return None
    package = tracks.package if row.track == "package" else None
    unit = package.office if package is not None else item.unit or event.office
    return _clock(rule, event, unit, day, due_on, segments.get(row.clock, 0) + 1)


def _due_on(event: Any, rule: ClockRow, day: date) -> date | None:
    """Return the day that the act sets, else that of the law of the time or of local practice, else none."""
    due_on: date | None = getattr(event, "due_on", None)
    if due_on is None and rule.length:
        return day + timedelta(days=rule.length)
    return due_on


def _clock(rule: ClockRow, event: Event, unit: str, day: date, due_on: date, segment: int) -> Clock:
    return Clock(
        rule.clock,
        False,
        rule.id,
        segment,
        unit,
        event.action,
        event.originator_version,
        event.index,
        event.effective_at,
        event.late_recorded,
        False,
        day,
        due_on,
        rule.day_kind,
        (due_on - day).days,
    )


TRACK_CLOCKS: Final = frozenset(
    {
        "SUPERVISION_REPLY",
        "RECTIFICATION",
        "CORRECTION",
        "ESCALATION",
        "RECOMMENDATION_REPLY",
        "IMPLEMENTATION",
        "PACKAGE",
        "INSTRUCTION",
        "COORDINATION_REPLY",
        "JOINT_INVESTIGATION",
    }
)
"""The clocks that run for one item and not for a unit."""
