"""Writing down what is looked at, in the course of one request: before anything is shown, or when it is refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from api.access.bounds import Opening
from api.access.table import Grant
from api.access.viewer import Viewer
from api.looks.batches import now_of
from api.looks.journal import Journal
from api.looks.look import Look
from api.looks.reasons import find_reason
from api.main import Application
from domain.people import People

LOOK_BYTES = 16


@dataclass(frozen=True, slots=True)
class Looking:
    """One request: the journal, the template of what was asked for, and whether that is taken away as a file."""

    journal: Journal
    route: str
    export: bool = False

    def saw(self, application: Application, viewer: Viewer, opening: Opening | None, case: str) -> None:
        """Write down that a case is shown. Raises ReasonNeeded if an inspector gave no reason for it.

        Nothing is written of a petitioner's look at the own case. Raises sqlite3.Error if it cannot be written down.
        """
        if opening is None or viewer.kind != "staff":
            return
        now, reason = now_of(application), ""
        if opening.inspects:
            reason = find_reason(application, viewer, opening.mandate, case, now)
        kind = "export" if self.export else "look"
        said = Look(self._number(application), now, opening.office, viewer.officer, opening.role, kind, self.route)
        self.journal.add([said._replace(case=case, mandate=opening.mandate, reason=reason)])

    def took(self, application: Application, viewer: Viewer, grants: Iterable[Grant], unit: str) -> None:
        """Write down that a file which is of no one case is taken away, once for each body that lets the viewer."""
        seats = {(office, grant.role): None for grant in grants for office in viewer.offices(grant.role)}
        bodies = dict(reversed(seats))
        self._write(application, viewer, "export", bodies.items(), unit=unit)

    def denied(self, application: Application, viewer: Viewer, case: str, unit: str) -> None:
        """Write down that an officer was refused; who holds no post any more, at the last one's office."""
        people: People = application.ledger.reference().people
        held = [(seat.office, seat.duties[0] if seat.duties else "") for seat in viewer.seats]
        once = [(office, "") for office, _, officer in people.tenures if officer == viewer.officer]
        self._write(application, viewer, "denied", held[:1] or once[-1:], case=case, unit=unit)

    def _write(
        self,
        application: Application,
        viewer: Viewer,
        kind: str,
        bodies: Iterable[tuple[str, str]],
        case: str = "",
        unit: str = "",
    ) -> None:
        if viewer.kind != "staff":
            return
        known = unit if unit in application.ledger.reference().people.offices else ""
        now = now_of(application)
        self.journal.add(
            Look(self._number(application), now, office, viewer.officer, role, kind, self.route, case, known)
            for office, role in bodies
        )

    def _number(self, application: Application) -> str:
        return application.entropy(LOOK_BYTES).hex()
