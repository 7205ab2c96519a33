"""From which epoch on a moment is told: whoever was alive at it was ended by an entry recorded after it."""

from __future__ import annotations

from projections.entries import recorded_at
from projections.reader import Moment
from projections.tables import EPOCH_BITS, OPEN_EPOCH


def first_epoch(moment: Moment, as_of_ms: int) -> int:
    """Return the first epoch in which a row alive at a time can have ended as far as known; OPEN_EPOCH if none can.

    So epochs that had ended by then do not matter; nor does any but the open one if nothing was recorded since.
    The time is Unix milliseconds.
    """
    if moment.known_at == moment.position and (moment.known_at == 0 or _last(moment) <= as_of_ms):
        return OPEN_EPOCH
    low, high = 0, max(0, moment.known_at - 1) >> EPOCH_BITS
    while low < high:
        middle = (low + high + 1) // 2
        if _began(moment, middle) > as_of_ms:
            high = middle - 1
        else:
            low = middle
    return low


def _last(moment: Moment) -> int:
    return recorded_at(moment.session, moment.known_at - 1) if moment.ends is None else moment.ends[1]


def _began(moment: Moment, epoch: int) -> int:
    """Return when an epoch's first entry was recorded; that never changes."""
    if moment.epochs is None:
        return recorded_at(moment.session, epoch << EPOCH_BITS)
    if epoch not in moment.epochs:
        moment.epochs[epoch] = recorded_at(moment.session, epoch << EPOCH_BITS)
    return moment.epochs[epoch]
