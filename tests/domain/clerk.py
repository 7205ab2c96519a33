"""A clerk's notebook: a second and much simpler model of the states and time limits of a case."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.domain.city import CALENDARS

KINDS = {"bureau": "petition_office", "district": "petition_office"}
KINDS |= dict.fromkeys(("office", "office-b", "office-c", "department", "ministry"), "competent_unit")
ABOVE: dict[str, tuple[str, ...]] = dict.fromkeys(("office", "office-b", "office-c"), ("department", "ministry"))
ABOVE |= {"department": ("ministry",), "district": ("bureau",)}
OPEN = (
    *("REGISTERED", "TRANSFERRED", "ASSIGNED", "NOTIFIED", "RETURNED", "OBJECTION_REJECTED", "REOPENED"),
    *("DESIGNATED", "CLASSIFIED"),
)
SIMPLE = ("SIMPLIFIED_ACCEPT", "SIMPLIFIED_OPINION")
CHANGE_OF_LAW = date(2022, 5, 1)
TRIAL_RULE = date(2016, 7, 1)
Key = tuple[str, bool, str]


@dataclass
class Clerk:
    """What the clerk notes: the state, who has the case, and per limit (name, shadow, office) the raw last day.

    It knows nothing of rows, segments or kinds of acts beyond what a clerk would note; times are days.
    """

    state: str = "NEW"
    holder: str = ""
    held: set[str] = field(default_factory=set)
    senders: list[str] = field(default_factory=list)
    open: dict[Key, date] = field(default_factory=dict)
    met: list[Key] = field(default_factory=list)
    unit: str = ""
    reviewer: str = ""
    hearing: bool = False
    still: date | None = None
    started: date = date.min
    extended: int = 0
    received: date = date.min
    category: str = ""
    simplified: bool = False
    again: bool = False
    mediation: str = ""
    closed: set[str] = field(default_factory=set)
    book: list[tuple[str, str, date]] = field(default_factory=list)
    by: dict[Key, int] = field(default_factory=dict)
    mended: set[int] = field(default_factory=set)

    def start(self, clock: str, office: str, on: date, days: int, *, shadow: bool = False) -> None:
        """Note a deadline, unless one already stands there."""
        key = (clock, shadow, office)
        if key not in self.open:
            self.open[key] = on + timedelta(days=days)
            self.by[key] = len(self.book) + 1

    def above(self, office: str) -> tuple[str, ...]:
        """The offices above one that is still there."""
        return () if office in self.closed else ABOVE.get(office, ())

    def done(self, office: str, *clocks: str, met: bool = True) -> None:
        """Strike out an office's deadlines; a clock named with a star is the shadow."""
        for clock in clocks:
            key = (clock.rstrip("*"), clock.endswith("*"), office)
            if self.open.pop(key, None) is not None and met:
                self.met.append(key)

    def receive(self, office: str, on: date, how: str) -> None:
        """An office receives the matter: a petition office must route it, a unit must tell and handle."""
        self.holder = office
        self.held.add(office)
        self.received = on
        if KINDS[office] == "petition_office":
            self.start("ROUTE", office, on, 15)
            return
        if how != "BACK":
            self.start("NOTICE_DIRECT" if how == "DIRECT" else "NOTICE_TRANSFERRED", office, on, 15)
        self.start("HANDLE", office, on, 60, shadow=True)
        if how == "TRANSFERRED" and on >= CHANGE_OF_LAW:
            self.start("OBJECT", office, on, 0)  # five working days: the clerk notes the day it arrived

    def in_time(self, key: Key, on: date) -> bool:
        """Say whether a deadline has not passed, with its last day moved off rest days."""
        return on <= CALENDARS.latest.roll(self.open[key])

    def take(self, act: str, office: str, to: str, on: date, number: int) -> bool:
        """Take one act if it is lawful; say whether it was."""
        gone = office in self.closed and act != "submitted"
        if gone or getattr(self, f"_{act}")(office, to, on, number) is False:
            return False
        self.book.append((act, office if act != "submitted" else to, on))
        return True

    def _submitted(self, office: str, to: str, on: date, number: int) -> bool | None:
        if self.state != "NEW" or to in self.closed:
            return False
        self.receive(to, on, "DIRECT")
        self.state = "SUBMITTED"
        return None

    def _registered(self, office: str, to: str, on: date, number: int) -> bool | None:
        if self.state == "NEW":
            self.receive(office, on, "DIRECT")
        elif self.state != "SUBMITTED" or office != self.holder:
            return False
        self.state = "REGISTERED"
        return None

    def _pass(self, office: str, to: str, on: date) -> bool:
        below = self.holder in self.above(to)
        may = to != self.holder if KINDS.get(self.holder) == "petition_office" else below
        if office != self.holder or self.state not in OPEN or not may or to in self.closed:
            return False
        self.done(office, "ROUTE")
        self.done(office, "HANDLE", "HANDLE*", "OBJECT", *SIMPLE, met=False)
        self.senders.append(office)
        self.receive(to, on, "TRANSFERRED")
        return True

    def _transferred(self, office: str, to: str, on: date, number: int) -> bool | None:
        if not self._pass(office, to, on):
            return False
        self.state = "TRANSFERRED"
        return None

    def _assigned(self, office: str, to: str, on: date, number: int) -> bool | None:
        if not self._pass(office, to, on):
            return False
        self.start("ASSIGNED_REPORT", to, on, number)
        self.state = "ASSIGNED"
        return None

    def _report_submitted(self, office: str, to: str, on: date, number: int) -> bool | None:
        if self.state in ("NEW", "SUBMITTED", "WITHDRAWN") or office not in self.held:
            return False
        self.done(office, "ASSIGNED_REPORT")
        return None

    def _objected(self, office: str, to: str, on: date, number: int) -> bool | None:
        fits = self.state in ("TRANSFERRED", "ASSIGNED", "NOTIFIED") and KINDS[self.holder] == "competent_unit"
        if not fits or office != self.holder or not self.senders:
            return False
        self.done(office, "OBJECT")
        self.state = "OBJECTED"
        return None

    def _return_approved(self, office: str, to: str, on: date, number: int) -> bool | None:
        if self.state != "OBJECTED" or office != self.senders[-1]:
            return False
        self.done(self.holder, "NOTICE_TRANSFERRED", "HANDLE*", "ASSIGNED_REPORT", "SIMPLIFIED_ACCEPT", met=False)
        self.receive(self.senders.pop(), on, "BACK")
        self.state = "RETURNED"
        return None

    def _objection_rejected(self, office: str, to: str, on: date, number: int) -> bool | None:
        if self.state != "OBJECTED" or office != self.senders[-1]:
            return False
        self.state = "OBJECTION_REJECTED"
        return None

    def _notice_served(self, office: str, to: str, on: date, number: int) -> bool | None:
        if self.state in ("NEW", "SUBMITTED", "WITHDRAWN") or office not in self.held:
            return False
        self.done(office, "NOTICE_DIRECT", "NOTICE_TRANSFERRED")
        self.done(office, "OBJECT", met=False)
        self.state = "NOTIFIED" if self.state in OPEN and self.state != "CLASSIFIED" else self.state
        return None

    def _at_unit(self, office: str, *states: str) -> bool:
        return office == self.holder and self.state in states and KINDS[office] == "competent_unit"

    def _replied(self, office: str, to: str, on: date, number: int) -> bool | None:
        if not self._at_unit(office, *OPEN, "ROUTED_STATUTORY"):
            return False
        self.done(office, "NOTICE_DIRECT", "NOTICE_TRANSFERRED", "HANDLE*", "HANDLE", *SIMPLE)
        self.done(office, "OBJECT", met=False)
        self.state = "REPLIED"
        return None

    def _accepted(self, office: str, to: str, on: date, number: int) -> bool | None:
        if not self._at_unit(office, *OPEN, "REDO") or self.category not in ("", "31_6"):
            return False
        self.done(office, "HANDLE*", "OBJECT", met=False)
        self.done(office, "SIMPLIFIED_ACCEPT")
        self.extended = self.extended if ("HANDLE", False, office) in self.open else 0
        self.start("HANDLE", office, on, 60)
        if self.simplified and on >= TRIAL_RULE:
            self.start("SIMPLIFIED_OPINION", office, on, 0)
        self.state, self.category = "ACCEPTED", "31_6"
        return None

    def _extended(self, office: str, to: str, on: date, number: int) -> bool | None:
        if not self._at_unit(office, "ACCEPTED", "OPINION_ISSUED") or self.extended + number > 30:
            return False
        key = ("HANDLE", False, office)
        if self.in_time(key, on):
            self.open[key] += timedelta(days=number)
        self.extended += number
        return None

    def _opinion_issued(self, office: str, to: str, on: date, number: int) -> bool | None:
        if not self._at_unit(office, "ACCEPTED"):
            return False
        self.done(office, "SIMPLIFIED_OPINION")
        self.state = "OPINION_ISSUED"
        return None

    def _opinion_served(self, office: str, to: str, on: date, number: int) -> bool | None:
        if not self._at_unit(office, "OPINION_ISSUED"):
            return False
        self.done(office, "HANDLE")
        self.start("REVIEW_REQUEST", "", on, 30)
        self.state = "SERVED"
        return None

    def _ask(self, office: str, to: str, on: date, window: str, below: str) -> bool:
        known = office in self.held or office == to
        if not known or to not in self.above(below) or not self.in_time((window, False, ""), on):
            return False
        self.done("", window)
        self.holder = self.reviewer = to
        self.held.add(to)
        self.senders = []
        return True

    def _review_requested(self, office: str, to: str, on: date, number: int) -> bool | None:
        unit = self.holder
        if self.state != "SERVED" or not self._ask(office, to, on, "REVIEW_REQUEST", self.holder):
            return False
        self.unit = unit
        self.start("REVIEW_DECISION", to, on, 30)
        self.state = "REVIEW_REQUESTED"
        return None

    def _recheck_requested(self, office: str, to: str, on: date, number: int) -> bool | None:
        if self.state != "REVIEW_SERVED" or not self._ask(office, to, on, "RECHECK_REQUEST", self.reviewer):
            return False
        self.start("RECHECK_DECISION", to, on, 30)
        self.started = on
        self.state = "RECHECK_REQUESTED"
        return None

    def _anew(self, on: date, how: str) -> None:
        self.reviewer, self.hearing, self.senders = "", False, []
        self.simplified, self.mediation, self.again = False, "", True
        self.receive(self.unit or self.holder, on, how)
        self.unit = ""

    def _review_decided(self, office: str, to: str, on: date, number: int) -> bool | None:
        if not self._at_unit(office, "REVIEW_REQUESTED"):
            return False
        if number % 2:
            self._anew(on, "BACK")
        self.state = "REDO" if number % 2 else "REVIEW_DECIDED"
        return None

    def _recheck_decided(self, office: str, to: str, on: date, number: int) -> bool | None:
        if not self._at_unit(office, "RECHECK_REQUESTED"):
            return False
        self._go_on(on)
        self.done(office, "RECHECK_DECISION")
        if number % 2:
            self._anew(on, "BACK")
        self.state = "REDO" if number % 2 else "RECHECK_DECIDED"
        return None

    def _serves(self, office: str, *states: str) -> bool:
        return office in self.held and self.state in (*states, "REDO", "ACCEPTED", "OPINION_ISSUED", "SERVED")

    def _review_served(self, office: str, to: str, on: date, number: int) -> bool | None:
        if not self._serves(office, "REVIEW_DECIDED"):
            return False
        self.done(office, "REVIEW_DECISION")
        if self.state == "REVIEW_DECIDED":
            self.holder, self.state = self.unit, "REVIEW_SERVED"
            self.start("RECHECK_REQUEST", "", on, 30)
        return None

    def _recheck_served(self, office: str, to: str, on: date, number: int) -> bool | None:
        if not self._serves(office, "RECHECK_DECIDED"):
            return False
        if self.state == "RECHECK_DECIDED":
            self.holder, self.state = self.unit, "CONCLUDED"
        return None

    def _hearing_opened(self, office: str, to: str, on: date, number: int) -> bool | None:
        if not self._at_unit(office, "ACCEPTED", "RECHECK_REQUESTED") or self.hearing:
            return False
        self.hearing = True
        key = ("RECHECK_DECISION", False, office)
        if self.state == "RECHECK_REQUESTED" and self.in_time(key, on):
            self.still = on
        return None

    def _go_on(self, on: date) -> None:
        """Exclude the days of a hearing, the first and the last included, and not the day that did not count anyway."""
        if self.still is not None:
            days = (on - max(self.still, self.started + timedelta(days=1))).days + 1
            self.open["RECHECK_DECISION", False, self.holder] += timedelta(days=max(0, days))
        self.still = None

    def _hearing_closed(self, office: str, to: str, on: date, number: int) -> bool | None:
        lasting = ("ACCEPTED", "OPINION_ISSUED", "SERVED", "RECHECK_REQUESTED", "RECHECK_DECIDED", "REDO")
        if self.state not in lasting or not self.hearing or office not in self.held:
            return False
        self._go_on(on)
        self.hearing = False
        return None

    def _withdrawn(self, office: str, to: str, on: date, number: int) -> bool | None:
        if self.state in ("NEW", "WITHDRAWN", "CONCLUDED") or office not in self.held:
            return False
        self.open, self.still = {}, None
        self.state = "WITHDRAWN"
        return None

    def _reopened(self, office: str, to: str, on: date, number: int) -> bool | None:
        known = office in self.held or office in self.above(self.holder)
        over = ("SERVED", "REVIEW_SERVED", "REPLIED", "ROUTED_STATUTORY", "CONCLUDED", "WITHDRAWN")
        if self.state not in over or not known:
            return False
        self.category = ""
        self.done("", "REVIEW_REQUEST", "RECHECK_REQUEST", met=False)
        self._anew(on, "BACK")
        self.state = "REOPENED"
        return None
