"""Which units a viewer may look into: the offices below the own one, or those of open mandates.

A case is within bounds if an office that it concerns is (`concerned`). What lies outside is answered as if it were not
there, so that nobody learns that it exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from api.access.table import Grant
from api.access.viewer import Viewer
from api.errors import ApiError
from domain.case_state import Case
from domain.clock import civil_day
from domain.people import People
from projections.reader import Reader
from projections.supervision_mandates import mandates

IsOver = Callable[[str], bool]


class UnitNeeded(ApiError):
    """The list spans several of the viewer's units: one has to be chosen."""

    status = 400


class OutOfBounds(ApiError):
    """What was asked for does not exist, or not for this viewer: which of them is not said."""

    status = 404


class Opening(NamedTuple):
    """One way in: who holds it may look into `root` and below, at `office`, in `role`.

    `mandate` is the stream of the mandate that opens it, "" for the own office.
    """

    root: str
    office: str
    role: str
    mandate: str = ""

    @property
    def inspects(self) -> bool:
        """Whether it is a mandate of a body of inspection."""
        return bool(self.mandate) and self.role == "inspector"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The roots of subtrees that may be looked into, a petitioner's case, and whether a body of inspection looks.

    `openings` says of each root why it may be, the own office before a mandate, supervision before inspection.
    """

    people: People
    roots: tuple[str, ...] = ()
    case: str = ""
    inspecting: bool = False
    openings: tuple[Opening, ...] = ()

    def covers(self, office: str) -> bool:
        """Say whether an office is one of the roots or below one."""
        return any(self._reaches(root, office) for root in self.roots)

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
        """Check that one of the offices that a case concerns is within bounds, or that it is the viewer's own.

        A case that went to the discipline inspection leaves every unit's view: only who looks by a mandate of a body of
        inspection still sees it. Raises OutOfBounds if not. Source: article 30, no leak to the accused.
        """
        if case.stream == f"case/{self.case}":
            return
        offices = concerned(case)
        if not any(self.covers(office) for office in offices) or (is_diverted(case) and not self._inspects(offices)):
            raise OutOfBounds("case_out_of_bounds")

    def opening(self, case: Case) -> Opening | None:
        """By which way in a case within bounds is looked at: the first that covers it; None for a petitioner's own.

        One that went to the discipline inspection is looked at by a mandate of a body of inspection.
        """
        offices = concerned(case)
        found = [one for one in self.openings if any(self._reaches(one.root, office) for office in offices)]
        if is_diverted(case):
            found = [one for one in found if one.inspects]
        return next(iter(found), None) if case.stream != f"case/{self.case}" else None

    def _inspects(self, offices: Iterable[str]) -> bool:
        """Whether a body of inspection looks, by a mandate that covers one of these offices."""
        inspected = [one.root for one in self.openings if one.inspects]
        reached = any(self._reaches(root, office) for root in inspected for office in offices)
        return reached if self.openings else self.inspecting

    def _reaches(self, root: str, office: str) -> bool:
        """Walk up from an office; one that was closed stays where it was, and so does what it left behind."""
        while office in self.people.offices and office != root:
            office = self.people.offices[office].parent
        return office == root


def is_diverted(case: Case) -> bool:
    """Whether a case went to the discipline inspection. Source: article 30."""
    return case.state == "DIVERTED_DISCIPLINE"


def concerned(case: Case) -> frozenset[str]:
    """The offices that hold or held a case, and those whose leaders have or had it as a package."""
    package = case.tracks.package
    leading = [] if package is None else [hold.office for hold in package.holds]
    return frozenset({case.office, *(held.office for held in case.holdings), *leading})


def never_over(mandate: str) -> bool:
    """No mandate is over that the views show as open."""
    return False


def bounds_of(
    viewer: Viewer, grants: Iterable[Grant], people: People, reader: Reader, at: datetime, is_over: IsOver = never_over
) -> Bounds:
    """What these grants let a viewer look into at a moment: a mandate opens only while it is open and in its period.

    `is_over` knows of mandates (their streams) that were closed since the views were last brought up to date.
    """
    openings: list[Opening] = []
    case = ""
    for grant in grants:
        if grant.relation == "own_office":
            openings += [Opening(office, office, grant.role) for office in viewer.offices(grant.role)]
        elif grant.relation == "mandate":
            held = mandated(viewer.offices(grant.role), grant.role, reader, at)
            openings += [one for one in held if not is_over(one.mandate)]
        elif grant.relation == "own_case":
            case = viewer.case
    openings.sort(key=lambda one: (bool(one.mandate), one.role == "inspector"))
    roots = tuple(dict.fromkeys(one.root for one in openings))
    inspecting = any(one.inspects for one in openings)
    return Bounds(people, roots, case, inspecting, tuple(openings))


def mandated(offices: Iterable[str], role: str, reader: Reader, at: datetime) -> list[Opening]:
    """What the mandates of these offices that are open on the moment's day let an officer in a role look into."""
    wanted = set(offices)
    if not wanted:
        return []
    found = mandates(reader, at, standing="open")
    return [
        Opening(unit, row.office, role, f"mandate/{row.mandate}")
        for row in found.rows
        if row.office in wanted and not row.lapsed and row.from_on <= civil_day(at)
        for unit in row.units
    ]


def mandated_units(offices: Iterable[str], reader: Reader, at: datetime) -> list[str]:
    """The units of the open mandates of these offices whose period holds the moment's day."""
    return [one.root for one in mandated(offices, "supervisor", reader, at)]
