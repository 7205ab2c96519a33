"""What bodies look at is written down by the ledger alone, in the stream of the body that looked, and it is sealed."""

from __future__ import annotations

import pytest

from domain import commands
from domain.commands import Command
from domain.errors import EventRefused, RoleRefused, TransitionRefused
from domain.events import public_kinds
from domain.looks import NEW_LOOKS, LooksRecorded
from tests.domain.acts import PUBLIC
from tests.domain.city import CITY, Who, event_of, officer, petitioner

STREAM, FIELDS = PUBLIC[LooksRecorded.action]
LEDGER = Who("ledger", "", "", "ledger")
ON = "2026-03-02T09:00:00+08:00"


def _looks(who: Who = LEDGER, stream: str = STREAM) -> LooksRecorded:
    found = event_of(LooksRecorded.action, FIELDS, who, stream=stream, claimed="2026-03-02")
    assert isinstance(found, LooksRecorded)
    return found


def test_the_ledger_writes_down_looks_and_says_nothing_in_the_clear() -> None:
    assert public_kinds(LooksRecorded.action) == ()
    wish = Command(STREAM, LooksRecorded.action, {}, {"looks": [{"kind": "look", "case": "0" * 32}]})
    said = commands.decide(NEW_LOOKS, wish, LEDGER, CITY, seq=1, claimed_at=ON)
    assert dict(said.public) == {}
    assert [field for field, _ in said.sealed] == ["looks"]
    with pytest.raises(EventRefused):
        commands.decide(NEW_LOOKS, wish._replace(public={"case": "0" * 32}), LEDGER, CITY, seq=1, claimed_at=ON)
    with pytest.raises(EventRefused):
        commands.decide(NEW_LOOKS, wish._replace(sealed={}), LEDGER, CITY, seq=1, claimed_at=ON)


@pytest.mark.parametrize("who", [officer("housing"), petitioner(), Who("ledger", "desk", "housing", "ledger")])
def test_nobody_but_the_ledger_itself_writes_them(who: Who) -> None:
    with pytest.raises(RoleRefused):
        commands.check(NEW_LOOKS, _looks(who), CITY)


def test_they_stand_in_the_stream_of_an_office_of_the_directory() -> None:
    commands.check(commands.initial(STREAM), _looks(), CITY)
    with pytest.raises(TransitionRefused, match="directory"):
        commands.check(NEW_LOOKS, _looks(stream="looks/nowhere"), CITY)


def test_the_state_counts_batches_and_nothing_of_what_was_looked_at() -> None:
    assert commands.fold(NEW_LOOKS, _looks())._asdict() == {"batches": 1}
