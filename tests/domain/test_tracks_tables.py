"""Every track's table over its whole product: what no row allows is refused, and says why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from domain import commands
from domain.case_state import Case, Holding, PetitionerKey, key_id_of
from domain.errors import DomainRefused, RoleRefused, TransitionRefused
from domain.events import EVENTS
from domain.examples import example_of
from domain.schema import CIVIL
from domain.tracks.docket import Docket
from domain.tracks.items import Item, Tracks
from domain.tracks.machine import check_track, fold_track
from domain.tracks.package import Hold, Package, Proposal
from domain.tracks.relations import RELATIONS
from domain.tracks.rows import ROWS, SETTLED, TRACK_ROWS, acts_on, states_of
from domain.tracks.table import NONE, Row
from domain.tracks.vocabulary import ITEM_STATES, TRACKS
from domain.vocabulary import ROLES
from tests.domain.city import CASE, Who, event_of, petitioner
from tests.domain.tracks_city import TRACKS_CITY, leader, other, staff

EARLIER = datetime(2026, 3, 2, 9, tzinfo=CIVIL)
PRODUCT = [(row.action, state) for row in TRACK_ROWS for state in (NONE, *states_of(row.track))]
SEQ = 5


def _package(state: str) -> Package:
    proposal = Proposal(7, ("officer-zhou", "seat-zhou", "roads")) if state == "HANDING" else None
    hold = Hold("officer-wang", "seat-wang", "housing", EARLIER, SEQ, 900)
    return Package(SEQ, "bureau", "major", EARLIER.date(), EARLIER, (hold,), proposal)


def _holder(row: Row, state: str) -> Any:
    """A case or docket in which the act's item, if any, is in this state."""
    items: tuple[Item, ...] = ()
    if row.action.startswith("mandate.") and row.track != "mandate":
        items = (Item(1, "mandate", "OPEN", "watch", "x", "", "special", 0, None, EARLIER, EARLIER, 900, ("x",)),)
    seq = 1 if row.track == "mandate" else SEQ
    if state != NONE:
        opener = _opener(row)
        item = Item(seq, row.track, state, opener, "officer-x", "roads", "", 0, None, EARLIER, EARLIER, 900, ("x",))
        items = (*items, item)
    package = _package(state) if row.track == "package" and state != NONE else None
    tracks = Tracks(items, package)
    if not row.action.startswith("case."):
        return Docket("", 8, tracks)
    key = PetitionerKey(key_id_of("11" * 32), "device", 1)
    held = (Holding("housing", "competent_unit"),)
    return Case(
        version=8,
        state="NOTIFIED",
        office="housing",
        capacity="competent_unit",
        holdings=held,
        petitioner_keys=(key,),
        tracks=tracks,
    )


def _opener(row: Row) -> str:
    if row.action.startswith("mandate."):
        return "watch"
    return "congress" if row.action.startswith("conference.") else "bureau"


def _doer(row: Row, role: str = "") -> Who:
    """Somebody who may do the act."""
    relation = row.relations[0]
    if relation == "case_key":
        return petitioner()
    role = role or min(row.roles)
    office = {
        "supervision": "bureau",
        "opener": _opener(row),
        "addressee": "roads",
        "superior_of_unit": "housing",
        "conference": "congress",
        "own_stream": "congress",
        "holder": "housing",
        "case_office": "housing",
        "any_office": "housing",
        "inspection": "watch",
        "mandated": "watch",
    }.get(relation)
    if relation in ("leader_of_package", "taker_of_package"):
        return leader("wang" if relation == "leader_of_package" else "zhou", role)
    if relation == "chief":
        return leader("mayor", role)
    assert office is not None
    return staff(office, role)


def _event(row: Row, who: Who) -> Any:
    public = dict(example_of(row.action).public)
    if "item" in public:
        public["item"] = 1 if row.track == "mandate" else SEQ
    if "unit" in public:
        public["unit"] = "housing-east" if row.relations[0] == "superior_of_unit" else "roads"
    family = row.action.partition(".")[0]
    stream = CASE if family == "case" else f"{family}/congress"
    return event_of(row.action, public, who, stream=stream, seq=9, index=1009, claimed="2026-03-03")


def test_every_row_says_where_it_is_written_and_uses_closed_words() -> None:
    assert len(ROWS) == len(TRACK_ROWS)
    assert {row.track for row in TRACK_ROWS} == set(TRACKS)
    assert {row.action for row in TRACK_ROWS} <= set(EVENTS)
    for row in TRACK_ROWS:
        assert row.basis.article
        assert len(row.basis.source) > 8
        assert row.basis.confidence in ("C", "S", "L", "D")
        assert row.roles <= set(ROLES)
        assert set(row.relations) <= set(RELATIONS)
        assert {*row.moves, *row.moves.values(), *row.turns.values()} <= set(ITEM_STATES)
        assert not row.opens or set(row.moves) == {NONE}
        assert row.opens == ("item" not in example_of(row.action).public)


