"""What an act changed in a case, told once for all views, so that a view is not asked about acts that leave it alone.

A view with `watches` is asked about the acts that change one of these members of the case, and about those among its
`actions`. A member has changed if it is another object; that it may be an equal one costs a question and no more.
"""

from __future__ import annotations

from typing import Final

from domain.case_state import Case

RUNNING, CLOSED, STATE, OFFICE, TRACKS, ROUND, CATEGORY = (1 << bit for bit in range(7))
EVERYTHING: Final = (1 << 8) - 1
"""What a view wants that is asked about an act whatever it changes; its last bit is that of the act itself."""

_ACT: Final = 1 << 7
_ROUND, _CATEGORY, _TRACKS = (Case._fields.index(name) for name in ("round", "category", "tracks"))


def what_changed(before: Case, after: Case) -> int:
    """Return the sum of the members above that an act changed, and the act's own bit."""
    _, _, state, running, closed, _, _, office = before[:8]
    _, _, now_state, now_running, now_closed, _, _, now_office = after[:8]
    changed = _ACT
    if running is not now_running:
        changed |= RUNNING
    if closed is not now_closed:
        changed |= CLOSED
    if state is not now_state:
        changed |= STATE
    if office is not now_office:
        changed |= OFFICE
    if before[_TRACKS] is not after[_TRACKS]:
        changed |= TRACKS
    if before[_ROUND] != after[_ROUND]:
        changed |= ROUND
    if before[_CATEGORY] is not after[_CATEGORY]:
        changed |= CATEGORY
    return changed
