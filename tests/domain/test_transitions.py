"""The transition and role tables over their whole products: what no row allows is refused, and says why."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from domain import cases
from domain.case_state import Case, Holding, PetitionerKey, key_id_of
from domain.errors import DomainRefused, RoleRefused, TransitionRefused
from domain.roles import HOLDER, OWN_KEY, PERMISSIONS, RECEIVER, RELATIONS
from domain.rows import CONFIDENCES
from domain.schema import Event
from domain.transitions import TRANSITIONS, allowed_at, allowed_in, check_transition, next_state
from domain.vocabulary import CAPACITIES, ROLES, STATES
from tests.domain import procedure_table
from tests.domain.acts import PUBLIC
from tests.domain.city import CITY, Who, event_of, officer, petitioner, service
from tests.domain.procedure_table import AFTER, BEGUN, HANDLED, OPEN, REVIEW

ACTS = [row.action for row in TRANSITIONS]
FROM_FILE = {"mapping": "board", "precision": "instant"}

# The first acts of the table once more, as a lawyer would draw them: act, states before, state after ("" stays).
LAWFUL = {
    "case.submitted.v1": ("NEW", "SUBMITTED"),
    "case.registered.v1": ("NEW SUBMITTED", "REGISTERED"),
    "case.transferred.v1": (OPEN, "TRANSFERRED"),
    "case.replied.v1": (f"{OPEN} ROUTED_STATUTORY", "REPLIED"),
    "case.accepted.v1": (f"{OPEN} REDO", "ACCEPTED"),
    "case.opinion_issued.v1": ("ACCEPTED", "OPINION_ISSUED"),
    "case.opinion_served.v1": ("OPINION_ISSUED", "SERVED"),
    "case.rated.v1": (f"{AFTER} {REVIEW} REPLIED DIRECTED CONCLUDED", ""),
    "case.key_claimed.v1": (BEGUN, ""),
    "case.erased.v1": (BEGUN, ""),
}
ONLY_UNITS = {"case.replied.v1", "case.accepted.v1", "case.opinion_issued.v1", "case.opinion_served.v1"}
ONLY_UNITS |= procedure_table.ONLY_UNITS
TOLD_LATER = f"CLASSIFIED OBJECTED DISPUTED {HANDLED} {AFTER} {REVIEW} REDO REPLIED DIRECTED ROUTED_STATUTORY CONCLUDED"


def _expected(action: str, state: str, capacity: str) -> str | None:
    if action in ONLY_UNITS and capacity != "competent_unit":
        return None
    if action in procedure_table.LAWFUL:
        return procedure_table.lawful_after(action, state)
    if action == "case.notice_served.v1":
        if state in TOLD_LATER.split():
            return state
        return "NOTIFIED" if state in OPEN.split() else None
    before, after = LAWFUL[action]
    return (after or state) if state in before.split() else None


def _case(state: str, capacity: str) -> Case:
    """A case as it would stand in this state, held by the housing office or the bureau, with a petitioner's key."""
    if state == "NEW":
        return Case()
    office = "housing" if capacity == "competent_unit" else "bureau"
    return Case(
        version=8,
        state=state,
        office=office,
        capacity=capacity,
        holdings=(Holding(office, capacity),),
        petitioner_keys=(PetitionerKey(key_id_of("11" * 32), "device", 1),),
        claim_key="33" * 32,
        representatives=(key_id_of(PUBLIC["case.key_claimed.v1"][1]["code_key"]).hex(),),
    )


def _public(action: str, capacity: str) -> dict[str, Any]:
    office = "housing" if capacity == "competent_unit" else "bureau"
    public = {name: value for name, value in PUBLIC[action][1].items() if name != "imported"}
    if action == "case.submitted.v1":
        return {**public, "petitioner_key": "11" * 32, "to_office": office, "capacity": capacity}
    if action == "case.registered.v1":
        return {**public, "capacity": capacity, "addressable": True}
    if action == "case.transferred.v1":
        low = {"to_office": "housing-east", "basis": "23_1"}
        return {**public, **(low if capacity == "competent_unit" else {"to_office": "housing"})}
    if action == "case.rated.v1":
        return {**public, "of": capacity, "office": office}
    if action == "case.key_claimed.v1":
        return {**public, "petitioner_key": "22" * 32}
    return public


def _doer(action: str, capacity: str, role: str = "") -> Who:
    permission = PERMISSIONS[action]
    if "petitioner" in permission.roles:
        return petitioner("22" * 32 if action == "case.key_claimed.v1" else "11" * 32)
    return officer("housing" if capacity == "competent_unit" else "bureau", role or "head")


def test_every_act_of_a_case_has_a_row_in_both_tables() -> None:
    assert set(ACTS) == set(PERMISSIONS) == {*LAWFUL, *procedure_table.LAWFUL, "case.notice_served.v1"}
    assert set(ACTS) <= PUBLIC.keys()
    assert len(set(ACTS)) == len(ACTS)
    for row in TRANSITIONS:
        assert row.article
        assert row.confidence in CONFIDENCES
        assert {*row.moves, *row.moves.values(), *row.branches.values()} <= set(STATES)
    assert {state for row in TRANSITIONS for state in row.moves.values()} | {"NEW", "REDO"} == set(STATES)
    assert {permission.relation for permission in PERMISSIONS.values()} <= set(RELATIONS)
    assert {role for permission in PERMISSIONS.values() for role in permission.roles} <= set(ROLES)


