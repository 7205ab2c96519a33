"""What every act is judged against: key authority and the policy's reference, as of one place in the log."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any, NamedTuple

from audit.authority import Authority
from audit.entry import Entry, Signature, parse_entry
from audit.errors import AuditError, SignatureRejected
from audit.statement import PAYLOAD_TYPE, parse_statement
from audit.store.errors import AuthorityRefused, LedgerError, SignatureRefused
from audit.store.log import Log
from audit.store.model import Policy, Prepared


class Reference(NamedTuple):
    """Authority and policy reference after the entry with index `at` (-1: before any)."""

    at: int
    authority: Authority
    value: Any


def check_log_key(reference: Reference, public: bytes) -> None:
    """Check that this raw public key is still the log's: what an old one signs, no verifier takes.

    Raises LedgerError if the log goes on under another key.
    """
    if reference.authority.log_key() != public:
        raise LedgerError("the log's key was rotated, and this program still holds the old one")


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
        if self._log.reference_at() == self._current.at:
            return self._current
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
                event = self._policy.read(statement, row.index, entry.recorded_at, value)
                value = self._policy.fold_reference(value, event)
                at = row.index
            self._current = Reference(at, authority, value)
            return self._current

    def try_entry(self, prepared: Prepared, signatures: Sequence[tuple[bytes, bytes]]) -> None:
        """Check that the authority would take this act in as its next.

        Raises AuthorityRefused or SignatureRefused, naming what is wrong.
        """
        parts = tuple(Signature(*one) for one in signatures)
        entry = Entry(PAYLOAD_TYPE, prepared.payload, parts, 0)
        try:
            self._current.authority.copy().apply(self._current.at + 1, bytes(32), prepared.statement, entry)
        except SignatureRejected as error:
            raise SignatureRefused(str(error)) from error
        except AuditError as error:
            raise AuthorityRefused(str(error)) from error
