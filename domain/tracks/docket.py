"""What stands in a stream of its own apart from any case: a joint conference, an office's receptions, a mandate.

A docket is to such a stream what a case is to its own: folded from its acts, immutable, checked before each.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from domain.people import People
from domain.schema import Event
from domain.tracks import docket_rules
from domain.tracks.items import NO_TRACKS, Tracks
from domain.tracks.machine import check_track, fold_track
from domain.tracks.rows import TRACK_ROWS

PREFIXES: Final = ("conference/", "mandate/", "bulletin/")


class Docket(NamedTuple):
    """The state of such a stream after `version` acts; `mandate` is what its first act allows, if it is one."""

    stream: str = ""
    version: int = 0
    tracks: Tracks = NO_TRACKS
    mandate: docket_rules.Mandate | None = None


NEW_DOCKET: Final = Docket()


def is_docket(stream: str) -> bool:
    """Say whether a stream holds a docket."""
    return stream.startswith(PREFIXES)


def check_docket(docket: Docket, event: Event, people: People) -> None:
    """Check an act of such a stream.

    Raises TransitionRefused or RoleRefused naming the rule, the item and what would be allowed.
    """
    item = check_track(docket, event, people)
    docket_rules.check(docket, item, event, people)


def fold_docket(docket: Docket, event: Event) -> Docket:
    """Return the docket after an act; one that names nothing alive only counts."""
    tracks = fold_track(docket.tracks, event)
    mandate = docket_rules.mandate_of(event) or docket.mandate
    return Docket(event.originator_id, event.originator_version, tracks, mandate)


def possible_in(docket: Docket, stream: str) -> tuple[str, ...]:
    """Return the acts that the docket's items allow, whoever does them."""
    family = stream.partition("/")[0] + "."
    live = {(item.track, item.state) for item in docket.tracks.items}
    return tuple(
        row.action
        for row in TRACK_ROWS
        if row.action.startswith(family) and (row.opens or any((row.track, state) in live for state in row.moves))
    )