@pytest.mark.parametrize("action", ACTS)
def test_an_act_is_lawful_in_a_state_exactly_where_the_table_has_it(action: str) -> None:
    for state, capacity in product(STATES, CAPACITIES):
        _check_in_state(action, state, capacity)


def _check_in_state(action: str, state: str, capacity: str) -> None:
    case = _case(state, capacity)
    event = event_of(action, _public(action, capacity), _doer(action, capacity), seq=9, claimed="2026-03-02")
    expected = _expected(action, state, capacity if state != "NEW" else "competent_unit")
    if expected is not None:
        check_transition(action, state, case.capacity)
        if action in LAWFUL:
            cases.check(case, event, CITY.people)
        assert cases.fold(case, event).state == expected == next_state(action, state)
        assert action in allowed_at(state, capacity)
        return
    with pytest.raises(TransitionRefused) as refused:
        cases.check(case, event, CITY.people)
    said = refused.value
    assert (said.action, said.state) == (action, state)
    assert said.allowed == (allowed_in(state) if said.code == "state" else allowed_at(state, capacity))
    assert said.rule.startswith("article ")
    assert state in said.message_zh
    assert state in said.message_en


@pytest.mark.parametrize("action", ACTS)
def test_an_act_is_for_exactly_the_roles_of_its_row(action: str) -> None:
    for role in ROLES:
        _check_role(action, role)


def _check_role(action: str, role: str) -> None:
    state = next(iter(next(row for row in TRANSITIONS if row.action == action).moves))
    case = _case(state, "competent_unit")
    public = _public(action, "competent_unit")
    allowed = PERMISSIONS[action].roles
    if role == "importer":
        who = service("housing")
        if "imported" in PUBLIC[action][1]:
            public["imported"] = FROM_FILE
    elif role == "petitioner":
        who = _doer(action, "competent_unit") if role in allowed else petitioner()
    else:
        who = officer("housing", role)
    event = event_of(action, public, who, seq=9, claimed="2026-03-02")
    if role in allowed:
        refusal = _refusal(case, event)
        assert refusal is None or (action in procedure_table.LAWFUL and refusal.code != "role")
        return
    with pytest.raises(RoleRefused) as refused:
        cases.check(case, event, CITY.people)
    assert refused.value.code == "role"
    assert refused.value.allowed == tuple(sorted(allowed))
    assert refused.value.action == action


def _refusal(case: Case, event: Event) -> DomainRefused | None:
    try:
        cases.check(case, event, CITY.people)
    except DomainRefused as refused:
        return refused
    return None


BY_HOLDER = [a for a in ACTS if PERMISSIONS[a].relation in (HOLDER, RECEIVER) and a != "case.received_from.v1"]


@pytest.mark.parametrize("action", BY_HOLDER)
def test_an_act_of_the_holding_office_is_refused_to_every_other(action: str) -> None:
    state = next(state for state in next(row for row in TRANSITIONS if row.action == action).moves if state != "NEW")
    event = event_of(action, _public(action, "competent_unit"), officer("roads", "head"), seq=9)
    with pytest.raises(RoleRefused) as refused:
        cases.check(_case(state, "competent_unit"), event, CITY.people)
    assert (refused.value.code, refused.value.allowed) == ("relation", ("housing",))


@pytest.mark.parametrize("action", [a for a in ACTS if PERMISSIONS[a].relation == OWN_KEY])
def test_a_device_key_is_signed_in_by_itself(action: str) -> None:
    state = next(iter(next(row for row in TRANSITIONS if row.action == action).moves))
    event = event_of(action, _public(action, "competent_unit"), petitioner("77" * 32), seq=9)
    with pytest.raises(RoleRefused) as refused:
        cases.check(_case(state, "competent_unit"), event, CITY.people)
    assert refused.value.code == "relation"


@pytest.mark.parametrize(
    ("who", "code"),
    [
        pytest.param(Who("officer-nobody", "desk", "housing", "head"), "no_tenure", id="an officer without a post"),
        pytest.param(Who("officer-roads", "desk", "housing", "head"), "no_tenure", id="an officer of another office"),
        pytest.param(Who("officer-housing", "roof", "housing", "head"), "no_tenure", id="a post that is not there"),
        pytest.param(Who("officer-x", "desk", "nowhere", "head"), "office_unknown", id="an office that is not there"),
    ],
)
def test_an_officer_acts_only_in_a_post_held_at_that_position(who: Who, code: str) -> None:
    with pytest.raises(RoleRefused) as refused:
        cases.check(
            Case(), event_of("case.registered.v1", _public("case.registered.v1", "competent_unit"), who), CITY.people
        )
    assert refused.value.code == code


def test_the_directory_is_read_as_of_the_acts_own_position() -> None:
    public = _public("case.registered.v1", "competent_unit")
    early = event_of("case.registered.v1", public, officer("housing", "head"), index=0)
    with pytest.raises(RoleRefused):
        cases.check(Case(), early, CITY.people)
