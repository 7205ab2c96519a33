"""The one door to the views' database: sessions that read one snapshot, or write one transaction.

SQL is written once, with parameters as `:name`; what the two stores do differently (bulk loading, putting rows,
asking for a table) are methods of the session. Connections are kept in a small pool, so that any number of threads may
ask at once; a connection that failed is closed and never reused.
"""

from __future__ import annotations

import queue
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Generic, Protocol, TypeVar

from projections.tables import Dialect, Row, Table

Parameters = Mapping[str, object]
_NONE: Parameters = {}
# As many as question at once, and one that folds: a connection that is closed takes what it has prepared with it.
_IDLE_CONNECTIONS = 16

C = TypeVar("C", bound="Connection")


class Connection(Protocol):
    """What the pool needs of a driver's connection."""

    def close(self) -> None: ...
    def rollback(self) -> None: ...


class Session(ABC):
    """One snapshot or one transaction."""

    dialect: Dialect

    @abstractmethod
    def query(self, sql: str, parameters: Parameters = _NONE) -> list[Row]:
        """Return all rows of a query. A parameter that stands as `IN (:name)` is a list of texts."""

    @abstractmethod
    def look_up(self, sql: str, parameters: Parameters = _NONE) -> list[Row]:
        """Return all rows of a query that one index answers, whatever is asked.

        It is planned once for all, unless the session has gone over to planning by what is asked.
        """

    @abstractmethod
    def plan_once(self) -> None:
        """Say that one index alone can answer what is asked from here on, as by `look_up`.

        For a store that plans by what is asked, and forgets: there it takes longer than to read a page.
        """

    @abstractmethod
    def iterate(self, sql: str, parameters: Parameters = _NONE) -> Iterator[Row]:
        """Yield the rows of a query without holding them all in memory."""

    @abstractmethod
    def query_any(self, sql: str, values: Collection[str], parameters: Parameters = _NONE) -> list[Row]:
        """Return all rows of a query in which `IN (:values)` stands for any of these texts."""

    @abstractmethod
    def run(self, sql: str, parameters: Parameters = _NONE) -> int:
        """Run a statement and return how many rows it touched."""

    @abstractmethod
    def run_any(self, sql: str, values: Collection[str], parameters: Parameters = _NONE) -> int:
        """Run a statement in which `IN (:values)` stands for any of these texts; return how many rows it touched."""

    @abstractmethod
    def load(self, table: Table, name: str, rows: Collection[Row]) -> None:
        """Append rows whose keys are new, in the store's fastest way."""

    @abstractmethod
    def put(self, table: Table, name: str, rows: Collection[Row]) -> None:
        """Put rows: those with a known key replace what was there. No key may occur twice in one call."""

    @abstractmethod
    def together(self) -> AbstractContextManager[None]:
        """Send what is put within this context to the store without waiting for each answer."""

    @abstractmethod
    def hold_views(self) -> None:
        """Wait until no other session reads or moves views, and let none begin before this transaction ends."""

    @abstractmethod
    def has_table(self, name: str) -> bool:
        """Return whether a table of this name exists."""

    @abstractmethod
    def size_of(self, name: str) -> int:
        """Return how many bytes a table takes, 0 where the store does not tell."""

    @abstractmethod
    def expect_sorting(self) -> None:
        """Have this transaction make keys and indexes in memory, as far as they fit."""


class Database(ABC):
    """A database that holds entries and views."""

    dialect: Dialect
    url: str

    @abstractmethod
    def read(self) -> AbstractContextManager[Session]:
        """A session in which every query sees the same moment, whatever is committed meanwhile."""

    @abstractmethod
    def write(self, *, lasting: bool = True) -> AbstractContextManager[Session]:
        """A session that commits at its end, or leaves nothing behind if it raises.

        What is not meant to last at once may be lost, as a whole, in a power cut: rows and position together, which
        are then folded again from entries that were not lost.
        """

    @abstractmethod
    def tidy(self, names: Collection[str]) -> None:
        """Give the planner fresh statistics of these tables, where they exist, and their pages a visibility map."""

    @abstractmethod
    def close(self) -> None:
        """Close all idle connections."""


class Pool(Generic[C]):
    """Idle connections, handed out one to a session."""

    def __init__(self, connect: Callable[[], C]) -> None:
        self._connect = connect
        self._idle: queue.LifoQueue[C] = queue.LifoQueue(_IDLE_CONNECTIONS)

    @contextmanager
    def connection(self) -> Iterator[C]:
        """Lend a connection, and roll back whatever its session has not committed.

        A connection that cannot roll back is broken, and those that idle are then not to be trusted either.
        """
        try:
            connection = self._idle.get_nowait()
        except queue.Empty:
            connection = self._connect()
        try:
            yield connection
        finally:
            try:
                connection.rollback()
                self._idle.put_nowait(connection)
            except queue.Full:
                connection.close()
            except Exception:
                connection.close()
                self.close()

    def close(self) -> None:
        """Close the connections that are idle now."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return
