"""The acts that change clocks in other ways than rule rows say: a succession of offices, a corrected time.

A correction is a claim about the past made later. It may make the office's time shorter whenever it comes;
it may make it longer only if it was recorded within the lag in which the act itself would still have counted
from that time. So nothing that is written down late un-breaches anything, by whatever name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from domain.calendars import Calendars
from domain.case_state import Case
from domain.clock import Clock
from domain.clocks import Rules
from domain.effective import effective_time
from domain.review_events import CaseCorrected
from domain.routing_events import CaseTakenOver
from domain.segments import close_again, hand_on, restart
from domain.timing import Turn


def take_over(case: Case, event: CaseTakenOver, rules: Rules, calendars: Calendars) -> Turn:
    """Let the running clocks of an office that is no more run on at its successor, from the same start.

    As after a correction, the turn holds all the closed clocks of the case and not only the new ones.
    """
    running: list[Clock] = []
    closed = case.closed
    segments = dict(case.segments)
    for clock in case.running:
        if clock.unit != event.from_office:
            running.append(clock)
            continue
        segments[clock.clock] += 1
        moved = hand_on(clock, event, event.office, segments[clock.clock])
        running.append(moved.running)
        closed = (*closed, *((moved.withdrawn,) if moved.withdrawn is not None else ()))
    return Turn(tuple(running), closed, segments)


def correct(case: Case, event: CaseCorrected, rules: Rules, calendars: Calendars) -> Turn:
    """Move the clocks that the corrected act started or closed.

    The closed clocks that take the place of others stand at the end, those replaced among the rest; the turn
    therefore holds all the closed clocks, not only the new ones.
    """
    found = _corrected_time(event, rules, calendars) if event.corrected_field == "time" else None
    if found is None:
        return Turn(case.running, case.closed, case.segments)
    at, timely = found
    segments = dict(case.segments)
    running: list[Clock] = []
    closed: list[Clock] = []
    for clock in case.running:
        if clock.started_seq == event.seq and (timely or at < clock.started_at):
            segments[clock.clock] += 1
            moved = restart(clock, event, at, segments[clock.clock])
            running.append(moved.running)
            closed.extend(withdrawn for withdrawn in (moved.withdrawn,) if withdrawn is not None)
        else:
            running.append(clock)
    kept: list[Clock] = []
    for clock in case.closed:
        if _closed_wrongly(clock, event, at, timely):
            segments[clock.clock] += 1
            moved = close_again(clock, event, at, segments[clock.clock])
            kept.extend(withdrawn for withdrawn in (moved.withdrawn,) if withdrawn is not None)
            closed.append(moved.running)
        else:
            kept.append(clock)
    return Turn(tuple(running), (*kept, *closed), segments)


def _corrected_time(event: CaseCorrected, rules: Rules, calendars: Calendars) -> tuple[datetime, bool] | None:
    """Return the corrected moment and whether it counts freely; None for what no calendar has, which is unlawful."""
    try:
        at = event.corrected_at
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    effective, late = effective_time(
        event.corrected_action, event.index, at, event.recorded_at_ms, False, rules, calendars
    )
    return (effective, True) if not late else (at, False)


def _closed_wrongly(clock: Clock, event: CaseCorrected, at: datetime, timely: bool) -> bool:
    if clock.closed_seq != event.seq or clock.closed_at is None or clock.withdrawn_index is not None:
        return False
    return timely or at > clock.closed_at


CLOCK_CHANGES: Final[Mapping[str, Callable[[Case, Any, Rules, Calendars], Turn]]] = {
    CaseTakenOver.action: take_over,
    CaseCorrected.action: correct,
}
