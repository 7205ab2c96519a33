"""Where a case stands at a moment: what its acts made of it, and what has lapsed since without an act.

A request window that lapses concludes the matter. Nobody records that, because nobody did anything: it
follows from the clock, the calendar and the moment asked about.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from domain.calendars import Calendars
from domain.case_state import Case
from domain.clocks import Rules
from domain.due import civil_day, due_of
from domain.moves import AFTER, CONCLUDED, OVER, REVIEW_SERVED

WINDOWS: Final = {**dict.fromkeys(AFTER, "REVIEW_REQUEST"), REVIEW_SERVED: "RECHECK_REQUEST"}


class CaseStanding(NamedTuple):
    """The state at a moment; `lapsed` names the window whose lapse concluded the case, with the first day after it.

    `over` says that nothing of the procedure is open any more; `resolved` is how the matter was resolved in
    substance, "" if it was not: closed and resolved are two things.
    """

    state: str
    over: bool
    resolved: str
    lapsed: str = ""
    concluded_on: date | None = None


def standing(
    case: Case, calendars: Calendars, as_of: datetime, rules: Rules | None = None, known_at: int | None = None
) -> CaseStanding:
    """Return where the case stands at a moment of the world.

    An opinion that supports the petitioner is concluded by the lapse only once it was executed (32).
    Source: articles 35 and 36.
    """
    resolved = case.handling.resolved
    window = WINDOWS.get(case.state, "")
    unexecuted = case.outcome == "support" and case.handling.execution != "done"
    if window and not unexecuted:
        name = "RECHECK_REQUEST" if case.handling.review_outcome else window
        for clock in case.running:
            if clock.clock == name:
                last = due_of(clock, calendars, rules, known_at).on
                if civil_day(as_of) > last:
                    return CaseStanding(CONCLUDED, True, resolved, name, last + timedelta(days=1))
    return CaseStanding(case.state, case.state in OVER, resolved)
