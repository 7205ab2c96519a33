"""Group commit: callers that arrive while a transaction is under way share the next one.

The first caller becomes the leader and appends what has queued up; the others wait. When its own acts are answered,
the leader hands its office to the caller that waits longest. There is no extra thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Lock

from audit.store.append import Item
from audit.store.errors import DatabaseUnavailable

MAX_BATCH = 512


def _interrupted() -> DatabaseUnavailable:
    return DatabaseUnavailable("the append was interrupted; its outcome is not known")


class _Waiting:
    """The acts of one caller, and the lock it sleeps on until they are answered or it has to lead."""

    __slots__ = ("done", "items", "lead", "wake")

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        self.done = False
        self.lead = False
        self.wake = Lock()
        self.wake.acquire()


class GroupCommit:
    """Collects acts of many callers into transactions of at most 512 acts (a larger call stays whole)."""

    def __init__(self, append: Callable[[list[Item]], None], max_batch: int = MAX_BATCH) -> None:
        self._append = append
        self._max_batch = max_batch
        self._lock = Lock()
        self._queue: deque[_Waiting] = deque()
        self._led = False

    def submit(self, items: Sequence[Item]) -> None:
        """Append these acts and return when each has its index or its error.

        What `append` raises for a whole batch becomes the error of each of its acts.
        """
        own = _Waiting(items)
        with self._lock:
            self._queue.append(own)
            own.lead, self._led = not self._led, True
        try:
            if not own.lead:
                own.wake.acquire()
            while not own.done:
                self._append_batch(self._take())
        except BaseException:
            self._withdraw(own)
            raise
        finally:
            if own.lead:
                self._hand_over()

    def _withdraw(self, own: _Waiting) -> None:
        """Leave the queue: whoever is interrupted while it waits must not be made the leader any more."""
        with self._lock, suppress(ValueError):
            self._queue.remove(own)

    def _take(self) -> list[_Waiting]:
        with self._lock:
            batch = [self._queue.popleft()]
            count = len(batch[0].items)
            while self._queue and count + len(self._queue[0].items) <= self._max_batch:
                batch.append(self._queue.popleft())
                count += len(batch[-1].items)
            return batch

    def _append_batch(self, batch: list[_Waiting]) -> None:
        items = [item for waiting in batch for item in waiting.items]
        try:
            self._append(items)
        except BaseException as error:
            # An interrupted append has given out places in the log that may not be there: nobody may rely on them.
            for item in items:
                item.error = item.error or (error if isinstance(error, Exception) else _interrupted())
            if not isinstance(error, Exception):
                raise
        finally:
            for waiting in batch:
                waiting.done = True
                if not waiting.lead:
                    waiting.wake.release()

    def _hand_over(self) -> None:
        with self._lock:
            if self._queue:
                self._queue[0].lead = True
                self._queue[0].wake.release()
            else:
                self._led = False
