"""Folded states of streams, kept for the next act: a bounded cache over the log."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Any, NamedTuple

from audit.case_keys import ACTIONS, NO_KEYS, PETITIONER, CaseKeys
from audit.entry import parse_entry
from audit.statement import NO_PREV, STREAM, Statement, parse_statement
from audit.store.log import Log
from audit.store.model import Policy
from audit.store.references import References

MAX_STREAMS = 65_536
LOOK_UP = 500

_NAME = re.compile(STREAM)
_BEGUN = "SELECT originator_id FROM entries WHERE originator_version = 1 AND originator_id IN ({})"


def nameable(stream: str) -> bool:
    """Say whether a statement can name this stream; where it cannot, the rules refuse in words of their own."""
    return _NAME.fullmatch(stream) is not None


class StreamState(NamedTuple):
    """A stream as of its last entry: that entry's seq, leaf and index, and the policy's state.

    `keys` are the petitioner's, `ref` says where the stream's data keys are (None: nowhere yet).
    """

    seq: int
    leaf: bytes
    index: int  # type: ignore[assignment]  # never searched as a tuple
    state: Any
    keys: CaseKeys
    ref: bytes | None


class _Recorded(NamedTuple):
    """A stream whose last act was recorded here and is folded when somebody asks for the state: see `StreamState`."""

    seq: int
    before: StreamState
    statement: Statement
    leaf: bytes
    index: int  # type: ignore[assignment]  # never searched as a tuple
    recorded_at: int


class Streams:
    """Answers with a stream's state; `fresh` reads on from the log first."""

    def __init__(self, log: Log, policy: Policy, references: References) -> None:
        self._log = log
        self._policy = policy
        self._references = references
        self._lock = Lock()
        self._states: OrderedDict[str, StreamState | _Recorded] = OrderedDict()

    def cached(self, stream: str) -> StreamState:
        """Return the state as this process last knew it, read from the log only if it knew none."""
        known = self._known(stream)
        return self.fresh(stream) if known is None else known

    def _known(self, stream: str) -> StreamState | None:
        with self._lock:
            known = self._states.get(stream)
            if known is not None:
                self._states.move_to_end(stream)
        if known is None or isinstance(known, StreamState):
            return known
        return self._keep(stream, self.advanced(*known[1:]))

    def as_of(self, stream: str, seq: int) -> StreamState:
        """Return the state after act number seq, which was the last one a moment ago; read only what is not known."""
        known = self._known(stream)
        if known is None:
            return self.fresh(stream) if seq else self._keep(stream, self._new(stream))
        return known if known.seq == seq and (known.ref is not None or not seq) else self.fresh(stream)

    def fresh(self, stream: str) -> StreamState:
        """Return the state with all that is in the log now."""
        if not nameable(stream):
            return self._new(stream)
        known = self._known(stream) or self._new(stream)
        for row in self._log.stream_entries(stream, known.seq):
            entry = parse_entry(row.entry)
            known = self.advanced(known, parse_statement(entry.payload), row.leaf, row.index, entry.recorded_at)
        if known.ref is None and known.seq:
            known = known._replace(ref=self._log.ref(stream))
        return self._keep(stream, known)

    def look_up(self, streams: Sequence[str]) -> None:
        """Have a state for each of these streams with few looks at the log; those that are cached stay as they are."""
        with self._lock:
            unknown = [stream for stream in streams if stream not in self._states]
        for start in range(0, len(unknown), LOOK_UP):
            chunk = unknown[start : start + LOOK_UP]
            begun = {row[0] for row in self._log.select(_BEGUN.format(", ".join("?" * len(chunk))), chunk)}
            for stream in chunk:
                if stream in begun:
                    self.fresh(stream)
                else:
                    self._keep(stream, self._new(stream))

    def _new(self, stream: str) -> StreamState:
        return StreamState(0, NO_PREV, -1, self._policy.initial(stream), NO_KEYS, None)

    def advanced(
        self, before: StreamState, statement: Statement, leaf: bytes, index: int, recorded_at: int
    ) -> StreamState:
        """Return the state after one more entry of the stream."""
        reference = self._references.current.value
        event = self._policy.read(statement, index, recorded_at, reference)
        keys = before.keys
        if statement.action in ACTIONS:
            grant = keys.check(index, statement) if statement.role == PETITIONER else None
            keys = keys.after(index, statement, grant)
        return StreamState(
            before.seq + 1, leaf, index, self._policy.fold(before.state, event, reference), keys, before.ref
        )

    def recorded(
        self, stream: str, before: StreamState, statement: Statement, leaf: bytes, index: int, recorded_at: int
    ) -> None:
        """Keep what was just recorded, for the stream's next act to be judged by; many a stream has none for long."""
        self._put(stream, _Recorded(before.seq + 1, before, statement, leaf, index, recorded_at))

    def forget(self, stream: str) -> None:
        """Drop what is known of a stream."""
        with self._lock:
            self._states.pop(stream, None)

    def _keep(self, stream: str, state: StreamState) -> StreamState:
        kept = self._put(stream, state)
        return kept if isinstance(kept, StreamState) else self.advanced(*kept[1:])

    def _put(self, stream: str, state: StreamState | _Recorded) -> StreamState | _Recorded:
        """Keep a state unless a later one is known already; return the later of both."""
        with self._lock:
            known = self._states.get(stream)
            if known is not None and known.seq > state.seq:
                return known
            self._states[stream] = state
            self._states.move_to_end(stream)
            if len(self._states) > MAX_STREAMS:
                self._states.popitem(last=False)
        return state
