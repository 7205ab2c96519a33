"""The log as an `eventsourcing` recorder: events are inserted in one transaction a call and read back as they lie.

States are opaque here, as the library's recorder contract wants it; strict parsing happens in the mapper.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    StoredEvent,
    Subscription,
)

from audit.store.append import Item, Meanwhile
from audit.store.errors import ActRefused
from audit.store.group_commit import interrupted
from audit.store.log import Log

OriginatorIdType = Literal["uuid", "text"]

_FIELDS = "originator_id, originator_version, topic, state"


class LogRecorder(ApplicationRecorder):
    """Records events in a log. `originator_id_type` is "text" for streams; "uuid" serves the library's contract."""

    def __init__(self, log: Log, originator_id_type: OriginatorIdType = "text") -> None:
        self.log = log
        self._uuids = originator_id_type == "uuid"

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """Append events whose states are opaque, all or none, and return their notification ids.

        Raises IntegrityError (RecordConflictError) if an event's place is taken.
        """
        items = [self._opaque(event) for event in stored_events]
        also = self._also(**kwargs)
        if items or also is not None:
            try:
                self.log.append(items, atomic=True, also=also)
            except ActRefused as error:
                raise IntegrityError(str(error)) from error
        return [item.index + 1 for item in items]

    def _also(self, **kwargs: Any) -> Any:
        """Return what else is written in the transaction of opaque events; nothing here."""
        return None

    def append_signed(self, items: list[Item], meanwhile: Meanwhile | None) -> None:
        """Append signed items, each with its own answer afterwards; what the log raises for all is the error of each.

        The library's way here would make three objects of every act that are looked at by nobody.
        """
        try:
            self.log.append(items, meanwhile=meanwhile)
        except Exception as error:
            for item in items:
                item.error = item.error or error
        for item in items:
            if item.error is None and item.index < 0:
                item.error = interrupted()

    @staticmethod
    def _opaque(event: StoredEvent) -> Item:
        stream = event.originator_id.hex if isinstance(event.originator_id, UUID) else event.originator_id
        return Item(stream, event.originator_version, event.topic, event.state, opaque=True)

    def _id(self, text: str) -> UUID | str:
        return UUID(text) if self._uuids else text

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Return a stream's events with gt < version <= lte in order, or the reverse."""
        stream = originator_id.hex if isinstance(originator_id, UUID) else originator_id
        statement = f"SELECT {_FIELDS} FROM entries WHERE originator_id = ?"
        parameters: list[Any] = [stream]
        for condition, value in (("originator_version > ?", gt), ("originator_version <= ?", lte)):
            if value is not None:
                statement += f" AND {condition}"
                parameters.append(value)
        statement += f" ORDER BY originator_version {'DESC' if desc else 'ASC'}"
        if limit is not None:
            statement += " LIMIT ?"
            parameters.append(limit)
        rows = self.log.select(statement, parameters)
        return [StoredEvent(self._id(row[0]), row[1], row[2], bytes(row[3])) for row in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Return events in log order from notification id `start` to `stop`, at most `limit`, of these topics."""
        statement = f"SELECT {_FIELDS}, notification_id FROM entries WHERE notification_id >= ?"
        parameters: list[Any] = [0 if start is None else start + (0 if inclusive_of_start else 1)]
        if stop is not None:
            statement += " AND notification_id <= ?"
            parameters.append(stop)
        if topics:
            statement += f" AND topic IN ({', '.join('?' * len(topics))})"
            parameters.extend(topics)
        parameters.append(limit)
        rows = self.log.select(f"{statement} ORDER BY notification_id LIMIT ?", parameters)
        return [Notification(self._id(row[0]), row[1], row[2], bytes(row[3]), row[4]) for row in rows]

    def max_notification_id(self) -> int | None:
        """Return the largest notification id, which is the log's size, or None if the log is empty."""
        return self.log.head().size or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Refuse: this store cannot wait for entries; poll `select_notifications` instead.

        Raises NotImplementedError, as the library's own recorder on SQLite does.
        """
        raise NotImplementedError(f"the {type(self).__qualname__} does not support subscriptions")
