"""The live path: entries in log order, in batches, rows and position in one transaction.

States of streams are kept as long as there is room, least recently used first out. A state that is missing is made
again by folding the stream's earlier entries, concluded cases included: an act recorded late finds its case as the
case was left, whenever that was.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from domain.reference import new_reference
from projections.codec import Codec
from projections.database import Database, Session
from projections.entries import Entry, read_log, read_reference_streams, read_streams
from projections.errors import OutOfStep, ViewsMissing
from projections.folding import Changes, Folder, StreamState, fold_streams
from projections.references import take_in
from projections.registry import advance, standing, table_name
from projections.tables import Row
from projections.view import View, all_tables


class Follower:
    """Folds what is new in the log into one or more views that stand at one position, live or on the stage.

    `batch` is the number of entries a transaction, `states` the number of streams kept in memory between batches.
    One thread at a time may use it; any number of processes may follow the same log, and each entry is folded once.
    """

    def __init__(
        self, database: Database, views: Sequence[View], stage: int, codec: Codec, *, batch: int, states: int
    ) -> None:
        self._database = database
        self._views = tuple(views)
        self._stage = stage
        self._decode = codec.decode
        self._batch = batch
        self._capacity = states
        self._states: OrderedDict[str, StreamState] = OrderedDict()
        self._folder = Folder(views, new_reference(), codec.encode)
        self._position: int | None = None

    @property
    def position(self) -> int | None:
        """How many entries the views had folded when this follower last looked; None before it has."""
        return self._position

    def catch_up(self, until: int | None = None) -> int:
        """Fold all entries there are, or those before index `until`, and return how many this call folded."""
        folded, count = 0, self._batch
        while count == self._batch:
            try:
                count = self._fold_batch(until)
            except OutOfStep:
                # Another process was faster; what is left is read again from where it stopped.
                self._forget()
                continue
            except BaseException:
                self._forget()
                raise
            folded += count
        return folded

    def _fold_batch(self, until: int | None) -> int:
        with self._database.read() as session:
            position = self._start(session)
            limit = self._batch if until is None else min(self._batch, until - position)
            entries = read_log(session, self._decode, position, limit) if limit > 0 else []
            if not entries:
                return 0
            self._load_states(session, entries, position)
        self._folder.reference = take_in(self._folder.reference, entries)
        changes = Changes()
        self._folder.apply_all([(self._states[entry.stream], entry) for entry in entries], changes)
        self._note_digests(changes)
        with self._database.write(lasting=False) as session:
            advance(session, self._stage, self._views, position, position + len(entries))
            self._write(session, changes)
        self._position = position + len(entries)
        while len(self._states) > self._capacity:
            self._states.popitem(last=False)
        return len(entries)

    def _start(self, session: Session) -> int:
        """Return the position to go on from; the first time, read it and the reference known there."""
        if self._position is None:
            found = standing(session, self._stage)
            for view in self._views:
                if view.name not in found or found[view.name].version != view.version:
                    raise ViewsMissing(f"the view {view.name} no longer stands in this version: rebuild")
            self._position = min(found[view.name].position for view in self._views)
            known = read_reference_streams(session, self._decode, 0, self._position)
            self._folder.reference = take_in(new_reference(), known)
        return self._position

    def _load_states(self, session: Session, entries: Sequence[Entry], position: int) -> None:
        """Have a state for every stream of the batch: kept, new, or folded again from the stream's entries."""
        missing = []
        for entry in entries:
            if entry.stream in self._states:
                self._states.move_to_end(entry.stream)
            else:
                self._states[entry.stream] = self._folder.new(entry.stream)
                if entry.seq > 1:
                    missing.append(entry.stream)
        if missing:
            earlier = read_streams(session, self._decode, missing, position)
            self._states.update((state.stream, state) for state in fold_streams(self._folder, earlier))

    def _note_digests(self, changes: Changes) -> None:
        """Digest anew what the batch changed, stream by stream and view by view, and nothing else."""
        for view, streams in changes.streams.items():
            for stream in streams:
                digest = self._folder.digest(self._states[stream], view)
                changes.put(view, len(self._views[view].tables), (stream,), (stream, digest))

    def _write(self, session: Session, changes: Changes) -> None:
        with session.together():
            for (view, table), rows in sorted(changes.rows.items(), key=_place):
                described = all_tables(self._views[view])[table]
                session.put(described, table_name(described, self._stage), rows.values())

    def _forget(self) -> None:
        self._states.clear()
        self._position = None


def _place(change: tuple[tuple[int, int], dict[Row, Row]]) -> tuple[int, int]:
    return change[0]
