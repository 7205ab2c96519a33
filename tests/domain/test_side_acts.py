"""Acts beside the procedure: ratings, claimed keys, imports and erasures, each lawful or refused and why."""

from __future__ import annotations

from typing import Any

import pytest

from domain.errors import RoleRefused, TransitionRefused
from tests.domain.city import (
    CLAIM_CODE_KEY,
    CLAIMED_KEY,
    DEVICE_KEY,
    SIGNATURE,
    Story,
    at,
    officer,
    petitioner,
    service,
)

FROM_FILE = {"mapping": "board", "precision": "instant"}


def _rating(of: str = "competent_unit", office: str = "housing", round_: int = 1) -> dict[str, Any]:
    return {"of": of, "office": office, "round": round_, "rating": "satisfied"}


def test_the_petitioner_rates_both_offices_once_each() -> None:
    story = Story().submitted("bureau", "2026-03-02").registered("bureau", "2026-03-02", channel="online")
    story.transferred("housing", "2026-03-03").replied("2026-03-10")
    story.tell("case.rated.v1", _rating("petition_office", "bureau"), petitioner(), "2026-03-11")
    story.tell("case.rated.v1", _rating(), petitioner(), "2026-03-11")
    assert [(rating.office, rating.custody) for rating in story.case.ratings] == [
        ("bureau", "device"),
        ("housing", "device"),
    ]
    with pytest.raises(TransitionRefused) as refused:
        story.tell("case.rated.v1", _rating(), petitioner(), "2026-03-12")
    assert refused.value.code == "rated_already"


@pytest.mark.parametrize(
    ("public", "code"),
    [
        pytest.param(_rating(office="roads"), "nothing_to_rate", id="an office that never held it"),
        pytest.param(_rating(of="petition_office"), "nothing_to_rate", id="as what it was not"),
        pytest.param(_rating(round_=2), "nothing_to_rate", id="another round"),
    ],
)
def test_only_an_office_that_handled_the_case_can_be_rated(public: dict[str, Any], code: str) -> None:
    story = Story().submitted("housing", "2026-03-02").registered("housing", "2026-03-02").replied("2026-03-10")
    with pytest.raises(TransitionRefused) as refused:
        story.tell("case.rated.v1", public, petitioner(), "2026-03-11")
    assert refused.value.code == code


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(officer("housing"), id="the office itself"),
        pytest.param(petitioner(CLAIMED_KEY), id="a key of another case"),
        pytest.param(officer("housing")._replace(role="petitioner"), id="an officer as the petitioner"),
    ],
)
def test_nobody_rates_in_the_petitioners_name(who: Any) -> None:
    story = Story().submitted("housing", "2026-03-02").registered("housing", "2026-03-02").replied("2026-03-10")
    with pytest.raises(RoleRefused):
        story.tell("case.rated.v1", _rating(), who, "2026-03-11")


def test_a_printed_code_becomes_a_key_once_and_its_ratings_say_so() -> None:
    story = Story().registered("housing", "2026-03-02", claim_key=CLAIM_CODE_KEY)
    claim = {"petitioner_key": CLAIMED_KEY, "claim_proof": SIGNATURE}
    story.tell("case.key_claimed.v1", claim, petitioner(CLAIMED_KEY), "2026-03-03").replied("2026-03-04")
    story.tell("case.rated.v1", _rating(), petitioner(CLAIMED_KEY), "2026-03-05")
    assert story.case.ratings[0].custody == "printed"
    again = {"petitioner_key": DEVICE_KEY, "claim_proof": SIGNATURE}
    with pytest.raises(TransitionRefused) as refused:
        story.tell("case.key_claimed.v1", again, petitioner(DEVICE_KEY), "2026-03-06")
    assert refused.value.code == "code_used"


def test_a_key_is_claimed_only_where_a_code_was_printed_and_by_that_very_key() -> None:
    claim = {"petitioner_key": CLAIMED_KEY, "claim_proof": SIGNATURE}
    with pytest.raises(TransitionRefused) as refused:
        Story().registered("housing", "2026-03-02").tell(
            "case.key_claimed.v1", claim, petitioner(CLAIMED_KEY), "2026-03-03"
        )
    assert refused.value.code == "no_code"
    with pytest.raises(RoleRefused):
        Story().registered("housing", "2026-03-02", claim_key=CLAIM_CODE_KEY).tell(
            "case.key_claimed.v1", claim, petitioner(DEVICE_KEY), "2026-03-03"
        )


def test_imported_acts_keep_the_files_times_and_are_marked() -> None:
    board = service("housing")
    story = Story().tell(
        "case.registered.v1",
        {"channel": "mailbox", "capacity": "competent_unit", "imported": FROM_FILE},
        board,
        "2018-03-01",
        "2026-11-20",
    )
    story.tell("case.replied.v1", {"means": "online", "imported": FROM_FILE}, board, "2018-04-01", "2026-11-20")
    clock = story.clock("NOTICE_DIRECT")
    assert (clock.rule, clock.imported, clock.late_recorded) == ("2005.NOTICE_DIRECT", True, False)
    assert clock.closed_at is not None
    assert clock.closed_at.isoformat() == at("2018-04-01")


def test_a_file_cannot_reply_before_the_message() -> None:
    board = service("housing")
    registered = {"channel": "mailbox", "capacity": "competent_unit", "imported": FROM_FILE}
    story = Story().tell("case.registered.v1", registered, board, "2018-03-01", "2026-11-20")
    with pytest.raises(TransitionRefused) as refused:
        story.tell("case.replied.v1", {"means": "online", "imported": FROM_FILE}, board, "2018-02-28", "2026-11-20")
    assert refused.value.code == "before_the_case"


@pytest.mark.parametrize(("who", "imported"), [(service("housing"), False), (officer("housing"), True)])
def test_the_mark_imported_and_the_import_service_go_together(who: Any, imported: bool) -> None:
    public: dict[str, Any] = {"channel": "letter", "capacity": "competent_unit"}
    if imported:
        public["imported"] = FROM_FILE
    with pytest.raises(RoleRefused) as refused:
        Story().tell("case.registered.v1", public, who, "2026-03-02")
    assert refused.value.code == "imported"


@pytest.mark.parametrize(
    "targets",
    [
        pytest.param([{"seq": 9, "slots": [0]}], id="an act that the case has not"),
        pytest.param([{"seq": 1, "slots": [0]}, {"seq": 1, "slots": [1]}], id="one act twice"),
    ],
)
def test_an_erasure_names_acts_that_the_case_has(targets: list[dict[str, Any]]) -> None:
    story = Story().registered("housing", "2026-03-02")
    with pytest.raises(TransitionRefused) as refused:
        story.tell("case.erased.v1", {"targets": targets, "basis": "request"}, officer("housing"), "2026-03-03")
    assert refused.value.code == "targets"


def test_an_erasure_changes_neither_state_nor_clocks() -> None:
    story = Story().registered("housing", "2026-03-02")
    before = story.case
    public = {"targets": [{"seq": 1, "slots": [2, 3]}], "basis": "request"}
    story.tell("case.erased.v1", public, officer("housing"), "2026-03-03")
    assert story.case == before._replace(version=2, acts=story.case.acts)
