"""The tracks through the ledger itself: prepared, signed, committed, verified, on both stores."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.actions import command, new_case
from api.founding import OfficePlan, OfficerPlan, Plan, PostPlan
from api.initialise import initialise
from api.main import Application, open_application
from api.verify.run import verify_database
from domain.errors import DomainRefused
from domain.tracks.draw import check_draw, draw, population_digest
from tests.benchmarks.city import settings_for

PLACES = (("bureau", "petition_office", ""), ("works", "competent_unit", ""), ("congress", "conference", ""))
PLAN = Plan(
    origin="sundial.example/tracks",
    offices=[OfficePlan(office=name, kind=kind, name_zh=f"{name}局") for name, kind, _ in PLACES],
    posts=[
        PostPlan(
            office=name,
            post="board",
            name_zh="岗位",
            duties=["intake", "handler", "head", "leader", "supervisor", "inspector"],
        )
        for name, _, _ in PLACES
    ],
    officers=[
        OfficerPlan(officer=f"officer-{name}", office=name, post="board", from_on=date(2020, 1, 1), name="某某")
        for name, _, _ in PLACES
    ],
)


@pytest.fixture
def application(any_store_url: str, tmp_path: Path) -> Iterator[Application]:
    """A ledger with a petition office, a unit and a joint conference, on either store."""
    settings = settings_for(tmp_path / "home", any_store_url)
    initialise(settings, PLAN)
    with open_application(settings) as opened:
        yield opened


def perform(
    application: Application, stream: str, action: str, public: dict[str, Any], office: str, role: str, **sealed: Any
) -> int:
    """Perform one act as the officer of an office and return its log index."""
    key = application.key(f"officer-{office}")
    return application.desk.perform(command(stream, action, public, sealed), key, role).index


def in_days(application: Application, days: int) -> str:
    """A day from the ledger's own today, as a field holds it."""
    return (application.clock().date() + timedelta(days=days)).isoformat()


def test_a_case_is_supervised_packaged_and_its_clocks_run(application: Application) -> None:
    case, due = new_case(), in_days(application, 20)
    registered = {"channel": "letter", "capacity": "competent_unit"}
    perform(application, case, "case.registered.v1", registered, "works", "intake", subject="路灯")
    opened = {"unit": "works", "trigger": "delay", "due_on": due}
    perform(application, case, "case.supervision_opened.v1", opened, "bureau", "supervisor", text="请说明")
    package = {
        "leader": "officer-works",
        "leader_post": "board",
        "leader_office": "works",
        "package_reason": "major",
        "due_on": due,
    }
    perform(application, case, "case.package_assigned.v1", package, "bureau", "head")
    perform(application, case, "case.package_accepted.v1", {"item": 3}, "works", "leader")
    perform(application, case, "case.supervision_answered.v1", {"item": 2}, "works", "handler", reply="已办")
    state = application.ledger.state(case)
    assert {clock.clock: clock.met for clock in state.clocks if clock.clock in ("PACKAGE", "SUPERVISION_REPLY")} == {
        "PACKAGE": False,
        "SUPERVISION_REPLY": True,
    }
    with pytest.raises(DomainRefused) as refused:
        perform(application, case, "case.supervision_answered.v1", {"item": 2}, "works", "handler", reply="再办")
    assert refused.value.code == "item_state"
    application.views.catch_up()
    report = verify_database(application.settings)
    assert report.ok, report.faults


def test_a_meeting_and_a_mandate_stand_in_streams_of_their_own(application: Application) -> None:
    meeting = {"form": "working", "due_on": in_days(application, 1)}
    perform(application, "conference/congress", "conference.convened.v1", meeting, "congress", "supervisor")
    with pytest.raises(DomainRefused):
        perform(application, "conference/congress", "conference.convened.v1", meeting, "bureau", "supervisor")
    period = {"from_on": in_days(application, -1), "until_on": in_days(application, 30)}
    opened = {"mandate": "random", "units": ["works"], **period}
    perform(application, "mandate/draw", "mandate.opened.v1", opened, "bureau", "inspector", matter="抽查")
    streams = [new_case() for _ in range(9)]
    received = {"channel": "letter", "capacity": "competent_unit"}
    for stream in streams:
        perform(application, stream, "case.registered.v1", received, "works", "intake")
    cases = sorted(stream.partition("/")[2] for stream in streams)
    population = population_digest(cases)
    fixed = {"population": population, "size": len(cases), "members": "held"}
    index = perform(application, "mandate/draw", "mandate.population_fixed.v1", fixed, "bureau", "inspector")
    perform(
        application,
        new_case(),
        "case.registered.v1",
        {"channel": "fax", "capacity": "competent_unit"},
        "works",
        "intake",
    )
    application.ledger.checkpoint()
    head = application.ledger.head()
    # The tree up to here covers the fixing act: its root could not be known when the population was fixed.
    assert head.size > index
    root = application.ledger.root(head.size)
    chosen = draw(cases, 3, root)
    drawn = {"item": 2, "checkpoint_size": head.size, "root": root.hex(), "count": 3, "drawn": list(chosen)}
    perform(application, "mandate/draw", "mandate.drawn.v1", drawn, "bureau", "inspector")
    check_draw(cases, population, root, chosen)
    application.views.catch_up()
    report = verify_database(application.settings)
    assert report.ok, report.faults
