"""Does another case seem to be about the same matter? A hint at intake, from what the matter is and where.

Compared are the subject area, the place where the matter arose, and the unit that answers: the competent one by the
published rows, wherever the matter lies now. Nothing here takes,
keeps or returns anything about a person: two neighbours with one complaint and one person with two complaints
look alike, and that is meant.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, NamedTuple

from domain.case_state import Case
from domain.clock import civil_day
from domain.people import NOW
from domain.reference import Reference

WITHIN: Final = timedelta(days=730)
"""How far apart two submissions of one matter may begin and still be hinted at; a design decision."""


class Matter(NamedTuple):
    """What a case is about: codes only. `case` is 32 hex digits; what is not known is ""."""

    case: str
    area: str
    unit: str
    place: str
    began_on: date


class Hint(NamedTuple):
    """A case that may be about the same matter, with the features that agree, the telling ones first."""

    case: str
    agrees: tuple[str, ...]


def matter_of(case: Case, reference: Reference | None = None, index: int = NOW) -> Matter | None:
    """Return what a case is about, None before it began.

    Its unit is the one that the competence rows known at this log index name for the day on which it began; where
    they name none, or no reference is given, it is the office that holds the case.
    """
    if case.began_at is None:
        return None
    began_on = civil_day(case.began_at)
    unit = case.office
    if reference is not None and case.area and case.place:
        advice = reference.competence.advise(reference.people, case.area, case.place, began_on, index)
        unit = advice[0].unit if advice else unit
    return Matter(case.stream.partition("/")[2], case.area, unit, case.place, began_on)


def similar_matters(matter: Matter, others: Iterable[Matter], within: timedelta = WITHIN) -> tuple[Hint, ...]:
    """Return hints among other matters, those that agree in most first, then the latest, then by case.

    Place and area must agree, the area in its first part at least; the unit and the rest of the area add to it.
    """
    found: list[tuple[int, int, str, Hint]] = []
    for other in others:
        if other.case == matter.case or abs(other.began_on - matter.began_on) > within:
            continue
        agrees = _agreement(matter, other)
        if agrees:
            found.append((-len(agrees), -other.began_on.toordinal(), other.case, Hint(other.case, agrees)))
    return tuple(hint for *_, hint in sorted(found))


def _agreement(one: Matter, other: Matter) -> tuple[str, ...]:
    if not one.place or one.place != other.place or not one.area or not other.area:
        return ()
    if one.area.partition(".")[0] != other.area.partition(".")[0]:
        return ()
    unit = ("unit",) if one.unit and one.unit == other.unit else ()
    return ("place", "area", *unit) if one.area == other.area else ("place", "area_group", *unit)
