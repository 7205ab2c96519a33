"""The city of the tests with what the tracks need: a joint conference, a supervision office, leaders and chiefs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain import cases, commands
from domain.cases import Case
from domain.reference import Reference, check_reference, fold_reference
from domain.schema import Event
from tests.domain.city import CALENDARS, CITY, REGISTRAR, Story, Who, event_of, petitioner

OFFICES = (("congress", "conference", ""), ("watch", "supervision", ""))
STAFFED = ("bureau", "district", "housing", "housing-east", "roads", "inspectors", "congress", "watch")
DUTIES = ["head", "leader", "supervisor", "inspector", "handler", "intake"]
LEADERS = (("wang", "housing"), ("sun", "housing"), ("zhou", "roads"), ("mayor", "bureau"), ("chair", "congress"))


def staff(office: str, role: str = "supervisor") -> Who:
    """The officer at an office's second desk, who can act in every role that a track asks for."""
    return Who(f"officer-{office}-two", "board", office, role)


def other(office: str, role: str = "supervisor") -> Who:
    """Another officer of the same office, the second person."""
    return Who(f"officer-{office}-three", "board", office, role)


def leader(name: str, role: str = "leader") -> Who:
    """One of the leaders by name, in the leader's post."""
    office = dict(LEADERS)[name]
    return Who(f"officer-{name}", f"seat-{name}", office, role)


def build_tracks_city() -> Reference:
    """The directory of the tests with more offices, posts and designations, known before log index 500."""
    reference, index = CITY, 100

    def tell(action: str, stream: str, public: Mapping[str, Any]) -> None:
        nonlocal reference, index
        event = event_of(action, public, REGISTRAR, stream=stream, index=index)
        check_reference(reference, event)
        reference, index = fold_reference(reference, event), index + 1

    for office, kind, _parent in OFFICES:
        tell("people.office_opened.v1", f"people/{office}", {"name_zh": f"{office}局", "kind": kind})
    for office in STAFFED:
        stream = f"people/{office}"
        tell("people.post_opened.v1", stream, {"post": "board", "name_zh": "岗位", "duties": DUTIES})
        for suffix in ("two", "three"):
            public = {"officer": f"officer-{office}-{suffix}", "post": "board", "from_on": "2004-01-01"}
            tell("people.officer_appointed.v1", stream, public)
    for name, office in LEADERS:
        stream, seat = f"people/{office}", f"seat-{name}"
        tell("people.post_opened.v1", stream, {"post": seat, "name_zh": "领导", "duties": ["leader", "head"]})
        public = {"officer": f"officer-{name}", "post": seat, "from_on": "2004-01-01"}
        tell("people.officer_appointed.v1", stream, public)
    for name, office, word in (
        ("mayor", "bureau", "chief"),
        ("chair", "congress", "chief"),
        ("sun", "housing", "chief"),
    ):
        public = {"officer": f"officer-{name}", "post": f"seat-{name}", "designation": word, "from_on": "2004-01-01"}
        tell("people.leader_designated.v1", f"people/{office}", public)
    assert index < 500
    return reference._replace(calendars=CALENDARS)


TRACKS_CITY = build_tracks_city()


def story(office: str = "housing", on: str = "2026-03-02") -> Story:
    """A case that the petitioner filed online at an office, with the city of the tracks."""
    return Story(reference=TRACKS_CITY).submitted(office, on)


def package_story(due: str = "2026-06-30", name: str = "wang") -> Story:
    """A case that the bureau gave to a leader of the housing office on 2026-03-03, who took it on the day after."""
    told = story()
    public = {
        "leader": f"officer-{name}",
        "leader_post": f"seat-{name}",
        "leader_office": dict(LEADERS)[name],
        "package_reason": "superior",
        "due_on": due,
    }
    told.tell("case.package_assigned.v1", public, staff("bureau"), "2026-03-03")
    return told.tell("case.package_accepted.v1", {"item": 2}, leader(name), "2026-03-04")


@dataclass
class Docketed:
    """A stream of its own, told act by act; every act is checked, then folded."""

    stream: str
    state: Any = None
    events: list[Event] = field(default_factory=list)

    def tell(self, action: str, public: Mapping[str, Any], who: Who, claimed: str, *, check: bool = True) -> Docketed:
        """Take one more act, recorded when it was claimed."""
        if self.state is None:
            self.state = commands.initial(self.stream)
        seq = self.state.version + 1
        event = event_of(action, public, who, stream=self.stream, seq=seq, index=2000 + seq, claimed=claimed)
        if check:
            commands.check(self.state, event, TRACKS_CITY)
        self.state = commands.fold(self.state, event, TRACKS_CITY)
        self.events.append(event)
        return self


def rated(told: Story, rating: str, office: str, on: str, who: Who | None = None, of: str = "competent_unit") -> Story:
    """The petitioner rates an office, with the calendars of the ledger."""
    public = {"of": of, "office": office, "round": told.case.round, "rating": rating}
    seq = told.case.version + 1
    event = event_of("case.rated.v1", public, who or petitioner(), seq=seq, index=1000 + seq, claimed=on)
    commands.check(told.case, event, TRACKS_CITY)
    told.case = cases.fold(told.case, event, TRACKS_CITY.rules)
    return told


def case_of(told: Story) -> Case:
    """The case as it stands."""
    return told.case