def test_every_state_of_a_track_is_settled_or_can_be_left() -> None:
    for track in TRACKS:
        for state in states_of(track):
            assert ((track, state) in SETTLED) != bool(acts_on(track, state)), (track, state)


@pytest.mark.parametrize(("action", "state"), PRODUCT)
def test_an_act_is_lawful_exactly_where_its_row_has_the_state(action: str, state: str) -> None:
    row = ROWS[action]
    holder, event = _holder(row, NONE if row.opens else state), _event(row, _doer(row))
    if row.opens or state in row.moves:
        item = check_track(holder, event, TRACKS_CITY.people)
        assert (item is None) == row.opens
        after = fold_track(holder.tracks, event)
        seq = 9 if row.opens else event.item
        to = row.target(NONE if row.opens else state, event)
        found = after.item(seq)
        assert (found is None) == ((row.track, to) in SETTLED)
        assert found is None or found.state == to
        return
    with pytest.raises(TransitionRefused) as refused:
        check_track(holder, event, TRACKS_CITY.people)
    assert refused.value.action == action
    assert refused.value.rule == f"article {row.basis.article}"
    if state == NONE:
        assert refused.value.code == "no_item"
    else:
        assert refused.value.code == "item_state"
        assert refused.value.allowed == acts_on(row.track, state)
        assert state in refused.value.message_zh
        assert state in refused.value.message_en
    assert fold_track(holder.tracks, event) == holder.tracks


@pytest.mark.parametrize("action", ROWS)
def test_an_act_is_for_exactly_the_roles_of_its_row(action: str) -> None:
    for role in ROLES:
        _check_role(action, role)


def _check_role(action: str, role: str) -> None:
    row = ROWS[action]
    holder = _holder(row, next(iter(row.moves)))
    who = _doer(row)._replace(role=role)
    if role in row.roles:
        check_track(holder, _event(row, who), TRACKS_CITY.people)
        return
    with pytest.raises(RoleRefused) as refused:
        check_track(holder, _event(row, who), TRACKS_CITY.people)
    assert refused.value.code == "role"
    assert refused.value.allowed == tuple(sorted(row.roles))


@pytest.mark.parametrize("row", [r for r in TRACK_ROWS if "any_office" not in r.relations], ids=lambda row: row.action)
def test_an_act_is_refused_to_whoever_does_not_stand_so(row: Row) -> None:
    holder = _holder(row, next(iter(row.moves)))
    stranger = petitioner("77" * 32) if "petitioner" in row.roles else staff("district", min(row.roles))
    if {"supervision", "inspection"} & set(row.relations):
        stranger = staff("roads", min(row.roles))
    with pytest.raises(RoleRefused) as refused:
        check_track(holder, _event(row, stranger), TRACKS_CITY.people)
    assert (refused.value.code, refused.value.allowed) == ("relation", row.relations)


@pytest.mark.parametrize("row", [row for row in TRACK_ROWS if row.second], ids=lambda row: row.action)
def test_what_needs_two_people_is_refused_to_the_first(row: Row) -> None:
    state = next(iter(row.moves))
    holder, who = _holder(row, state), _doer(row)
    item = holder.tracks.item(SEQ)._replace(by=(who.actor,))
    holder = holder._replace(tracks=holder.tracks.put(item, settled=False))
    with pytest.raises(TransitionRefused) as refused:
        check_track(holder, _event(row, who), TRACKS_CITY.people)
    assert refused.value.code == "second_person"
    check_track(holder, _event(row, other(who.office, who.role)), TRACKS_CITY.people)


@pytest.mark.parametrize("row", [row for row in TRACK_ROWS if not row.opens], ids=lambda row: row.action)
def test_an_item_of_another_track_is_none(row: Row) -> None:
    holder = _holder(row, next(iter(row.moves)))
    seq = 1 if row.track == "mandate" else SEQ
    elsewhere = next(track for track in TRACKS if track != row.track)
    items = tuple(item._replace(track=elsewhere) if item.seq == seq else item for item in holder.tracks.items)
    holder = holder._replace(tracks=holder.tracks._replace(items=items))
    with pytest.raises(TransitionRefused) as refused:
        check_track(holder, _event(row, _doer(row)), TRACKS_CITY.people)
    assert refused.value.code == "no_item"


@pytest.mark.parametrize("row", [row for row in TRACK_ROWS if row.action.startswith("case.")], ids=lambda r: r.action)
def test_no_track_begins_before_the_case(row: Row) -> None:
    with pytest.raises(DomainRefused):
        commands.check(Case(), _event(row, _doer(row)), TRACKS_CITY)
