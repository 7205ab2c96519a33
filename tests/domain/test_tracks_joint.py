"""Offices coordinate on the spot and investigate together; and what an office demanded is a fact about the office."""

from __future__ import annotations

from typing import Any

import pytest

from domain.errors import DomainRefused
from tests.domain.city import Story, Who, petitioner
from tests.domain.tracks_city import staff, story

CALLED = {"units": ["housing", "roads"], "due_on": "2026-03-20"}
OPENED = {"unit": "roads", "units": ["roads", "housing"], "due_on": "2026-04-17"}


def _code(told: Story, action: str, public: dict[str, Any], who: Who, on: str = "2026-03-10") -> str:
    with pytest.raises(DomainRefused) as refused:
        told.tell(action, public, who, on)
    return refused.value.code


def test_offices_are_called_together_on_the_spot_and_come_or_do_not() -> None:
    told = story().tell("case.onsite_coordination_called.v1", CALLED, staff("bureau"), "2026-03-05")
    held = {"item": 2, "units": ["roads"], "effect": "plan_agreed"}
    assert _code(told, "case.onsite_coordination_held.v1", held, staff("bureau")) == "not_yet"
    assert _code(told, "case.onsite_coordination_held.v1", held, staff("roads"), "2026-03-20") == "relation"
    told.tell("case.onsite_coordination_held.v1", held, staff("bureau"), "2026-03-20")
    missed = {"item": 2, "ground": "illness"}
    assert _code(told, "case.onsite_coordination_missed.v1", missed, staff("bureau"), "2026-03-21") == "no_item"


def test_only_offices_of_the_directory_are_called() -> None:
    wrong = {**CALLED, "units": ["housing", "nowhere"]}
    assert _code(story(), "case.onsite_coordination_called.v1", wrong, staff("bureau")) == "unit_unknown"


def test_a_joint_investigation_is_reported_by_the_unit_that_leads_it_and_its_day_is_a_clock() -> None:
    told = story().tell("case.joint_investigation_opened.v1", OPENED, staff("bureau"), "2026-03-05")
    assert (told.clock("JOINT_INVESTIGATION").unit, str(told.clock("JOINT_INVESTIGATION").key_day)) == (
        "roads",
        "2026-04-17",
    )
    assert _code(told, "case.joint_investigation_reported.v1", {"item": 2}, staff("housing")) == "relation"
    told.tell("case.joint_investigation_reported.v1", {"item": 2}, staff("roads"), "2026-04-16")
    assert told.clock("JOINT_INVESTIGATION").met
    again = {"item": 2, "due_on": "2026-04-30"}
    told.tell("case.joint_investigation_returned.v1", again, staff("bureau"), "2026-04-20")
    assert (told.clock("JOINT_INVESTIGATION").segment, told.clock("JOINT_INVESTIGATION").running) == (2, True)
    closing = {"item": 2, "finding": "corrected"}
    told.tell("case.joint_investigation_closed.v1", closing, staff("bureau"), "2026-05-06")
    ended = told.clock("JOINT_INVESTIGATION")
    assert (ended.running, ended.met) == (False, False)
    assert not list(told.case.tracks.of("investigation"))


@pytest.mark.parametrize("who", [staff("housing", "intake"), staff("watch"), petitioner()], ids=lambda who: who.actor)
def test_a_demand_to_come_again_is_recorded_of_the_office_and_leaves_nothing_on_the_case(who: Who) -> None:
    told = story()
    before = told.case
    told.tell("case.visit_demanded.v1", {"unit": "housing", "demand": "more_papers"}, who, "2026-03-10")
    after = told.case._replace(version=before.version, acts=before.acts)
    assert after == before


def test_a_demand_is_not_laid_at_an_office_that_never_had_the_case() -> None:
    public = {"unit": "roads", "demand": "signature"}
    assert _code(story(), "case.visit_demanded.v1", public, petitioner()) == "never_held"
    assert _code(story(), "case.visit_demanded.v1", {**public, "unit": "housing"}, petitioner("77" * 32)) == "relation"
