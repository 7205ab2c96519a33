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

from audit.authority import AUTHORITY_ACTIONS, Authority
from audit.case_keys import NO_KEYS, PETITIONER, PRINTING, CaseKeys
from audit.entry import MAX_RECORDED_AT, Entry, pae, parse_entry
from audit.errors import AuditError, AuthorityRejected, Malformed, SignatureRejected
from audit.faults import Fault, Faults, Kind, kind_of
from audit.statement import NO_PREV, PAYLOAD_TYPE, Seen, Statement, parse_statement
from audit.suite import Verify

__all__ = ["BATCH", "NO_TIME", "Part", "Stream", "StreamChecks"]

# Stands for the recorded_at of an entry whose bytes are malformed.
NO_TIME = MAX_RECORDED_AT + 1
# The hash of a leaf as it begins. To go on from a copy is faster than to begin anew. RFC 6962 section 2.1.
_LEAF = sha256(b"\x00")
# So many signatures are checked at a time.
BATCH = 64


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


@dataclass(slots=True)
class Stream:
    """Where a stream stands: its last entry and its petitioner's keys."""

    seq: int = 0
    index: int = -1
    leaf: bytes = NO_PREV
    keys: CaseKeys = NO_KEYS


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
        # What the last signer had seen, and the first entry that says so.
        self._seen, self._first = Seen(-1, b""), -1
        # Entries whose signatures are not checked yet: stream, index, what the signer had seen, the fault if the entry
        # does not follow its predecessor; and the key, the message and the signature.
        self._open: list[tuple[Stream, int, Seen, Fault | None, bytes, bytes, bytes]] = []

    def check(self, entries: Iterable[tuple[int, bytes]]) -> Part:
        """Check entries, each with its index, and return what was found. Nothing is raised."""
        for index, data in entries:
            leaf, entry, statement = self._take_apart(index, data)
            if entry is not None and statement is not None:
                state = self._streams.get(statement.stream) or self._streams.setdefault(statement.stream, Stream())
                self._check_entry(state, index, leaf, entry, statement)
                if len(self._open) == BATCH:
                    self._settle()
        self._settle()
        return self.part

    def _take_apart(self, index: int, data: bytes) -> tuple[bytes, Entry | None, Statement | None]:
        """Return an entry's leaf, the entry and its statement, the last two None if they are malformed."""
        part = self.part
        hashed = _LEAF.copy()
        hashed.update(data)
        leaf = hashed.digest()
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
        """Check all of an entry that was taken apart but its signature, and let its stream move on."""
        _, action, actor, _, key_id, _, _, _, prev, _, _, _, seen, seq, _ = statement
        _, payload, signatures, _ = entry
        self.part.signatures += len(signatures)
        try:
            if actor == PETITIONER or action in PRINTING or action in AUTHORITY_ACTIONS:
                key = self._find_key(state, index, leaf, entry, statement)
            else:
                key = self._authority.check(index, statement).key
            if key and (signatures[0][0] != key_id or len(signatures) > 1):
                raise SignatureRejected("the entry is not signed by its one signer alone")
        except AuditError as error:
            self._stop(state, index, Fault(index, kind_of(error), str(error)))
        else:
            follows = seq == state.seq + 1 and prev == state.leaf and index > state.index
            broken = None if follows else _broken_link(state, index, statement)
            message = pae(PAYLOAD_TYPE, payload) if key else b""
            self._open.append((state, index, seen, broken, key, message, signatures[0][1]))
        state.index, state.seq, state.leaf = index, seq, leaf

    def _find_key(self, state: Stream, index: int, leaf: bytes, entry: Entry, statement: Statement) -> bytes:
        """Return the raw key that has to have signed, checked to have the right to; b"" if its signature was, too."""
        if statement.actor == PETITIONER:
            if statement.origin != self._authority.origin:
                raise AuthorityRejected(f"the statement is of the ledger {statement.origin}")
            grant = state.keys.check(index, statement, self._verify)
            state.keys = state.keys.after(index, statement, grant)
        elif statement.action in PRINTING:
            grant = self._authority.check(index, statement)
            state.keys = state.keys.after(index, statement, grant)
        elif self._references:
            self._authority.apply(index, leaf, statement, entry)
            return b""
        else:
            raise AuthorityRejected(f"{statement.action} has no place in {statement.stream}")
        return grant.key

    def _settle(self) -> None:
        """Check the signatures of the entries that stand open, and note what their signers say.

        Signatures are checked many at a time: a processor that turns to something else between any two of them takes a
        tenth longer. Blame a predecessor only on the word of an entry that is itself above suspicion.
        """
        errors, verify = dict[int, AuditError](), self._verify
        for place, (_, _, _, _, key, message, signature) in enumerate(self._open):
            try:
                if key:
                    verify(key, message, signature)
            except AuditError as error:
                errors[place] = error
        for place, (state, index, seen, broken, _, _, _) in enumerate(self._open):
            refused = errors.get(place)
            fault = broken if refused is None else Fault(index, kind_of(refused), str(refused))
            if fault is not None:
                self._stop(state, index, fault)
            if refused is None and (seen != self._seen or index < self._first or seen[0] > index):
                self._collect(index, seen)
        self._open = []

    def _stop(self, _state: Stream, _index: int, fault: Fault) -> None:
        """Note a fault; what is said of this act and those behind it in its stream may be worth nothing."""
        self.part.faults.add(fault)

    def _collect(self, index: int, seen: Seen) -> None:
        """Collect what a signer had seen; it is compared with the tree in the end."""
        self._seen, self._first = seen, min(index, self.part.seen.get(seen, index))
        self.part.seen[seen] = self._first
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
