"""Checks of entries within their streams: bytes, signature, authority, link.

This is the hot path of a verification. Entries of one stream come in the order of its sequence
numbers; the streams may come one after the other or mixed. What depends on the order of the whole
log is left to `audit.tree_checks`, for which the leaves and times are collected here.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from audit.authority import Authority, is_authority_action
from audit.case_keys import NO_KEYS, PETITIONER, PRINTING, CaseKeys
from audit.entry import MAX_RECORDED_AT, Entry, check_envelope, parse_entry
from audit.errors import AuditError, AuthorityRejected, Malformed
from audit.faults import Fault, Faults, Kind, kind_of
from audit.statement import NO_PREV, PAYLOAD_TYPE, Seen, Statement, parse_statement
from audit.suite import Verify

__all__ = ["NO_TIME", "Part", "Stream", "StreamChecks"]

# Stands for the recorded_at of an entry whose bytes are malformed.
NO_TIME = MAX_RECORDED_AT + 1


@dataclass(slots=True)
class Part:
    """What checking some of the streams has found; parts of several processes are joined.

    Entry indexes[n] has the leaf leaves[32 n : 32 n + 32] and the time times[n]. seen maps a size and
    root that signers had verified to the first entry that says so.
    """

    indexes: array[int] = field(default_factory=lambda: array("Q"))
    leaves: bytearray = field(default_factory=bytearray)
    times: array[int] = field(default_factory=lambda: array("Q"))
    seen: dict[Seen, int] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    signatures: int = 0
    acts: int = 0


class Stream:
    """Where a stream stands: its last entry and its petitioner's keys."""

    __slots__ = ("index", "keys", "leaf", "seq")

    def __init__(self) -> None:
        """Begin before the first entry."""
        self.seq = 0
        self.index = -1
        self.leaf = NO_PREV
        self.keys: CaseKeys = NO_KEYS


class StreamChecks:
    """Checks entries and collects what it finds in `part`."""

    def __init__(self, authority: Authority, verify: Verify, *, references: bool) -> None:
        """Begin with no stream read.

        With references, the entries are those of the streams on keys, in the order of the log, and are
        folded into the authority; without, the authority is that of the whole log.
        """
        self.part = Part()
        self._authority = authority
        self._verify = verify
        self._references = references
        self._streams: dict[str, Stream] = {}
        self._seen = Seen(-1, b"")

    def check(self, entries: Iterable[tuple[int, bytes]]) -> Part:
        """Check entries, each with its index, and return what was found. Nothing is raised."""
        for index, data in entries:
            leaf, entry, statement = self._take_apart(index, data)
            if entry is not None and statement is not None:
                state = self._streams.get(statement.stream)
                if state is None:
                    state = self._streams[statement.stream] = Stream()
                self._check_entry(state, index, leaf, entry, statement)
        return self.part

    def _take_apart(self, index: int, data: bytes) -> tuple[bytes, Entry | None, Statement | None]:
        """Return an entry's leaf, the entry and its statement, the last two None if they are malformed."""
        part = self.part
        leaf = sha256(b"\x00" + data).digest()
        part.indexes.append(index)
        part.leaves += leaf
        try:
            entry = parse_entry(data)
            if entry.payload_type != PAYLOAD_TYPE:
                raise Malformed(f"not a payload type of this log: {entry.payload_type[:60]!a}")
            statement = parse_statement(entry.payload)
        except Malformed as error:
            part.times.append(NO_TIME)
            part.faults.add(Fault(index, Kind.MALFORMED, str(error)))
            return leaf, None, None
        part.times.append(entry.recorded_at)
        return leaf, entry, statement

    def _check_entry(self, state: Stream, index: int, leaf: bytes, entry: Entry, statement: Statement) -> None:
        """Check an entry that was taken apart, and let its stream move on."""
        try:
            self._check_signer(state, index, leaf, entry, statement)
            if statement.seq != state.seq + 1 or statement.prev != state.leaf or index <= state.index:
                # Blame a predecessor only on the word of an entry that is itself above suspicion.
                self._stop(state, _broken_link(state, index, statement))
        except AuditError as error:
            self._stop(state, Fault(index, kind_of(error), str(error)))
        state.index, state.seq, state.leaf = index, statement.seq, leaf

    def _stop(self, _state: Stream, fault: Fault) -> None:
        """Note a fault; what is said of the acts behind it in this stream may be worth nothing."""
        self.part.faults.add(fault)

    def _check_signer(self, state: Stream, index: int, leaf: bytes, entry: Entry, statement: Statement) -> None:
        """Check that whoever signed had the right to, and did sign; collect what they had seen."""
        self.part.signatures += len(entry.signatures)
        if statement.actor == PETITIONER:
            if statement.origin != self._authority.origin:
                raise AuthorityRejected(f"the statement is of the ledger {statement.origin}")
            grant = state.keys.check(index, statement, self._verify)
            check_envelope(entry, (grant.key,), self._verify)
            state.keys = state.keys.after(index, statement, grant)
        elif not is_authority_action(statement.action):
            grant = self._authority.check(index, statement)
            check_envelope(entry, (grant.key,), self._verify)
            if statement.action in PRINTING:
                state.keys = state.keys.after(index, statement, grant)
        elif self._references:
            self._authority.apply(index, leaf, statement, entry)
        else:
            raise AuthorityRejected(f"{statement.action} has no place in {statement.stream}")
        if statement.seen != self._seen or statement.seen.size > index:
            self._collect(index, statement.seen)

    def _collect(self, index: int, seen: Seen) -> None:
        """Collect what a signer had seen; it is compared with the tree in the end."""
        self._seen = seen
        first = self.part.seen.get(seen)
        if first is None or index < first:
            self.part.seen[seen] = index
        if seen.size > index:
            self.part.faults.add(Fault(index, Kind.SEEN, f"its signer claims to have seen {seen.size} entries"))


def _broken_link(state: Stream, index: int, statement: Statement) -> Fault:
    """Say which entry is wrong when an entry does not follow the one before it in its stream."""
    name = f"{statement.stream} #{statement.seq}"
    if statement.seq <= state.seq:
        return Fault(index, Kind.LINK, f"{name} comes after #{state.seq}")
    if statement.seq > state.seq + 1:
        detail = f"{name} comes after #{state.seq or 'nothing'}: entries in between are missing"
        return Fault(min(state.index + 1, index), Kind.LINK, detail, index)
    if index <= state.index:
        return Fault(index, Kind.LINK, f"{name} stands before its predecessor, entry {state.index}")
    if state.index < 0:
        return Fault(index, Kind.LINK, f"{name} is the first of its stream and names a predecessor")
    return Fault(state.index, Kind.LINK, f"{name}, entry {index}, follows another entry than this one")
