"""What is known of a leader package: who held it from when to when, and what was done in person."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

Taker = tuple[str, str, str]
"""A leader as a hand-over names one: officer, post, office."""


class Hold(NamedTuple):
    """One leader's time with the package, from an instant to an instant, the end excluded; `until` None while held.

    `from_index` is the log index of the act that began it, `from_seq` its number in the case.
    """

    leader: str
    post: str
    office: str
    since: datetime
    from_seq: int
    from_index: int
    until: datetime | None = None


class Proposal(NamedTuple):
    """A hand-over that waits for its second act, named by its number in the case."""

    seq: int
    taker: Taker


class Package(NamedTuple):
    """One leader package; `seq` is the number of its assignment.

    `due_on` is the deadline that counts: one extended in time, never one extended too late. `holds` are all
    leaders in order, the last of them answers now. `acts` counts what leaders did in person, `last_act_at` when
    last. `resolved_at` is None while the package is open.
    """

    seq: int
    assigned_by: str
    reason: str
    due_on: date
    assigned_at: datetime
    holds: tuple[Hold, ...]
    proposal: Proposal | None = None
    accepted_at: datetime | None = None
    acts: int = 0
    last_act_at: datetime | None = None
    extensions: int = 0
    late_extensions: int = 0
    reports: int = 0
    reopened: int = 0
    result: str = ""
    resolved_at: datetime | None = None

    @property
    def leader(self) -> str:
        """The officer who answers now."""
        return self.holds[-1].leader

    @property
    def office(self) -> str:
        """The office of the leader who answers now."""
        return self.holds[-1].office

    def held_by(self, officer: str, post: str, office: str) -> bool:
        """Say whether this officer, in this post, answers now."""
        return self.holds[-1][:3] == (officer, post, office)
