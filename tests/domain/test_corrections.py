"""A recording mistake is corrected by the office that made it, its successor or its superior, and by nobody else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.errors import RoleRefused
from domain.reference import check_reference, fold_reference
from tests.domain.city import CITY, REGISTRAR, Story, Who, event_of, officer

MEANS = {"seq": 3, "act": "case.notice_served.v1", "field": "means", "to": "online"}
AREA = {"seq": 1, "act": "case.registered.v1", "field": "area", "to": "housing.repair"}


def _told() -> Story:
    """Registered by the lowest office's superior, passed down to it, and its notice served there."""
    story = Story().registered("department", "2026-03-02").transferred("office", "2026-03-03")
    return story.notified("2026-03-04")


def _refused(story: Story, who: Who, fields: dict[str, Any]) -> RoleRefused:
    with pytest.raises(RoleRefused) as refused:
        story.act("corrected", "2026-03-05", who, **fields)
    return refused.value


@pytest.mark.parametrize("office", ["office", "department", "ministry"])
def test_the_office_whose_act_it_is_and_those_above_it_correct_it(office: str) -> None:
    assert _told().act("corrected", "2026-03-05", officer(office), **MEANS).case.version == 4


@pytest.mark.parametrize(
    ("office", "fields"),
    [
        pytest.param("office", AREA, id="the holder corrects what its superior registered"),
        pytest.param("office-b", MEANS, id="an office beside"),
        pytest.param("bureau", MEANS, id="a petition office that has nothing to do with it"),
    ],
)
def test_no_other_office_corrects_it_though_it_holds_the_case(office: str, fields: dict[str, Any]) -> None:
    refused = _refused(_told(), officer(office), fields)
    assert (refused.code, refused.allowed) == ("relation", ("department" if fields is AREA else "office",))


def test_what_the_petitioner_filed_is_corrected_by_the_office_that_it_was_filed_at() -> None:
    fields = {**AREA, "act": "case.submitted.v1"}
    story = Story().submitted("bureau", "2026-03-02").registered("bureau", "2026-03-02", channel="online")
    story.transferred("housing", "2026-03-03")
    assert _refused(story, officer("housing"), fields).allowed == ("bureau",)
    assert story.act("corrected", "2026-03-05", officer("bureau"), **fields).case.area == "housing.repair"


def test_the_successor_of_an_office_corrects_what_that_office_wrote() -> None:
    closing = {"successor": "roads", "ending": "office_merged"}
    act = event_of("people.office_closed.v1", closing, REGISTRAR, stream="people/housing", index=1001)
    check_reference(CITY, act)
    story = Story().registered("housing", "2026-03-02")
    story.reference = fold_reference(CITY, act)
    assert story.act("corrected", "2026-03-05", officer("roads"), **AREA).case.area == "housing.repair"


def test_a_superiors_correction_moves_the_clock_that_the_office_had_met() -> None:
    story = Story().registered("office", "2026-03-02").replied("2026-03-10")
    later = {"seq": 2, "act": "case.replied.v1", "field": "time", "to": "2026-03-18T09:00:00+08:00"}
    story.act("corrected", "2026-04-20", officer("department"), **later)
    moved = story.clock("NOTICE_DIRECT")
    assert (moved.unit, moved.closed_at and moved.closed_at.date()) == ("office", date(2026, 3, 18))
