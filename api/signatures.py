"""The state of every signature of a case, checked anew each time it is shown."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import NamedTuple

from api.main import Application
from audit.case_keys import NO_KEYS, PETITIONER, CaseKeys
from audit.entry import check_envelope, parse_entry
from audit.errors import AuditError, AuthorityRejected
from audit.faults import Kind, kind_of
from audit.merkle import leaf_hash
from audit.statement import NO_PREV, PAYLOAD_TYPE, Statement, parse_statement
from audit.store.model import StoredEntry

GOOD = "good"

__all__ = ["GOOD", "SignatureState", "signature_states"]


class SignatureState(NamedTuple):
    """What checking an act found: "good" or the kind of fault, and where its key is kept."""

    told: str
    custody: str

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return self.told == GOOD


def signature_states(
    application: Application, case: str, wanted: Container[int] | None = None
) -> dict[int, SignatureState]:
    """Check signature, key, columns, leaf and link of every act of a case, or of the wanted ones; by log index.

    Columns are those that say where the row stands: stream, seq and action have to be those that were signed.
    """
    authority = application.ledger.authority()
    keys: CaseKeys = NO_KEYS
    before, states = NO_PREV, {}
    entries = application.ledger.stream_entries(f"case/{case}")
    skipped = _skipped(entries, wanted)
    for stored in entries:
        if stored.index in skipped:
            before = stored.leaf
            continue
        custody = ""
        try:
            entry = parse_entry(stored.entry)
            statement = parse_statement(entry.payload)
            if statement.origin != application.ledger.origin or entry.payload_type != PAYLOAD_TYPE:
                raise AuthorityRejected(f"the statement is of the ledger {statement.origin}")
            if statement.actor == PETITIONER:
                grant = keys.check(stored.index, statement)
            else:
                grant = authority.check(stored.index, statement)
            custody = grant.custody
            check_envelope(entry, (grant.key,))
            keys = keys.after(stored.index, statement, grant)
            states[stored.index] = SignatureState(_placed(stored, statement, before), custody)
        except AuditError as error:
            states[stored.index] = SignatureState(str(kind_of(error)), custody)
        before = stored.leaf
    return states


def _skipped(entries: Sequence[StoredEntry], wanted: Container[int] | None) -> frozenset[int]:
    """The acts that need no check: none, if all are wanted or a petitioner's, whose keys come out of others."""
    if wanted is None:
        return frozenset()
    for stored in entries:
        if stored.index in wanted:
            try:
                if parse_statement(parse_entry(stored.entry).payload).actor == PETITIONER:
                    return frozenset()
            except AuditError:
                return frozenset()
    return frozenset(stored.index for stored in entries if stored.index not in wanted)


def _placed(stored: StoredEntry, statement: Statement, before: bytes) -> str:
    """Tell whether a signed act stands where it says, behind the act that it follows."""
    if (statement.stream, statement.seq, statement.action) != (stored.stream, stored.seq, stored.action):
        return str(Kind.COLUMN)
    linked = statement.prev == before and leaf_hash(stored.entry) == stored.leaf
    return GOOD if linked else str(Kind.LINK)
