"""Random histories, lawful and not, against a second and much simpler model of states and clocks."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import cases
from domain.cases import NEW_CASE, Case, Clock
from domain.due import due_on, end_of_day, is_overdue, row_of
from domain.errors import DomainRefused
from domain.reference import Reference, check_reference, fold_reference
from domain.schema import Event
from domain.untold import ClocksUntold
from tests.domain.city import CALENDARS, CITY, DEVICE_KEY, DUTIES, REGISTRAR, Who, event_of, officer, petitioner
from tests.domain.clerk import CHANGE_OF_LAW, KINDS
from tests.domain.clerk_handling import ACTS, CATEGORIES, STATUTORY, FullClerk

OF_THE_TRACKS = frozenset({"EVALUATION"})
Path = tuple[tuple[str, str, str], ...]


MEDIATION = (("accepted", "referred"), ("result", "taken"), ("returned", "taken"), ("performed", "agreed"))


class Step(NamedTuple):
    """One attempt; a steered one is likely to be lawful, so that long histories come about."""

    steered: bool
    pick: int
    office: str
    to: str
    days: int
    number: int


# Ways through the procedure, of which a history may begin with any part: act, office, addressee.
REVIEWED = (
    ("registered", "office", "office"),
    ("accepted", "office", "office"),
    ("opinion_issued", "office", "office"),
    ("opinion_served", "office", "office"),
    ("review_requested", "department", "department"),
    ("review_decided", "department", "department"),
    ("review_served", "department", "department"),
    ("recheck_requested", "ministry", "ministry"),
    ("hearing_opened", "ministry", "ministry"),
)
DISPUTED = (
    ("registered", "bureau", "bureau"),
    ("transferred", "bureau", "office-b"),
    ("objected", "office-b", "office-b"),
    ("objection_rejected", "bureau", "bureau"),
    ("dispute_recorded", "bureau", "office"),
    ("designated", "department", "office"),
)
MEDIATED = (
    ("registered", "office-b", "office-b"),
    ("simplified", "office-b", "office-b"),
    ("mediation_referred", "office-b", "office-b"),
    ("mediation_accepted", "office-b", "office-b"),
    ("accepted", "office-b", "office-b"),
    ("mediation_result", "office-b", "office-b"),
    ("reclassified", "office-b", "office-b"),
)
# Into office-c another office is merged; before that nobody turns to it.
offices = st.sampled_from(sorted(set(KINDS) - {"office-c"}))
step = st.builds(
    Step,
    st.sampled_from((True, True, True, True, False)),
    st.integers(0, 999),
    offices,
    offices,
    st.integers(0, 25),
    st.integers(1, 30),
)
steps = st.lists(step, min_size=1, max_size=22)
starts = st.dates(date(2011, 1, 1), date(2024, 9, 1)) | st.dates(date(2022, 2, 1), date(2022, 6, 1))


def _tell(reference: Reference, action: str, office: str, public: dict[str, Any], index: int) -> Reference:
    event = event_of(action, public, REGISTRAR, stream=f"people/{office}", index=index)
    check_reference(reference, event)
    return fold_reference(reference, event)


def _with_heir() -> Reference:
    opened = {"name_zh": "承继局", "kind": "competent_unit", "parent": "department"}
    told = _tell(CITY, "people.office_opened.v1", "office-c", opened, 100)
    told = _tell(
        told, "people.post_opened.v1", "office-c", {"post": "desk", "name_zh": "窗口", "duties": list(DUTIES)}, 101
    )
    appointed = {"officer": "officer-office-c", "post": "desk", "from_on": "2004-01-01"}
    return _tell(told, "people.officer_appointed.v1", "office-c", appointed, 102)


HEIR = _with_heir()


def _event(case: Case, clerk: FullClerk, act: str, office: str, to: str, on: date, number: int) -> Event:
    decision = "redo" if number % 2 else "uphold"
    passed = {
        "to_office": to,
        "basis": "23_1" if case.capacity == "competent_unit" else "22_2",
        "capacity": KINDS[to],
    }
    stage = "recheck" if case.state.startswith("RECHECK") else "handling"
    public: dict[str, dict[str, Any]] = {
        "submitted": {"channel": "online", "to_office": to, "petitioner_key": DEVICE_KEY, "capacity": KINDS[to]},
        "registered": {"channel": "letter", "capacity": KINDS[office]},
        "transferred": passed,
        "assigned": {**passed, "report_due_on": (on + timedelta(days=number)).isoformat()},
        "objected": {"objection": "not_competent"},
        "notice_served": {"notice": "received", "means": "post"},
        "replied": {"means": "online"},
        "accepted": {"category": "31_6"},
        "extended": {"days": number, "because": "complicated"},
        "opinion_issued": {"outcome": "explain"},
        "opinion_served": {"means": "in_person"},
        "review_requested": {"to_office": to, "way": "paper"},
        "review_decided": {"decision": decision},
        "review_served": {"means": "post"},
        "recheck_requested": {"to_office": to, "way": "paper"},
        "recheck_decided": {"decision": decision},
        "recheck_served": {"means": "post"},
        "hearing_opened": {"stage": stage},
        "hearing_closed": {"stage": stage},
        "withdrawn": {"way": "paper"},
        "reopened": {"reopening": "new_facts"},
        "classified": {"category": CATEGORIES[number % 3]},
        "reclassified": {"category": CATEGORIES[number % 3]},
        "routed_statutory": {"category": STATUTORY},
        "simplified": {"ground": "clear"},
        "simplified_ended": {"exclusion": "complex"},
        "mediation_referred": {"mediator": "people"},
        "mediation_result": {"result": "not_agreed" if number % 2 else "agreed"},
        "dispute_recorded": {"with_office": to},
        "designated": {
            "to_office": to,
            "capacity": KINDS[to],
            "designator": "conference" if KINDS[office] == "petition_office" else "superior",
        },
        "taken_over": {"from_office": clerk.holder or "office"},
        "corrected": _correction(clerk, number),
    }
    who: Who = petitioner() if act == "submitted" else officer(office, "head")
    seq = case.version + 1
    fields = public.get(act, {})
    return event_of(f"case.{act}.v1", fields, who, seq=seq, index=1000 + seq, claimed=on.isoformat())


def _correction(clerk: FullClerk, number: int) -> dict[str, Any]:
    """What was miswritten: of a submission the subject area, of any other act the day, which was one day earlier."""
    seq = clerk.miswritten(number)
    act, _, on = clerk.book[seq - 1] if clerk.book else ("registered", "", date(2026, 3, 2))
    if act == "submitted":
        return {"seq": seq, "act": f"case.{act}.v1", "field": "area", "to": "housing.title"}
    earlier = (on - timedelta(days=1)).isoformat()
    return {"seq": seq, "act": f"case.{act}.v1", "field": "time", "to": f"{earlier}T09:00:00+08:00"}


def _choose(case: Case, clerk: FullClerk, step: Step) -> tuple[str, str, str]:
    """The act, the office and the addressee of an attempt."""
    able = [act for act in ACTS if f"case.{act}.v1" in cases.allowed(case)] if step.steered else []
    # A withdrawal ends the story; it comes, but seldom. So does what the notebook says cannot be now.
    fits = {"withdrawn": False, "taken_over": clerk.holder in clerk.closed, "simplified_ended": clerk.simplified}
    fits |= {f"mediation_{after}": clerk.mediation == before for after, before in MEDIATION}
    able = [act for act in able if fits.get(act, True) or step.pick % 8 == 0] or list(ACTS)
    act = able[step.pick % len(able)]
    if not step.steered:
        return act, step.office, step.to
    office = clerk.holder or step.office
    if act in ("return_approved", "objection_rejected") and clerk.senders:
        office = clerk.senders[-1]
    elif act in ("review_served", "recheck_served") and clerk.reviewer:
        office = clerk.reviewer
    elif act == "taken_over":
        office = "office-c"
    elif act == "corrected" and clerk.book:
        office = clerk.book[clerk.miswritten(step.number) - 1][1]
    elif act == "designated":
        office = ("department", "bureau", "district")[step.number % 3]
    above = clerk.above(clerk.holder if act == "review_requested" else clerk.reviewer)
    asked = act in ("review_requested", "recheck_requested") and above
    return act, office, above[step.number % len(above)] if asked else step.to


def _counts(clock: Clock) -> bool:
    return clock.met and clock.withdrawn_index is None and clock.clock not in OF_THE_TRACKS


def _named(clocks: tuple[Clock, ...]) -> dict[tuple[str, bool, str], date]:
    found = [c for c in clocks if c.clock not in OF_THE_TRACKS]
    assert len({(c.clock, c.shadow, c.unit) for c in found}) == len(found)
    return {(c.clock, c.shadow, c.unit): c.key_day for c in found}


def _walk(start: date, told: Path, history: list[Step]) -> None:
    case, facts, clerk, on, city = NEW_CASE, NEW_CASE, FullClerk(), start, HEIR
    for at, step in enumerate(history):
        scripted = at < len(told)
        on += timedelta(days=step.days // 4 if scripted else step.days)
        act, office, to = told[at] if scripted else _choose(case, clerk, step)
        step = step._replace(number=2 * (step.number // 2) + 2) if scripted else step
        if not scripted and step.pick % 10 == 9 and not clerk.closed:
            merged = {"successor": "office-c", "ending": "office_merged"}
            city = _tell(city, "people.office_closed.v1", "office-b", merged, 1000 + case.version)
            clerk.close("office-b")
        event = _event(case, clerk, act, office, to, on, step.number)
        before = case
        refusal = _refusal(case, event, city)
        with suppress(ClocksUntold):  # without its clocks a case is judged in the same way, or not at all
            assert repr(_refusal(facts, event, city)) == repr(refusal)
        assert clerk.take(act, office, to, on, step.number) is (refusal is None), (act, before.state, refusal)
        if refusal is not None:
            assert (refusal.action, bool(refusal.message_zh), bool(refusal.rule)) == (event.action, True, True)
            cases.fold(case, event, CITY.rules, CALENDARS)  # a replay of unlawful entries goes on
            continue
        case, facts = cases.fold(case, event, CITY.rules, CALENDARS), cases.fold_facts(facts, event)
        assert (*facts[:3], facts.acts, *facts[7:]) == (*case[:3], case.acts, *case[7:])
        assert (case.state, case.office, case.version) == (clerk.state, clerk.holder, before.version + 1)
        assert _named(case.running) == clerk.open
        assert act == "corrected" or case.closed[: len(before.closed)] == before.closed
    met = sorted((c.clock, c.shadow, c.unit) for c in case.closed if _counts(c))
    assert met == sorted(clerk.met)
    _check_clocks(case, on)


def _refusal(case: Case, event: Event, city: Reference) -> DomainRefused | None:
    try:
        cases.check(case, event, city.people, CALENDARS, city.rules)
    except DomainRefused as refused:
        return refused
    return None


def _check_clocks(case: Case, on: date) -> None:
    assert len({(clock.clock, clock.segment) for clock in case.clocks}) == len(case.clocks)
    for clock in case.clocks:
        moved = clock.clock == "SIMPLIFIED_ACCEPT" or any(change.kind == "corrected" for change in clock.changes)
        assert moved or clock.rule.startswith("2022" if clock.start_day >= CHANGE_OF_LAW else "2005")
        if row_of(clock).nature == "open":
            continue
        due, provisional = due_on(clock, CALENDARS)
        assert due >= clock.key_day
        assert not provisional
        assert CALENDARS.latest.is_working_day(due)
        owed = row_of(clock).nature == "duty" and clock.suspended_on is None
        assert is_overdue(clock, CALENDARS, end_of_day(on)) is (clock.running and owed and due < on)


paths = st.sampled_from([path[:end] for path in (REVIEWED, DISPUTED, MEDIATED) for end in range(len(path) + 1)])


@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(starts, paths, steps)
def test_every_history_leaves_the_state_and_the_clocks_that_a_clerk_would_note(
    start: date, told: Path, history: list[Step]
) -> None:
    _walk(start, told, history)


@pytest.mark.soak(minutes=2)
@settings(max_examples=20_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(starts, paths, steps)
def test_twenty_thousand_histories_agree_with_the_clerk(start: date, told: Path, history: list[Step]) -> None:
    _walk(start, told, history)
