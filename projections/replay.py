"""Replaying a case: its state after each act, what each act changed, and what it did to the clocks.

No table is behind it: a replay is told from the entries of the case, which are what was signed. On both axes: only the
first so many entries of the log are known, and only acts that had happened by a moment of the world are told. What
differs between two such moments is in `replay_compare.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.case_state import NEW_CASE, Case
from domain.cases import fold
from domain.clock import civil_day
from domain.practice import EARLIEST, practised
from domain.reference import Reference
from domain.schema import Event
from projections.entries import CASE_PREFIX, read_streams
from projections.errors import CaseUnknown
from projections.reader import Reader
from projections.references import read_entry
from projections.replay_clocks import Breached, ClockTurn, run_out, turns
from projections.replay_state import Changed, State, changed, state_of
from projections.timeline import TIMELINE
from projections.workload import CLOSED

SILENCE = "silence_days"


@dataclass(frozen=True, slots=True)
class ReplayStep:
    """One act: who, when, what it changed, the state after it, and what it and the time before it did to the clocks.

    `at` is the moment that counts. `changed` gives for each field its value before and after. `clocks` begins with
    those that ran out between the act before and this one. `idle_days` are civil days since the act before; `quiet`
    says that an open case was left without an act for more days than patrol's threshold.
    """

    index: int
    seq: int
    act: str
    actor: str
    post: str
    office: str
    role: str
    at: datetime
    claimed_at: datetime
    recorded_at: datetime
    late_recorded: bool
    imported: bool
    changed: Changed
    state: State
    clocks: tuple[ClockTurn, ...]
    idle_days: int
    quiet: bool


@dataclass(frozen=True, slots=True)
class CaseReplay:
    """The steps of one case; `not_yet` are the indices of acts that are known and had not happened by `as_of`.

    `since` are the clocks that ran out after the last step; `idle_days` and `quiet` are as those of a step, for the
    time from the last step to `as_of`.
    """

    case: str
    as_of: datetime
    known_at: int
    steps: tuple[ReplayStep, ...]
    not_yet: tuple[int, ...]
    since: tuple[ClockTurn, ...]
    idle_days: int
    quiet: bool


def replay(reader: Reader, case: str, as_of: datetime, known_at: int | None = None) -> CaseReplay:
    """Replay a case, given with or without its `case/`, from its entries.

    Raises CaseUnknown if no act of it is known there, PositionRefused if the views have not come that far.
    """
    case_id = case.removeprefix(CASE_PREFIX)
    events, reference, size = read_case(reader, case_id, known_at)
    return replay_events(case_id, events, reference, as_of, size)


def replay_events(
    case: str, events: Iterable[Event], reference: Reference, as_of: datetime, known_at: int
) -> CaseReplay:
    """Replay the known events of a case, in their order; for whoever has read and checked them otherwise."""
    told: Breached = set()
    steps: list[ReplayStep] = []
    not_yet: list[int] = []
    state, at, before = NEW_CASE, None, state_of(NEW_CASE)
    for event in events:
        if event.effective_at > as_of:
            not_yet.append(event.index)
            continue
        at = event.effective_at if at is None else max(at, event.effective_at)
        after = fold(state, event, reference.rules, reference.calendars)
        out = run_out(state, at, event.index - 1, reference, told)
        clocks = (*out, *turns(state, after, event, reference))
        idle, quiet = _idle(state, steps[-1].at if steps else at, at, reference, event.index)
        steps.append(_step(event, before, state_of(after), clocks, idle, quiet))
        state, before = after, steps[-1].state
    since = tuple(run_out(state, as_of, known_at - 1, reference, told))
    idle, quiet = _idle(state, at or as_of, as_of, reference, known_at)
    return CaseReplay(case, as_of, known_at, tuple(steps), tuple(not_yet), since, idle, quiet)


def read_case(reader: Reader, case: str, known_at: int | None) -> tuple[Sequence[Event], Reference, int]:
    """Return the known events of a case, the reference known there, and the position; raises CaseUnknown."""
    with reader.at(TIMELINE, known_at) as moment:
        entries = read_streams(moment.session, reader.decode, [CASE_PREFIX + case], moment.known_at)
        if not entries:
            raise CaseUnknown(f"no act of case {case} is known at entry {moment.known_at}")
        return [read_entry(entry, moment.reference) for entry in entries], moment.reference, moment.known_at


def _step(
    event: Event, before: State, after: State, clocks: tuple[ClockTurn, ...], idle: int, quiet: bool
) -> ReplayStep:
    return ReplayStep(
        event.index,
        event.originator_version,
        event.action,
        event.actor,
        event.post,
        event.office,
        event.role,
        event.effective_at,
        event.claimed_at,
        event.recorded_at,
        event.late_recorded,
        getattr(event, "imported", None) is not None,
        changed(before, after),
        after,
        clocks,
        idle,
        quiet,
    )


def _idle(case: Case, since: datetime, until: datetime, reference: Reference, index: int) -> tuple[int, bool]:
    """Return the days without an act, and whether an open case had more of them than patrol lets pass."""
    days = max(0, (civil_day(until) - civil_day(since)).days)
    row = practised(reference.rules.at(index).practice, SILENCE, max(civil_day(until), EARLIEST))
    return days, case.version > 0 and case.state not in CLOSED and row is not None and days > row.value
