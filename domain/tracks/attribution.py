"""Who answered for a package on which days: responsibility by tenure interval, from the package alone.

A civil day belongs to the leader who held the package at its end, as everything that is asked for a day is
asked for its last instant. A leader whose tenure in the post ended without a hand-over still answers up to that
day; from the next day nobody does, and the days without a leader are shown, not shared out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from domain.clock import civil_day
from domain.tracks.package import Hold, Package

NOBODY = ""
_DAY = timedelta(days=1)


class Span(NamedTuple):
    """Days, both included, on which one leader answered; the leader is "" on days without one."""

    leader: str
    post: str
    office: str
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days these are."""
        return (self.last - self.first).days + 1


def attribution(package: Package, as_of: date, tenure_ends: Mapping[Hold, date] | None = None) -> tuple[Span, ...]:
    """Return who answered on which days, from the assignment to the resolution or to `as_of`, whichever is first.

    `tenure_ends` gives the last day in the post of leaders whose tenure ended before they handed the package over.

    Source: 领导包案 as practised, 一包到底; responsibility by tenure interval is a design decision.
    """
    ends = tenure_ends or {}
    stop = as_of if package.resolved_at is None else min(as_of, civil_day(package.resolved_at))
    spans: list[Span] = []
    for hold in package.holds:
        first = civil_day(hold.since)
        last = stop if hold.until is None else min(stop, civil_day(hold.until) - _DAY)
        if last < first:
            continue
        left = ends.get(hold, last)
        if left >= first:
            spans.append(Span(hold.leader, hold.post, hold.office, first, min(left, last)))
        if left < last:
            spans.append(Span(NOBODY, hold.post, hold.office, max(first, left + _DAY), last))
    return tuple(spans)


def answered_on(package: Package, day: date, tenure_ends: Mapping[Hold, date] | None = None) -> str:
    """Return the leader who answered on a civil day, "" for none."""
    spans = attribution(package, day, tenure_ends)
    return next((span.leader for span in reversed(spans) if span.first <= day <= span.last), NOBODY)


def missed_by(package: Package, as_of: date, tenure_ends: Mapping[Hold, date] | None = None) -> str | None:
    """Return the leader who answered when the deadline was missed, None while it is not missed.

    It is whoever answered at the end of the due day: a hand-over afterwards passes the duty on, not the fault.
    """
    done = civil_day(package.resolved_at) if package.resolved_at is not None else as_of
    if min(done, as_of) <= package.due_on:
        return None
    return answered_on(package._replace(resolved_at=None), package.due_on, tenure_ends)


def packaged_not_closed(package: Package, as_of: datetime, silence_days: int) -> tuple[str, ...]:
    """Return why a package stands on the list of packages that do not close; nothing if it does not.

    `silence_days` is policy data: the days without an act in person after which a package is listed.
    """
    if package.resolved_at is not None and package.resolved_at <= as_of:
        return ()
    day = civil_day(as_of)
    reasons = ["past_deadline"] if day > package.due_on else []
    since = civil_day(package.last_act_at or package.assigned_at)
    if (day - since).days > silence_days:
        reasons.append("silent")
    return tuple(reasons)


def principally_responsible(
    chief: str, supervising: Sequence[str], members: Sequence[str], dissented: Mapping[str, bool]
) -> tuple[str, ...]:
    """Return who bears responsibility for a decision: chief and supervising leaders, and members who did not dissent.

    `dissented` tells of each member who recorded explicit dissent whether it was adopted; one whose dissent was not
    adopted bears none. Chief and supervising leaders are not freed by dissent: they decide.

    Source: the responsibility rules for petition work, secondary source (confidence S).
    """
    freed = {member for member, adopted in dissented.items() if not adopted}
    bearing = (chief, *supervising, *(member for member in members if member not in freed))
    return tuple(dict.fromkeys(one for one in bearing if one))
