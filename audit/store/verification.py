"""Verification of a log in a database: its columns, head and tiles, and the rules, besides its entries.

    verifier = DatabaseVerifier(anchor=anchor, replay=replay)
    references = verifier.read_rows(rows of ledger, people/… and other reference streams, references=True)
    parts = [verifier.read_rows(rows of the other streams) for each share of them]
    report = verifier.finish_database(size, [references, *parts], stored)

What needs entries alone is in `audit.verify`, on which this builds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from audit.authority import Authority
from audit.case_keys import NO_KEYS
from audit.entry import Entry
from audit.errors import AuditError
from audit.faults import Fault, Kind, kind_of
from audit.merkle import root
from audit.statement import NO_PREV, Statement
from audit.store.stored_checks import Stored, check_head, check_tiles, checkpoint_claims
from audit.store.stored_rows import Checker, Replay, Row, wrong_column
from audit.stream_checks import BATCH, NO_TIME, Part, Stream, StreamChecks
from audit.suite import Verify
from audit.verify import LogVerifier

__all__ = ["Counts", "DatabaseVerifier", "Report", "RowChecks"]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many checks of each kind were made."""

    signatures: int
    links: int
    leaves: int
    acts: int


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome: what was checked, and what is wrong.

    anchored says that an anchor was given and the log is the anchored one.
    """

    size: int
    root: bytes
    anchored: bool
    checked: Counts
    faults: tuple[Fault, ...]
    fault_count: int

    @property
    def consistent(self) -> bool:
        """Whether nothing is wrong, as far as the log itself can tell."""
        return not self.fault_count

    @property
    def good(self) -> bool:
        """Whether nothing is wrong and the log is the anchored one."""
        return self.anchored and self.consistent

    @property
    def first_fault(self) -> Fault | None:
        """The fault that is certain at the lowest index, or None."""
        return self.faults[0] if self.faults else None


# The largest index that a row can have.
_LAST = (1 << 63) - 1


class _RowStream(Stream):
    """Where a stream stands, and what asks the rules about its acts.

    After a fault the links are still followed, but the rules are no longer asked: what they would
    say of the acts behind a wrong one is worth nothing.
    """

    __slots__ = ("asked", "checker")

    def __init__(self, checker: Checker | None) -> None:
        # What the base class does is done here too: a stream begins with every other row.
        self.seq, self.index, self.leaf, self.keys = 0, -1, NO_PREV, NO_KEYS
        self.checker = checker
        self.asked = checker is not None


class RowChecks(StreamChecks):
    """Checks rows and collects what it finds in `part`."""

    def __init__(
        self, authority: Authority, verify: Verify, replay: Replay | None, *, references: bool, by_stream: bool
    ) -> None:
        """Begin with no stream read.

        With references, the rows are those of the streams on keys, in the order of the log. With by_stream,
        all rows of a stream come together, and no more than one stream is remembered.
        """
        super().__init__(authority, verify, references=references)
        self._replay = replay
        self._by_stream = by_stream
        self._next = 0
        self._pending: list[tuple[_RowStream, int, Statement, int]] = []

    def check_rows(self, rows: Iterable[Row]) -> Part:
        """Check rows, or plain tuples of the same, and return what was found. Nothing is raised.

        They are taken apart, checked and replayed some dozens at a time: changing from one kind of work
        to another with every row would cost a fifth of the speed.
        """
        remaining = iter(rows)
        while batch := list(islice(remaining, BATCH)):
            for row, read in zip(batch, [self._read(row) for row in batch], strict=True):
                if read is not None:
                    self._check_row(row, read)
            self._settle()
            self._replay_pending()
        return self.part

    def _read(self, row: Row) -> tuple[bytes, Entry | None, Statement | None] | None:
        """Return a row's leaf, entry and statement, the last two None if malformed; None if it has no place."""
        index, stream, _, _, _, data, stored_leaf = row
        if type(index) is not int or not 0 <= index <= _LAST or type(data) is not bytes or type(stream) is not str:
            at = index if type(index) is int and index > 0 else 0
            self.part.faults.add(Fault(at, Kind.GAP, f"row {index!r:.40} has no place in the log"))
            return None
        taken = self._take_apart(index, data)
        if taken[0] != stored_leaf:
            self.part.faults.add(Fault(index, Kind.LEAF, "the stored leaf is not the hash of the stored entry"))
        return taken

    def _begin(self, stream: str) -> _RowStream:
        """Begin a stream, and forget the one before it if streams come one by one."""
        if self._by_stream:
            self._streams.clear()
        state = _RowStream(self._replay(stream) if self._replay else None)
        self._streams[stream] = state
        return state

    def _check_row(self, row: Row, read: tuple[bytes, Entry | None, Statement | None]) -> None:
        """Check a row that was taken apart, and let its stream move on."""
        index, stream, seq, action, act_id, _, _ = row
        leaf, entry, statement = read
        if self._references:
            if index < self._next:
                self.part.faults.add(Fault(index, Kind.GAP, f"row {index} was not read in the order of the log"))
            self._next = index + 1
        state: _RowStream = self._streams.get(stream) or self._begin(stream)  # type: ignore[assignment]  # all are
        if entry is None or statement is None:
            self._pass_over(state, index, leaf)
            return
        if (
            statement.act_id != act_id
            or statement.action != action
            or statement.seq != seq
            or statement.stream != stream
        ):
            self.part.faults.add(Fault(index, Kind.COLUMN, wrong_column(Row(*row), statement)))
            if statement.stream != stream:
                # It belongs elsewhere and says nothing about the entries around it.
                self._pass_over(state, index, leaf)
                return
        self._check_entry(state, index, leaf, entry, statement)
        if state.asked:
            self._pending.append((state, index, statement, entry.recorded_at))

    def _pass_over(self, state: _RowStream, index: int, leaf: bytes) -> None:
        """Move on past an entry that says nothing about its stream but stands in it."""
        state.asked = False
        state.index, state.seq, state.leaf = index, state.seq + 1, leaf

    def _stop(self, state: Stream, index: int, fault: Fault) -> None:
        """Note a fault, and ask the rules about what came before this entry, and no more about this stream."""
        super()._stop(state, index, fault)
        state.asked = False  # type: ignore[attr-defined]  # all are of rows
        places = [place for place, one in enumerate(self._pending) if one[0] is state and one[1] == index]
        if places:
            self._pending[places[0] :] = [one for one in self._pending[places[0] :] if one[0] is not state]

    def _replay_pending(self) -> None:
        """Ask the rules about the acts that were found to be what they claim."""
        acts = 0
        for state, index, statement, recorded_at in self._pending:
            checker = state.checker
            if checker is None:
                continue
            try:
                checker(index, statement, recorded_at)
            except Exception as error:  # The rules refuse with errors of their own, which are not known here.
                kind = kind_of(error)
                detail = str(error) if isinstance(error, AuditError) else f"{type(error).__name__}: {error}"
                self.part.faults.add(Fault(index, kind, detail))
                state.checker, state.asked = None, False
            else:
                acts += 1
        self.part.acts += acts
        self._pending.clear()


