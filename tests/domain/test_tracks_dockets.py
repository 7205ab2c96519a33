"""Joint conferences, receptions and mandates, in streams of their own."""

from __future__ import annotations

from typing import Any

import pytest

from domain import commands
from domain.errors import EventRefused, RoleRefused, TransitionRefused
from domain.tracks.docket import Docket, possible_in
from domain.tracks.draw import draw, population_digest
from domain.tracks.vocabulary import CRITERIA
from tests.domain.city import Who
from tests.domain.tracks_city import Docketed, leader, other, staff

CASE_NUMBER = "ab" * 16
CHAIRED = {"item": 1, "leader": "officer-chair", "leader_post": "seat-chair", "leader_office": "congress"}
MANDATE = {"mandate": "special", "units": ["housing", "roads"], "from_on": "2026-03-01", "until_on": "2026-06-30"}


def _code(told: Docketed, action: str, public: dict[str, Any], who: Who, on: str = "2026-03-10") -> str:
    with pytest.raises((TransitionRefused, RoleRefused)) as refused:
        told.tell(action, public, who, on)
    return refused.value.code


def _meeting() -> Docketed:
    told = Docketed("conference/congress")
    told.tell("conference.convened.v1", {"form": "case", "due_on": "2026-03-10"}, staff("congress"), "2026-03-05")
    for member, how in (("housing", "present"), ("roads", "delegate"), ("bureau", "absent")):
        attended = {"item": 1, "member": member, "member_post": "board", "attendance": how}
        told.tell("conference.attended.v1", attended, staff("congress"), "2026-03-10")
    return told.tell("conference.presided.v1", CHAIRED, staff("congress"), "2026-03-10")


def _mandate() -> Docketed:
    return Docketed("mandate/spring").tell("mandate.opened.v1", MANDATE, staff("watch", "inspector"), "2026-02-20")


def test_a_meeting_decides_sets_tasks_and_is_minuted() -> None:
    told = _meeting()
    told.tell(
        "conference.decided.v1",
        {"meeting": 1, "decision": "listed", "case": CASE_NUMBER},
        staff("congress"),
        "2026-03-10",
    )
    task = {"meeting": 1, "unit": "roads", "due_on": "2026-04-10"}
    told.tell("conference.task_set.v1", task, staff("congress"), "2026-03-10")
    told.tell("conference.minuted.v1", {"item": 1}, staff("congress"), "2026-03-11")
    assert _code(told, "conference.decided.v1", {"meeting": 1, "decision": "talk"}, staff("congress")) == "no_meeting"
    assert _code(told, "conference.task_executed.v1", {"item": 7}, staff("housing")) == "relation"
    told.tell("conference.task_executed.v1", {"item": 7}, staff("roads"), "2026-04-08")
    told.tell("conference.task_returned.v1", {"item": 7, "due_on": "2026-04-30"}, staff("congress"), "2026-04-09")
    told.tell("conference.task_executed.v1", {"item": 7}, staff("roads"), "2026-04-20")
    told.tell("conference.task_accepted.v1", {"item": 7}, staff("congress"), "2026-04-21")
    assert [item.track for item in told.state.tracks.items] == ["decision"]


def test_a_meeting_decides_nothing_before_somebody_presided() -> None:
    told = Docketed("conference/congress")
    told.tell("conference.convened.v1", {"form": "full", "due_on": "2026-03-10"}, staff("congress"), "2026-03-05")
    assert _code(told, "conference.decided.v1", {"meeting": 1, "decision": "talk"}, staff("congress")) == "no_meeting"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({}, "", id="the chief presides in person"),
        pytest.param({"delegated_by": "officer-chair"}, "delegation", id="the chief needs no delegation"),
        pytest.param(
            {"leader": "officer-mayor", "leader_post": "seat-mayor", "leader_office": "bureau"},
            "delegation",
            id="another without a word",
        ),
        pytest.param(
            {
                "leader": "officer-mayor",
                "leader_post": "seat-mayor",
                "leader_office": "bureau",
                "delegated_by": "officer-chair",
            },
            "",
            id="another by delegation of the chief",
        ),
        pytest.param(
            {
                "leader": "officer-mayor",
                "leader_post": "seat-mayor",
                "leader_office": "bureau",
                "delegated_by": "officer-wang",
            },
            "delegation",
            id="by delegation of somebody else",
        ),
        pytest.param({"leader_post": "roof"}, "no_such_leader", id="nobody"),
    ],
)
def test_who_presided_is_the_chief_or_somebody_the_chief_sent(change: dict[str, str], code: str) -> None:
    told = Docketed("conference/congress")
    told.tell("conference.convened.v1", {"form": "full", "due_on": "2026-03-10"}, staff("congress"), "2026-03-05")
    public = {**CHAIRED, **change}
    if code:
        assert _code(told, "conference.presided.v1", public, staff("congress")) == code
        return
    told.tell("conference.presided.v1", public, staff("congress"), "2026-03-10")


