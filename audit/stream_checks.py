"""Checks of rows within their streams: bytes, columns, signature, authority, link, lawfulness.

This is the hot path of a verification. Rows of one stream come in the order of its sequence numbers;
the streams may come one after the other or mixed. What depends on the order of the whole log is left
to `audit.tree_checks`, for which the leaves and times are collected here.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

from audit.authority import Authority, is_authority_action
from audit.case_keys import NO_KEYS, PETITIONER, PRINTING, CaseKeys
from audit.dsse import check_signed_by
from audit.entry import MAX_RECORDED_AT, Entry, parse_entry
from audit.errors import AuditError, AuthorityRejected, Malformed
from audit.faults import Fault, Faults, Kind, kind_of
from audit.statement import NO_PREV, PAYLOAD_TYPE, Seen, Statement, parse_statement
from audit.suite import Verify

__all__ = ["NO_TIME", "Checker", "Part", "Replay", "Row", "StreamChecks"]

# Takes index, statement and recorded_at of the acts of one stream in turn, and raises whatever it
# likes at an act that the rules would have refused.
Checker = Callable[[int, Statement, int], None]
Replay = Callable[[str], Checker]

# Stands for the recorded_at of an entry whose bytes are malformed.
NO_TIME = MAX_RECORDED_AT + 1

_BATCH = 128


class Row(NamedTuple):
    """One row of the log as a database holds it. Nothing in it is believed, its types included."""

    index: int  # type: ignore[assignment]  # a row is never searched as a tuple
    stream: str
    seq: int
    action: str
    act_id: bytes | None
    entry: bytes
    leaf: bytes


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


class _Stream:
    """Where a stream stands: its last entry, its petitioner's keys, its rules.

    After a fault the links are still followed, but the rules are no longer asked: what they would
    say of the acts behind a wrong one is worth nothing.
    """

    __slots__ = ("checker", "index", "keys", "leaf", "seq")

    def __init__(self, checker: Checker | None) -> None:
        self.seq = 0
        self.index = -1
        self.leaf = NO_PREV
        self.keys: CaseKeys = NO_KEYS
        self.checker = checker


class StreamChecks:
    """Checks rows and collects what it finds in `part`."""

    def __init__(
        self, authority: Authority, verify: Verify, replay: Replay | None, *, references: bool, by_stream: bool
    ) -> None:
        """Begin with no stream read.

        With references, the rows are those of the streams on keys, in the order of the log, and are
        folded into the authority; without, the authority is that of the whole log. With by_stream,
        all rows of a stream come together, and no more than one stream is remembered.
        """
        self.part = Part()
        self._authority = authority
        self._verify = verify
        self._replay = replay
        self._references = references
        self._by_stream = by_stream
        self._streams: dict[str, _Stream] = {}
        self._next = 0
        self._seen = Seen(-1, b"")
        self._pending: list[tuple[_Stream, int, Statement, int]] = []

    def check(self, rows: Iterable[Row]) -> Part:
        """Check rows, or plain tuples of the same, and return what was found. Nothing is raised.

        They are taken apart, checked and replayed a hundred at a time: changing from one kind of work
        to another with every row would cost a fifth of the speed.
        """
        remaining = iter(rows)
        while batch := list(islice(remaining, _BATCH)):
            for row, read in [(row, self._read(row)) for row in batch]:
                if read is not None:
                    self._check_entry(row, *read)
            self._replay_pending()
        return self.part

    def _read(self, row: Row) -> tuple[bytes, Entry | None, Statement | None] | None:
        """Return a row's leaf, entry and statement, the last two None if malformed; None if it has no place."""
        index, stream, _, _, _, data, stored_leaf = row
        part = self.part
        if type(index) is not int or not 0 <= index < 1 << 63 or type(data) is not bytes or type(stream) is not str:
            at = index if type(index) is int and index > 0 else 0
            part.faults.add(Fault(at, Kind.GAP, f"row {index!r:.40} has no place in the log"))
            return None
        leaf = sha256(b"\x00" + data).digest()
        if leaf != stored_leaf:
            part.faults.add(Fault(index, Kind.LEAF, "the stored leaf is not the hash of the stored entry"))
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

    def _begin(self, stream: str) -> _Stream:
        """Begin a stream, and forget the one before it if streams come one by one."""
        if self._by_stream:
            self._streams.clear()
        state = self._streams[stream] = _Stream(self._replay(stream) if self._replay else None)
        return state

    def _check_entry(self, row: Row, leaf: bytes, entry: Entry | None, statement: Statement | None) -> None:
        """Check an entry that was taken apart, and let its stream move on."""
        index, stream, seq, action, act_id, _, _ = row
        if self._references and index < self._next:
            self.part.faults.add(Fault(index, Kind.GAP, f"row {index} was not read in the order of the log"))
        self._next = index + 1
        state = self._streams.get(stream) or self._begin(stream)
        if entry is None or statement is None:
            self._pass_over(state, index, leaf)
            return
        if (
            statement.act_id != act_id
            or statement.action != action
            or statement.seq != seq
            or statement.stream != stream
        ):
            self.part.faults.add(Fault(index, Kind.COLUMN, _wrong_column(Row(*row), statement)))
            if statement.stream != stream:
                # It belongs elsewhere and says nothing about the entries around it.
                self._pass_over(state, index, leaf)
                return
        try:
            self._check_signer(state, index, leaf, entry, statement)
            if statement.seq != state.seq + 1 or statement.prev != state.leaf or index <= state.index:
                # Blame a predecessor only on the word of an entry that is itself above suspicion.
                self._stop(state, _broken_link(state, index, statement))
        except AuditError as error:
            self._stop(state, Fault(index, kind_of(error), str(error)))
        if state.checker is not None:
            self._pending.append((state, index, statement, entry.recorded_at))
        state.index, state.seq, state.leaf = index, statement.seq, leaf

    def _pass_over(self, state: _Stream, index: int, leaf: bytes) -> None:
        """Move on past an entry that says nothing about its stream but stands in it."""
        self._stop(state)
        state.index, state.seq, state.leaf = index, state.seq + 1, leaf

    def _stop(self, state: _Stream, fault: Fault | None = None) -> None:
        """Ask the rules about what came before, and no more about this stream."""
        if fault is not None:
            self.part.faults.add(fault)
        self._replay_pending()
        state.checker = None

    def _replay_pending(self) -> None:
        """Ask the rules about the acts that were found to be what they claim."""
        for state, index, statement, recorded_at in self._pending:
            if state.checker is None:
                continue
            try:
                state.checker(index, statement, recorded_at)
            except Exception as error:  # The rules refuse with errors of their own, which are not known here.
                kind = kind_of(error)
                detail = str(error) if isinstance(error, AuditError) else f"{type(error).__name__}: {error}"
                self.part.faults.add(Fault(index, kind, detail))
                state.checker = None
            else:
                self.part.acts += 1
        self._pending.clear()

    def _check_signer(self, state: _Stream, index: int, leaf: bytes, entry: Entry, statement: Statement) -> None:
        """Check that whoever signed had the right to, and did sign; collect what they had seen."""
        self.part.signatures += len(entry.signatures)
        if statement.actor == PETITIONER:
            if statement.origin != self._authority.origin:
                raise AuthorityRejected(f"the statement is of the ledger {statement.origin}")
            grant = state.keys.check(index, statement, self._verify)
            check_signed_by(entry, statement.key_id, grant.key, self._verify)
            state.keys = state.keys.after(index, statement, grant)
        elif not is_authority_action(statement.action):
            grant = self._authority.check(index, statement)
            check_signed_by(entry, statement.key_id, grant.key, self._verify)
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


def _wrong_column(row: Row, statement: Statement) -> str:
    """Say which columns of a row differ from its statement."""
    pairs = (
        ("stream", row.stream, statement.stream),
        ("seq", row.seq, statement.seq),
        ("action", row.action, statement.action),
        ("act_id", row.act_id, statement.act_id),
    )
    return "; ".join(
        f"column {name} says {column!r:.80}, the statement {signed!r:.80}"
        for name, column, signed in pairs
        if column != signed
    )


def _broken_link(state: _Stream, index: int, statement: Statement) -> Fault:
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
