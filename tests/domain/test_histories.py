"""Random histories, lawful and not, against a second and much simpler model of states and clocks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from domain import cases
from domain.cases import NEW_CASE, Case, Clock
from domain.due import due_on, end_of_day, is_overdue
from domain.errors import DomainRefused
from domain.schema import Event
from tests.domain.city import CALENDARS, CITY, DEVICE_KEY, Who, event_of, officer, petitioner

KINDS = {"bureau": "petition_office", "district": "petition_office", "housing": "competent_unit"}
KINDS |= {"housing-east": "competent_unit", "roads": "competent_unit"}
OPEN = ("REGISTERED", "TRANSFERRED", "NOTIFIED")
CHANGE_OF_LAW = date(2022, 5, 1)


@dataclass
class Model:
    """A clerk's notebook: the state, who holds the case, and per clock (name, shadow, office) when it must be done.

    It knows nothing of rows, rules or kinds of office beyond what a clerk would note; times are days.
    """

    state: str = "NEW"
    holder: str = ""
    held: list[str] = field(default_factory=list)
    open: dict[tuple[str, bool, str], date] = field(default_factory=dict)
    met: list[tuple[str, bool, str]] = field(default_factory=list)

    def receive(self, office: str, on: date, how: Literal["direct", "transfer"]) -> None:
        """An office receives the matter: a petition office must route it, a unit must tell and handle."""
        self.holder = office
        self.held.append(office)
        if KINDS[office] == "petition_office":
            self.start("ROUTE", False, office, on, 15)
            return
        self.start("NOTICE_DIRECT" if how == "direct" else "NOTICE_TRANSFERRED", False, office, on, 15)
        self.start("HANDLE", True, office, on, 60)

    def start(self, clock: str, shadow: bool, office: str, on: date, days: int) -> None:
        """Note a deadline, unless one already stands there."""
        self.open.setdefault((clock, shadow, office), on + timedelta(days=days))

    def done(self, office: str, *clocks: tuple[str, bool], met: bool = True) -> None:
        """Strike out an office's deadlines."""
        for clock, shadow in clocks:
            if self.open.pop((clock, shadow, office), None) is not None and met:
                self.met.append((clock, shadow, office))

    def take(self, act: str, office: str, to: str, on: date) -> bool:
        """Take one act if it is lawful; say whether it was."""
        if act in ("submitted", "registered"):
            return self._begin(act, office, to, on)
        if act == "notice_served":
            return self._notify(office)
        if office != self.holder:
            return False
        unit = KINDS[self.holder] == "competent_unit"
        if act == "transferred" and self.state in OPEN and self._may_pass(to):
            self.done(office, ("ROUTE", False))
            self.done(office, ("HANDLE", True), met=False)
            self.receive(to, on, "transfer")
            self.state = "TRANSFERRED"
        elif act == "replied" and self.state in OPEN and unit:
            self.done(office, ("NOTICE_DIRECT", False), ("NOTICE_TRANSFERRED", False), ("HANDLE", True))
            self.state = "REPLIED"
        elif act == "accepted" and self.state in OPEN and unit:
            self.done(office, ("HANDLE", True), met=False)
            self.start("HANDLE", False, office, on, 60)
            self.state = "ACCEPTED"
        elif act == "opinion_issued" and self.state == "ACCEPTED":
            self.state = "OPINION_ISSUED"
        elif act == "opinion_served" and self.state == "OPINION_ISSUED":
            self.done(office, ("HANDLE", False))
            self.state = "SERVED"
        else:
            return False
        return True

    def _begin(self, act: str, office: str, to: str, on: date) -> bool:
        if act == "submitted" and self.state == "NEW":
            self.receive(to, on, "direct")
            self.state = "SUBMITTED"
        elif act == "registered" and (self.state == "NEW" or (self.state == "SUBMITTED" and office == self.holder)):
            if self.state == "NEW":
                self.receive(office, on, "direct")
            self.state = "REGISTERED"
        else:
            return False
        return True

    def _notify(self, office: str) -> bool:
        if self.state in ("NEW", "SUBMITTED") or office not in self.held:
            return False
        self.done(office, ("NOTICE_DIRECT", False), ("NOTICE_TRANSFERRED", False))
        self.state = "NOTIFIED" if self.state in OPEN else self.state
        return True

    def _may_pass(self, to: str) -> bool:
        if KINDS[self.holder] == "petition_office":
            return to != self.holder
        return (self.holder, to) == ("housing", "housing-east")


ACTS = (
    *("submitted", "registered", "transferred", "notice_served"),
    *("replied", "accepted", "opinion_issued", "opinion_served"),
)
offices = st.sampled_from(sorted(KINDS))
steps = st.lists(st.tuples(st.sampled_from(ACTS), offices, offices, st.integers(0, 40)), min_size=1, max_size=14)
starts = st.dates(date(2011, 1, 1), date(2024, 11, 1)) | st.dates(date(2022, 3, 1), date(2022, 6, 1))


def _event(case: Case, act: str, office: str, to: str, on: date, seq: int) -> Event:
    public: dict[str, Any] = {
        "submitted": {"channel": "online", "to_office": to, "petitioner_key": DEVICE_KEY, "capacity": KINDS[to]},
        "registered": {"channel": "letter", "capacity": KINDS[office]},
        "transferred": {
            "to_office": to,
            "basis": "23_1" if case.capacity == "competent_unit" else "22_2",
            "capacity": KINDS[to],
        },
        "notice_served": {"notice": "received", "means": "post"},
        "replied": {"means": "online"},
        "accepted": {"category": "31_6"},
        "opinion_issued": {"outcome": "support"},
        "opinion_served": {"means": "in_person"},
    }[act]
    who: Who = petitioner() if act == "submitted" else officer(office, "head")
    return event_of(f"case.{act}.v1", public, who, seq=seq, index=1000 + seq, claimed=on.isoformat())


def _named(clocks: tuple[Clock, ...]) -> dict[tuple[str, bool, str], date]:
    return {(clock.clock, clock.shadow, clock.unit): clock.key_day for clock in clocks}


@settings(max_examples=1000, deadline=None)
@given(starts, steps, st.booleans())
def test_every_history_leaves_the_state_and_the_clocks_that_a_clerk_would_note(
    start: date, history: list[tuple[str, str, str, int]], follow_holder: bool
) -> None:
    case, model, on, seq = NEW_CASE, Model(), start, 0
    for act, office, to, days in history:
        on += timedelta(days=days)
        doer = model.holder if follow_holder and model.holder else office
        event = _event(case, act, doer, to, on, seq + 1)
        before = case
        refusal = _refusal(case, event)
        assert model.take(act, doer, to, on) is (refusal is None), (act, before.state)
        if refusal is not None:
            assert (refusal.action, bool(refusal.message_zh), bool(refusal.rule)) == (event.action, True, True)
            cases.fold(case, event)  # a replay of unlawful entries goes on
            continue
        case, seq = cases.fold(case, event), seq + 1
        assert (case.state, case.office, case.version) == (model.state, model.holder, seq)
        assert _named(case.running) == model.open
        assert case.closed[: len(before.closed)] == before.closed
    assert sorted((c.clock, c.shadow, c.unit) for c in case.closed if c.met) == sorted(model.met)
    _check_clocks(case, on)


def _refusal(case: Case, event: Event) -> DomainRefused | None:
    try:
        cases.check(case, event, CITY.people)
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
        overdue = clock.running and due < on
        assert is_overdue(clock, CALENDARS, end_of_day(on)) is overdue
