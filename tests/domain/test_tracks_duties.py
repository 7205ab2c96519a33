"""Leaders' other duties, dissent, publication, exclusion, coordination and aid: two people where two are asked for."""

from __future__ import annotations

from typing import Any

import pytest

from domain import sealing
from domain.errors import EventRefused, RoleRefused, TransitionRefused
from tests.domain.city import Story, Who, event_of
from tests.domain.tracks_city import TRACKS_CITY, leader, other, staff, story

ITEM = {"item": 2}


def _code(told: Story, action: str, public: dict[str, Any], who: Who, on: str = "2026-03-06") -> str:
    with pytest.raises((TransitionRefused, RoleRefused)) as refused:
        told.tell(action, public, who, on)
    return refused.value.code


def test_an_instruction_has_a_day_and_is_reported_back() -> None:
    told = story().tell(
        "case.instruction_given.v1", {"unit": "roads", "due_on": "2026-03-31"}, leader("mayor"), "2026-03-05"
    )
    assert told.clock("INSTRUCTION").unit == "roads"
    assert _code(told, "case.instruction_reported.v1", ITEM, staff("housing")) == "relation"
    told.tell("case.instruction_reported.v1", ITEM, staff("roads"), "2026-03-30")
    told.tell("case.instruction_returned.v1", {"item": 2, "due_on": "2026-04-20"}, staff("bureau"), "2026-03-31")
    told.tell("case.instruction_reported.v1", ITEM, staff("roads"), "2026-04-15")
    told.tell("case.instruction_accepted.v1", ITEM, leader("mayor"), "2026-04-16")
    assert [clock.met for clock in told.case.closed if clock.clock == "INSTRUCTION"] == [True, True]
    assert told.case.tracks.items == ()


def test_only_a_leader_instructs_reads_and_hears() -> None:
    for action, public in (
        ("case.instruction_given.v1", {"unit": "roads", "due_on": "2026-03-31"}),
        ("case.letter_read.v1", {}),
        ("case.report_heard.v1", {"unit": "roads"}),
    ):
        assert _code(story(), action, public, staff("bureau")) == "role"
        told = story().tell(action, public, leader("mayor"), "2026-03-05")
        assert bool(told.case.tracks.items) == (action == "case.instruction_given.v1")


def test_dissent_is_an_act_and_another_person_answers_it() -> None:
    told = story().tell("case.dissent_recorded.v1", {"about": 1}, staff("housing", "handler"), "2026-03-05")
    public = {"item": 2, "adoption": "not_adopted"}
    assert _code(told, "case.dissent_answered.v1", public, staff("housing", "head")) == "second_person"
    told.tell("case.dissent_answered.v1", public, other("housing", "head"), "2026-03-06")
    assert _code(story(), "case.dissent_recorded.v1", {"about": 9}, staff("housing", "handler")) == "about_nothing"


@pytest.mark.parametrize(
    ("propose", "public", "approve"),
    [
        (
            "case.publication_proposed.v1",
            {"scope": "process", "ground": "public_interest"},
            "case.publication_approved.v1",
        ),
        ("case.exclusion_proposed.v1", {"figure": "all", "ground": "wrongly_recorded"}, "case.exclusion_approved.v1"),
        ("case.aid_requested.v1", {"fund": "special"}, "case.aid_approved.v1"),
    ],
)
def test_two_people_decide(propose: str, public: dict[str, Any], approve: str) -> None:
    office = "bureau" if "exclusion" in propose else "housing"
    told = story().tell(propose, public, staff(office, "head"), "2026-03-05")
    assert _code(told, approve, ITEM, staff(office, "head")) == "second_person"
    told.tell(approve, ITEM, other(office, "head"), "2026-03-06")
    assert [item.state for item in told.case.tracks.items] == ["APPROVED"]
    assert told.case.tracks.items[0].by == (staff(office).actor, other(office).actor)


def test_what_was_published_can_be_withdrawn_and_an_exclusion_lifted() -> None:
    told = story().tell(
        "case.publication_proposed.v1",
        {"scope": "process", "ground": "legal_duty"},
        staff("housing", "head"),
        "2026-03-05",
    )
    told.tell("case.publication_approved.v1", ITEM, other("housing", "head"), "2026-03-06")
    told.tell("case.publication_withdrawn.v1", {"item": 2, "ground": "privacy"}, staff("housing", "head"), "2026-03-07")
    assert told.case.tracks.items == ()
    told = story().tell(
        "case.exclusion_proposed.v1", {"figure": "all", "ground": "duplicate"}, staff("bureau", "head"), "2026-03-05"
    )
    assert _code(told, "case.exclusion_lifted.v1", ITEM, other("bureau")) == "item_state"
    told.tell("case.exclusion_refused.v1", {"item": 2, "ground": "no_fault"}, other("bureau"), "2026-03-06")
    assert told.case.tracks.items == ()


def test_an_accusation_is_never_published() -> None:
    told = story()
    told.case = told.case._replace(state="DIVERTED_DISCIPLINE")
    public = {"scope": "process", "ground": "public_interest"}
    assert _code(told, "case.publication_proposed.v1", public, staff("housing", "head")) == "never_public"


def test_aid_names_nobody_in_public_and_asks_nothing_in_return() -> None:
    event = event_of("case.aid_requested.v1", {"fund": "special"}, staff("housing", "handler"), seq=2)
    with pytest.raises(EventRefused) as refused:
        sealing.arrange(event, {"amount": "5000"})
    assert refused.value.code == "sealed_missing"
    assert sealing.arrange(event, {"recipient": "某人", "amount": "5000"})
    for extra in ("recipient", "condition", "promise"):
        with pytest.raises(EventRefused):
            event_of("case.aid_requested.v1", {"fund": "special", extra: "x"}, staff("housing", "handler"))
    told = story().tell("case.aid_requested.v1", {"fund": "social"}, staff("housing", "handler"), "2026-03-05")
    assert _code(told, "case.aid_paid.v1", ITEM, staff("housing", "handler")) == "item_state"
    told.tell("case.aid_approved.v1", ITEM, other("housing", "head"), "2026-03-06")
    told.tell("case.aid_paid.v1", ITEM, staff("housing", "handler"), "2026-03-07")
    assert told.case.tracks.items == ()


def test_a_letter_of_coordination_is_answered_by_the_unit_it_went_to() -> None:
    told = story().tell(
        "case.coordination_sent.v1", {"unit": "roads", "due_on": "2026-03-20"}, staff("bureau"), "2026-03-05"
    )
    assert _code(told, "case.coordination_answered.v1", ITEM, staff("housing")) == "relation"
    told.tell("case.coordination_answered.v1", ITEM, staff("roads"), "2026-03-18")
    assert told.clock("COORDINATION_REPLY").met


def test_a_designation_is_a_registrars_dated_act() -> None:
    people = TRACKS_CITY.people
    assert people.designated("bureau", "chief", "officer-mayor")
    assert not people.designated("bureau", "chief", "officer-wang")
    assert not people.designated("bureau", "supervising", "officer-mayor")
    assert not people.designated("bureau", "chief", "officer-mayor", index=50)
