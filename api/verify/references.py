"""Is what acts say of other streams so? Cases, decisions, seeds and draws are looked up in the entries themselves.

Entries and checkpoints have been verified by then. Only the acts that speak of other streams are read, and what they
speak of; a draw from all cases of its units folds every case once.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import Any

from api.policy import DomainPolicy
from api.verify.rows import read_references
from audit.entry import parse_entry
from audit.faults import Fault, Faults, Kind
from audit.statement import parse_statement
from domain import commands
from domain.case_state import Case
from domain.cross_references import CROSSING, PREFIX, check_elsewhere
from domain.errors import DomainRefused
from domain.reference import Reference, fold_reference, new_reference
from domain.schema import Event
from projections.database import Session

_ACTS = "SELECT notification_id - 1, state FROM entries"
_CROSSING = f"{_ACTS} WHERE topic IN ({', '.join(f':act{n}' for n in range(len(CROSSING)))})"
_CROSSING += " AND notification_id <= :last ORDER BY notification_id"
_OF_STREAM = f"{_ACTS} WHERE originator_id = :stream AND notification_id <= :index ORDER BY originator_version"
_ONE = f"{_ACTS} WHERE originator_id = :stream AND originator_version = :seq"
_BEGAN = "SELECT notification_id - 1 FROM entries WHERE originator_id = :stream AND originator_version = 1"
_CASES = """
    SELECT originator_id, notification_id - 1, state FROM entries
    WHERE originator_id >= 'case/' AND originator_id < 'case0' AND notification_id <= :index
    ORDER BY originator_id, originator_version
"""
_ROOT = "SELECT root FROM checkpoints WHERE size = :size"
_KEPT = 256


class StoredStreams:
    """The streams of one database, as they stood at any place of the log (`domain.cross_references.Elsewhere`)."""

    def __init__(self, session: Session, last: int) -> None:
        """Read the directory, the rules and the calendars among the first `last` entries."""
        self._session = session
        self._policy = DomainPolicy()
        self.reference: Reference = new_reference()
        for row in read_references(session, last):
            self.reference = fold_reference(self.reference, self.read(row[0], row[5]))
        self.state = lru_cache(_KEPT)(self._state)

    def read(self, index: int, entry: Any) -> Event:
        """Return the event that a stored entry tells of."""
        parsed = parse_entry(bytes(entry))
        return self._policy.read(parse_statement(parsed.payload), index, parsed.recorded_at, self.reference)

    def _state(self, stream: str, index: int) -> Any:
        state = commands.initial(stream)
        for at, entry in self._session.query(_OF_STREAM, {"stream": stream, "index": index}):
            state = commands.fold(state, self.read(at, entry), self.reference)
        return state

    def began(self, number: str) -> int | None:
        """Return the log index of a case's first act, None if there is no such case."""
        rows = self._session.query(_BEGAN, {"stream": PREFIX + number})
        return int(rows[0][0]) if rows else None

    def case(self, number: str, index: int) -> Case:
        """Return a case after those of its acts that stand before this log index."""
        state: Case = self.state(PREFIX + number, index)
        return state

    def cases(self, index: int) -> Iterator[Case]:
        """Yield every case that had begun before this log index, as it stood then."""
        rows = self._session.iterate(_CASES, {"index": index})
        for stream, acts in groupby(rows, lambda row: str(row[0])):
            state: Case = commands.initial(stream)
            for _, at, entry in acts:
                state = commands.fold(state, self.read(at, entry), self.reference)
            yield state

    def act(self, stream: str, seq: int) -> Event | None:
        """Return the act with this number of a stream, None if it has none."""
        rows = self._session.query(_ONE, {"stream": stream, "seq": seq})
        return self.read(*rows[0]) if rows else None

    def root(self, size: int) -> bytes | None:
        """Return the root of the signed checkpoint of this size, None if none was signed."""
        rows = self._session.query(_ROOT, {"size": size})
        return bytes(rows[0][0]) if rows else None


def check_references(session: Session, last: int) -> tuple[int, Faults]:
    """Check what the first `last` entries say of other streams; return how many do, and what is not so."""
    faults = Faults()
    actions = {f"act{number}": action for number, action in enumerate(CROSSING)}
    crossing = session.query(_CROSSING, {**actions, "last": last})
    if not crossing:
        return 0, faults
    streams = StoredStreams(session, last)
    for index, entry in crossing:
        event = streams.read(index, entry)
        try:
            check_elsewhere(streams.state(event.originator_id, index), event, streams, streams.reference.people)
        except DomainRefused as refused:
            faults.add(Fault(index, Kind.UNLAWFUL, f"{event.action}: {refused.message_en}"))
    return len(crossing), faults
