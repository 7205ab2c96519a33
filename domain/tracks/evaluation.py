"""The window in which the petitioner rates.

The window is a clock of the petitioner's own: it opens when a reply or an opinion is there, its length is
configuration with a source, and it is nobody's fault when it lapses. A rating after it is refused, because
nobody could say any more which handling it judges.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from domain.calendars import Calendars
from domain.clock import civil_day, last_day
from domain.errors import TransitionRefused
from domain.schema import Event

if TYPE_CHECKING:
    from domain.case_state import Case

WINDOW: Final = "EVALUATION"


def check_window(case: Case, event: Event, calendars: Calendars) -> None:
    """Check that a rating comes in the window that the last reply or opinion opened; without one there is no limit.

    The last day moves off weekends and holidays as known just before the rating (Civil Code 203).

    Raises TransitionRefused naming the last day.
    """
    clocks = chain(reversed(case.running), reversed(case.closed))
    window = next((clock for clock in clocks if clock.clock == WINDOW), None)
    if window is None:
        return
    last = last_day(window, calendars.as_known(event.index - 1), weekends_roll=True)
    if civil_day(event.effective_at) > last:
        raise TransitionRefused(
            "window_lapsed",
            rule="article 21(2); EVALUATION",
            zh=f"评价窗口已于 {last} 结束",
            en=f"the window for rating ended on {last}",
            action=event.action,
            state=case.state,
        )
