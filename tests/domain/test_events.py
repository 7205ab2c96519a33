"""The closed table of acts: what is recorded is read strictly, and nothing else can be recorded."""

from __future__ import annotations

import contextlib
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainRefused, EventRefused
from domain.events import EVENTS, SEALED, actions_of, read_event
from domain.schema import Event
from domain.wording import ACTIONS, FIELDS, SEALED_FIELDS
from tests.domain.acts import OPTIONAL, PUBLIC

FIELDS_OF_ACTS = [(action, name) for action, (_, public) in PUBLIC.items() for name in public]
WRONG: list[Any] = [None, 1.5, "", " ", "x" * 5000, [], {}, [[]], -1, 2**60, "\ud800", "e\u0301", "line\nbreak"]


def _read(action: str, public: Any, stream: str = "", claimed_at: Any = "2026-03-02T09:00:00+08:00") -> Event:
    stream = stream or PUBLIC[action][0]
    who = ("officer-li", "desk", "housing", "intake", bytes(32))
    return read_event(action, stream, 1, 7, *who, claimed_at, 1_900_000_000_000, public)


def test_every_act_has_an_example_names_in_both_languages_and_room_in_eight_slots() -> None:
    assert EVENTS.keys() == PUBLIC.keys() == ACTIONS.keys() == SEALED.keys()
    for action, names in SEALED.items():
        assert len(names) <= 8, action
        assert set(names) <= SEALED_FIELDS.keys()
        assert set(PUBLIC[action][1]) <= FIELDS.keys()
        assert not set(names) & set(PUBLIC[action][1]) - {"basis"}


@pytest.mark.parametrize("action", EVENTS)
def test_the_recorded_form_of_every_act_is_read(action: str) -> None:
    event = _read(action, PUBLIC[action][1])
    assert type(event) is EVENTS[action]
    assert event.action == action
    assert (event.originator_version, event.index, event.recorded_at_ms) == (1, 7, 1_900_000_000_000)
    assert event.recorded_at.timestamp() == 1_900_000_000


@pytest.mark.parametrize(("action", "name"), FIELDS_OF_ACTS)
def test_a_field_left_out_is_refused_unless_the_act_allows_it(action: str, name: str) -> None:
    public = {key: value for key, value in PUBLIC[action][1].items() if key != name}
    if name in OPTIONAL.get(action, ()):
        _read(action, public)
        return
    with pytest.raises(EventRefused) as refused:
        _read(action, public)
    assert refused.value.code == "field_missing"
    assert name in refused.value.message_en
    assert name in refused.value.allowed


@pytest.mark.parametrize("action", EVENTS)
def test_a_field_that_the_act_does_not_have_is_refused(action: str) -> None:
    with pytest.raises(EventRefused) as refused:
        _read(action, {**PUBLIC[action][1], "note": "x"})
    assert refused.value.code == "field_unknown"


@pytest.mark.parametrize("action", EVENTS)
def test_a_field_of_another_kind_is_refused_without_repeating_it(action: str) -> None:
    for name in (field for act, field in FIELDS_OF_ACTS if act == action):
        for wrong in WRONG:
            _check_another_kind(action, name, wrong)


def _check_another_kind(action: str, name: str, wrong: Any) -> None:
    if name in ("rest_days", "make_up_days") and wrong == []:
        return
    with pytest.raises(EventRefused) as refused:
        _read(action, {**PUBLIC[action][1], name: wrong})
    assert refused.value.code == "field_unfit"
    assert f"field {name}" in refused.value.message_en
    assert "x" * 100 not in refused.value.message_zh + refused.value.message_en


@pytest.mark.parametrize("stream", ["case/0", "people/x", "ledger", "ledgers", "rules", "calendar", "refused/x", ""])
def test_an_act_belongs_to_its_own_kind_of_stream(stream: str) -> None:
    for action in EVENTS:
        _check_stream(action, stream)


def _check_stream(action: str, stream: str) -> None:
    if action in actions_of(stream):
        assert _read(action, PUBLIC[action][1], stream).originator_id == stream
        return
    with pytest.raises(EventRefused) as refused:
        read_event(action, stream, 1, 7, "", "", "", "", b"", "2026-03-02T09:00:00+08:00", 0, PUBLIC[action][1])
    assert refused.value.code == "action_unknown"
    assert refused.value.allowed == actions_of(stream)


def test_an_unknown_act_is_refused_and_not_repeated() -> None:
    with pytest.raises(EventRefused) as refused:
        _read("case.praised.v1", {}, "case/0")
    assert "praised" not in str(refused.value)
    assert "case.registered.v1" in refused.value.allowed


@pytest.mark.parametrize(
    "claimed_at",
    [
        *("", "yesterday", "2026-03-02", "2026-03-02T09:00:00", "2026-02-30T09:00:00+08:00", None, 7),
        *("0001-01-01T00:00:00+14:00", "1948-12-31T23:59:59+08:00", "9999-12-31T23:59:59-12:00"),
    ],
)
def test_a_claimed_time_is_an_instant_with_an_offset(claimed_at: Any) -> None:
    with pytest.raises(EventRefused) as refused:
        _read("case.replied.v1", {"means": "post"}, claimed_at=claimed_at)
    assert refused.value.code == "claimed_at"


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@given(st.sampled_from(sorted(EVENTS)), st.dictionaries(st.sampled_from(sorted(FIELDS)) | st.text(max_size=8), _json))
def test_whatever_stands_in_the_public_fields_only_our_errors_come_out(action: str, public: dict[str, Any]) -> None:
    with contextlib.suppress(EventRefused):
        _read(action, public)


def test_a_refusal_crosses_processes_unchanged() -> None:
    with pytest.raises(EventRefused) as refused:
        _read("case.replied.v1", {})
    copy = pickle.loads(pickle.dumps(refused.value))
    assert isinstance(copy, EventRefused)
    assert isinstance(copy, DomainRefused)
    assert vars(copy) == vars(refused.value)
