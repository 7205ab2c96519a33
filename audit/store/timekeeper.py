"""The time an entry is recorded at: never going back, and refusing clocks that jump.

The clock is read while the sequencing lock is held, so the order of `recorded_at` is the order of
the log. Equal values are allowed. Source: the ledger's design, README "Decisions".
"""

from __future__ import annotations

from collections.abc import Callable

from audit.store.errors import ClockRefused

BEHIND_BOUND_MS = 250
AHEAD_BOUND_MS = 60_000

Milliseconds = Callable[[], int]


class Timekeeper:
    """Answers with the next `recorded_at`, in Unix milliseconds.

    `wall` is the wall clock, `monotonic` a clock that never jumps (None where time is simulated), `wait` sleeps
    for a number of milliseconds. `confirmed` means that an operator has looked at the clock and accepts it.
    """

    def __init__(
        self,
        wall: Milliseconds,
        *,
        monotonic: Milliseconds | None = None,
        wait: Callable[[int], None] | None = None,
        confirmed: bool = False,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._wait = wait
        self._confirmed = confirmed
        self._offset: int | None = None

    def next(self, last: int) -> int:
        """Return the time for the next entry, given the last entry's.

        Raises ClockRefused if the wall clock is more than 250 ms behind the last entry, or ran ahead of the
        monotonic clock by more than a minute, and no operator has confirmed it.
        """
        now = self._wall()
        if now < last:
            now = self._catch_up(now, last)
        self._check_jump(now)
        return now

    def now(self) -> int:
        """Return the wall clock as it stands, unchecked, in Unix milliseconds."""
        return self._wall()

    def _catch_up(self, now: int, last: int) -> int:
        behind = last - now
        if self._confirmed:
            return last
        if behind > BEHIND_BOUND_MS:
            raise ClockRefused(
                f"the clock is {behind} ms behind the last entry (bound {BEHIND_BOUND_MS} ms): "
                "set the clock right, or confirm it with --confirm-clock"
            )
        if self._wait is not None:
            self._wait(behind)
        return max(self._wall(), last)

    def _check_jump(self, now: int) -> None:
        if self._monotonic is None:
            return
        offset = now - self._monotonic()
        if self._offset is None or self._confirmed:
            self._offset = offset
            return
        if offset - self._offset > AHEAD_BOUND_MS:
            raise ClockRefused(
                f"the clock jumped {offset - self._offset} ms ahead of the monotonic clock "
                f"(bound {AHEAD_BOUND_MS} ms): set the clock right, or confirm it with --confirm-clock"
            )
        self._offset = max(offset, self._offset - BEHIND_BOUND_MS)


UNTIMED = Timekeeper(lambda: 0)
"""For opaque events, which carry no time; a ledger always brings a real timekeeper."""
