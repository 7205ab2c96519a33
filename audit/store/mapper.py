"""Between the library's stored events and ours: entry bytes are parsed strictly, and written only by `commit`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent

from audit.entry import parse_entry
from audit.statement import Statement, parse_statement

ReadEvent = Callable[[Statement, int, int], Any]
"""(statement, index or -1 where unknown, recorded_at in Unix ms) → the domain's event."""


class EntryMapper(Mapper[str]):
    """Maps stored entries to domain events; no topic is ever resolved, no transcoder, cipher or compressor used."""

    def __init__(self, read: ReadEvent) -> None:
        self._read = read

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """Raise TypeError: an event without a signature cannot be stored."""
        raise TypeError("only signed acts are stored, through Ledger.commit")

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """Return the domain's event of a stored entry. Raises audit.errors.Malformed if it is not a strict entry."""
        entry = parse_entry(bytes(stored_event.state))
        notification_id = getattr(stored_event, "id", None)
        index = -1 if notification_id is None else notification_id - 1
        return self._read(parse_statement(entry.payload), index, entry.recorded_at)
