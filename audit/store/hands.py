"""A second pair of hands: a thread that takes part in work that leaves the interpreter alone.

The libraries that sign and check signatures let go of the interpreter while they compute, and SQLite does while the
disk writes. So a batch is checked by two threads at once, and acknowledgements are signed while their commit waits for
the disk. Whoever shares work out does all of it that nobody has begun: where the other thread is slow, busy or gone,
nothing waits for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

Work = TypeVar("Work")


class Share(Generic[Work]):
    """Pieces of work, each done by whoever takes it first."""

    __slots__ = ("_do", "_failures", "_helping", "_left")

    def __init__(self, pieces: Iterable[Work], do: Callable[[Work], object]) -> None:
        self._left = deque(pieces)
        self._do = do
        self._helping = Lock()
        self._failures: list[BaseException] = []

    def help(self) -> None:
        """Do what is left, as the second of two; what fails is told to the first."""
        with self._helping:
            try:
                self._work()
            except BaseException as failure:
                self._failures.append(failure)

    def finish(self) -> None:
        """Do what is left and wait for the piece that the other has begun. Raises what that one met."""
        self._work()
        with self._helping:
            if self._failures:
                raise self._failures[0]

    def _work(self) -> None:
        left, do = self._left, self._do
        while left:
            try:
                piece = left.popleft()
            except IndexError:
                return  # the other one was faster
            do(piece)


class SecondHand:
    """One thread that helps, begun when it is first needed."""

    def __init__(self) -> None:
        self._shares: SimpleQueue[Share[Any] | None] = SimpleQueue()
        self._thread: Thread | None = None

    def share(self, pieces: Iterable[Work], do: Callable[[Work], object]) -> Share[Work]:
        """Have the thread begin with this work; the caller has to finish it."""
        if self._thread is None:
            self._thread = Thread(target=self._help, name="second-hand", daemon=True)
            self._thread.start()
        share = Share(pieces, do)
        self._shares.put(share)
        return share

    def close(self) -> None:
        """End the thread."""
        if self._thread is not None:
            self._shares.put(None)
            self._thread.join()
            self._thread = None

    def _help(self) -> None:
        while (share := self._shares.get()) is not None:
            share.help()
