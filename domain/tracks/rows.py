"""Every row of every track, found by its act."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.tracks.bulletin_rows import BULLETIN_ROWS
from domain.tracks.docket_rows import CONFERENCE_ROWS, MANDATE_ROWS, RECEPTION_ROWS
from domain.tracks.duty_rows import DUTY_ROWS, PACKAGE_ROWS
from domain.tracks.joint_rows import JOINT_ROWS
from domain.tracks.supervision_rows import SUPERVISION_ROWS
from domain.tracks.table import Row

TRACK_ROWS: Final[tuple[Row, ...]] = (
    *SUPERVISION_ROWS,
    *PACKAGE_ROWS,
    *DUTY_ROWS,
    *JOINT_ROWS,
    *CONFERENCE_ROWS,
    *RECEPTION_ROWS,
    *BULLETIN_ROWS,
    *MANDATE_ROWS,
)
"""The tables of all tracks, in the order in which they are printed."""

ROWS: Final[Mapping[str, Row]] = MappingProxyType({row.action: row for row in TRACK_ROWS})


def _settled() -> frozenset[tuple[str, str]]:
    """The states of each track that no act leads out of."""
    reached = {(row.track, to) for row in TRACK_ROWS for to in (*row.moves.values(), *row.turns.values())}
    left = {(row.track, state) for row in TRACK_ROWS for state in row.moves}
    return frozenset(reached - left)


SETTLED: Final = _settled()


def acts_on(track: str, state: str) -> tuple[str, ...]:
    """Return the acts that a track allows in a state of an item."""
    return tuple(row.action for row in TRACK_ROWS if row.track == track and state in row.moves)


def states_of(track: str) -> tuple[str, ...]:
    """Return the states that an item of a track can be in, those it is opened in first."""
    rows = [row for row in TRACK_ROWS if row.track == track]
    return tuple(dict.fromkeys([*(to for row in rows for to in (*row.moves.values(), *row.turns.values()))]))
