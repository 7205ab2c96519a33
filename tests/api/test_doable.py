"""What the desk offers on live items is what the rules would take from that seat, and nothing else is held back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from api.access.viewer import Viewer, seats_of
from api.actions import command, write_instant
from api.http.act_forms import entries_of
from api.http.doable import doings, has_form, roles_for
from api.http.names import Names
from api.http.proposed import proposed
from api.main import Application
from api.settings import Settings
from api.wording import Wording
from audit.store.model import Actor
from domain import commands
from domain.errors import DomainRefused
from domain.events import public_kinds, required_fields
from domain.people import NOW
from domain.samples import sample_of
from domain.tracks.rows import ROWS
from projections.packages_answers import packages
from tests.api.demo_city import open_city

STANDING = {"role", "relation", "item_state", "no_item", "second_person", "no_tenure", "state"}
DOCKETS = ("conference/joint", "mandate/supervision-2026", "mandate/inspection-2026", "bulletin/housing")


@pytest.fixture(scope="module")
def city(demo_city: Settings) -> Iterator[Application]:
    """The demonstration city, open."""
    with open_city(demo_city) as opened:
        yield opened


def _streams(city: Application) -> list[str]:
    held = packages(city.reader, city.clock()).rows
    return [*(f"case/{row.case}" for row in held[:12]), *DOCKETS]


def _public(action: str, item: int) -> dict[str, Any]:
    needed = required_fields(action)
    return {name: sample_of(kind, name) for name, kind in public_kinds(action) if name in needed} | {"item": item}


def _refusal(city: Application, state: Any, stream: str, action: str, item: int, viewer: Viewer, duty: Any) -> str:
    """The code of the refusal that the rules would answer with, "" if they would take the act."""
    seat, role = duty
    actor = Actor(viewer.officer, seat.post, seat.office, role, bytes(32))
    wish = command(stream, action, _public(action, item))
    at = write_instant(city.clock())
    try:
        commands.decide(state, wish, actor, city.ledger.reference(), seq=state.version + 1, claimed_at=at)
    except DomainRefused as refused:
        return refused.code
    return ""


def test_an_act_on_a_live_item_is_offered_exactly_where_the_rules_take_it_from_that_seat(city: Application) -> None:
    people = city.ledger.reference().people
    officers = sorted({officer for (_, _, officer), told in people.tenures.items() if told[-1].until == NOW})
    offered, held_back = 0, 0
    for stream in _streams(city):
        state = city.ledger.state(stream)
        rows = [row for row in ROWS.values() if row.action.startswith(stream.partition("/")[0] + ".") and not row.opens]
        for officer in officers:
            viewer = Viewer("staff", officer=officer, seats=seats_of(people, officer), csrf="token")
            can = {
                (one.action, one.item.seq, seat, duty)
                for one in doings(viewer, people, stream, state)
                if one.item is not None
                for seat, duty in one.seats
            }
            for row in (row for row in rows if has_form(row.action)):
                for item in (item for item in state.tracks.items if item.track == row.track):
                    for seat in viewer.seats:
                        for duty in (duty for duty in seat.duties if duty in roles_for(row.action)):
                            code = _refusal(city, state, stream, row.action, item.seq, viewer, (seat, duty))
                            taken = (row.action, item.seq, seat, duty) in can
                            assert taken == (code not in STANDING), (stream, row.action, item.seq, officer, code)
                            offered, held_back = offered + taken, held_back + (not taken)
    assert offered > 20
    assert held_back > 100


def test_a_form_names_the_live_items_that_an_act_may_be_about_and_the_hand_over_that_waits(city: Application) -> None:
    names = Names(Wording("en"), city.ledger.reference().people)
    people, found = city.ledger.reference().people, 0
    for stream in _streams(city):
        state = city.ledger.state(stream)
        for action, row in ROWS.items():
            fit = [one for one in state.tracks.items if one.track == row.track and one.state in row.moves]
            if has_form(action) and fit and action.startswith(stream.partition("/")[0] + "."):
                given = proposed(city, action, state, {})
                (entry,) = (one for one in entries_of(action, names, people, state, given) if one.name == "item")
                assert [value for value, _ in entry.choices] == [str(one.seq) for one in fit]
                found += 1
    assert found > 20
