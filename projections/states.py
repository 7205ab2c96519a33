"""States as rows on two time axes: what a thing was, from the act that made it so until the act that changed it.

One row stands for one act on one thing: a package, a rectification, a task. `k0` and `v0` say from which entry on it is
known and from when it counts; `km` and `v1` the same of its end, `kx` from which entry on it is withdrawn, `ep` the
epoch in which its end or withdrawal became known. Whatever has not happened is `OPEN`.

Within one thing time never runs backwards: an act that counts from earlier than the one before it counts with that one,
as a hand-over does in the domain. So at every moment on both axes a thing is in one state at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from domain.moves import DIVERTED_DISCIPLINE
from projections import asking
from projections.tables import EPOCH_BITS, OPEN, OPEN_AT, OPEN_EPOCH, Column, Row
from projections.view import Put, Rows, Step

TAIL = (
    Column("ended_by", "text"),
    Column("k0", "big"),
    Column("v0", "big"),
    Column("km", "big"),
    Column("kx", "big"),
    Column("v1", "big"),
    Column("ep", "small"),
    Column("flags", "small"),
)
"""The last columns of every table of states; `ended_by` is the word of the act that ended the state, "" for none."""

HELD = f"{asking.HELD} AND kx >= :known_at"
"""What holds of states known at a moment that had begun by then, whether or not they had ended."""

ALIVE = f"{asking.ALIVE} AND kx >= :known_at"
"""What holds of the states that things were in at a moment."""

BEGUN_LATE, ENDED_LATE = 1, 2
DIVERTED = "case.diverted_discipline.v1"

_K0, _V0, _KM, _KX, _V1, _EP, _FLAGS = range(-7, 0)


def begin(step: Step, before: Row | None = None) -> Row:
    """Return the tail of a state that the act begins; `before` is the state of the same thing that it follows."""
    event, began = step.event, step.at
    if before is not None:
        began = max(began, before[_V0] if before[_KM] == OPEN else before[_V1])
    flags = BEGUN_LATE if event.late_recorded else 0
    return ("", event.index, began, OPEN, OPEN, OPEN_AT, OPEN_EPOCH, flags)


def end(row: Row, step: Step, word: str) -> Row:
    """Return a state as the act ended it, which it does no later than the act's recording."""
    event, ended = step.event, step.at
    index, recorded_at = event.index, event.recorded_at_ms
    _, k0, v0, _, kx, _, _, flags = row[_K0 - 1 :]
    if ended < v0:
        ended = v0
    if event.late_recorded:
        flags |= ENDED_LATE
    ended = ended if ended < recorded_at else recorded_at
    return (*row[: _K0 - 1], word, k0, v0, index, kx, ended, index >> EPOCH_BITS, flags)


def is_open(row: Row) -> bool:
    """Say whether no act has ended or withdrawn the state."""
    return bool(row[_EP] == OPEN_EPOCH)


def began_at(row: Row) -> int:
    """Return when the state begins to count, Unix milliseconds."""
    at: int = row[_V0]
    return at


def last_of(rows: Mapping[Row, Row], *key: Any) -> Row | None:
    """Return the last state of a thing whose states are numbered from 1 behind this key."""
    number, found = 1, None
    while (row := rows.get((*key, number))) is not None:
        number, found = number + 1, row
    return found


def is_diverted(step: Step) -> bool:
    """Say whether the case went to the discipline inspection before: it is then in no unit's view (article 30)."""
    return bool(step.before.state == DIVERTED_DISCIPLINE)


def withdraw(step: Step, rows: Rows) -> Iterator[Put]:
    """Withdraw every state of a case that the act hands to the discipline inspection; as known before, they stay."""
    event = step.event
    if step.after.state != DIVERTED_DISCIPLINE:
        return
    for table, states in enumerate(rows):
        for row in states.values():
            if row[_KX] == OPEN:
                epoch = min(row[_KM], event.index) >> EPOCH_BITS
                yield table, (*row[:_KX], event.index, row[_V1], epoch, row[_FLAGS])
