"""Offices pressed, corrected, escalated and advised; what each act starts and meets, and who may not do it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from domain.clocks import rows_digest
from domain.due import due_of, standing
from domain.errors import EventRefused, RoleRefused, TransitionRefused
from domain.events import read_event
from domain.explain import explain
from domain.practice import load_profile, profile_act
from domain.schema import CIVIL
from domain.tracks.vocabulary import ARTICLE_40_TRIGGERS, FAULTS, FURTHER_TRIGGERS, STEPS, TRIGGERS
from tests.domain.city import CALENDARS, CASE, CLAIMED_KEY, Story, Who, at, ms, petitioner
from tests.domain.tracks_city import TRACKS_CITY, leader, other, staff, story

REPORT = {"item": 2}
IMPROVE = {"recommendation": "improve", "unit": "roads"}


def _code(told: Story, action: str, public: dict[str, Any], who: Who, on: str = "2026-03-04") -> str:
    with pytest.raises((TransitionRefused, RoleRefused)) as refused:
        told.tell(action, public, who, on)
    return refused.value.code


def _status(told: Story, name: str, on: str) -> str:
    clock = told.clock(name)
    due = due_of(clock, CALENDARS, TRACKS_CITY.rules)
    return standing(clock, due.on, datetime.fromisoformat(at(on))).status


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_supervision_is_opened_for_every_trigger_answered_and_closed(trigger: str) -> None:
    told = story()
    opened = {"unit": "housing", "trigger": trigger, "due_on": "2026-03-20"}
    told.tell("case.supervision_opened.v1", opened, staff("watch"), "2026-03-05")
    assert told.clock("SUPERVISION_REPLY").unit == "housing"
    told.tell("case.supervision_answered.v1", REPORT, staff("housing", "head"), "2026-03-19")
    assert told.clock("SUPERVISION_REPLY").met
    told.tell("case.supervision_closed.v1", {"item": 2, "finding": "corrected"}, staff("watch"), "2026-03-23")
    assert told.case.tracks.items == ()
    assert told.case.state == "SUBMITTED"


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_the_petitioner_raises_the_further_triggers_alone_and_without_a_word(trigger: str) -> None:
    action, public = "case.supervision_requested.v1", {"unit": "housing", "trigger": trigger}
    if trigger in ARTICLE_40_TRIGGERS:
        with pytest.raises(EventRefused):
            story().tell(action, public, petitioner(), "2026-03-04")
        return
    told = story().tell(action, public, petitioner(), "2026-03-04")
    assert [item.code for item in told.case.tracks.items] == [trigger]
    assert type(told.events[-1]).sealed == ()


def test_the_triggers_are_those_of_article_40_and_the_further_ones() -> None:
    assert len(ARTICLE_40_TRIGGERS) == len(FURTHER_TRIGGERS) == 7
    assert not set(ARTICLE_40_TRIGGERS) & set(FURTHER_TRIGGERS)
    # Article 46(3) measures petitioners who come together, and cannot be recorded.
    assert "46_3" not in FAULTS


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(staff("housing"), id="an officer"),
        pytest.param(petitioner(CLAIMED_KEY), id="a key of another case"),
        pytest.param(staff("bureau", "petitioner"), id="an officer as the petitioner"),
    ],
)
def test_nobody_asks_for_supervision_in_the_petitioners_name(who: Who) -> None:
    public = {"unit": "housing", "trigger": "leak"}
    assert _code(story(), "case.supervision_requested.v1", public, who) in ("role", "relation", "no_tenure")


def test_a_request_is_taken_up_or_declined_with_a_ground() -> None:
    asked = {"unit": "housing", "trigger": "not_registered"}
    told = story().tell("case.supervision_requested.v1", asked, petitioner(), "2026-03-04")
    told.tell("case.supervision_taken_up.v1", {"item": 2, "due_on": "2026-03-20"}, staff("watch"), "2026-03-05")
    assert _status(told, "SUPERVISION_REPLY", "2026-03-21") == "overdue"
    other_one = story().tell("case.supervision_requested.v1", asked, petitioner(), "2026-03-04")
    declined = {"item": 2, "ground": "no_fault"}
    other_one.tell("case.supervision_declined.v1", declined, staff("watch"), "2026-03-05")
    assert other_one.case.tracks.items == ()


def test_no_office_supervises_itself_and_no_unit_supervises() -> None:
    public = {"unit": "bureau", "trigger": "delay"}
    assert _code(story(), "case.supervision_opened.v1", public, staff("bureau")) == "relation"
    assert _code(story(), "case.supervision_opened.v1", public, staff("roads")) == "relation"
    nowhere = {"unit": "nowhere", "trigger": "delay"}
    assert _code(story(), "case.supervision_opened.v1", nowhere, staff("watch")) == "unit_unknown"
    past = {"unit": "housing", "trigger": "delay", "due_on": "2026-03-04"}
    assert _code(story(), "case.supervision_opened.v1", past, staff("watch")) == "due_past"


def test_an_answer_that_does_not_do_is_returned_with_a_new_day() -> None:
    told = story()
    opened = {"unit": "housing", "trigger": "delay", "due_on": "2026-03-20"}
    told.tell("case.supervision_opened.v1", opened, staff("watch"), "2026-03-05")
    told.tell("case.supervision_answered.v1", REPORT, staff("housing"), "2026-03-19")
    told.tell("case.supervision_returned.v1", {"item": 2, "due_on": "2026-03-27"}, staff("watch"), "2026-03-20")
    clock = told.clock("SUPERVISION_REPLY")
    assert (clock.segment, clock.running, clock.key_day) == (2, True, date(2026, 3, 27))
    assert [one.met for one in told.case.closed if one.clock == "SUPERVISION_REPLY"] == [True]


def test_rectification_is_ordered_reported_returned_and_accepted() -> None:
    told = story()
    told.tell(
        "case.rectification_ordered.v1", {"unit": "housing", "due_on": "2026-03-31"}, staff("watch"), "2026-03-05"
    )
    told.tell("case.rectification_reported.v1", REPORT, staff("housing"), "2026-03-30")
    told.tell("case.rectification_returned.v1", {"item": 2, "due_on": "2026-04-15"}, staff("watch"), "2026-04-01")
    assert _code(told, "case.rectification_accepted.v1", REPORT, staff("watch"), "2026-04-02") == "item_state"
    told.tell("case.rectification_reported.v1", REPORT, staff("housing"), "2026-04-20")
    told.tell("case.rectification_accepted.v1", REPORT, other("watch"), "2026-04-21")
    late = told.clock("RECTIFICATION")
    due = due_of(late, CALENDARS, TRACKS_CITY.rules)
    assert standing(late, due.on, datetime(2026, 5, 1, tzinfo=CIVIL)) == ("met_late", 5)


def test_only_a_superior_orders_to_correct() -> None:
    public = {"unit": "housing-east", "fault": "44_3", "due_on": "2026-03-31"}
    assert _code(story(), "case.correction_ordered.v1", public, staff("bureau")) == "relation"
    told = story().tell("case.correction_ordered.v1", public, staff("housing", "head"), "2026-03-05")
    told.tell("case.correction_reported.v1", REPORT, staff("housing-east"), "2026-03-30")
    told.tell("case.correction_accepted.v1", REPORT, staff("housing", "head"), "2026-03-31")
    assert told.clock("CORRECTION").met


@pytest.mark.parametrize("step", STEPS)
def test_any_step_of_the_ladder_may_come_first_and_only_the_conference_takes_it(step: str) -> None:
    public = {"unit": "housing", "step": step, "decision": 7, "due_on": "2026-04-30"}
    for who in (staff("watch"), staff("bureau", "head")):
        assert _code(story(), "case.escalated.v1", public, who) == "relation"
    told = story().tell("case.escalated.v1", public, leader("chair"), "2026-03-05")
    assert [(item.code, item.about) for item in told.case.tracks.of("escalation")] == [(step, 7)]
    told.tell("case.escalation_answered.v1", REPORT, staff("housing", "head"), "2026-04-10")
    told.tell("case.escalation_lifted.v1", {"item": 2, "finding": "corrected"}, leader("chair"), "2026-04-20")
    assert told.case.tracks.items == ()


def test_several_steps_stand_side_by_side_each_with_its_own_clock() -> None:
    told = story()
    for step, due in (("listed", "2026-04-30"), ("talk", "2026-03-20")):
        told.tell("case.escalated.v1", {"unit": "housing", "step": step, "due_on": due}, leader("chair"), "2026-03-05")
    told.tell("case.escalation_answered.v1", {"item": 3}, staff("housing"), "2026-03-19")
    running = [clock for clock in told.case.running if clock.clock == "ESCALATION"]
    assert [(clock.started_seq, clock.key_day) for clock in running] == [(2, date(2026, 4, 30))]


@pytest.mark.parametrize("kind", ["improve", "policy", "accountability"])
def test_each_of_the_three_recommendations_is_answered_in_writing(kind: str) -> None:
    told = story()
    public = {"recommendation": kind, "unit": "roads", "concerning": "housing", "due_on": "2026-04-30"}
    told.tell("case.recommendation_issued.v1", public, staff("bureau"), "2026-03-05")
    told.tell("case.recommendation_replied.v1", {"item": 2, "adoption": "adopted"}, staff("roads"), "2026-04-01")
    assert told.clock("RECOMMENDATION_REPLY").met
    measure = {"item": 2, "measure": "talk"}
    if kind == "accountability":
        told.tell("case.accountability_decided.v1", measure, staff("roads", "head"), "2026-05-01")
        assert told.case.tracks.items == ()
        return
    assert _code(told, "case.accountability_decided.v1", measure, staff("roads"), "2026-05-01") == "not_accountability"
    told.tell("case.recommendation_implemented.v1", REPORT, staff("roads"), "2026-05-01")


def test_what_was_not_adopted_cannot_be_implemented() -> None:
    told = story()
    told.tell(
        "case.recommendation_issued.v1", {"recommendation": "improve", "unit": "roads"}, staff("bureau"), "2026-03-05"
    )
    told.tell("case.recommendation_replied.v1", {"item": 2, "adoption": "not_adopted"}, staff("roads"), "2026-04-01")
    assert _code(told, "case.recommendation_implemented.v1", REPORT, staff("roads"), "2026-05-01") == "no_item"
    told = story().tell("case.suggestion_decided.v1", {"adoption": "not_adopted"}, staff("housing"), "2026-03-05")
    assert _code(told, "case.suggestion_implemented.v1", REPORT, staff("housing"), "2026-05-01") == "no_item"


def test_a_recommendation_without_a_day_has_no_national_number() -> None:
    told = story().tell("case.recommendation_issued.v1", IMPROVE, staff("bureau"), "2026-03-05")
    assert not [clock for clock in told.case.clocks if clock.clock == "RECOMMENDATION_REPLY"]
    assert [item.state for item in told.case.tracks.items] == ["ISSUED"]


@pytest.mark.parametrize(
    ("profile", "days", "raw", "due"),
    [
        # 5 March + 30 = 4 April 2026, Qingming (4 to 6 April): the clock moves to Tuesday 7 April.
        pytest.param("national", 30, date(2026, 4, 4), date(2026, 4, 7), id="the national baseline"),
        # 5 March + 20 = Wednesday 25 March 2026.
        pytest.param("example-city", 20, date(2026, 3, 25), date(2026, 3, 25), id="a city"),
    ],
)
def test_local_practice_gives_the_number_and_says_where_it_is_written(
    profile: str, days: int, raw: date, due: date
) -> None:
    act = profile_act(load_profile(profile))
    rules = TRACKS_CITY.rules.apply(600, act["version"], rows_digest(act["rows"]), act["rows"])
    told = Story(reference=TRACKS_CITY._replace(rules=rules)).submitted("housing", "2026-03-02")
    told.tell("case.recommendation_issued.v1", IMPROVE, staff("bureau"), "2026-03-05")
    clock = told.clock("RECOMMENDATION_REPLY")
    assert (clock.length, clock.key_day, due_of(clock, CALENDARS, rules).on) == (days, raw, due)
    explained = explain(told.case, CALENDARS, datetime(2026, 3, 6, tzinfo=CIVIL), rules)
    line = next(one for one in explained if one.clock == clock).lines_zh[2]
    assert f"{days} 日" in line
    assert "由该行为自定" not in line


def test_under_the_regulation_of_2005_a_recommendation_was_due_in_30_days() -> None:
    told = story(on="2021-03-01")
    public = {"recommendation": "improve", "unit": "roads"}
    told.tell("case.recommendation_issued.v1", public, staff("bureau"), "2021-03-05")
    clock = told.clock("RECOMMENDATION_REPLY")
    assert (clock.rule, clock.key_day) == ("2005.RECOMMENDATION_REPLY", date(2021, 4, 4))


def test_a_reply_meets_only_the_recommendation_that_it_names() -> None:
    told = story()
    for due in ("2026-04-10", "2026-04-20"):
        public = {"recommendation": "improve", "unit": "roads", "due_on": due}
        told.tell("case.recommendation_issued.v1", public, staff("bureau"), "2026-03-05")
    told.tell("case.recommendation_replied.v1", {"item": 3, "adoption": "partly_adopted"}, staff("roads"), "2026-03-20")
    running = [clock.started_seq for clock in told.case.running if clock.clock == "RECOMMENDATION_REPLY"]
    assert running == [2]


def test_a_suggestion_is_adopted_in_part_and_carried_out() -> None:
    told = story().tell(
        "case.suggestion_decided.v1",
        {"adoption": "partly_adopted", "due_on": "2026-06-30"},
        staff("housing"),
        "2026-03-05",
    )
    told.tell("case.suggestion_implemented.v1", REPORT, staff("housing"), "2026-06-01")
    assert told.clock("IMPLEMENTATION").met


def test_a_thousand_items_cost_the_next_act_hardly_more() -> None:
    told = story()
    public = {"unit": "housing", "trigger": "delay"}
    for _ in range(400):
        told.tell("case.supervision_opened.v1", public, staff("watch"), "2026-03-05", check=False)
    assert len(told.case.tracks.items) == 400
    told.tell("case.supervision_answered.v1", {"item": 200}, staff("housing"), "2026-03-19")
    item = told.case.tracks.item(200)
    assert item is not None
    assert item.state == "ANSWERED"
    assert [one.seq for one in told.case.tracks.items] == list(range(2, 402))


def test_a_field_for_a_person_or_a_word_about_one_does_not_exist() -> None:
    for extra in ("petitioner", "name", "note", "text", "contact"):
        public = {"unit": "housing", "trigger": "leak", extra: "x"}
        who = petitioner()
        with pytest.raises(EventRefused):
            read_event("case.supervision_requested.v1", CASE, 2, 9, *who, at("2026-03-04"), ms("2026-03-04"), public)
