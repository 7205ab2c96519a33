"""Which units a viewer may look into: the offices below the own one, or those of open mandates.

A case is within bounds if an office that holds it or has held it is. What lies outside is answered as if it were not
there, so that nobody learns that it exists.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from api.access.table import Grant
from api.access.viewer import Viewer
from api.errors import ApiError
from domain.case_state import Case
from domain.people import People
from projections.reader import Reader
from projections.supervision_mandates import mandates


class UnitNeeded(ApiError):
    """The list spans several of the viewer's units: one has to be chosen."""

    status = 400


class OutOfBounds(ApiError):
    """What was asked for does not exist, or not for this viewer: which of them is not said."""

    status = 404


@dataclass(frozen=True, slots=True)
class Bounds:
    """The roots of subtrees that may be looked into, a petitioner's case, and whether a body of inspection looks."""

    people: People
    roots: tuple[str, ...] = ()
    case: str = ""
    inspecting: bool = False

    def covers(self, office: str) -> bool:
        """Say whether an office is one of the roots or below one."""
        return any(office == root or self.people.is_under(office, root) for root in self.roots)

    @property
    def everything(self) -> bool:
        """Whether every office of the directory is within bounds."""
        return bool(self.roots) and all(
            self.covers(office.slug) for office in self.people.offices.values() if not office.parent
        )

    def unit(self, asked: str | None) -> str | None:
        """The unit to narrow a list to: the one asked for if it is within bounds, else the only root.

        None means no narrowing, for who may look into everything. Raises OutOfBounds for a unit outside, UnitNeeded
        if none was asked for and there are several roots.
        """
        if asked:
            if not self.covers(asked):
                raise OutOfBounds("unit_out_of_bounds")
            return asked
        if self.everything:
            return None
        tops = self.tops()
        if len(tops) != 1:
            raise UnitNeeded("unit_needed") if tops else OutOfBounds("nothing_in_bounds")
        return tops[0]

    def tops(self) -> tuple[str, ...]:
        """The roots that no other root is above."""
        return tuple(root for root in self.roots if not any(self.people.is_under(root, other) for other in self.roots))

    def check_case(self, case: Case) -> None:
        """Check that one of the offices that hold or held a case is within bounds, or that it is the viewer's own.

        A case that went to the discipline inspection leaves every unit's view: only who looks by a mandate of a body of
        inspection still sees it. Raises OutOfBounds if not. Source: article 30, no leak to the accused.
        """
        if case.stream == f"case/{self.case}":
            return
        offices = {case.office, *(held.office for held in case.holdings)}
        diverted = case.state == "DIVERTED_DISCIPLINE"
        if (diverted and not self.inspecting) or not any(self.covers(office) for office in offices):
            raise OutOfBounds("case_out_of_bounds")


def bounds_of(viewer: Viewer, grants: Iterable[Grant], people: People, reader: Reader, at: datetime) -> Bounds:
    """What these grants let a viewer look into at a moment: a mandate opens only while it is open and in its period."""
    roots: list[str] = []
    case, inspecting = "", False
    for grant in grants:
        if grant.relation == "own_office":
            roots += viewer.offices(grant.role)
        elif grant.relation == "mandate":
            roots += mandated_units(viewer.offices(grant.role), reader, at)
            inspecting = inspecting or grant.role == "inspector"
        elif grant.relation == "own_case":
            case = viewer.case
    return Bounds(people, tuple(dict.fromkeys(roots)), case, inspecting)


def mandated_units(offices: Iterable[str], reader: Reader, at: datetime) -> list[str]:
    """The units of the open mandates of these offices whose period holds the moment's day."""
    wanted = set(offices)
    if not wanted:
        return []
    found = mandates(reader, at, standing="open")
    return [unit for row in found.rows if row.office in wanted and not row.lapsed for unit in row.units]
