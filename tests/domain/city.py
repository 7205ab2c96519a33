"""A small city for the tests: a directory, its people, and a way to tell acts in order."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from domain import cases
from domain.calendars import Calendars, load_calendars
from domain.cases import NEW_CASE, Case
from domain.effective import unix_ms
from domain.events import read_event
from domain.people import REGISTRARS
from domain.reference import Reference, check_reference, fold_reference, new_reference
from domain.schema import Event

CASE = "case/" + "0" * 32
DEVICE_KEY = "11" * 32
CLAIMED_KEY = "22" * 32
CLAIM_CODE_KEY = "33" * 32
SIGNATURE = "ab" * 64
CALENDARS: Calendars = load_calendars()
EARLY = "2004-01-01T09:00:00+08:00"


class Who(NamedTuple):
    """An actor as a command names one."""

    actor: str
    post: str
    office: str
    role: str
    key_id: bytes = bytes(32)


REGISTRAR = Who("registrar-zhao", "registrar", REGISTRARS, "registrar")
OFFICES = (
    ("bureau", "petition_office", ""),
    ("district", "petition_office", "bureau"),
    ("housing", "competent_unit", ""),
    ("housing-east", "competent_unit", "housing"),
    ("roads", "competent_unit", ""),
    ("inspectors", "inspection", ""),
    ("ministry", "competent_unit", ""),
    ("department", "competent_unit", "ministry"),
    ("office", "competent_unit", "department"),
    ("office-b", "competent_unit", "department"),
)
DUTIES = ("intake", "handler", "head", "leader", "importer")


def officer(office: str, role: str = "handler") -> Who:
    """The officer of an office's only desk, in a role."""
    return Who(f"officer-{office}", "desk", office, role)


def service(office: str) -> Who:
    """The import service of an office."""
    return Who(f"service-{office}", "desk", office, "importer")


def petitioner(public_key: str = DEVICE_KEY) -> Who:
    """The petitioner with a key of the case."""
    return Who("petitioner", "", "", "petitioner", hashlib.sha256(bytes.fromhex(public_key)).digest())


def at(text: str) -> str:
    """An instant of the tests: a day, with 09:00 in civil time where nothing else is said."""
    return f"{text}T09:00:00+08:00" if len(text) == 10 else text


def ms(text: str) -> int:
    """An instant as Unix milliseconds."""
    return unix_ms(datetime.fromisoformat(at(text)))


def event_of(
    action: str,
    public: Mapping[str, Any],
    who: Who,
    *,
    stream: str = CASE,
    seq: int = 1,
    index: int = 1000,
    claimed: str = EARLY,
    recorded: str = "",
    reference: Reference | None = None,
) -> Event:
    """The event of one act, recorded when it was claimed unless said otherwise."""
    return read_event(
        action,
        stream,
        seq,
        index,
        who.actor,
        who.post,
        who.office,
        who.role,
        who.key_id,
        at(claimed),
        ms(recorded or claimed),
        public,
        rules=reference.rules if reference else None,
        calendars=reference.calendars if reference else CALENDARS,
    )


def build_city() -> Reference:
    """The directory of the tests, by lawful acts, known before log index 100."""
    reference = new_reference()
    index = 0

    def tell(action: str, stream: str, public: Mapping[str, Any]) -> None:
        nonlocal reference, index
        event = event_of(action, public, REGISTRAR, stream=stream, index=index)
        check_reference(reference, event)
        reference, index = fold_reference(reference, event), index + 1

    for office, kind, parent in OFFICES:
        stream = f"people/{office}"
        under = {"parent": parent} if parent else {}
        tell("people.office_opened.v1", stream, {"name_zh": f"{office}局", "name_en": office, "kind": kind, **under})
        tell("people.post_opened.v1", stream, {"post": "desk", "name_zh": "窗口", "duties": list(DUTIES)})
        appointed = {"officer": f"officer-{office}", "post": "desk", "from_on": "2004-01-01"}
        tell("people.officer_appointed.v1", stream, appointed)
    assert index < 100
    return reference


CITY = build_city()


@dataclass
class Story:
    """A case told act by act; every act is checked, then folded."""

    case: Case = NEW_CASE
    events: list[Event] = field(default_factory=list)
    reference: Reference = CITY

    def tell(
        self, action: str, public: Mapping[str, Any], who: Who, claimed: str, recorded: str = "", *, check: bool = True
    ) -> Story:
        """Take one more act, claimed at a day or instant and recorded then or later."""
        seq = self.case.version + 1
        event = event_of(action, public, who, seq=seq, index=1000 + seq, claimed=claimed, recorded=recorded)
        if check:
            cases.check(self.case, event, self.reference.people, CALENDARS, self.reference.rules)
        self.case = cases.fold(self.case, event, self.reference.rules, CALENDARS)
        self.events.append(event)
        return self

    def submitted(self, office: str, on: str, **public: Any) -> Story:
        """The petitioner files online."""
        kind = self.reference.people.offices[office].kind
        fields = {"channel": "online", "to_office": office, "petitioner_key": DEVICE_KEY, "capacity": kind, **public}
        return self.tell("case.submitted.v1", fields, petitioner(), on)

    def registered(self, office: str, on: str, recorded: str = "", **public: Any) -> Story:
        """An office registers what it received as."""
        kind = self.reference.people.offices[office].kind
        fields = {"channel": "letter", "capacity": kind, **public}
        return self.tell("case.registered.v1", fields, officer(office, "intake"), on, recorded)

    def transferred(self, to: str, on: str, recorded: str = "") -> Story:
        """The holder transfers."""
        kind = self.reference.people.offices[to].kind
        basis = "23_1" if self.case.capacity == "competent_unit" else "22_1"
        fields = {"to_office": to, "basis": basis, "capacity": kind}
        return self.tell("case.transferred.v1", fields, officer(self.case.office), on, recorded)

    def notified(self, on: str, recorded: str = "", office: str = "") -> Story:
        """The holder, or an earlier one, serves the notice."""
        fields = {"notice": "received", "means": "post"}
        return self.tell("case.notice_served.v1", fields, officer(office or self.case.office), on, recorded)

    def replied(self, on: str, recorded: str = "") -> Story:
        """The holder replies in writing."""
        return self.tell("case.replied.v1", {"means": "post"}, officer(self.case.office), on, recorded)

    def accepted(self, on: str, recorded: str = "") -> Story:
        """The holder accepts under 31(6)."""
        return self.tell("case.accepted.v1", {"category": "31_6"}, officer(self.case.office), on, recorded)

    def opined(self, on: str) -> Story:
        """The holder issues its opinion."""
        return self.tell("case.opinion_issued.v1", {"outcome": "explain"}, officer(self.case.office, "head"), on)

    def served(self, on: str, recorded: str = "") -> Story:
        """The opinion is served."""
        return self.tell("case.opinion_served.v1", {"means": "post"}, officer(self.case.office), on, recorded)

    def act(self, name: str, on: str, who: Who | None = None, recorded: str = "", /, **public: Any) -> Story:
        """Any act of the case, by the head of the holding office unless another actor is given."""
        return self.tell(f"case.{name}.v1", public, who or officer(self.case.office, "head"), on, recorded)

    def clock(self, name: str, *, shadow: bool = False, unit: str = "") -> cases.Clock:
        """The last clock of this name, of this unit if one is given."""
        found = [c for c in self.case.clocks if c.clock == name and c.shadow == shadow and unit in ("", c.unit)]
        return max(found, key=lambda clock: clock.segment)
