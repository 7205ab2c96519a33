"""Group commit: callers that arrive while a transaction is under way share the next one.

The first caller becomes the leader and takes in what has queued up; the others wait. When its own acts are answered,
the leader hands its office to the caller that waits longest. There is no extra thread: one thread at a time judges and
records, and the others do not take its processor away. A caller that finds nobody else leads without a queue.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Lock
from time import sleep
from typing import Generic, Protocol, TypeVar

from audit.store.errors import DatabaseUnavailable

MAX_BATCH = 512


class Answered(Protocol):
    """An act that carries its own answer: `error` is why it was not taken in."""

    error: Exception | None


Act = TypeVar("Act", bound=Answered)


def interrupted() -> DatabaseUnavailable:
    """Return the answer to an act of which nobody knows what became."""
    return DatabaseUnavailable("the append was interrupted; its outcome is not known")


class _Waiting(Generic[Act]):
    """The acts of one caller, and the lock it sleeps on until they are answered or it has to lead."""

    __slots__ = ("acts", "done", "lead", "wake")

    def __init__(self, acts: Sequence[Act]) -> None:
        self.acts = acts
        self.done = False
        self.lead = False
        self.wake = Lock()
        self.wake.acquire()


class GroupCommit(Generic[Act]):
    """Collects acts of many callers into transactions of at most 512 acts (a larger call stays whole)."""

    def __init__(self, take_in: Callable[[Sequence[Act]], None], max_batch: int = MAX_BATCH) -> None:
        self._take_in = take_in
        self._max_batch = max_batch
        self._lock = Lock()
        self._queue: deque[_Waiting[Act]] = deque()
        self._led = False
        self._together = 1

    def submit(self, acts: Sequence[Act]) -> None:
        """Have these acts taken in and return when each has its answer.

        What `take_in` raises for a whole batch becomes the error of each of its acts.
        """
        with self._lock:
            alone = not self._led and self._together <= 1
            if not alone:
                own = _Waiting(acts)
                self._queue.append(own)
                own.lead = not self._led
            self._led = True
        if alone:
            try:
                self._run(acts)
            finally:
                self._hand_over()
            return
        try:
            if not own.lead:
                own.wake.acquire()
            while not own.done:
                self._lead(self._next_batch())
        except BaseException:
            self._withdraw(own)
            raise
        finally:
            if own.lead:
                self._hand_over()

    def _withdraw(self, own: _Waiting[Act]) -> None:
        """Leave the queue: whoever is interrupted while it waits must not be made the leader any more."""
        with self._lock, suppress(ValueError):
            self._queue.remove(own)

    def _next_batch(self) -> list[_Waiting[Act]]:
        self._let_come()
        with self._lock:
            batch = [self._queue.popleft()]
            count = len(batch[0].acts)
            while self._queue and count + len(self._queue[0].acts) <= self._max_batch:
                batch.append(self._queue.popleft())
                count += len(batch[-1].acts)
            self._together = len(batch) + len(self._queue)
            return batch

    def _let_come(self) -> None:
        """Let the callers of the last batch come back, as long as each pause brings another one.

        They were answered a moment ago. Without this the first to come would make every second transaction alone.
        """
        come = 0
        while come < len(self._queue) < self._together:
            come = len(self._queue)
            sleep(0)

    def _lead(self, batch: list[_Waiting[Act]]) -> None:
        try:
            self._run([act for waiting in batch for act in waiting.acts])
        finally:
            for waiting in batch:
                waiting.done = True
                if not waiting.lead:
                    waiting.wake.release()

    def _run(self, acts: Sequence[Act]) -> None:
        try:
            self._take_in(acts)
        except BaseException as error:
            # An interrupted append has given out places in the log that may not be there: nobody may rely on them.
            for act in acts:
                act.error = act.error or (error if isinstance(error, Exception) else interrupted())
            if not isinstance(error, Exception):
                raise

    def _hand_over(self) -> None:
        with self._lock:
            if self._queue:
                self._queue[0].lead = True
                self._queue[0].wake.release()
            else:
                self._led = False
