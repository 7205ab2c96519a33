"""The tracks of a case: items, the leader package, and the clocks that their acts set and meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.clocks import Rules
from domain.errors import TransitionRefused
from domain.people import People
from domain.schema import Event
from domain.tracks import case_rules
from domain.tracks.item_clocks import turn_clocks
from domain.tracks.items import Tracks
from domain.tracks.machine import check_track, fold_track
from domain.tracks.packages import check_package, fold_package
from domain.tracks.rows import ROWS
from domain.wording import ACTIONS

if TYPE_CHECKING:
    from domain.case_state import Case


def check_case_track(case: Case, event: Event, people: People) -> None:
    """Check an act of a track on this case.

    Raises TransitionRefused if there is no such case or item, or its state, the package or the act's own article
    forbids it; RoleRefused if the actor may not do it.
    """
    row = ROWS[event.action]
    if not case.version:
        raise TransitionRefused(
            "state",
            rule=f"article {row.basis.article}",
            zh=f"“{ACTIONS[event.action].zh}”的前提是信访事项已经提出",
            en=f'"{ACTIONS[event.action].en}" needs a case that has begun',
            action=event.action,
            state=case.state,
        )
    item = check_track(case, event, people)
    case_rules.check(case, item, event, people)
    if row.track == "package":
        check_package(case.tracks, event, people)


def fold_case_track(case: Case, event: Event, rules: Rules) -> Case:
    """Return the case with its tracks and their clocks after an act of a track; everything else stays as it is."""
    row = ROWS[event.action]
    before: Any = case.tracks
    tracks = fold_track(before, event)
    if tracks is before and not row.opens:
        return case
    if row.track == "package":
        tracks = _one_package(fold_package(tracks, event), event)
    tracks = case_rules.marked(tracks, event)
    tracks, running, closed, segments = turn_clocks(case, tracks, event, row, rules)
    return case._replace(tracks=tracks, running=running, closed=closed, segments=segments)


def _one_package(tracks: Tracks, event: Event) -> Tracks:
    """Let the resolved package go whose place a new one takes: a case has one package at a time."""
    if event.action != "case.package_assigned.v1":
        return tracks
    earlier = next((one for one in tracks.of("package") if one.seq != event.originator_version), None)
    return tracks if earlier is None else tracks.put(earlier, settled=True)
