"""How the fixture stands on its last day, counted by the domain alone, without any view."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from domain.case_state import NEW_CASE, Case
from domain.cases import fold
from domain.due import due_of, end_of_day, row_of, standing
from domain.events import read_event
from domain.reference import Reference
from domain.schema import CIVIL, Event
from tests.benchmarks.fixture_stories import LAST_DAY, Planned, case_id, public_of, story_of

_KEY = bytes(32)


class Standing(NamedTuple):
    """How many cases have a duty that runs on the last day, overdue ones included, and how many clocks are overdue."""

    open: int
    overdue: int


def count_standing(planned: Iterable[Planned], reference: Reference, first_index: int) -> Standing:
    """Fold every act of the fixture, the first of them at a log index, and count what is left."""
    cases: dict[int, Case] = {}
    at = end_of_day(LAST_DAY)
    running = overdue = 0
    for index, act in enumerate(planned, first_index):
        case = fold(cases.get(act.case, NEW_CASE), _event(act, index, reference), reference.rules, reference.calendars)
        if act.seq < len(story_of(act.case)):
            cases[act.case] = case
            continue
        cases.pop(act.case, None)
        duties, late = _count(case, reference, at)
        running, overdue = running + (duties > 0), overdue + late
    for case in cases.values():
        duties, late = _count(case, reference, at)
        running, overdue = running + (duties > 0), overdue + late
    return Standing(running, overdue)


def _event(act: Planned, index: int, reference: Reference) -> Event:
    claimed_at = datetime.fromtimestamp(act.recorded_ms // 1000, CIVIL).isoformat()
    return read_event(
        act.step.action,
        f"case/{case_id(act.case)}",
        act.seq,
        index,
        f"officer-{act.office}",
        "desk",
        act.office,
        act.step.role,
        _KEY,
        claimed_at,
        act.recorded_ms,
        public_of(act),
        rules=reference.rules,
        calendars=reference.calendars,
    )


def _count(case: Case, reference: Reference, at: datetime) -> tuple[int, int]:
    """Return how many duties of a case run, overdue ones included, and how many are overdue."""
    states = []
    for clock in case.running:
        nature = row_of(clock, reference.rules).nature
        if nature == "duty":
            states.append(standing(clock, due_of(clock, reference.calendars, reference.rules).on, at, nature).status)
    return len(states), states.count("overdue")
