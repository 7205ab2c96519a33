"""The petitioner's rating: own key, twofold, once an office and round, within its window; staff never rate."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain import commands
from domain.errors import RoleRefused, TransitionRefused
from domain.rows import parse_row
from tests.domain.city import CLAIM_CODE_KEY, CLAIMED_KEY, DEVICE_KEY, SIGNATURE, Story, Who, event_of, petitioner
from tests.domain.tracks_city import TRACKS_CITY, rated, staff

FOLLOWED = {"round": 1, "finding": "corrected"}


def _replied(on: str = "2026-03-10") -> Story:
    """Filed at the bureau, transferred to housing, answered there on a day."""
    told = Story(reference=TRACKS_CITY).submitted("bureau", "2026-03-02")
    told.registered("bureau", "2026-03-02", channel="online").transferred("housing", "2026-03-03")
    return told.replied(on)


def test_both_offices_are_rated_within_the_window_each_once() -> None:
    # Replied on Tuesday 10 March 2026; thirty days on is Thursday 9 April, a working day: the last day to rate.
    told = _replied()
    window = told.clock("EVALUATION")
    assert (window.unit, window.length, window.key_day) == ("", 30, date(2026, 4, 9))
    rated(told, "satisfied", "bureau", "2026-03-11", of="petition_office")
    rated(told, "dissatisfied", "housing", "2026-04-09")
    assert [(one.office, one.rating) for one in told.case.ratings] == [
        ("bureau", "satisfied"),
        ("housing", "dissatisfied"),
    ]
    with pytest.raises(TransitionRefused) as refused:
        rated(told, "satisfied", "housing", "2026-04-09")
    assert refused.value.code == "rated_already"


@pytest.mark.parametrize(
    ("replied", "last", "after"),
    [
        pytest.param("2026-03-10", "2026-04-09", "2026-04-10", id="a plain Thursday"),
        # 5 March + 30 = Saturday 4 April, Qingming until Monday 6: the window ends on Tuesday 7 April.
        pytest.param("2026-03-05", "2026-04-07", "2026-04-08", id="moves off Qingming"),
        # 2 April + 30 = Saturday 2 May 2026, in the May holiday (1 to 5 May): it ends on Wednesday 6 May.
        pytest.param("2026-04-02", "2026-05-06", "2026-05-07", id="moves off the May holiday"),
    ],
)
def test_a_rating_after_the_window_is_refused(replied: str, last: str, after: str) -> None:
    rated(_replied(replied), "satisfied", "housing", last)
    with pytest.raises(TransitionRefused) as refused:
        rated(_replied(replied), "satisfied", "housing", after)
    assert refused.value.code == "window_lapsed"
    assert last in refused.value.message_zh
    assert last in refused.value.message_en


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(staff("housing", "handler"), id="an officer of the rated office"),
        pytest.param(staff("bureau", "supervisor"), id="a supervisor"),
        pytest.param(petitioner(CLAIMED_KEY), id="a key that is not of this case"),
        pytest.param(staff("housing")._replace(role="petitioner"), id="an officer as the petitioner"),
        pytest.param(petitioner(DEVICE_KEY)._replace(office="housing"), id="the key with an office"),
    ],
)
def test_a_rating_signed_by_anyone_else_is_refused(who: Who) -> None:
    with pytest.raises(RoleRefused):
        rated(_replied(), "satisfied", "housing", "2026-03-11", who)


def test_what_staff_were_told_is_another_act_and_is_never_a_rating() -> None:
    told = _replied()
    public = {"of": "competent_unit", "office": "housing", "round": 1, "rating": "satisfied", "means": "in_person"}
    told.tell("case.rating_reported.v1", public, staff("housing", "handler"), "2026-03-11")
    assert not told.case.ratings
    assert told.clock("EVALUATION").running
    rated(told, "dissatisfied", "housing", "2026-03-12")
    assert [one.rating for one in told.case.ratings] == ["dissatisfied"]
    for wrong in ({"office": "roads"}, {"round": 2}, {"of": "petition_office"}):
        with pytest.raises(TransitionRefused) as refused:
            told.tell("case.rating_reported.v1", {**public, **wrong}, staff("housing", "handler"), "2026-03-12")
        assert refused.value.code == "nothing_to_rate"


def test_only_a_dissatisfied_rating_is_followed_up() -> None:
    told = _replied()
    follow = "case.dissatisfaction_followed_up.v1"
    with pytest.raises(TransitionRefused) as refused:
        told.tell(follow, FOLLOWED, staff("bureau"), "2026-03-12")
    assert refused.value.code == "not_dissatisfied"
    rated(told, "dissatisfied", "housing", "2026-03-12")
    told.tell(follow, FOLLOWED, staff("bureau"), "2026-03-13")


def test_a_case_begun_before_the_window_was_law_has_none() -> None:
    told = Story(reference=TRACKS_CITY).registered("housing", "2021-03-02", claim_key=CLAIM_CODE_KEY)
    claim = {"petitioner_key": DEVICE_KEY, "claim_proof": SIGNATURE}
    told.tell("case.key_claimed.v1", claim, petitioner(), "2021-03-03").replied("2021-03-10")
    rated(told, "satisfied", "housing", "2021-12-31")


def test_a_place_sets_its_own_window_and_cites_it() -> None:
    row: dict[str, Any] = {
        "table": "practice",
        "id": "x.window",
        "item": "evaluation_window_days",
        "value": 15,
        "article": "21(2)",
        "source": "示例市评价办法第三条",
        "confidence": "L",
        "jurisdiction": "CN-x",
        "in_force_from": "2026-01-01",
        "in_force_to": "",
    }
    parse_row(row)
    rules = TRACKS_CITY.rules.latest.of("x", [*TRACKS_CITY.rules.latest.rows, row])
    clock = next(one for one in rules.clocks.values() if one.clock == "EVALUATION" and one.in_force(date(2026, 3, 1)))
    assert (clock.length, clock.confidence, clock.source) == (15, "L", "示例市评价办法第三条")


def test_the_window_is_checked_in_the_ledgers_own_calendar() -> None:
    told, public = (
        _replied("2026-04-02"),
        {"of": "competent_unit", "office": "housing", "round": 1, "rating": "satisfied"},
    )
    event = event_of("case.rated.v1", public, petitioner(), seq=5, index=1005, claimed="2026-05-06")
    commands.check(told.case, event, TRACKS_CITY)
    bare = TRACKS_CITY._replace(calendars=type(TRACKS_CITY.calendars)())
    with pytest.raises(TransitionRefused):
        commands.check(told.case, event, bare)


@pytest.mark.parametrize("decision", ["revoke", "redo"])
def test_a_matter_remanded_unrated_opens_a_window_of_its_own_in_the_next_round(decision: str) -> None:
    told = (
        Story(reference=TRACKS_CITY)
        .submitted("office", "2026-03-02")
        .registered("office", "2026-03-02", channel="online")
    )
    told.accepted("2026-03-03").opined("2026-03-09").served("2026-03-10")
    first = told.clock("EVALUATION")
    told.act("review_requested", "2026-03-20", petitioner(DEVICE_KEY), to_office="department", way="key")
    told.act("review_decided", "2026-04-01", decision=decision)
    assert not any(clock.clock == "EVALUATION" for clock in told.case.running)
    assert (told.case.round, first.closed_by) == (2, "")
    told.accepted("2026-04-02").opined("2026-04-20").served("2026-04-21")
    window = told.clock("EVALUATION")
    assert (window.segment, window.start_day) == (2, date(2026, 4, 21))
    rated(told, "satisfied", "office", "2026-05-20")
    assert [(one.round, one.rating) for one in told.case.ratings] == [(2, "satisfied")]
