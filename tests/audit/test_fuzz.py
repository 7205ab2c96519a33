"""Whatever bytes come in, only our errors come out, soon."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.canonical import format_json
from audit.errors import AuditError
from audit.note import parse_note
from audit.proof import parse_tlog_proof
from tests.audit.fuzz_targets import DOCUMENTS, TARGETS, feed, read_document

_QUICK = settings(max_examples=15, deadline=2_000, suppress_health_check=list(HealthCheck))
_LONG = settings(max_examples=1_500, deadline=5_000, suppress_health_check=list(HealthCheck))

_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.sampled_from(["", "0" * 64, "f" * 128, "case/" + "0" * 32, "ledger", "AAAA", "\u2014", "x\n\ny\n"])
    | st.text(alphabet="ab01 /+=", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["entry", "index", "proof", "size", "a"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def _mutated(draw: st.DrawFn, seed: bytes) -> bytes:
    """Bytes that were cut, exchanged, repeated or put in somewhere."""
    data = bytearray(seed)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, max(len(data) - 1, 0)))
        end = draw(st.integers(start, min(start + 40, len(data))))
        data[start:end] = draw(st.binary(max_size=12) | st.just(bytes(data[start:end] * 2)) | st.just(b"\n"))
    return bytes(data)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    yield path
    if isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(one, (*path, key))


@st.composite
def _exchanged(draw: st.DrawFn, name: str) -> bytes:
    """A document of which one or two members are something else, or gone."""
    value = json.loads(DOCUMENTS[name])
    for _ in range(draw(st.integers(1, 2))):
        *path, last = draw(st.sampled_from([place for place in _places(value) if place] or [("none",)]))
        owner = value
        for step in path:
            owner = owner[step]
        if draw(st.integers(0, 4)):
            owner[last] = draw(_VALUES)
        elif isinstance(owner, dict):
            owner.pop(last, None)
        else:
            owner.pop(last)
    return format_json(value) + b"\n"


def _try_document(name: str, data: bytes) -> None:
    with suppress(AuditError):
        read_document(name, data)


@pytest.mark.parametrize("target", TARGETS)
@_QUICK
@given(st.data())
def test_changed_bytes_raise_our_errors_alone(target: str, data: st.DataObject) -> None:
    feed(target, data.draw(_mutated(TARGETS[target][1]) | st.binary(max_size=60)))


@pytest.mark.parametrize("name", DOCUMENTS)
@_QUICK
@given(st.data())
def test_exchanged_members_raise_our_errors_alone(name: str, data: st.DataObject) -> None:
    _try_document(name, data.draw(_exchanged(name)))


@pytest.mark.soak(minutes=1)
@pytest.mark.parametrize("target", TARGETS)
@_LONG
@given(st.data())
def test_many_changed_bytes_raise_our_errors_alone(target: str, data: st.DataObject) -> None:
    feed(target, data.draw(_mutated(TARGETS[target][1]) | st.binary(max_size=200)))


@pytest.mark.soak(minutes=1)
@pytest.mark.parametrize("name", DOCUMENTS)
@_LONG
@given(st.data())
def test_many_exchanged_members_raise_our_errors_alone(name: str, data: st.DataObject) -> None:
    _try_document(name, data.draw(_exchanged(name)))


def test_the_examples_to_begin_from_are_honest() -> None:
    for name, (read, seed) in TARGETS.items():
        if name not in ("vkey", "policy", "bulletin", "canonical"):
            read(seed)
    for name, data in DOCUMENTS.items():
        read_document(name, data)
    assert parse_note(parse_tlog_proof(TARGETS["receipt"][1]).checkpoint).signatures


@pytest.mark.parametrize("target", TARGETS)
def test_large_and_deep_input_is_refused_in_bounded_time(target: str) -> None:
    for data in (b"[" * 200_000, b'{"a":' * 50_000, b"\n" * 1_500_000, b"\x00" * 2_000_000, b"group g any a\n" * 7_000):
        feed(target, data)
        feed(target, TARGETS[target][1][:40] + data)
