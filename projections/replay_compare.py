"""What differs in one case between two moments, and which acts made it differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from domain.case_state import NEW_CASE
from domain.cases import fold
from domain.clock import Clock
from domain.due import due_of, row_of, standing
from domain.reference import Reference
from projections.entries import CASE_PREFIX
from projections.reader import Reader
from projections.replay import CaseReplay, read_case, replay_events
from projections.replay_state import State, changed, state_of


class When(NamedTuple):
    """A moment on both axes: a world time, and how many entries are known, None for all that the views have folded."""

    as_of: datetime
    known_at: int | None = None


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field that differs between two moments, and the log indices of the acts that made it differ."""

    field: str
    first: Any
    second: Any
    indices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ClockDifference:
    """One clock that stands otherwise at the second moment; where it is not there at all, day and status are None."""

    clock: str
    shadow: bool
    segment: int
    unit: str
    first_due_on: date | None
    second_due_on: date | None
    first_status: str | None
    second_status: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two moments of one case.

    `added` are the log indices of its acts that count at the second moment alone, `gone` those at the first alone.
    `published` are the entries between the two positions that gave calendars or rules, which move due days too.
    """

    case: str
    first: When
    second: When
    added: tuple[int, ...]
    gone: tuple[int, ...]
    published: tuple[int, ...]
    fields: tuple[FieldDifference, ...]
    clocks: tuple[ClockDifference, ...]


_Stands = tuple[date | None, str | None]
_Clocks = Mapping[tuple[str, bool, int, str], _Stands]
_NOWHERE: _Stands = (None, None)


class _Side(NamedTuple):
    """A case at one of the two moments."""

    told: CaseReplay
    state: State
    clocks: _Clocks
    acts: set[int]
    published: set[int]


def compare(reader: Reader, case: str, first: When, second: When) -> Comparison:
    """Return what differs in a case between two moments, and which acts made it; raises what `replay` raises."""
    case_id = case.removeprefix(CASE_PREFIX)
    one, two = _side(reader, case_id, first), _side(reader, case_id, second)
    by: dict[str, set[int]] = {}
    for side, other in ((one, two), (two, one)):
        for step in side.told.steps:
            for name in step.changed if step.index not in other.acts else ():
                by.setdefault(name, set()).add(step.index)
    fields = [
        FieldDifference(name, *pair, tuple(sorted(by.get(name, ()))))
        for name, pair in changed(one.state, two.state).items()
    ]
    return Comparison(
        case_id,
        When(first.as_of, one.told.known_at),
        When(second.as_of, two.told.known_at),
        tuple(sorted(two.acts - one.acts)),
        tuple(sorted(one.acts - two.acts)),
        tuple(sorted(one.published ^ two.published)),
        tuple(fields),
        tuple(_clocks(one.clocks, two.clocks)),
    )


def _side(reader: Reader, case: str, when: When) -> _Side:
    events, reference, size = read_case(reader, case, when.known_at)
    told = replay_events(case, events, reference, when.as_of, size)
    state = NEW_CASE
    for event in events:
        if event.effective_at <= when.as_of:
            state = fold(state, event, reference.rules, reference.calendars)
    clocks = {
        (clock.clock, clock.shadow, clock.segment, clock.unit): _stands(clock, reference, when.as_of, size)
        for clock in state.clocks
    }
    published = {index for index, _ in (*reference.calendars.steps, *reference.rules.steps) if 0 <= index < size}
    return _Side(told, state_of(state), clocks, {step.index for step in told.steps}, published)


def _stands(clock: Clock, reference: Reference, as_of: datetime, size: int) -> _Stands:
    nature = row_of(clock, reference.rules).nature
    due = due_of(clock, reference.calendars, reference.rules, size - 1).on
    return None if nature == "open" else due, standing(clock, due, as_of, nature).status


def _clocks(one: _Clocks, two: _Clocks) -> Iterable[ClockDifference]:
    for key in sorted({*one, *two}):
        (first_on, first), (second_on, second) = one.get(key, _NOWHERE), two.get(key, _NOWHERE)
        if (first_on, first) != (second_on, second):
            yield ClockDifference(*key, first_on, second_on, first, second)
