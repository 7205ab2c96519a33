"""What a census may say, and who may take one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.census import LedgerCensus, ViewDigest
from domain.commands import check
from domain.errors import ReferenceRefused, RoleRefused
from domain.events import read_event
from domain.reference import new_reference

HASH = "ab" * 32
PUBLIC = {"entries": 7, "streams": 3, "map": HASH, "views": [{"digest": HASH, "name": "clocks", "version": 1}]}
WHEN = "2026-03-02T09:00:00+08:00"


def _census(index: int = 7, actor: str = "ledger", office: str = "", **public: Any) -> LedgerCensus:
    who = (actor, "", office, actor)
    event = read_event(
        "ledger.census.v1", "ledger", 2, index, *who, bytes(32), WHEN, 1_772_413_205_000, {**PUBLIC, **public}
    )
    assert isinstance(event, LedgerCensus)
    return event


def test_a_census_of_everything_before_it_is_lawful() -> None:
    reference = new_reference()
    check(reference, _census(), reference)
    check(reference, _census(index=90), reference)


@pytest.mark.parametrize("public", [{"entries": 8}, {"streams": 8}], ids=["behind itself", "streams without entries"])
def test_a_census_covers_nothing_behind_itself_and_one_entry_of_every_stream(public: dict[str, Any]) -> None:
    reference = new_reference()
    with pytest.raises(ReferenceRefused, match="behind itself"):
        check(reference, _census(**public), reference)


@pytest.mark.parametrize("names", [("days", "clocks"), ("clocks", "clocks")], ids=["out of order", "twice"])
def test_a_census_names_each_view_once_and_in_order(names: tuple[str, ...]) -> None:
    reference = new_reference()
    views = tuple(ViewDigest(HASH, name, number) for number, name in enumerate(names))
    with pytest.raises(ReferenceRefused, match="ascending"):
        check(reference, replace(_census(), views=views), reference)


@pytest.mark.parametrize(("actor", "office"), [("handler", ""), ("ledger", "housing")])
def test_nobody_but_the_ledger_takes_a_census(actor: str, office: str) -> None:
    reference = new_reference()
    with pytest.raises(RoleRefused, match="own key"):
        check(reference, _census(actor=actor, office=office), reference)
