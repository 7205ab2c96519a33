"""A commitment opens to one value at one place, and says nothing before it is opened."""

from __future__ import annotations

import hmac
from typing import Any

import pytest

from audit.commitments import ABSENT, SLOTS, check_commitment, commit
from audit.errors import CommitmentRejected, Malformed
from audit.store.writing import commit_act, derive_salt, derive_salts

_SEED = bytes(range(32))
_PLACE: dict[str, Any] = {
    "salt": derive_salt(_SEED, 3),
    "origin": "sundial.example/test",
    "stream": "case/" + "0" * 32,
    "seq": 12,
    "slot": 3,
    "field": "text",
    "value": '"房屋漏水"'.encode(),
}


def test_the_hashed_bytes_are_as_described() -> None:
    parts = [b"sundial.example/test", b"case/" + b"0" * 32, b"12", b"3", b"text", '"房屋漏水"'.encode()]
    message = b"sundial/c1" + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    assert commit(**_PLACE) == hmac.new(_PLACE["salt"], message, "sha256").digest()
    assert _PLACE["salt"] == hmac.new(_SEED, b"sundial/s1\x03", "sha256").digest()


@pytest.mark.parametrize(
    "change",
    [
        {"salt": derive_salt(_SEED, 4)},
        {"origin": "sundial.example/other"},
        {"stream": "case/" + "1" * 32},
        {"seq": 1},
        {"slot": 2},
        {"field": "name"},
        {"value": b'"other"'},
        {"value": b""},
        {"field": "", "value": b""},
        {"seq": 1, "slot": 23},
    ],
    ids=str,
)
def test_a_commitment_opens_to_nothing_else(change: dict[str, Any]) -> None:
    commitment = commit(**_PLACE)
    check_commitment(commitment, **_PLACE)
    with pytest.raises(CommitmentRejected):
        check_commitment(commitment, **(_PLACE | change))


def test_an_absent_field_opens_like_any_other() -> None:
    place = _PLACE | {"field": ABSENT[0], "value": ABSENT[1]}
    check_commitment(commit(**place), **place)


def test_the_salts_of_an_act_all_differ() -> None:
    assert len({derive_salt(_SEED, slot) for slot in range(SLOTS)}) == SLOTS
    assert derive_salts(_SEED) == [derive_salt(_SEED, slot) for slot in range(SLOTS)]


@pytest.mark.parametrize(("seed", "slot"), [(_SEED[:31], 0), (_SEED, 8), (_SEED, -1)])
def test_there_is_no_salt_outside_the_bounds(seed: bytes, slot: int) -> None:
    with pytest.raises(Malformed):
        derive_salt(seed, slot)
    if len(seed) != 32:
        with pytest.raises(Malformed):
            derive_salts(seed)


def test_a_short_salt_is_malformed_and_strange_text_is_no_accident() -> None:
    with pytest.raises(Malformed):
        commit(**(_PLACE | {"salt": b"short"}))
    with pytest.raises(CommitmentRejected):
        check_commitment(bytes(32), **(_PLACE | {"field": "\ud800"}))


def test_an_act_is_committed_to_as_its_slots_are() -> None:
    openings = [(bytes([slot]) * 32, "text" * (slot % 2), b'"a"' * (slot % 2)) for slot in range(8)]
    stream = "case/" + "0" * 32
    expected = [
        commit(salt, "o.example", stream, 3, slot, field, value) for slot, (salt, field, value) in enumerate(openings)
    ]
    assert list(commit_act("o.example", stream, 3, openings)) == expected


def test_all_slots_at_once_give_the_same_commitments_as_one_by_one() -> None:
    openings = [
        (derive_salt(_SEED, slot), f"field{slot}" if slot < 5 else "", b"1" if slot < 5 else b"") for slot in range(8)
    ]
    place = ("sundial.example/test", "case/" + "0" * 32, 12)
    assert commit_act(*place, openings) == tuple(
        commit(salt, *place, slot, field, value) for slot, (salt, field, value) in enumerate(openings)
    )
    with pytest.raises(Malformed):
        commit_act(*place, [(b"short", "", b"")])
