"""The whole procedure told act by act: routing and its disputes, handling, review, and the ends of a case."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from domain import cases
from domain.conclusion import standing
from domain.due import due_on, end_of_day, is_overdue
from domain.due import standing as clock_standing
from domain.errors import DomainRefused, PeopleRefused, RoleRefused, TransitionRefused
from domain.reference import check_reference, fold_reference
from tests.domain.city import CALENDARS, CITY, REGISTRAR, Story, Who, event_of, officer, petitioner
from tests.domain.test_worked_procedure import rechecking, reviewed, reviewing, served

ON = "2026-03-02"


def _sent() -> Story:
    return Story().registered("bureau", ON).transferred("housing", ON)


def _refused(story: Story, name: str, on: str, who: Who | None = None, /, **public: Any) -> DomainRefused:
    before = story.case
    with pytest.raises(DomainRefused) as refused:
        story.act(name, on, who, **public)
    assert story.case is before
    assert refused.value.message_zh
    assert refused.value.message_en
    return refused.value


def test_an_approved_return_gives_the_matter_back_and_voids_the_receivers_clocks() -> None:
    story = _sent().act("objected", "2026-03-05", objection="not_competent")
    assert story.case.state == "OBJECTED"
    assert story.clock("OBJECT").met
    assert story.clock("NOTICE_TRANSFERRED").running  # an open objection does not stop it
    story.act("return_approved", "2026-03-06", officer("bureau"))
    assert (story.case.state, story.case.office, story.case.senders) == ("RETURNED", "bureau", ())
    assert story.clock("NOTICE_TRANSFERRED").withdrawn_index is not None
    assert story.clock("ROUTE", unit="bureau").segment == 2
    story.transferred("roads", "2026-03-09")
    assert story.clock("ROUTE").met


def test_a_rejected_objection_leaves_the_matter_where_it_is_until_somebody_above_decides() -> None:
    story = _sent().act("objected", "2026-03-05", objection="not_competent")
    story.act("objection_rejected", "2026-03-06", officer("bureau"))
    assert (story.case.state, story.case.office) == ("OBJECTION_REJECTED", "housing")
    story.act("dispute_recorded", "2026-03-09", with_office="roads")
    clock = story.clock("ACCEPT_DISPUTE")
    assert clock.unit == ""
    assert clock_standing(clock, due_on(clock, CALENDARS)[0], end_of_day(date(2030, 1, 1)), "open").status == "open"
    assert not is_overdue(clock, CALENDARS, end_of_day(date(2030, 1, 1)))
    wrong = {"to_office": "roads", "designator": "superior", "capacity": "competent_unit"}
    assert _refused(story, "designated", "2026-03-10", officer("bureau", "head"), **wrong).code == "not_common_superior"
    story.act("designated", "2026-03-10", officer("bureau", "head"), **{**wrong, "designator": "conference"})
    assert (story.case.state, story.case.office) == ("DESIGNATED", "roads")
    assert story.clock("ACCEPT_DISPUTE").met
    assert story.clock("NOTICE_TRANSFERRED").unit == "roads"
    assert _refused(story, "objected", "2026-03-11", objection="not_competent").code == "state"


def test_only_the_sender_answers_an_objection_and_a_direct_matter_has_none() -> None:
    story = _sent().act("objected", "2026-03-05", objection="not_competent")
    assert _refused(story, "return_approved", "2026-03-06", officer("district")).code == "relation"
    direct = Story().registered("housing", ON).act("notice_served", ON, notice="received", means="post")
    assert _refused(direct, "objected", ON, objection="not_competent").code == "no_sender"


def test_an_assignment_asks_for_a_report_after_its_own_day() -> None:
    story = Story().registered("bureau", ON)
    public = {"to_office": "housing", "basis": "22_1", "capacity": "competent_unit"}
    assert _refused(story, "assigned", ON, report_due_on=ON, **public).code == "report_due_on"
    story.act("assigned", ON, report_due_on="2026-04-01", **public).replied("2026-03-20")
    story.act("report_submitted", "2026-03-25")
    assert story.clock("ASSIGNED_REPORT").met
    assert _refused(story, "report_extended", "2026-03-26", officer("bureau", "head"), days=5).code == "no_report_due"


def test_thirty_days_of_extension_in_all_and_only_by_the_head() -> None:
    story = Story().registered("housing", ON).accepted(ON)
    because = {"because": "complicated"}
    assert _refused(story, "extended", ON, officer("housing", "handler"), days=5, **because).code == "role"
    story.act("extended", "2026-04-01", days=20, **because)
    refusal = _refused(story, "extended", "2026-04-02", days=11, **because)
    assert (refusal.code, refusal.allowed) == ("extension_limit", ("10",))
    story.act("extended", "2026-04-03", days=10, **because)
    assert story.clock("HANDLE").extended == 30
    assert [clock.segment for clock in story.case.closed if clock.clock == "HANDLE" and not clock.shadow] == [2, 3]


def test_an_extension_written_down_too_late_unbreaches_nothing() -> None:
    story = Story().registered("housing", ON).accepted(ON)
    story.act("extended", "2026-05-06", None, "2026-05-20", days=30, because="complicated")
    clock = story.clock("HANDLE")
    assert [(change.kind, change.counted) for change in clock.changes] == [("extended", False)]
    assert is_overdue(clock, CALENDARS, end_of_day(date(2026, 5, 7)))


def test_as_known_before_the_old_segment_keeps_its_day() -> None:
    story = Story().registered("housing", ON).accepted(ON)
    before = story.clock("HANDLE")
    story.act("extended", "2026-04-01", days=30, because="complicated")
    old = next(clock for clock in story.case.closed if clock.segment == before.segment and not clock.shadow)
    assert (old.key_day, old.withdrawn_index) == (before.key_day, story.events[-1].index)
    assert story.clock("HANDLE").known_from == story.events[-1].index


def test_a_hearing_that_never_ends_keeps_the_clock_suspended_and_says_so() -> None:
    story = rechecking("2026-06-01").act("hearing_opened", "2026-06-15", stage="recheck")
    clock = story.clock("RECHECK_DECISION")
    assert clock.suspended_on == date(2026, 6, 15)
    stands = clock_standing(clock, due_on(clock, CALENDARS)[0], end_of_day(date(2026, 12, 31)))
    assert stands == ("suspended", 199)
    assert _refused(story, "hearing_opened", "2026-06-16", stage="recheck").code == "hearing_open"


def test_a_decision_during_a_hearing_is_judged_without_the_hearings_days() -> None:
    story = rechecking("2026-06-01").act("hearing_opened", "2026-06-28", stage="recheck")
    story.act("recheck_decided", "2026-07-03", decision="uphold")
    clock = story.clock("RECHECK_DECISION")
    assert (clock.met, clock.excluded, due_on(clock, CALENDARS)[0]) == (True, 6, date(2026, 7, 7))


def test_a_hearing_in_handling_stops_no_clock() -> None:
    story = Story().registered("housing", ON).accepted(ON)
    before = story.clock("HANDLE")
    story.act("hearing_opened", "2026-03-09", stage="handling").act("hearing_closed", "2026-03-12", stage="handling")
    assert story.clock("HANDLE") == before
    assert _refused(story, "hearing_closed", "2026-03-13", stage="handling").code == "no_hearing"


@pytest.mark.parametrize("decision", ["revoke", "redo"])
def test_a_remanded_matter_begins_a_new_round_at_the_unit_that_handled_it(decision: str) -> None:
    story = reviewing(ON).act("review_decided", "2026-03-10", decision=decision)
    assert (story.case.state, story.case.office, story.case.round) == ("REDO", "office", 2)
    assert story.clock("HANDLE", shadow=True).start_day == date(2026, 3, 10)
    story.act("review_served", "2026-03-11", officer("department"), means="post")
    assert (story.case.state, story.clock("REVIEW_DECISION").met) == ("REDO", True)
    story.accepted("2026-03-12").opined("2026-03-20").served("2026-03-21")
    assert story.clock("HANDLE").met
    story.act("review_requested", "2026-03-30", petitioner(), to_office="department", way="key")
    assert story.case.state == "REVIEW_REQUESTED"


def test_a_case_concludes_when_it_was_re_reviewed() -> None:
    story = rechecking(ON).act("recheck_decided", "2026-03-10", decision="change", changed_to="support")
    story.act("recheck_served", "2026-03-11", means="post")
    assert (story.case.state, story.case.office, story.case.outcome) == ("CONCLUDED", "office", "support")
    story.act("execution_begun", "2026-03-12").act("execution_done", "2026-03-20")
    story.act("resolved", "2026-03-20", resolution="executed")
    assert standing(story.case, CALENDARS, end_of_day(date(2026, 4, 1))).resolved == "executed"


def test_a_window_that_lapses_concludes_by_computation_without_an_act() -> None:
    story = served(ON)  # REVIEW_REQUEST: 2 March 2026 + 30 = Wednesday 1 April
    assert standing(story.case, CALENDARS, end_of_day(date(2026, 4, 1))).state == "SERVED"
    lapsed = standing(story.case, CALENDARS, end_of_day(date(2026, 4, 2)))
    assert lapsed == ("CONCLUDED", True, "", "REVIEW_REQUEST", date(2026, 4, 2))
    late = _refused(story, "review_requested", "2026-04-02", petitioner(), to_office="department", way="key")
    assert (late.code, late.allowed) == ("window_lapsed", ("case.reopened.v1",))
    assert not is_overdue(story.clock("REVIEW_REQUEST"), CALENDARS, end_of_day(date(2026, 5, 1)))
    again = reviewed(ON)
    assert standing(again.case, CALENDARS, end_of_day(date(2026, 4, 2))).lapsed == "RECHECK_REQUEST"


def test_an_offices_delay_takes_nothing_from_a_paper_that_came_in_time() -> None:
    story = served(ON)
    public = {"to_office": "department", "way": "paper"}
    story.act("review_requested", "2026-04-01", officer("office", "intake"), "2026-04-20", **public)
    assert story.case.state == "REVIEW_REQUESTED"


@pytest.mark.parametrize(
    ("who", "public", "code"),
    [
        pytest.param(petitioner("77" * 32), {"to_office": "department", "way": "key"}, "relation", id="another's key"),
        pytest.param(petitioner(), {"to_office": "department", "way": "paper"}, "way", id="a paper signed with a key"),
        pytest.param(officer("office"), {"to_office": "department", "way": "key"}, "way", id="an officer for a key"),
        pytest.param(petitioner(), {"to_office": "roads", "way": "key"}, "not_superior", id="no body above"),
        pytest.param(
            petitioner(), {"to_office": "office", "way": "key"}, "not_superior", id="the handling body itself"
        ),
    ],
)
def test_a_review_is_asked_for_by_the_petitioner_and_above(who: Any, public: dict[str, Any], code: str) -> None:
    assert _refused(served(ON), "review_requested", ON, who, **public).code == code


def test_review_comes_once_and_before_re_review() -> None:
    asked = {"to_office": "ministry", "way": "key"}
    supported = Story().submitted("office", ON).registered("office", ON, channel="online").accepted(ON)
    supported.act("opinion_issued", ON, outcome="support").served(ON).act("execution_begun", ON)
    assert _refused(supported, "recheck_requested", ON, petitioner(), **asked).code == "not_reviewed"
    supported.act("review_requested", ON, petitioner(), to_office="department", way="key")
    supported.act("review_decided", ON, decision="uphold").act("review_served", ON, means="post")
    supported.act("execution_begun", ON)
    assert (
        _refused(supported, "review_requested", ON, petitioner(), to_office="department", way="key").code == "reviewed"
    )
    assert supported.act("recheck_requested", ON, petitioner(), **asked).case.state == "RECHECK_REQUESTED"


def test_classification_decides_the_way_and_a_wrong_one_starts_no_clock_later() -> None:
    story = Story().registered("housing", ON).act("classified", ON, category="31_4")
    assert _refused(story, "accepted", ON, category="31_6").code == "category"
    assert _refused(story, "routed_statutory", ON, category="31_1").code == "category"
    story.act("routed_statutory", "2026-03-05", category="31_4")
    assert story.clock("HANDLE", shadow=True).ended_by == "case.routed_statutory.v1"
    assert _refused(story, "reclassified", "2026-03-06", category="31_4").code == "same_category"
    story.act("reclassified", "2026-03-06", category="31_6")
    assert story.clock("HANDLE", shadow=True).running
    story.accepted("2026-03-09").act("reclassified", "2026-03-10", category="31_5")
    assert story.clock("HANDLE").running


def test_simplified_handling_is_for_a_first_round_and_not_for_a_refusal() -> None:
    story = Story().registered("housing", ON).act("simplified", ON, ground="clear").accepted(ON)
    assert _refused(story, "opinion_issued", ON, outcome="not_support").code == "excluded"
    story.act("simplified_ended", ON, exclusion="may_not_support").act("opinion_issued", ON, outcome="not_support")
    assert story.clock("SIMPLIFIED_OPINION").ended_by == "case.simplified_ended.v1"
    again = Story().registered("housing", ON).replied(ON).act("reopened", ON, reopening="new_facts")
    assert _refused(again, "simplified", ON, ground="clear").code == "excluded"


def test_mediation_goes_step_by_step_and_its_performance_resolves() -> None:
    story = Story().registered("housing", ON).accepted(ON).act("mediation_referred", ON, mediator="people")
    assert _refused(story, "mediation_result", ON, result="agreed").code == "mediation_step"
    story.act("mediation_accepted", ON).act("mediation_result", ON, result="agreed")
    assert story.clock("HANDLE").running
    assert _refused(story, "concluded", ON, conclusion="mediated").code == "not_over"
    assert _refused(story, "resolved", ON, resolution="mediated").code == "not_resolved"
    story.act("mediation_performed", "2026-03-20").act("resolved", "2026-03-20", resolution="mediated")
    story.act("concluded", "2026-03-21", conclusion="mediated")
    assert story.clock("HANDLE").ended_by == "case.concluded.v1"


@pytest.mark.parametrize("how", ["withdrawn", "diverted_discipline", "merged", "diverted_judicial"])
def test_the_ends_of_a_case_end_every_offices_clocks(how: str) -> None:
    public: dict[str, Any] = {
        "withdrawn": {"way": "key"},
        "merged": {"into": "9" * 32},
        "diverted_judicial": {"body": "court"},
    }.get(how, {})
    story = Story().submitted("housing", ON).registered("housing", ON, channel="online").transferred("housing-east", ON)
    assert {clock.unit for clock in story.case.running} == {"housing", "housing-east"}
    story.act(how, "2026-03-09", petitioner() if how == "withdrawn" else None, **public)
    assert story.case.running == ()


def test_who_stands_aside_acts_no_more() -> None:
    story = Story().registered("housing", ON).act("recused", ON, officer="officer-housing")
    assert _refused(story, "accepted", ON, category="31_6").code == "recused"


def test_five_representatives_with_a_code_each() -> None:
    story = Story().registered("housing", ON)
    for number in range(5):
        story.act("representative_named", ON, code_key=f"{number}c" * 32)
    assert _refused(story, "representative_named", ON, code_key="5c" * 32).code == "representatives"


def test_a_correction_names_the_act_and_moves_only_what_it_may() -> None:
    story = Story().registered("housing", ON).replied("2026-03-25")
    met = story.clock("NOTICE_DIRECT")  # due 17 March 2026
    wrong = {"seq": 2, "act": "case.registered.v1", "field": "time", "to": "2026-03-16T09:00:00+08:00"}
    assert _refused(story, "corrected", "2026-04-20", **wrong).code == "not_correctable"
    story.act("corrected", "2026-04-20", **{**wrong, "act": "case.replied.v1"})
    assert story.clock("NOTICE_DIRECT") == met  # a month later nobody makes it a timely reply
    later = {**wrong, "act": "case.replied.v1", "to": "2026-03-27T09:00:00+08:00"}
    story.act("corrected", "2026-04-21", **later)
    moved = story.clock("NOTICE_DIRECT")
    assert (moved.segment, moved.closed_at) == (2, datetime.fromisoformat("2026-03-27T09:00:00+08:00"))
    assert met._replace(withdrawn_index=story.events[-1].index) in story.case.closed
    story.act("corrected", "2026-04-22", seq=1, act="case.registered.v1", field="place", to="430101")
    assert story.case.place == "430101"


def test_a_correction_within_the_lag_counts_both_ways() -> None:
    story = Story().registered("housing", ON).replied("2026-03-18")
    fields = {"seq": 2, "act": "case.replied.v1", "field": "time", "to": "2026-03-17T16:00:00+08:00"}
    story.act("corrected", "2026-03-18T10:00:00+08:00", **fields)
    clock = story.clock("NOTICE_DIRECT")
    assert (clock.segment, clock.closed_at and clock.closed_at.date()) == (2, date(2026, 3, 17))


@pytest.mark.parametrize("to", ["2026-02-30T09:00:00+08:00", "housing.title", "2026-03-02"])
def test_a_corrected_time_that_is_none_is_refused_and_folds_to_nothing(to: str) -> None:
    story = Story().registered("housing", ON).replied("2026-03-25")
    fields = {"seq": 2, "act": "case.replied.v1", "field": "time", "to": to}
    assert _refused(story, "corrected", "2026-03-26", **fields).code == "corrected_value"
    event = event_of("case.corrected.v1", fields, officer("housing"), seq=3, claimed="2026-03-26")
    assert cases.fold(story.case, event).clocks == story.case.clocks


def test_the_clocks_of_a_closed_office_run_on_at_its_successor() -> None:
    story = Story().registered("housing", ON).accepted(ON)
    closing = {"successor": "roads", "ending": "office_merged"}
    act = event_of("people.office_closed.v1", closing, REGISTRAR, stream="people/housing", index=1002)
    check_reference(CITY, act)
    story.reference = fold_reference(CITY, act)
    with pytest.raises(RoleRefused):
        story.opined("2026-03-03")
    story.case = story.case._replace(version=5)
    took = officer("roads", "head")
    story.act("taken_over", "2026-03-10", took, from_office="housing")
    clock = story.clock("HANDLE")
    assert (story.case.office, clock.unit, clock.start_day) == ("roads", "roads", date(2026, 3, 2))
    closed = [(one.clock, one.unit) for one in story.case.closed if one.closed_by == "case.accepted.v1"]
    assert closed == [("HANDLE", "housing")]  # what the closed office had done stays done
    assert all(one.unit == "roads" for one in story.case.running)
    story.opined("2026-03-12").served("2026-03-13")
    assert story.clock("HANDLE").met
    opened = {"name_zh": "住房局", "kind": "supervision"}
    again = event_of("people.office_opened.v1", opened, REGISTRAR, stream="people/housing", index=1010)
    with pytest.raises(PeopleRefused):
        check_reference(story.reference, again)


def test_a_matter_that_leaves_is_out_only_with_the_receivers_receipt() -> None:
    story = Story().registered("bureau", ON).act("transferred_out", ON, system="ledger", origin="sundial.example/b")
    assert not standing(story.case, CALENDARS, end_of_day(date(2026, 3, 3))).over
    assert story.clock("ROUTE").met
    assert story.act("out_received", "2026-03-05", leaf="ab" * 32).case.state == "OUT_RECEIVED"
    public = {"system": "ledger", "origin": "sundial.example/a", "channel": "letter", "capacity": "competent_unit"}
    arrived = Story().act("received_from", ON, officer("housing", "intake"), **public)
    assert {clock.clock for clock in arrived.case.running} == {"NOTICE_TRANSFERRED", "HANDLE"}


@pytest.mark.parametrize("acts", [20, 2000])
def test_a_long_case_stays_whole(acts: int) -> None:
    story = Story().registered("bureau", ON)
    for turn in range(acts):
        story.tell(
            "case.transferred.v1",
            {"to_office": ("district", "bureau")[turn % 2], "basis": "22_2", "capacity": "petition_office"},
            officer(story.case.office),
            ON,
        )
    assert len(story.case.acts) == story.case.version == acts + 1
    assert len({(clock.clock, clock.segment) for clock in story.case.clocks}) == len(story.case.clocks) == acts + 1
    assert len(story.case.senders) <= 16


def test_unlawful_acts_can_still_be_folded_for_a_replay_that_goes_on() -> None:
    story = rechecking(ON)
    for action in ("case.return_approved.v1", "case.hearing_closed.v1", "case.review_decided.v1"):
        public = {"case.hearing_closed.v1": {"stage": "recheck"}, "case.review_decided.v1": {"decision": "redo"}}
        event = event_of(action, public.get(action, {}), officer("roads"), seq=99)
        with pytest.raises((TransitionRefused, RoleRefused)):
            cases.check(story.case, event, CITY.people)
        cases.fold(story.case, event)
