"""One case as documents: its replay, what differs between two moments, and which cases may be of the same matter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final

from api.axes import write_as_of
from api.main import Application
from api.positions import position
from api.queries import ask_explanations, explanation_row, fold_case, parse_case
from domain.case_state import Case
from domain.matters import WITHIN, Matter, matter_of, similar_matters
from domain.reference import Reference
from projections.figures import AREA, FIGURE_FACTS
from projections.replay import CaseReplay, ReplayStep, replay
from projections.replay_compare import Comparison, When, compare

MAX_COMPARED: Final = 500
"""How many cases of the same area are looked at for a hint, those that began nearest to the case first."""
_NEAR: Final = """
    SELECT case_id, MIN(ABS(day - :day)) AS away FROM view_figure_facts
    WHERE fact = :fact AND (value = :area OR value LIKE :below) AND day >= :first AND day <= :last AND case_id <> :case
        AND k0 < :known
    GROUP BY case_id ORDER BY away, case_id
"""


def ask_replay(application: Application, case: str, as_of: datetime, known_at: int | None = None) -> CaseReplay:
    """Replay a case from its entries. Raises CaseUnknown, or UsageRefused for what is no case id."""
    application.views.refresh(known_at)
    return replay(application.reader, parse_case(case), as_of, known_at)


def replay_document(application: Application, told: CaseReplay) -> dict[str, Any]:
    """A replay as JSON members: a step an act, with what it changed and the state after it."""
    return {
        "case": told.case,
        "as_of": write_as_of(told.as_of),
        "known_at": position(application.ledger, told.known_at),
        "steps": [_step(step) for step in told.steps],
        "not_yet": told.not_yet,
        "since": [asdict(turn) for turn in told.since],
        "idle_days": told.idle_days,
        "quiet": told.quiet,
    }


def _step(step: ReplayStep) -> dict[str, Any]:
    """The members of a step; the fields that changed give their values before and after."""
    members = {field.name: getattr(step, field.name) for field in fields(step)}
    members["changed"] = {name: {"before": pair[0], "after": pair[1]} for name, pair in step.changed.items()}
    return {**members, "clocks": [asdict(turn) for turn in step.clocks]}


def explain_document(application: Application, case: str, as_of: datetime, known_at: int | None) -> dict[str, Any]:
    """Every clock of a case, explained, as JSON members. Raises CaseUnknown."""
    size = application.ledger.head().size if known_at is None else known_at
    told = ask_explanations(application, case, as_of, size)
    return {
        "case": parse_case(case),
        "as_of": write_as_of(as_of),
        "known_at": position(application.ledger, size),
        "clocks": [explanation_row(clock) for clock in told],
    }


def ask_comparison(application: Application, case: str, first: When, second: When) -> Comparison:
    """Say what differs in a case between two moments. Raises CaseUnknown where nothing of it is known at one."""
    application.views.refresh(max(first.known_at or 0, second.known_at or 0))
    return compare(application.reader, parse_case(case), first, second)


def comparison_document(application: Application, told: Comparison) -> dict[str, Any]:
    """A comparison as JSON members; the acts are named by their log indices."""
    return {
        "case": told.case,
        "first": _when(application, told.first),
        "second": _when(application, told.second),
        "added": told.added,
        "gone": told.gone,
        "published": told.published,
        "fields": [asdict(field) for field in told.fields],
        "clocks": [asdict(clock) for clock in told.clocks],
    }


def _when(application: Application, when: When) -> dict[str, Any]:
    size = application.ledger.head().size if when.known_at is None else when.known_at
    return {"as_of": write_as_of(when.as_of), "known_at": position(application.ledger, size)}


def hints_document(
    application: Application, case: str, may_open: Callable[[Case], bool], known_at: int | None = None
) -> dict[str, Any]:
    """Which cases may be about the same matter, among those that the viewer may open; nothing of a person is compared.

    `compared` cases were looked at, `withheld` lay outside the viewer's bounds, and `left` were too far away in time to
    be looked at. Raises CaseUnknown.
    """
    application.views.refresh()
    reference: Reference = application.ledger.reference()
    state, size = fold_case(application, parse_case(case), known_at, reference)
    matter = matter_of(state, reference, size)
    told = {"hints": [], "compared": 0, "withheld": 0, "left": 0}
    if matter is not None:
        told = hints_of(application, matter, may_open, size)
    return {"case": parse_case(case), "known_at": position(application.ledger, size), **told}


def hints_of(application: Application, matter: Matter, may_open: Callable[[Case], bool], size: int) -> dict[str, Any]:
    """The hints of a matter that is registered or about to be: `hints`, `compared`, `withheld` and `left`."""
    reference: Reference = application.ledger.reference()
    near = _near(application, matter, size) if matter.area and matter.place else []
    others: list[Matter] = []
    withheld = 0
    for other in near[:MAX_COMPARED]:
        found, _ = fold_case(application, other, size, reference)
        if not may_open(found):
            withheld += 1
        elif (told := matter_of(found, reference, size)) is not None:
            others.append(told)
    began = {other.case: other.began_on for other in others}
    hints = similar_matters(matter, others)
    return {
        "hints": [{**hint._asdict(), "began_on": began[hint.case], "links": _links(hint.case)} for hint in hints],
        "compared": len(others),
        "withheld": withheld,
        "left": max(0, len(near) - MAX_COMPARED),
    }


def _near(application: Application, matter: Matter, size: int) -> list[str]:
    day, around = matter.began_on.toordinal(), WITHIN.days
    group = matter.area.partition(".")[0]
    asked = {
        "fact": AREA,
        "area": group,
        "below": f"{group}.%",
        "day": day,
        "first": day - around,
        "last": day + around,
        "case": matter.case,
        "known": size,
    }
    with application.reader.at(FIGURE_FACTS, size) as moment:
        return [str(row[0]) for row in moment.session.query(_NEAR, asked)]


def _links(case: str) -> Mapping[str, str]:
    return {"timeline": f"/api/cases/{case}/timeline", "replay": f"/api/cases/{case}/replay"}
