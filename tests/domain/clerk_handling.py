"""The clerk's notebook goes on: classification, simplified handling, mediation, disputes, succession, corrections."""

from __future__ import annotations

from datetime import date, timedelta

from tests.domain.clerk import KINDS, OPEN, SIMPLE, TRIAL_RULE, Clerk

CATEGORIES = ("31_6", "suggestion", "31_4")
STATUTORY = "31_4"
UNDECIDED = (*OPEN, "ACCEPTED", "REDO")
MENDABLE = (
    *("registered", "notice_served", "replied", "accepted", "opinion_served", "report_submitted"),
    *("review_served", "recheck_served"),
)
"""The acts whose time can be a recording mistake; of a submission it is the subject area."""


class FullClerk(Clerk):
    """A clerk who also notes what kind of matter it is, how it is handled, who is to decide and what was miswritten."""

    def _classified(self, office: str, to: str, on: date, number: int) -> bool | None:
        if office != self.holder or self.state not in OPEN:
            return False
        self.state, self.category = "CLASSIFIED", CATEGORIES[number % 3]
        return None

    def _reclassified(self, office: str, to: str, on: date, number: int) -> bool | None:
        fits = self._at_unit(office, "CLASSIFIED", "ROUTED_STATUTORY", "ACCEPTED")
        if not fits or self.category == CATEGORIES[number % 3]:
            return False
        self.start("HANDLE", office, on, 60, shadow=True)
        self.state, self.category = "CLASSIFIED", CATEGORIES[number % 3]
        return None

    def _routed_statutory(self, office: str, to: str, on: date, number: int) -> bool | None:
        if not self._at_unit(office, *OPEN) or self.category not in ("", STATUTORY):
            return False
        self.done(office, "HANDLE", "HANDLE*", "OBJECT", *SIMPLE, met=False)
        self.state, self.category = "ROUTED_STATUTORY", STATUTORY
        return None

    def _simplified(self, office: str, to: str, on: date, number: int) -> bool | None:
        if not self._at_unit(office, *OPEN) or self.simplified or self.again or self.category == STATUTORY:
            return False
        self.simplified = True
        if on >= TRIAL_RULE:
            self.start("SIMPLIFIED_ACCEPT", office, self.received, 0)
        return None

    def _simplified_ended(self, office: str, to: str, on: date, number: int) -> bool | None:
        if not self._at_unit(office, *OPEN, "ACCEPTED", "OPINION_ISSUED") or not self.simplified:
            return False
        self.simplified = False
        self.done(office, *SIMPLE, met=False)
        return None

    def mediate(self, office: str, after: tuple[str, ...], step: str) -> bool:
        """Note a step of mediation, if it comes after one of these and the matter is undecided."""
        if office != self.holder or self.state not in UNDECIDED or self.mediation not in after:
            return False
        self.mediation = step
        return True

    def _mediation_referred(self, office: str, to: str, on: date, number: int) -> bool | None:
        return self.mediate(office, ("", "not_agreed", "returned"), "referred")

    def _mediation_accepted(self, office: str, to: str, on: date, number: int) -> bool | None:
        return self.mediate(office, ("referred",), "taken")

    def _mediation_result(self, office: str, to: str, on: date, number: int) -> bool | None:
        return self.mediate(office, ("taken",), "not_agreed" if number % 2 else "agreed")

    def _mediation_returned(self, office: str, to: str, on: date, number: int) -> bool | None:
        return self.mediate(office, ("referred", "taken", "not_agreed"), "returned")

    def _settled(self, office: str, to: str, on: date, number: int) -> bool | None:
        return self.mediate(office, ("", "referred", "taken", "not_agreed", "returned"), "agreed")

    def _mediation_performed(self, office: str, to: str, on: date, number: int) -> bool | None:
        lasting = (*UNDECIDED, "SERVED", "REPLIED", "CONCLUDED")
        if self.state not in lasting or self.mediation != "agreed" or office not in self.held:
            return False
        self.mediation = "performed"
        return None

    def _dispute_recorded(self, office: str, to: str, on: date, number: int) -> bool | None:
        knows = office == self.holder or office in self.senders[-1:]
        fits = self.state in ("OBJECTED", "OBJECTION_REJECTED", "RETURNED")
        if not fits or not knows or to == self.holder or to in self.closed:
            return False
        self.start("ACCEPT_DISPUTE", "", on, 0)
        self.state = "DISPUTED"
        return None

    def _designated(self, office: str, to: str, on: date, number: int) -> bool | None:
        over_both = office in self.above(self.holder) and office in self.above(to)
        decides = KINDS[office] == "petition_office" or over_both
        knows = office in self.held or office in self.above(self.holder)
        if self.state != "DISPUTED" or not decides or not knows or to in self.closed:
            return False
        self.done("", "ACCEPT_DISPUTE")
        received = self.received
        if to != self.holder:
            self.done(self.holder, "NOTICE_TRANSFERRED", "HANDLE*", "ASSIGNED_REPORT", "SIMPLIFIED_ACCEPT", met=False)
            received = on
        self.receive(to, on, "DESIGNATED")
        self.received = received
        self.state = "DESIGNATED"
        return None

    def close(self, office: str) -> None:
        """An office is merged into another: it acts no more."""
        self.closed.add(office)

    def _taken_over(self, office: str, to: str, on: date, number: int) -> bool | None:
        if self.state == "NEW" or office != "office-c" or self.holder not in self.closed:
            return False
        for key in [key for key in self.open if key[2] == self.holder]:
            moved = (key[0], key[1], office)
            self.open[moved], self.by[moved] = self.open.pop(key), self.by[key]
        self.holder = office
        self.held.add(office)
        return None

    def _corrected(self, office: str, to: str, on: date, number: int) -> bool | None:
        if not self.book:
            return False
        seq = self.miswritten(number)
        act, author, _ = self.book[seq - 1]
        heir = "office-c" if author in self.closed else author
        if act not in (*MENDABLE, "submitted") or (office != heir and office not in self.above(author)):
            return False
        if act != "submitted" and seq not in self.mended:
            self.mended.add(seq)
            for key in [key for key in self.open if self.by[key] == seq]:
                self.open[key] -= timedelta(days=1)
        return None

    def miswritten(self, number: int) -> int:
        """The act that a correction is about; what is corrected is the day, which was one day earlier."""
        return (number - 1) % max(1, len(self.book)) + 1


_HELPERS = ("_pass", "_at_unit", "_ask", "_anew", "_go_on", "_serves")
ACTS = tuple(name[1:] for name in dir(FullClerk) if name[0] == "_" and name[1] != "_" and name not in _HELPERS)