def test_a_member_dissents_by_an_act_of_the_conference() -> None:
    told = _meeting()
    told.tell("conference.decided.v1", {"meeting": 1, "decision": "circular"}, staff("congress"), "2026-03-10")
    told.tell("conference.dissented.v1", {"item": 6}, leader("zhou"), "2026-03-10")
    assert told.state.tracks.item(6).by == ("officer-congress-two", "officer-zhou")


def test_a_conference_is_its_own_offices_stream() -> None:
    told = Docketed("conference/congress")
    convened = {"form": "full", "due_on": "2026-03-20"}
    assert _code(told, "conference.convened.v1", convened, staff("bureau")) == "relation"
    assert (
        _code(
            told,
            "conference.attended.v1",
            {"item": 1, "member": "roads", "member_post": "board", "attendance": "present"},
            staff("congress"),
        )
        == "no_item"
    )


def test_a_reception_is_scheduled_published_held_on_its_day_or_missed() -> None:
    told = Docketed("bulletin/housing")
    plan = {
        "leader": "officer-wang",
        "leader_post": "seat-wang",
        "form": "received",
        "place": "hall",
        "due_on": "2026-03-20",
        "units": ["roads"],
    }
    told.tell("bulletin.reception_scheduled.v1", plan, staff("housing", "handler"), "2026-03-05")
    told.tell(
        "bulletin.reception_scheduled.v1", {**plan, "due_on": "2026-03-27"}, staff("housing", "handler"), "2026-03-05"
    )
    told.tell("bulletin.reception_published.v1", {"item": 1}, staff("housing", "handler"), "2026-03-06")
    assert _code(told, "bulletin.reception_held.v1", {"item": 1}, leader("wang"), "2026-03-19") == "another_day"
    told.tell("bulletin.reception_held.v1", {"item": 1, "units": ["roads"]}, leader("wang"), "2026-03-20")
    missed = {"item": 2, "ground": "illness"}
    assert _code(told, "bulletin.reception_missed.v1", missed, staff("housing", "handler"), "2026-03-26") == "not_yet"
    told.tell("bulletin.reception_missed.v1", missed, staff("housing", "handler"), "2026-03-28")
    assert told.state.tracks.items == ()
    nobody = {**plan, "leader": "officer-ghost", "due_on": "2026-04-20"}
    assert (
        _code(told, "bulletin.reception_scheduled.v1", nobody, staff("housing", "handler"), "2026-03-28")
        == "no_such_leader"
    )


def test_an_inspector_replays_a_case_within_the_mandate_and_says_why() -> None:
    told, replay = _mandate(), {"case": CASE_NUMBER, "ground": "overdue"}
    assert _code(told, "mandate.replayed.v1", replay, staff("watch", "inspector"), "2026-02-28") == "outside_period"
    told.tell("mandate.replayed.v1", replay, staff("watch", "inspector"), "2026-03-01")
    told.tell("mandate.replayed.v1", replay, staff("watch", "inspector"), "2026-06-30")
    assert _code(told, "mandate.replayed.v1", replay, staff("watch", "inspector"), "2026-07-01") == "outside_period"
    assert _code(told, "mandate.replayed.v1", replay, staff("inspectors", "inspector"), "2026-03-02") == "relation"
    told.tell("mandate.closed.v1", {"item": 1}, staff("watch"), "2026-07-01")
    assert _code(told, "mandate.replayed.v1", replay, staff("watch", "inspector"), "2026-07-02") == "relation"


def test_a_mandate_is_given_once_to_a_body_that_may_inspect() -> None:
    assert _code(_mandate(), "mandate.opened.v1", MANDATE, staff("watch")) == "mandate_open"
    assert _code(Docketed("mandate/x"), "mandate.opened.v1", MANDATE, staff("roads")) == "relation"
    backwards = {**MANDATE, "until_on": "2026-02-01"}
    assert _code(Docketed("mandate/x"), "mandate.opened.v1", backwards, staff("watch"), "2026-01-01") == "period"


def test_a_draw_needs_a_seed_signed_after_its_population_was_fixed() -> None:
    cases = [f"{number:032x}" for number in range(20)]
    told = _mandate()
    fixed = {"population": population_digest(cases), "size": len(cases)}
    told.tell("mandate.population_fixed.v1", fixed, staff("watch"), "2026-03-02")
    index = told.events[-1].index
    root = bytes(range(32))
    drawn = {"item": 2, "checkpoint_size": index, "root": root.hex(), "count": 3, "drawn": list(draw(cases, 3, root))}
    # A checkpoint of this size ends before the fixing entry: whoever fixed the population knew its root.
    assert _code(told, "mandate.drawn.v1", drawn, staff("watch")) == "seed_too_early"
    later = {**drawn, "checkpoint_size": index + 1}
    turned = list(draw(cases, 3, root))[::-1]
    assert _code(told, "mandate.drawn.v1", {**later, "count": 2}, staff("watch")) == "draw_count"
    assert _code(told, "mandate.drawn.v1", {**later, "checkpoint_size": 9000}, staff("watch")) == "checkpoint_ahead"
    assert _code(told, "mandate.drawn.v1", {**later, "drawn": turned}, staff("watch")) == "draw_order"
    told.tell("mandate.drawn.v1", later, staff("watch"), "2026-03-03")
    assert _code(told, "mandate.drawn.v1", later, staff("watch")) == "no_item"


