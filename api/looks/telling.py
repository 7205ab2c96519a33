"""Who looked: what a petitioner is told of the own case, and what a body is told of its own officers.

The petitioner learns of the handling office at once, and of a body of supervision, without its name, when the mandate
under which it looked is closed. The office that is supervised learns nothing. Source: DOMAIN section 8.
"""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from api.access.viewer import Viewer
from api.looks.journal import Journal
from api.looks.look import Look
from api.main import Application
from domain.effective import from_unix_ms
from domain.schema import CIVIL
from domain.tracks.docket import Docket

SHOWN: Final = ("look", "export")
OVERSEEING: Final = frozenset({"head", "leader", "supervisor", "inspector"})
"""The duties at a body by which its own looks may be read: they answer for them."""
MOST: Final = 200


class Looked(NamedTuple):
    """One line for a petitioner: on this day the office looked; `office` "" is a body of supervision."""

    on: date
    office: str


def looks_of_case(application: Application, journal: Journal, case: str) -> list[Looked]:
    """Who looked at a case, the newest day first, each office once a day; nothing of a mandate that is not closed."""
    closed: dict[str, bool] = {}
    found: dict[Looked, None] = {}
    for look in journal.of_case(case):
        if look.kind not in SHOWN:
            continue
        if look.mandate and look.mandate not in closed:
            closed[look.mandate] = is_closed(application, look.mandate)
        if not look.mandate or closed[look.mandate]:
            on = from_unix_ms(look.at).astimezone(CIVIL).date()
            found[Looked(on, "" if look.mandate else look.office)] = None
    return sorted(found, key=lambda one: (one.on, one.office), reverse=True)


def is_closed(application: Application, mandate: str) -> bool:
    """Whether a mandate was closed by its body; one whose period merely ended was not."""
    docket: Docket = application.ledger.state(mandate)
    return docket.version > 0 and not any(docket.tracks.of("mandate"))


def own_looks(viewer: Viewer, journal: Journal, before: int) -> list[Look]:
    """The newest looks of the bodies at which a viewer answers for them; of no office above or below."""
    offices = {seat.office for seat in viewer.seats if OVERSEEING & set(seat.duties)}
    return journal.of_offices(sorted(offices), before, MOST) if offices else []
