"""A case that is replayed is folded no further than its checks need, and refused all the same."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, cast

import pytest

from api.verify.replay import DomainReplay
from audit.statement import Statement
from domain.cases import NEW_CASE, check, fold
from domain.errors import DomainRefused, TransitionRefused
from domain.schema import Event
from domain.untold import UNTOLD_CLOCKS, ClocksUntold
from tests.domain.city import CASE, CITY, event_of, officer


class Told(NamedTuple):
    """An act of the competent unit, as the story has it."""

    act: str
    public: dict[str, Any]
    on: str


REGISTERED = Told("registered", {"channel": "letter", "capacity": "competent_unit"}, "2024-03-01")
ACCEPTED = Told("accepted", {"category": "31_6"}, "2024-03-05")


def _extended(days: int, on: str) -> Told:
    return Told("extended", {"days": days, "because": "complicated"}, on)


STORIES = [
    pytest.param([REGISTERED, ACCEPTED, _extended(20, "2024-03-20"), _extended(10, "2024-04-01")], None, id="in time"),
    pytest.param([REGISTERED, ACCEPTED, _extended(20, "2024-03-20"), _extended(11, "2024-04-01")], 3, id="over"),
    pytest.param([REGISTERED, ACCEPTED, _extended(31, "2024-03-20")], 2, id="over at once"),
    pytest.param([REGISTERED, _extended(5, "2024-03-02")], 1, id="nothing to extend"),
]


def _events(story: Sequence[Told]) -> list[Event]:
    who = officer("office", "head")
    return [
        event_of(f"case.{told.act}.v1", told.public, who, seq=seq, index=1000 + seq, claimed=told.on)
        for seq, told in enumerate(story, 1)
    ]


def _refused_at(story: Sequence[Told], take: Callable[[Event], object]) -> tuple[int | None, str]:
    for place, event in enumerate(_events(story)):
        try:
            take(event)
        except DomainRefused as refused:
            return place, refused.code
    return None, ""


@pytest.mark.parametrize(("story", "at"), STORIES)
def test_rules_that_ask_for_clocks_are_told_them(
    monkeypatch: pytest.MonkeyPatch, story: list[Told], at: int | None
) -> None:
    monkeypatch.setattr("api.verify.replay.read_statement", lambda _index, event, *_: event)
    replay = DomainReplay()
    replay.reference = CITY
    checker = replay(CASE)
    case = NEW_CASE

    def take(event: Event) -> None:
        nonlocal case
        check(case, event, CITY.people, CITY.calendars, CITY.rules)
        case = fold(case, event, CITY.rules, CITY.calendars)

    replayed = _refused_at(story, lambda event: checker(event.index, cast("Statement", event), event.recorded_at_ms))
    assert replayed == _refused_at(story, take)
    assert replayed[0] == at


def test_untold_clocks_say_nothing_at_all() -> None:
    asked: list[Callable[[Any], object]] = [bool, len, list, reversed, hash, lambda one: one[0], lambda one: one == ()]
    asked += [lambda one: () in one, lambda one: one.get(""), lambda one: (*one,), lambda one: operator.add(one, ())]
    for ask in asked:
        with pytest.raises(ClocksUntold):
            ask(UNTOLD_CLOCKS)
    assert not issubclass(ClocksUntold, (DomainRefused, TransitionRefused))
