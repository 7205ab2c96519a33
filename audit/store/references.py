"""What every act is judged against: key authority and the policy's reference, as of one place in the log."""

from __future__ import annotations

from threading import Lock
from typing import Any, NamedTuple

from audit.authority import Authority
from audit.entry import parse_entry
from audit.statement import parse_statement
from audit.store.log import Log
from audit.store.model import Policy


class Reference(NamedTuple):
    """Authority and policy reference after the entry with index `at` (-1: before any)."""

    at: int
    authority: Authority
    value: Any


class References:
    """Folds the streams that everything depends on, and folds on when the log has more of them."""

    def __init__(self, log: Log, policy: Policy) -> None:
        self._log = log
        self._policy = policy
        self._lock = Lock()
        self._current = Reference(-1, Authority(), policy.initial_reference())

    @property
    def current(self) -> Reference:
        """Return the newest reference that has been folded."""
        return self._current

    def refresh(self) -> Reference:
        """Fold the reference entries that were appended since and return the result."""
        with self._lock:
            at, authority, value = self._current
            stored = self._log.reference_entries(at + 1)
            if not stored:
                return self._current
            authority = authority.copy()
            for row in stored:
                entry = parse_entry(row.entry)
                statement = parse_statement(entry.payload)
                authority.apply(row.index, row.leaf, statement, entry)
                value = self._policy.fold_reference(value, self._policy.read(statement, row.index, entry.recorded_at))
                at = row.index
            self._current = Reference(at, authority, value)
            return self._current
