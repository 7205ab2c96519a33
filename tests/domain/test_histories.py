"""Random histories, lawful and not, against a second and much simpler model of states and clocks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import cases
from domain.cases import NEW_CASE, Case, Clock
from domain.due import due_on, end_of_day, is_overdue, row_of
from domain.errors import DomainRefused
from domain.schema import Event
from tests.domain.city import CALENDARS, CITY, DEVICE_KEY, Who, event_of, officer, petitioner
from tests.domain.clerk import ABOVE, ACTS, CHANGE_OF_LAW, KINDS, Clerk

OF_THE_TRACKS = frozenset({"EVALUATION"})


class Step(NamedTuple):
    """One attempt; a steered one is likely to be lawful, so that long histories come about."""

    steered: bool
    pick: int
    office: str
    to: str
    days: int
    number: int


# A way through the whole procedure, of which a history may begin with any part: act, office, addressee.
PATH = (
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
offices = st.sampled_from(sorted(KINDS))
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


def _event(case: Case, act: str, office: str, to: str, on: date, number: int) -> Event:
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
    }
    who: Who = petitioner() if act == "submitted" else officer(office, "head")
    seq = case.version + 1
    fields = public.get(act, {})
    return event_of(f"case.{act}.v1", fields, who, seq=seq, index=1000 + seq, claimed=on.isoformat())


def _choose(case: Case, clerk: Clerk, step: Step) -> tuple[str, str, str]:
    """The act, the office and the addressee of an attempt."""
    able = [act for act in ACTS if f"case.{act}.v1" in cases.allowed(case)] if step.steered else []
    # A withdrawal ends the story; it comes, but seldom.
    able = [act for act in able if act != "withdrawn" or step.pick % 8 == 0] or list(ACTS)
    act = able[step.pick % len(able)]
    if not step.steered:
        return act, step.office, step.to
    office = clerk.holder or step.office
    if act in ("return_approved", "objection_rejected") and clerk.senders:
        office = clerk.senders[-1]
    elif act in ("review_served", "recheck_served") and clerk.reviewer:
        office = clerk.reviewer
    above = ABOVE.get(clerk.holder if act == "review_requested" else clerk.reviewer, ())
    asked = act in ("review_requested", "recheck_requested") and above
    return act, office, above[step.number % len(above)] if asked else step.to


def _named(clocks: tuple[Clock, ...]) -> dict[tuple[str, bool, str], date]:
    return {(c.clock, c.shadow, c.unit): c.key_day for c in clocks if c.clock not in OF_THE_TRACKS}


def _walk(start: date, told: int, history: list[Step]) -> None:
    case, clerk, on = NEW_CASE, Clerk(), start
    for at, step in enumerate(history):
        scripted = at < told
        on += timedelta(days=step.days // 4 if scripted else step.days)
        act, office, to = PATH[at] if scripted else _choose(case, clerk, step)
        step = step._replace(number=2 * (step.number // 2) + 2) if scripted else step
        event = _event(case, act, office, to, on, step.number)
        before = case
        refusal = _refusal(case, event)
        assert clerk.take(act, office, to, on, step.number) is (refusal is None), (act, before.state, refusal)
        if refusal is not None:
            assert (refusal.action, bool(refusal.message_zh), bool(refusal.rule)) == (event.action, True, True)
            cases.fold(case, event, CITY.rules, CALENDARS)  # a replay of unlawful entries goes on
            continue
        case = cases.fold(case, event, CITY.rules, CALENDARS)
        assert (case.state, case.office, case.version) == (clerk.state, clerk.holder, before.version + 1)
        assert _named(case.running) == clerk.open
        assert case.closed[: len(before.closed)] == before.closed
    met = sorted((c.clock, c.shadow, c.unit) for c in case.closed if c.met and c.clock not in OF_THE_TRACKS)
    assert met == sorted(clerk.met)
    _check_clocks(case, on)


def _refusal(case: Case, event: Event) -> DomainRefused | None:
    try:
        cases.check(case, event, CITY.people, CALENDARS)
    except DomainRefused as refused:
        return refused
    return None


def _check_clocks(case: Case, on: date) -> None:
    assert len({(clock.clock, clock.segment) for clock in case.clocks}) == len(case.clocks)
    for clock in case.clocks:
        assert clock.rule.startswith("2022" if clock.start_day >= CHANGE_OF_LAW else "2005")
        due, provisional = due_on(clock, CALENDARS)
        assert due >= clock.key_day
        assert not provisional
        assert CALENDARS.latest.is_working_day(due)
        owed = row_of(clock).nature == "duty" and clock.suspended_on is None
        assert is_overdue(clock, CALENDARS, end_of_day(on)) is (clock.running and owed and due < on)


told = st.just(0) | st.integers(0, len(PATH))


@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(starts, told, steps)
def test_every_history_leaves_the_state_and_the_clocks_that_a_clerk_would_note(
    start: date, told: int, history: list[Step]
) -> None:
    _walk(start, told, history)


@pytest.mark.soak
@settings(max_examples=20_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(starts, told, steps)
def test_twenty_thousand_histories_agree_with_the_clerk(start: date, told: int, history: list[Step]) -> None:
    _walk(start, told, history)
