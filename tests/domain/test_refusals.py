"""What is kept of a refused act: who tried what, which rule forbade it, and nothing else; never without bound."""

from __future__ import annotations

from typing import Any

import pytest

from domain import commands
from domain.commands import Command
from domain.errors import DomainRefused, EventRefused, RoleRefused, TransitionRefused
from domain.refusals import DAILY, NEW_REFUSALS, RefusedNoted
from tests.domain.acts import PUBLIC
from tests.domain.city import CASE, CITY, Who, event_of, officer, petitioner

STREAM, FIELDS = PUBLIC[RefusedNoted.action]
LEDGER = Who("ledger", "", "", "ledger")
TRIED = Command(CASE, "case.accepted.v1", {"category": "31_6"})
REFUSED = TransitionRefused("state", rule="article 31(6)", zh="不得", en="not lawful", action=TRIED.action)


def _note(who: Who = LEDGER, stream: str = STREAM, on: str = "2026-03-02", **public: Any) -> Any:
    return event_of(RefusedNoted.action, {**FIELDS, **public}, who, stream=stream, claimed=on)


def test_the_ledger_notes_a_refused_act_in_the_stream_of_the_actors_office() -> None:
    commands.check(commands.initial(STREAM), _note(), CITY)


def test_a_note_has_no_field_for_a_case_its_content_or_anything_sealed() -> None:
    assert set(FIELDS) == {"actor", "post", "role", "office", "act", "rule", "at"}
    assert RefusedNoted.sealed == ()
    with pytest.raises(EventRefused):
        _note(case=CASE)


@pytest.mark.parametrize("who", [officer("housing"), petitioner(), Who("ledger", "desk", "housing", "ledger")])
def test_nobody_but_the_ledger_itself_notes_refusals(who: Who) -> None:
    with pytest.raises(RoleRefused) as refused:
        commands.check(NEW_REFUSALS, _note(who), CITY)
    assert refused.value.allowed == ("ledger",)


@pytest.mark.parametrize("stream", ["refused/roads", "refused/nowhere"])
def test_a_note_stands_in_no_other_offices_stream(stream: str) -> None:
    with pytest.raises(TransitionRefused, match="office"):
        commands.check(NEW_REFUSALS, _note(stream=stream), CITY)


def test_a_petitioners_refused_act_cannot_be_noted() -> None:
    with pytest.raises(EventRefused):
        _note(actor="petitioner")
    assert commands.note_of_refusal(REFUSED, TRIED, petitioner(), FIELDS["at"]) is None


@pytest.mark.parametrize("role", ["ledger", "petitioner"])
def test_the_ledgers_and_the_petitioners_own_refusals_are_passed_over(role: str) -> None:
    who = Who("officer-housing", "desk", "housing", role)
    assert commands.note_of_refusal(REFUSED, TRIED, who, FIELDS["at"]) is None


def test_an_act_that_does_not_exist_is_not_noted() -> None:
    unknown = TRIED._replace(action="case.forgotten.v1")
    assert commands.note_of_refusal(REFUSED, unknown, officer("housing"), FIELDS["at"]) is None
    assert commands.undecided(unknown, CITY.people) is None
    assert commands.undecided(TRIED._replace(sealed={"mood": "good"}), CITY.people) is None


def test_the_note_of_an_act_is_itself_lawful() -> None:
    command = commands.note_of_refusal(REFUSED, TRIED, officer("housing", "head"), FIELDS["at"])
    assert command is not None
    said = commands.decide(NEW_REFUSALS, command, LEDGER, CITY, seq=1, claimed_at=FIELDS["at"])
    assert said.public["act"] == TRIED.action
    assert said.public["rule"] == "state"
    assert said.sealed == ()
    assert "officer-housing" in said.summary_en


def test_no_actor_has_more_than_a_days_notes_and_the_next_day_begins_anew() -> None:
    refusals: Any = NEW_REFUSALS
    for _ in range(DAILY):
        commands.check(refusals, _note(), CITY)
        refusals = commands.fold(refusals, _note())
    with pytest.raises(DomainRefused) as refused:
        commands.check(refusals, _note(), CITY)
    assert refused.value.code == "noted_enough"
    commands.check(refusals, _note(actor="officer-roads"), CITY)
    commands.check(refusals, _note(on="2026-03-03"), CITY)
