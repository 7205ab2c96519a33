"""The views of the tracks, and ledgers told by hand for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from domain.schema import CIVIL
from projections.conferences import CONFERENCE_VIEW
from projections.days import DAY_TABLE
from projections.designated import DESIGNATION_ROWS
from projections.engine import Engine
from projections.offices import OFFICE_TREE
from projections.open import open_database
from projections.packages import PACKAGE_ROWS
from projections.packages_needed import NEED_ROWS
from projections.reader import Reader
from projections.receptions import RECEPTION_VIEW
from projections.recommendations import RECOMMENDATION_ROWS
from projections.suggestions import SUGGESTION_ROWS
from projections.supervision import SUPERVISION_ROWS
from projections.tenures import TENURE_ROWS
from tests.projections.histories import Act, append, beginning, case_id, create_ledger, stored

VIEWS_OF_TRACKS = (
    *(DAY_TABLE, OFFICE_TREE, TENURE_ROWS, PACKAGE_ROWS, NEED_ROWS, SUPERVISION_ROWS),
    *(RECOMMENDATION_ROWS, CONFERENCE_VIEW, SUGGESTION_ROWS, RECEPTION_VIEW, DESIGNATION_ROWS),
)
CASE = case_id(1)


def moment(day: str, hour: int = 23) -> datetime:
    """The last hour of a civil day, or another."""
    return datetime.fromisoformat(day).replace(hour=hour, minute=59, tzinfo=CIVIL)


def act(
    name: str,
    day: str,
    office: str = "city",
    stream: str = f"case/{CASE}",
    key: str = "",
    late: int = 0,
    /,
    **public: Any,
) -> Act:
    """One act recorded at ten o'clock of a day, or `late` days after it; without an office the petitioner's."""
    family = stream.partition("/")[0]
    claimed = int(moment(day, 9).timestamp()) * 1000
    recorded = claimed + late * 86_400_000 + 60_000
    role = "handler" if office else "petitioner"
    return Act(stream, f"{family}.{name}.v1", public, office, role, recorded, recorded - claimed, key)


def opened(day: str = "2023-03-01", channel: str = "letter", office: str = "housing") -> Act:
    """The case registered at a competent unit."""
    return act("registered", day, office, channel=channel, capacity="competent_unit")


def assigned(day: str, leader: str, due: str, office: str = "housing") -> Act:
    """A package assigned to a leader of an office."""
    named = {"leader": f"officer-{leader}", "leader_post": "seat", "leader_office": office}
    return act("package_assigned", day, **named, package_reason="superior", due_on=due)


def tenure(leader: str, begins: str, ends: str = "", office: str = "housing") -> list[Act]:
    """A leader's tenure of the seat of an office."""
    stream, named = f"people/{office}", {"officer": f"officer-{leader}", "post": "seat"}
    acts = [act("officer_appointed", begins, "registrars", stream, **named, from_on=begins)]
    return [*acts, act("tenure_ended", ends, "registrars", stream, **named, on=ends)] if ends else acts


@contextmanager
def told(url: str, acts: Sequence[Act], years: Sequence[int] = (2022, 2023, 2024)) -> Iterator[Reader]:
    """A ledger that tells these acts behind its founding ones, with all views of the tracks folded."""
    rows = stored([*beginning(years), *sorted(acts, key=lambda one: one.recorded_ms)])
    create_ledger(url)
    append(url, rows)
    database = open_database(url)
    Engine(database, VIEWS_OF_TRACKS).catch_up()
    yield Reader(database)
    database.close()
