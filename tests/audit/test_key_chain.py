"""The file on keys leaves nothing out: each way to say less, or something else, than the log about keys is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from audit.errors import Malformed, ProofRejected
from audit.key_chain import check_key_chain
from audit.trust import Findings, Trust
from tests.audit.published_log import line, told_log

TOLD = told_log()
CENSUS = TOLD.census()
SIZE = len(TOLD.rows)
TOLD.checkpoint()
PROOF = line(TOLD.proof(CENSUS, TOLD.note(), SIZE))
HOUSING = [row for row in TOLD.rows if row.stream == "people/housing"]


def _keys() -> dict[str, Any]:
    value = TOLD.authority(CENSUS, SIZE)
    value["streams"].append(TOLD.stream("rules", CENSUS, SIZE, named=True))
    return value


def _check(value: object) -> None:
    check_key_chain(line(value), PROOF, Trust(TOLD.anchor()), Findings())


def _changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(json.dumps(_keys()))
    change(value)
    return value


def _without_the_last(**said: object) -> Callable[[dict[str, Any]], object]:
    """Leave out the newest act on an office's keys, a revocation."""
    return lambda value: value["streams"][0].update(entries=value["streams"][0]["entries"][:-1], **said)


def test_the_honest_file_is_good() -> None:
    _check(_keys())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_without_the_last(), "not all entries of people/housing are there"),
        (_without_the_last(count=4), "not all entries of people/housing are there"),
        (_without_the_last(count=4, head=HOUSING[-2].leaf.hex()), "the inclusion proof leads to another root"),
        (lambda value: value["included"][1].update(index=SIZE - 4), "the inclusion proof leads to another root"),
        (lambda value: value["ledger"].append(value["ledger"][0]), "not in the order of the log"),
    ],
    ids=["a revocation", "and its number", "and the head of the stream", "another place of an act", "an act twice"],
)
def test_what_is_left_out_or_elsewhere_is_found(change: Callable[[dict[str, Any]], object], words: str) -> None:
    with pytest.raises(ProofRejected, match=words):
        _check(_changed(change))


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.update(format="sundial/authority2"),
        lambda value: value.update(included=5),
        lambda value: value["included"].__setitem__(0, {"index": -1, "proof": []}),
        lambda value: value["included"].pop(),
        lambda value: value["streams"].append({}),
        lambda value: value["streams"][0].update(head="x"),
        lambda value: value.pop("ledger"),
    ],
)
def test_a_file_of_another_shape_is_malformed(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(Malformed):
        _check(_changed(change))
