"""Given acts, when one more, then which clocks run, are met or end, and whose they are."""

from __future__ import annotations

from typing import Any

import pytest

from domain.cases import Clock
from domain.due import due_on, end_of_day, standing
from domain.errors import RoleRefused, TransitionRefused
from tests.domain.city import (
    CALENDARS,
    Story,
    at,
    officer,
)

FROM_FILE = {"mapping": "board", "precision": "instant"}


def _running(story: Story) -> set[tuple[str, bool, str]]:
    return {(clock.clock, clock.shadow, clock.unit) for clock in story.case.running}


def test_a_submission_starts_the_clocks_before_anybody_registers_it() -> None:
    assert _running(Story().submitted("bureau", "2026-03-02")) == {("ROUTE", False, "bureau")}
    assert _running(Story().submitted("housing", "2026-03-02")) == {
        ("NOTICE_DIRECT", False, "housing"),
        ("HANDLE", True, "housing"),
    }


def test_registering_a_submission_does_not_reset_its_clocks() -> None:
    story = Story().submitted("housing", "2026-03-02").registered("housing", "2026-03-09", channel="online")
    assert story.case.state == "REGISTERED"
    assert [clock.started_by for clock in story.case.clocks] == ["case.submitted.v1"] * 2


def test_only_the_addressed_office_registers_a_submission() -> None:
    with pytest.raises(RoleRefused) as refused:
        Story().submitted("housing", "2026-03-02").registered("roads", "2026-03-03")
    assert refused.value.code == "relation"
    assert refused.value.allowed == ("housing",)


def test_a_transfer_meets_the_route_clock_and_starts_the_receivers() -> None:
    story = Story().registered("bureau", "2026-03-02").transferred("housing", "2026-03-05")
    assert story.clock("ROUTE").met
    assert story.clock("ROUTE").met_seq == 2
    assert _running(story) == {
        ("NOTICE_TRANSFERRED", False, "housing"),
        ("HANDLE", True, "housing"),
        ("OBJECT", False, "housing"),
    }
    assert (story.case.office, story.case.capacity, story.case.state) == ("housing", "competent_unit", "TRANSFERRED")


def test_a_transfer_to_a_lower_petition_office_starts_its_route_clock() -> None:
    story = Story().registered("bureau", "2026-03-02").transferred("district", "2026-03-05")
    assert _running(story) == {("ROUTE", False, "district")}
    assert story.clock("ROUTE").segment == 2


def test_a_unit_that_passes_a_matter_down_still_owes_its_own_notice() -> None:
    story = Story().registered("housing", "2026-03-02").transferred("housing-east", "2026-03-05")
    assert _running(story) == {
        ("NOTICE_DIRECT", False, "housing"),
        ("NOTICE_TRANSFERRED", False, "housing-east"),
        ("HANDLE", True, "housing-east"),
        ("OBJECT", False, "housing-east"),
    }
    assert story.clock("HANDLE", shadow=True, unit="housing").ended_by == "case.transferred.v1"
    story.notified("2026-03-06", office="housing")
    assert story.clock("NOTICE_DIRECT").met
    assert story.clock("NOTICE_TRANSFERRED").running


def test_nobody_fulfils_another_offices_duty() -> None:
    story = Story().registered("housing", "2026-03-02").transferred("housing-east", "2026-03-05").notified("2026-03-06")
    assert story.clock("NOTICE_TRANSFERRED").met
    assert story.clock("NOTICE_DIRECT").running


def test_acceptance_ends_the_shadow_without_judging_it_and_starts_the_real_clock() -> None:
    story = Story().registered("housing", "2026-03-02").accepted("2026-03-10")
    assert story.clock("HANDLE", shadow=True).ended_by == "case.accepted.v1"
    assert story.clock("HANDLE", shadow=True).met_at is None
    assert story.clock("HANDLE").running
    assert story.clock("HANDLE").segment == 2


def test_service_of_the_opinion_meets_the_handling_clock_and_its_issue_does_not() -> None:
    story = Story().registered("housing", "2026-03-02").accepted("2026-03-10").opined("2026-04-01")
    assert story.clock("HANDLE").running
    assert story.served("2026-04-03").clock("HANDLE").met


