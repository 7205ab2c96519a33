"""Leader packages: who answers, from when to when, and what a hand-over, an extension or silence makes of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from domain.due import due_of, standing
from domain.errors import RoleRefused, TransitionRefused
from domain.reference import fold_reference
from domain.schema import CIVIL
from domain.tracks.attribution import (
    Span,
    answered_on,
    attribution,
    missed_by,
    packaged_not_closed,
    principally_responsible,
)
from domain.tracks.package import Package
from tests.domain.city import CALENDARS, REGISTRAR, Story, Who, at, event_of
from tests.domain.tracks_city import TRACKS_CITY, leader, package_story, staff, story

TO_SUN = {"item": 2, "leader": "officer-sun", "leader_post": "seat-sun", "leader_office": "housing"}
TO_ZHOU = {"item": 2, "leader": "officer-zhou", "leader_post": "seat-zhou", "leader_office": "roads"}
ASSIGN = {
    "leader": "officer-wang",
    "leader_post": "seat-wang",
    "leader_office": "housing",
    "package_reason": "major",
    "due_on": "2026-06-30",
}


def _package(told: Story) -> Package:
    package = told.case.tracks.package
    assert package is not None
    return package


def _code(told: Story, action: str, public: dict[str, Any], who: Who, on: str) -> str:
    with pytest.raises((TransitionRefused, RoleRefused)) as refused:
        told.tell(action, public, who, on)
    return refused.value.code


def _handed(to: dict[str, Any], taker: str, proposed: str, confirmed: str, told: Story | None = None) -> Story:
    told = told or package_story()
    giver = _package(told).leader.removeprefix("officer-")
    told.tell("case.package_hand_over_proposed.v1", to, leader(giver), proposed)
    public = {"item": 2, "confirmed": told.case.version}
    return told.tell("case.package_hand_over_confirmed.v1", public, leader(taker), confirmed)


def test_a_package_runs_from_assignment_to_resolution_by_acts_in_person() -> None:
    told = package_story()
    who = leader("wang")
    met = {"item": 2, "form": "went_down", "place": "site", "effect": "plan_agreed", "posts": ["board"]}
    told.tell("case.package_met.v1", met, who, "2026-03-10")
    told.tell("case.package_investigated.v1", {"item": 2}, who, "2026-03-11")
    told.tell("case.package_conferred.v1", {"item": 2, "units": ["roads"]}, who, "2026-03-12")
    told.tell("case.package_plan_set.v1", {"item": 2, "plan_due_on": "2026-04-30"}, who, "2026-03-13")
    assert (_package(told).acts, _package(told).accepted_at) == (4, datetime(2026, 3, 4, 9, tzinfo=CIVIL))
    told.tell("case.package_resolved.v1", {"item": 2, "result": "executed"}, who, "2026-06-01")
    clock = told.clock("PACKAGE")
    assert (clock.met, clock.unit, clock.key_day) == (True, "housing", date(2026, 6, 30))
    assert _package(told).result == "executed"


def test_one_package_at_a_time_and_a_new_one_once_it_is_resolved() -> None:
    told = package_story()
    assert _code(told, "case.package_assigned.v1", ASSIGN, staff("bureau"), "2026-03-05") == "packaged_already"
    told.tell("case.package_resolved.v1", {"item": 2, "result": "explained"}, leader("wang"), "2026-04-01")
    told.tell("case.package_assigned.v1", ASSIGN, staff("bureau"), "2026-04-02")
    assert [item.seq for item in told.case.tracks.of("package")] == [5]
    assert _package(told).seq == 5


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"leader": "officer-nobody"}, id="nobody"),
        pytest.param({"leader": "officer-housing-two", "leader_post": "board"}, id="no tenure"),
        pytest.param({"leader_office": "roads"}, id="of another office"),
        pytest.param({"leader": "officer-housing", "leader_post": "roof"}, id="no such post"),
    ],
)
def test_a_package_is_given_to_a_leader_who_is_there(wrong: dict[str, Any]) -> None:
    if wrong.get("leader_post") == "board":
        wrong = {**wrong, "leader": "officer-roads-two"}
    assert _code(story(), "case.package_assigned.v1", {**ASSIGN, **wrong}, staff("bureau"), "2026-03-03") == (
        "no_such_leader"
    )


def test_a_hand_over_takes_two_signatures_and_counts_from_the_second() -> None:
    # Wang holds from 3 March. He proposes on 1 April; Sun signs on 15 April at 09:00. By the end of 14 April Wang
    # still answered; at the end of 15 April Sun did. 3 March to 14 April are 29 + 14 = 43 days.
    told = _handed(TO_SUN, "sun", "2026-04-01", "2026-04-15")
    package = _package(told)
    assert package.leader == "officer-sun"
    assert attribution(package, date(2026, 4, 30)) == (
        Span("officer-wang", "seat-wang", "housing", date(2026, 3, 3), date(2026, 4, 14)),
        Span("officer-sun", "seat-sun", "housing", date(2026, 4, 15), date(2026, 4, 30)),
    )
    assert attribution(package, date(2026, 4, 30))[0].days == 43
    assert answered_on(package, date(2026, 4, 14)) == "officer-wang"
    assert answered_on(package, date(2026, 4, 15)) == "officer-sun"
    assert answered_on(package, date(2026, 3, 2)) == ""


def test_clocks_are_not_reset_by_a_hand_over() -> None:
    told = package_story()
    before = told.clock("PACKAGE")
    after = _handed(TO_SUN, "sun", "2026-04-01", "2026-04-15", told).clock("PACKAGE")
    assert after == before
    moved = _handed(TO_ZHOU, "zhou", "2026-04-01", "2026-04-15").clock("PACKAGE")
    assert moved.unit == "roads"
    assert (moved.start_day, moved.key_day, moved.started_seq) == (before.start_day, before.key_day, before.started_seq)
    assert [change.kind for change in moved.changes] == ["taken_over"]


def test_three_leaders_and_the_days_of_each() -> None:
    # Wang 3 March - 31 March (29 days), Sun 1 April - 30 April (30), Wang again 1 May - 10 May (10): 69 days in all,
    # from 3 March to 10 May: 29 + 30 + 10.
    told = _handed(TO_SUN, "sun", "2026-03-30", "2026-04-01")
    back = {"item": 2, "leader": "officer-wang", "leader_post": "seat-wang", "leader_office": "housing"}
    told = _handed(back, "wang", "2026-04-28", "2026-05-01", told)
    spans = attribution(_package(told), date(2026, 5, 10))
    assert [(span.leader, span.days) for span in spans] == [
        ("officer-wang", 29),
        ("officer-sun", 30),
        ("officer-wang", 10),
    ]
    assert sum(span.days for span in spans) == (date(2026, 5, 10) - date(2026, 3, 3)).days + 1


def test_a_hand_over_within_a_day_leaves_the_day_to_whoever_held_it_at_its_end() -> None:
    told = package_story()
    told.tell("case.package_hand_over_proposed.v1", TO_SUN, leader("wang"), "2026-03-03T20:00:00+08:00")
    told.tell(
        "case.package_hand_over_confirmed.v1", {"item": 2, "confirmed": 4}, leader("sun"), "2026-03-03T23:00:00+08:00"
    )
    assert [span.leader for span in attribution(_package(told), date(2026, 3, 3))] == ["officer-sun"]


def test_a_leader_who_left_without_handing_over_leaves_days_without_a_leader() -> None:
    # Wang's tenure in the post ends on 20 March; Sun takes the package on 1 April. 21 to 31 March: nobody.
    package = _package(_handed(TO_SUN, "sun", "2026-03-19", "2026-04-01"))
    spans = attribution(package, date(2026, 4, 2), {package.holds[0]: date(2026, 3, 20)})
    assert [(span.leader, span.first.day, span.last.day) for span in spans] == [
        ("officer-wang", 3, 20),
        ("", 21, 31),
        ("officer-sun", 1, 2),
    ]
    assert answered_on(package, date(2026, 3, 25), {package.holds[0]: date(2026, 3, 20)}) == ""


def test_a_missed_deadline_is_the_fault_of_whoever_held_it_that_day() -> None:
    told = _handed(TO_SUN, "sun", "2026-03-30", "2026-04-01", package_story(due="2026-03-31"))
    package = _package(told)
    assert missed_by(package, date(2026, 3, 31)) is None
    assert missed_by(package, date(2026, 4, 1)) == "officer-wang"
    assert missed_by(_package(package_story(due="2026-04-30")), date(2026, 4, 30)) is None


def test_nobody_hands_over_to_himself_or_to_nobody() -> None:
    action = "case.package_hand_over_proposed.v1"
    himself = {**TO_SUN, "leader": "officer-wang", "leader_post": "seat-wang"}
    assert _code(package_story(), action, himself, leader("wang"), "2026-04-01") == "to_himself"
    nobody = {**TO_SUN, "leader": "officer-ghost"}
    assert _code(package_story(), action, nobody, leader("wang"), "2026-04-01") == "no_such_leader"
    empty_post = {**TO_SUN, "leader_post": "seat-wang"}
    assert _code(package_story(), action, empty_post, leader("wang"), "2026-04-01") == "no_such_leader"


def test_a_confirmation_of_a_proposal_that_has_since_changed_is_refused() -> None:
    told = package_story()
    told.tell("case.package_hand_over_proposed.v1", TO_SUN, leader("wang"), "2026-04-01")
    told.tell("case.package_hand_over_proposed.v1", TO_ZHOU, leader("wang"), "2026-04-02")
    confirm = "case.package_hand_over_confirmed.v1"
    assert _code(told, confirm, {"item": 2, "confirmed": 4}, leader("sun"), "2026-04-03") == "relation"
    assert _code(told, confirm, {"item": 2, "confirmed": 4}, leader("zhou"), "2026-04-03") == "proposal_changed"
    told.tell(confirm, {"item": 2, "confirmed": 5}, leader("zhou"), "2026-04-03")
    assert _package(told).leader == "officer-zhou"


def test_a_withdrawn_proposal_cannot_be_confirmed() -> None:
    told = package_story()
    told.tell("case.package_hand_over_proposed.v1", TO_SUN, leader("wang"), "2026-04-01")
    told.tell("case.package_hand_over_withdrawn.v1", {"item": 2}, leader("wang"), "2026-04-02")
    public = {"item": 2, "confirmed": 4}
    assert _code(told, "case.package_hand_over_confirmed.v1", public, leader("sun"), "2026-04-03") == "item_state"


def test_only_the_leader_who_holds_it_acts_on_it() -> None:
    told = _handed(TO_SUN, "sun", "2026-04-01", "2026-04-02")
    assert _code(told, "case.package_investigated.v1", {"item": 2}, leader("wang"), "2026-04-03") == "relation"
    told.tell("case.package_investigated.v1", {"item": 2}, leader("sun"), "2026-04-03")


def test_an_extension_in_time_moves_the_deadline_and_its_clock() -> None:
    told = package_story(due="2026-04-30")
    extend = {"item": 2, "until_on": "2026-05-29"}
    told.tell("case.package_extended.v1", extend, leader("mayor"), "2026-04-29")
    clock = told.clock("PACKAGE")
    assert (_package(told).due_on, clock.key_day, clock.extended) == (date(2026, 5, 29), date(2026, 5, 29), 29)
    withdrawn = next(one for one in told.case.closed if one.clock == "PACKAGE")
    assert withdrawn.key_day == date(2026, 4, 30)
    assert withdrawn.withdrawn_index is not None


def test_a_late_extension_is_seen_as_late_and_un_breaches_nothing() -> None:
    # Due on Thursday 30 April 2026. Approved on 7 May, a week late: the deadline stays, and was missed.
    told = package_story(due="2026-04-30")
    told.tell("case.package_extended.v1", {"item": 2, "until_on": "2026-05-29"}, leader("mayor"), "2026-05-07")
    package, clock = _package(told), told.clock("PACKAGE")
    assert (package.due_on, package.extensions, package.late_extensions) == (date(2026, 4, 30), 0, 1)
    assert [change.counted for change in clock.changes] == [False]
    due = due_of(clock, CALENDARS, TRACKS_CITY.rules)
    assert standing(clock, due.on, datetime(2026, 5, 7, 12, tzinfo=CIVIL)).status == "overdue"


@pytest.mark.parametrize(
    ("who", "until", "code"),
    [
        pytest.param(leader("sun"), "2026-07-31", "", id="the chief of the leader's office"),
        pytest.param(leader("mayor"), "2026-07-31", "", id="the chief of the assigning office"),
        pytest.param(leader("wang"), "2026-07-31", "relation", id="the leader himself"),
        pytest.param(leader("zhou"), "2026-07-31", "relation", id="a leader of another office"),
        pytest.param(staff("bureau", "head"), "2026-07-31", "relation", id="an officer who is not the chief"),
        pytest.param(leader("mayor"), "2026-06-30", "not_later", id="no later than before"),
    ],
)
def test_the_chief_and_nobody_else_extends(who: Who, until: str, code: str) -> None:
    told, public = package_story(), {"item": 2, "until_on": until}
    if not code:
        assert _package(told.tell("case.package_extended.v1", public, who, "2026-06-01")).extensions == 1
        return
    assert _code(told, "case.package_extended.v1", public, who, "2026-06-01") == code


def test_a_chief_who_packages_a_case_does_not_extend_his_own() -> None:
    told = package_story(name="sun")
    public = {"item": 2, "until_on": "2026-07-31"}
    assert _code(told, "case.package_extended.v1", public, leader("sun"), "2026-06-01") == "relation"


def test_a_missed_deadline_is_reported_and_not_before_it_is_missed() -> None:
    told = package_story(due="2026-04-30")
    public = {"item": 2, "cause": "several_units"}
    assert _code(told, "case.package_reported.v1", public, leader("wang"), "2026-04-30") == "not_missed"
    told.tell("case.package_reported.v1", public, leader("wang"), "2026-05-06")
    assert _package(told).reports == 1


def test_packaged_and_never_closed_is_listed_with_its_reasons() -> None:
    told = package_story(due="2026-04-30")
    told.tell("case.package_investigated.v1", {"item": 2}, leader("wang"), "2026-04-20")
    package = _package(told)

    def on(day: str) -> tuple[str, ...]:
        return packaged_not_closed(package, datetime.fromisoformat(at(day)), 30)

    assert on("2026-04-30") == ()
    assert on("2026-05-01") == ("past_deadline",)
    assert on("2026-05-20") == ("past_deadline",)  # 30 days since 20 April
    assert on("2026-05-21") == ("past_deadline", "silent")
    told.tell("case.package_resolved.v1", {"item": 2, "result": "executed"}, leader("wang"), "2026-05-22")
    assert packaged_not_closed(_package(told), datetime(2026, 6, 30, tzinfo=CIVIL), 30) == ()


def test_a_reopened_package_has_the_same_leader_and_a_new_deadline() -> None:
    told = package_story(due="2026-04-30")
    told.tell("case.package_resolved.v1", {"item": 2, "result": "executed"}, leader("wang"), "2026-04-20")
    public = {"item": 2, "ground": "dissatisfied", "due_on": "2026-06-30"}
    told.tell("case.package_reopened.v1", public, staff("bureau"), "2026-05-06")
    package, clock = _package(told), told.clock("PACKAGE")
    assert (package.leader, package.reopened, package.resolved_at) == ("officer-wang", 1, None)
    assert (clock.segment, clock.running, clock.key_day) == (2, True, date(2026, 6, 30))


def test_dissent_that_was_not_adopted_frees_a_member_and_nobody_else() -> None:
    dissented = {"officer-li": False, "officer-he": True, "officer-wang": False}
    assert principally_responsible("officer-wang", ["officer-sun"], ["officer-li", "officer-he"], dissented) == (
        "officer-wang",
        "officer-sun",
        "officer-he",
    )


def test_where_the_leader_has_left_the_post_the_assigning_office_proposes_and_the_taker_still_signs() -> None:
    told = package_story()
    action = "case.package_hand_over_proposed.v1"
    assert _code(told, action, TO_SUN, staff("bureau", "head"), "2026-04-01") == "relation"
    ended = {"officer": "officer-wang", "post": "seat-wang", "on": "2026-03-31"}
    gone = event_of("people.tenure_ended.v1", ended, REGISTRAR, stream="people/housing", index=1003)
    told.reference = fold_reference(TRACKS_CITY, gone)
    assert _code(told, "case.package_investigated.v1", {"item": 2}, leader("wang"), "2026-04-01") == "no_tenure"
    assert _code(told, action, TO_SUN, staff("roads", "head"), "2026-04-01") == "relation"
    back = {**TO_SUN, "leader": "officer-wang", "leader_post": "seat-wang"}
    assert _code(told, action, back, staff("bureau", "head"), "2026-04-01") == "to_himself"
    told.tell(action, TO_SUN, staff("bureau", "head"), "2026-04-01")
    told.tell("case.package_hand_over_confirmed.v1", {"item": 2, "confirmed": 4}, leader("sun"), "2026-04-02")
    assert _package(told).leader == "officer-sun"
