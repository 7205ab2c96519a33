"""Monthly bulletins: issued with their digests, served to the chief, replied to by a day, concluded or withdrawn."""

from __future__ import annotations

from typing import Any

import pytest

from domain.errors import EventRefused, RoleRefused, TransitionRefused
from domain.tracks.docket import possible_in
from tests.domain.city import Who
from tests.domain.tracks_city import Docketed, staff

DIGEST, ROOT = "ab" * 32, "cd" * 32
ISSUED: dict[str, Any] = {
    "month": "2026-03",
    "unit": "housing",
    "as_of_on": "2026-03-31",
    "known_at": {"root": ROOT, "size": 2000},
    "files": [{"digest": DIGEST, "format": "docx"}, {"digest": ROOT, "format": "pdf"}],
}
SERVED: dict[str, Any] = {"item": 1, "leader": "officer-sun", "due_on": "2026-04-20", "copies": ["bureau"]}
STREAM = "bulletin/watch"


def _issued(**changes: Any) -> Docketed:
    return Docketed(STREAM).tell("bulletin.issued.v1", {**ISSUED, **changes}, staff("watch"), "2026-04-02")


def _served() -> Docketed:
    return _issued().tell("bulletin.served.v1", SERVED, staff("watch"), "2026-04-03")


def _code(told: Docketed, action: str, public: dict[str, Any], who: Who, on: str = "2026-04-10") -> str:
    with pytest.raises((TransitionRefused, RoleRefused, EventRefused)) as refused:
        told.tell(action, public, who, on)
    return refused.value.code


def test_a_bulletin_is_issued_served_replied_to_and_concluded() -> None:
    told = _served()
    [item] = told.state.tracks.items
    assert (item.state, item.unit, str(item.due_on)) == ("SERVED", "housing", "2026-04-20")
    told.tell("bulletin.replied.v1", {"item": 1}, staff("housing"), "2026-04-18")
    told.tell("bulletin.returned.v1", {"item": 1, "due_on": "2026-05-10"}, staff("watch"), "2026-04-19")
    assert str(told.state.tracks.items[0].due_on) == "2026-05-10"
    told.tell("bulletin.replied.v1", {"item": 1}, staff("housing"), "2026-05-08")
    told.tell("bulletin.concluded.v1", {"item": 1, "finding": "corrected"}, staff("watch"), "2026-05-09")
    assert told.state.tracks.items == ()
    assert "bulletin.issued.v1" in possible_in(told.state, STREAM)


def test_one_that_nobody_replied_to_is_concluded_too_and_a_wrong_one_withdrawn() -> None:
    _served().tell("bulletin.concluded.v1", {"item": 1, "finding": "escalated"}, staff("watch"), "2026-05-09")
    withdrawn = {"item": 1, "ground": "wrongly_recorded"}
    assert _served().tell("bulletin.withdrawn.v1", withdrawn, staff("watch"), "2026-04-05").state.tracks.items == ()
    told = _issued().tell("bulletin.withdrawn.v1", withdrawn, staff("watch"), "2026-04-05")
    assert _code(told, "bulletin.served.v1", SERVED, staff("watch")) == "no_item"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"known_at": {"root": ROOT, "size": 2002}}, "checkpoint_ahead", id="a place after the act"),
        pytest.param({"as_of_on": "2026-04-01"}, "as_of_outside", id="a day after the month"),
        pytest.param({"as_of_on": "2026-02-28"}, "as_of_outside", id="a day before the month"),
        pytest.param({"month": "2026-04", "as_of_on": "2026-04-03"}, "as_of_outside", id="a day after the act"),
        pytest.param({"files": ISSUED["files"][:1] * 2}, "field_unfit", id="a file twice"),
        pytest.param(
            {"files": [ISSUED["files"][0], {"digest": ROOT, "format": "docx"}]}, "format_twice", id="a format twice"
        ),
        pytest.param({"month": "2026-13"}, "field_unfit", id="no month"),
        pytest.param({"unit": "nowhere"}, "unit_unknown", id="an addressee that is unknown"),
        pytest.param({"concerning": "nowhere"}, "unit_unknown", id="a subtree that is unknown"),
    ],
)
def test_a_bulletin_that_cannot_be_is_refused(changes: dict[str, Any], code: str) -> None:
    assert _code(Docketed(STREAM), "bulletin.issued.v1", {**ISSUED, **changes}, staff("watch"), "2026-04-02") == code


def test_it_is_served_to_the_chief_alone_and_by_the_office_that_issued_it() -> None:
    told = _issued()
    wrong = {**SERVED, "leader": "officer-mayor"}
    assert _code(told, "bulletin.served.v1", wrong, staff("watch")) == "not_chief"
    assert _code(told, "bulletin.served.v1", {**SERVED, "copies": ["nowhere"]}, staff("watch")) == "unit_unknown"
    assert _code(told, "bulletin.served.v1", {**SERVED, "due_on": "2026-04-09"}, staff("watch")) == "due_past"
    assert _code(told, "bulletin.served.v1", SERVED, staff("bureau")) == "relation"
    assert _code(told, "bulletin.replied.v1", {"item": 1}, staff("housing")) == "item_state"


def test_only_the_addressee_replies() -> None:
    assert _code(_served(), "bulletin.replied.v1", {"item": 1}, staff("roads")) == "relation"