@pytest.mark.parametrize("notified", [False, True])
def test_a_reply_outside_the_procedure_meets_the_shadow_and_a_notice_still_open(notified: bool) -> None:
    story = Story().registered("housing", "2026-03-02")
    if notified:
        story.notified("2026-03-03")
    story.replied("2026-03-20")
    assert story.case.state == "REPLIED"
    assert story.clock("HANDLE", shadow=True).met
    assert story.clock("NOTICE_DIRECT").closed_by == ("case.notice_served.v1" if notified else "case.replied.v1")
    # What still runs is the petitioner's window to rate, no duty of an office.
    assert [clock.clock for clock in story.case.running] == ["EVALUATION"]


def test_a_notice_served_late_is_lawful_and_stays_late() -> None:
    story = Story().registered("housing", "2026-03-02").accepted("2026-03-10").notified("2026-05-20")
    clock = story.clock("NOTICE_DIRECT")
    assert story.case.state == "ACCEPTED"
    assert clock.met
    assert standing(clock, due_on(clock, CALENDARS)[0], end_of_day(clock.key_day)).status == "running"
    late = standing(clock, due_on(clock, CALENDARS)[0], clock.closed_at or clock.started_at)
    assert (late.status, late.days) == ("met_late", 64)


def test_no_notice_is_due_where_name_or_address_is_unclear() -> None:
    story = Story().registered("housing", "2026-03-02", addressable=False)
    assert _running(story) == {("HANDLE", True, "housing")}
    story = Story().registered("bureau", "2026-03-02", addressable=False).transferred("housing", "2026-03-03")
    assert _running(story) == {("HANDLE", True, "housing"), ("OBJECT", False, "housing")}


def test_a_matter_found_by_the_office_has_nobody_to_be_told() -> None:
    story = Story().registered("housing", "2026-03-02", channel="found")
    assert _running(story) == {("HANDLE", True, "housing")}


def test_an_office_cannot_declare_a_petitioner_unreachable_who_filed_online() -> None:
    with pytest.raises(TransitionRefused) as refused:
        Story().submitted("housing", "2026-03-02").registered("housing", "2026-03-03", addressable=False)
    assert refused.value.code == "addressable_is_the_petitioners"


@pytest.mark.parametrize(
    ("holder", "public", "code"),
    [
        pytest.param("bureau", {"to_office": "bureau", "basis": "22_1"}, "receiver", id="to itself as a unit"),
        pytest.param(
            "bureau",
            {"to_office": "bureau", "basis": "22_1", "capacity": "petition_office"},
            "to_itself",
            id="to itself",
        ),
        pytest.param("bureau", {"to_office": "nowhere", "basis": "22_1"}, "receiver", id="to an unknown office"),
        pytest.param("bureau", {"to_office": "inspectors", "basis": "22_1"}, "receiver", id="to an inspection body"),
        pytest.param("bureau", {"to_office": "district", "basis": "22_2"}, "receiver", id="as what it is not"),
        pytest.param("bureau", {"to_office": "housing", "basis": "23_1"}, "basis", id="on a unit's basis"),
        pytest.param("housing", {"to_office": "housing-east", "basis": "22_1"}, "basis", id="on an office's basis"),
        pytest.param("housing", {"to_office": "roads", "basis": "23_1"}, "not_subordinate", id="sideways"),
    ],
)
def test_a_transfer_that_the_articles_do_not_know_is_refused(holder: str, public: dict[str, Any], code: str) -> None:
    story = Story().registered(holder, "2026-03-02")
    with pytest.raises((TransitionRefused, RoleRefused)) as refused:
        story.tell("case.transferred.v1", public, officer(holder), "2026-03-03")
    assert refused.value.code == code
    assert refused.value.message_zh
    assert refused.value.message_en


def test_the_petition_office_can_neither_accept_nor_reply_nor_judge() -> None:
    for action, public in (
        ("case.accepted.v1", {"category": "31_6"}),
        ("case.replied.v1", {"means": "post"}),
    ):
        with pytest.raises(TransitionRefused) as refused:
            Story().registered("bureau", "2026-03-02").tell(action, public, officer("bureau", "head"), "2026-03-03")
        assert refused.value.code == "capacity"
        assert "case.transferred.v1" in refused.value.allowed


def test_a_clock_keeps_where_it_started_and_where_it_was_met() -> None:
    clock: Clock = Story().registered("housing", "2026-03-02").notified("2026-03-05").clock("NOTICE_DIRECT")
    assert (clock.started_seq, clock.started_index, clock.met_seq, clock.met_index) == (1, 1001, 2, 1002)
    assert clock.met_at is not None
    assert clock.met_at.isoformat() == at("2026-03-05")
