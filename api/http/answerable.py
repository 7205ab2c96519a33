"""Who answers for a case at the moment of a replay, and which acts its offices were refused in its time.

Named are offices, posts and officers who hold them. What was refused names no case: it stands here because it was
signed by officers of the offices that held this one, while they held it. Source: articles 5(3), 18 and 22.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from api.access.bounds import Bounds
from api.main import Application
from audit.entry import parse_entry
from audit.statement import parse_statement
from domain.designations import Designation
from domain.effective import from_unix_ms
from domain.people import People
from domain.refusals import PREFIX
from projections.replay import CaseReplay

_DUTIES: Final[Mapping[str, str]] = {"chief": "duty_chief", "supervising": "duty_supervising"}
MOST: Final = 30
"""How many refused acts are shown, the newest."""


@dataclass(frozen=True, slots=True)
class Answerable:
    """One who answers: as what, a key of the catalogues, at which office, and its post and officer."""

    duty: str
    office: str
    post: str = ""
    officer: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A validly signed act that a rule forbade: who tried which act, by which rule it was refused, and when."""

    index: int
    office: str
    post: str
    officer: str
    act: str
    rule: str
    at: datetime


def answerable_for(told: CaseReplay, chosen: int, people: People) -> list[Answerable]:
    """Who answered for a case after a step: the office that holds it, its post, the leaders above, the package's."""
    if not chosen:
        return []
    step = told.steps[chosen - 1]
    state, office = step.state, str(step.state.get("office") or "")
    found = [Answerable("duty_holder", office)] if office else []
    if state.get("measure_post"):
        found.append(Answerable("duty_measure", office, str(state["measure_post"])))
    package: Mapping[str, Any] = state.get("package") or {}
    if package and not package.get("resolved_at"):
        leader = (str(package.get(name) or "") for name in ("office", "post", "leader"))
        found.append(Answerable("duty_package", *leader))
    designated = people.designations.get(office, ())
    found += [_designated(office, one) for one in designated if one.known_at(step.index + 1)]
    return found


def _designated(office: str, one: Designation) -> Answerable:
    return Answerable(_DUTIES[one.designation], office, one.post, one.officer)


def refused_of(application: Application, told: CaseReplay, bounds: Bounds) -> list[Refused]:
    """The refused acts of the offices that held a case, as far as they are within bounds, newest first.

    From the case's first act to the moment asked about.
    """
    if not told.steps:
        return []
    first = told.steps[0].recorded_at
    offices = {str(step.state.get("office") or "") for step in told.steps}
    found = [
        one
        for office in sorted(offices)
        if bounds.covers(office)
        for one in _refused(application, office, told.known_at)
        if first <= one.at <= told.as_of
    ]
    return sorted(found, key=lambda one: -one.index)[:MOST]


def _refused(application: Application, office: str, known_at: int) -> Iterator[Refused]:
    for stored in application.ledger.stream_entries(PREFIX + office):
        if stored.index >= known_at:
            return
        entry = parse_entry(stored.entry)
        public = parse_statement(entry.payload).public
        post, actor, act, rule = (str(public[name]) for name in ("post", "actor", "act", "rule"))
        yield Refused(stored.index, office, post, actor, act, rule, from_unix_ms(entry.recorded_at))