def test_a_list_changes_by_two_people_and_with_a_reason() -> None:
    told = _mandate()
    public = {"population": "5a" * 32, "size": 40, "checkpoint_size": 100, "root": "5b" * 32}
    told.tell("mandate.list_fixed.v1", public, staff("watch"), "2026-03-02")
    change = {"about": 2, "change": "removed", "case": CASE_NUMBER, "ground": "wrongly_recorded"}
    told.tell("mandate.list_change_proposed.v1", change, staff("watch"), "2026-03-03")
    assert _code(told, "mandate.list_change_confirmed.v1", {"item": 3}, staff("watch")) == "second_person"
    told.tell("mandate.list_change_confirmed.v1", {"item": 3}, other("watch"), "2026-03-04")
    assert _code(told, "mandate.list_change_proposed.v1", {**change, "about": 1}, staff("watch")) == "no_list"
    told.tell("mandate.list_closed.v1", {"item": 2}, staff("watch"), "2026-06-01")
    assert _code(told, "mandate.list_change_proposed.v1", change, staff("watch")) == "no_list"


def test_a_visit_is_planned_held_found_and_rectified() -> None:
    told = _mandate()
    told.tell("mandate.visit_planned.v1", {"unit": "roads", "due_on": "2026-04-01"}, staff("watch"), "2026-03-02")
    told.tell("mandate.visit_held.v1", {"item": 2}, staff("watch"), "2026-04-01")
    found = {"item": 2, "facts_clear": True, "procedure_right": False, "petitioners_satisfied": True}
    told.tell("mandate.visit_found.v1", found, staff("watch"), "2026-04-02")
    assert _code(told, "mandate.visit_rectified.v1", {"item": 2}, staff("housing")) == "relation"
    told.tell("mandate.visit_rectified.v1", {"item": 2}, staff("roads"), "2026-05-02")
    told.tell("mandate.visit_closed.v1", {"item": 2}, staff("watch"), "2026-05-03")


SCHEME: dict[str, Any] = {
    "from_on": "2026-07-01",
    "until_on": "2027-06-30",
    "criteria": [{"criterion": "on_time_closure", "weight": 60}, {"criterion": "satisfaction", "weight": 40}],
}


def test_a_scheme_is_frozen_before_its_period_computed_and_objected_to() -> None:
    told = _mandate()
    late = {**SCHEME, "from_on": "2026-06-30"}
    assert _code(told, "mandate.scheme_frozen.v1", late, staff("watch"), "2026-06-30") == "frozen_late"
    uneven = {**SCHEME, "criteria": SCHEME["criteria"][:1]}
    assert _code(told, "mandate.scheme_frozen.v1", uneven, staff("watch"), "2026-06-29") == "weights"
    told.tell("mandate.scheme_frozen.v1", SCHEME, staff("watch"), "2026-06-29")
    scores = {"item": 2, "checkpoint_size": 1500, "root": "5a" * 32, "scores": "5b" * 32}
    told.tell("mandate.assessed.v1", scores, staff("watch"), "2027-07-01")
    heard = {"item": 2, "unit": "roads", "adoption": "not_adopted"}
    told.tell("mandate.objection_heard.v1", heard, staff("watch"), "2027-07-10")
    told.tell("mandate.assessment_closed.v1", {"item": 2}, staff("watch"), "2027-07-20")


@pytest.mark.parametrize(
    "volume", ["petition_volume", "visits", "fewer_petitions", "repeat_petitions", "zero_petitions"]
)
def test_a_scheme_that_scores_the_volume_of_petitions_is_refused(volume: str) -> None:
    scheme = {**SCHEME, "criteria": [{"criterion": volume, "weight": 100}]}
    with pytest.raises(EventRefused) as refused:
        _mandate().tell("mandate.scheme_frozen.v1", scheme, staff("watch"), "2026-06-29")
    assert refused.value.code == "field_unfit"
    assert volume not in CRITERIA


@pytest.mark.parametrize("stream", ["conference/congress", "mandate/spring", "bulletin/housing"])
def test_every_kind_of_stream_begins_empty_and_says_what_it_allows(stream: str) -> None:
    state = commands.initial(stream)
    assert state == Docket()
    acts = possible_in(state, stream)
    assert acts == tuple(action for action in acts if action.startswith(stream.partition("/")[0]))
    assert acts