@dataclass(slots=True)
class DatabaseVerifier(LogVerifier):
    """Checks one database: `read_rows` of the references, then of every share, then `finish_database`.

    replay gives, for a stream, a callable that takes the index, statement and recorded_at of its acts in
    turn and raises at one that the rules would have refused; a CommitmentRejected from it is a fault of
    a disclosure.
    """

    replay: Replay | None = None

    def read_rows(self, rows: Iterable[Row], *, references: bool = False, by_stream: bool = False) -> Part:
        """Check rows: with references those of all streams that others depend on, in the order of the log.

        Of other streams, those of each stream in the order of its sequence. If all rows of a stream come
        together, by_stream keeps the memory that is needed constant.
        """
        checks = RowChecks(self.authority, self.verify, self.replay, references=references, by_stream=by_stream)
        return checks.check_rows(rows)

    def finish_database(self, size: int, parts: Sequence[Part], stored: Stored | None = None) -> Report:
        """Join the parts of a log of size rows, check what concerns it as a whole, and report.

        The first part is that of the references.
        """
        stored = stored or Stored(has_head=False)
        tree, faults = self.join(size, parts)
        self.check_roots(tree, parts, checkpoint_claims(self, stored.checkpoints, faults), faults)
        if stored.tiles is not None:
            check_tiles(tree, stored.tiles)
        if stored.has_head:
            check_head(tree, stored.head, max(parts[0].indexes, default=-1))
        faults.update(tree.faults)
        anchored = self.anchor is not None and not any(one.kind is Kind.ANCHOR for one in faults)
        return Report(size, root(tree.frontier), anchored, _count(parts), tuple(faults), len(faults))


def _count(parts: Sequence[Part]) -> Counts:
    """Return how many checks of each kind the parts were made of."""
    return Counts(
        signatures=sum(part.signatures for part in parts),
        links=sum(len(part.times) - part.times.count(NO_TIME) for part in parts),
        leaves=sum(len(part.indexes) for part in parts),
        acts=sum(part.acts for part in parts),
    )
