"""The engine: brings views up to the log, rebuilds them, and tells their digests.

There is one fold (`folding.Folder`). Live views, rebuilt views and digests recomputed from entries alone all come from
it, and are equal on both stores whatever the batches were.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from domain.reference import new_reference
from projections.census import MapProof, Taken, prove_mapped, read_digest, take_census
from projections.codec import Codec
from projections.database import Database
from projections.digests import Encode, encode_with_standard_library, view_digest
from projections.entries import (
    Decode,
    decode_with_standard_library,
    log_size,
    read_range,
    read_reference_streams,
)
from projections.errors import ViewsMissing
from projections.folding import Folder, fold_streams
from projections.follower import Follower
from projections.rebuild import Progress, fill_stage, prepare_stage
from projections.references import take_in
from projections.registry import LIVE, STAGE, create_registry, live_position, standing, swap
from projections.view import View, check_names
from projections.views import VIEWS

BATCH = 500
STATES = 4_096


def _silent(done: int, total: int) -> None:
    """Report nothing."""


class Engine:
    """Keeps views in step with the log of one database. Its methods may be called from any thread.

    `decode` turns a payload into its JSON value and `encode` a row into canonical JSON; hand in faster ones than the
    standard library's where it matters (importable by name, because rebuilding may use other processes). `batch` is the
    number of entries a live transaction, `states` the number of streams kept in memory between transactions.
    """

    def __init__(
        self,
        database: Database,
        views: Sequence[View] = VIEWS,
        *,
        decode: Decode = decode_with_standard_library,
        encode: Encode = encode_with_standard_library,
        batch: int = BATCH,
        states: int = STATES,
    ) -> None:
        self._database = database
        self._views = check_names(views)
        self._decode = decode
        self._encode = encode
        self._batch = batch
        self._states = states
        self._lock = threading.Lock()
        self._live: Follower | None = None
        self._followed = 0

    @contextmanager
    def followed(self) -> Iterator[None]:
        """While the context lasts somebody of this process catches up all the time, so that questions need not."""
        self._followed += 1
        try:
            yield
        finally:
            self._followed -= 1

    def refresh(self, known_at: int | None = None) -> None:
        """Have the views up to date for a question: fold what is new, unless somebody does so all the time.

        Whoever asks by a number of known entries (an officer who has just acted) gets them folded in any case.
        """
        if not self._followed or (known_at is not None and self.seen() < known_at):
            self.catch_up()

    def seen(self) -> int:
        """Return how many entries the views had folded when this process last looked: by now they may be more.

        What is asked after that was answered from at least so many. Raises ViewsMissing if there are no views yet.
        """
        live = self._live
        seen = None if live is None else live.position
        return self.position() if seen is None else seen

    def catch_up(self, until: int | None = None) -> int:
        """Fold all new entries, or those before index `until`, and return how many this call folded.

        Views that do not stand yet, or stand in an older version of their code, are rebuilt first.
        """
        with self._lock:
            if self._live is None:
                outdated = self._outdated()
                if outdated:
                    self._rebuild(outdated, 1, _silent)
                self._live = self._follow([*self._views.values()], LIVE)
            try:
                return self._live.catch_up(until)
            except ViewsMissing:
                self._live = None
                raise

    def rebuild(self, names: Collection[str] | None = None, *, processes: int = 1, progress: Progress = _silent) -> int:
        """Rebuild these views, or all, from entries alone, and return the position they then stand at.

        `progress` is told how many steps of how many are done. Raises KeyError for a view that does not exist.
        """
        with self._lock:
            outdated = {view.name for view in self._outdated()}
            wanted = outdated | {*(self._views if names is None else names)}
            return self._rebuild([self._views[name] for name in sorted(wanted)], processes, progress)

    def position(self) -> int:
        """Return how many entries the views have folded. Raises ViewsMissing if there are none yet."""
        with self._database.read() as session:
            return live_position(session)

    def digests(self) -> tuple[int, dict[str, bytes]]:
        """Return the views' position and, for each view, its digest there, as the database holds it."""
        with self._database.read() as session:
            position = live_position(session)
            found = {name: read_digest(session, view) for name, view in self._views.items()}
        return position, found

    def census(self) -> Taken:
        """Return what a census of all that the views have folded commits to, as the database holds it."""
        with self._database.read() as session:
            return take_census(session, self._views.values())

    def prove_mapped(self, entries: int, streams: int, stream: str) -> MapProof | None:
        """Return the proof of a stream in the map of a census, or None if it had no entry there."""
        with self._database.read() as session:
            return prove_mapped(session, entries, streams, stream)

    def recompute(self, size: int) -> dict[str, bytes]:
        """Return what each view's digest is after exactly `size` entries, from the entries alone."""
        with self._database.read() as session:
            reference = take_in(new_reference(), read_reference_streams(session, self._decode, 0, size))
            folder = Folder([*self._views.values()], reference, self._encode)
            leaves: list[list[tuple[str, bytes]]] = [[] for _ in folder.views]
            for state in fold_streams(folder, read_range(session, self._decode, "", None, size)):
                for view, digest in folder.digests(state):
                    leaves[view].append((state.stream, digest))
        return {view.name: view_digest(of_view) for view, of_view in zip(folder.views, leaves, strict=True)}

    def _outdated(self) -> list[View]:
        """Return the views that have to be built. Raises ViewsMissing if newer code than this built one."""
        create_registry(self._database)
        with self._database.read() as session:
            found = standing(session, LIVE)
        for name, view in self._views.items():
            if name in found and found[name].version > view.version:
                raise ViewsMissing(f"the view {name} was built by a newer version of Sundial")
        return [view for name, view in self._views.items() if name not in found or found[name].version < view.version]

    def _rebuild(self, views: Sequence[View], processes: int, progress: Progress) -> int:
        size = prepare_stage(self._database, views)
        fill_stage(self._database, views, Codec(self._decode, self._encode), size, processes, progress)
        staged = self._follow(views, STAGE)
        others = [view for view in self._views.values() if view not in views]
        self._live = None
        while True:
            try:
                staged.catch_up()
            except ViewsMissing:
                # Another process that rebuilt the same views was faster and has swapped them in.
                return self.position()
            position = self._swap()
            if position is not None:
                return position
            if others:
                self._follow(others, LIVE).catch_up()

    def _swap(self) -> int | None:
        """Swap the staged views in if every live one then stands at their position; return it, or None if not yet.

        A live position behind the end of the log is nobody's work: whoever wrote it there, the rebuild mends it.
        """
        with self._database.write() as session:
            session.hold_views()
            staged, live = standing(session, STAGE), standing(session, LIVE)
            if not staged:
                return live_position(session)
            position, size = min(found.position for found in staged.values()), log_size(session)
            for name, found in live.items():
                kept = name in self._views and name not in staged
                if position < found.position <= size or (kept and found.position < position):
                    return None
            swap(session, live.keys() - self._views.keys())
        return position

    def _follow(self, views: Sequence[View], stage: int) -> Follower:
        codec = Codec(self._decode, self._encode)
        return Follower(self._database, views, stage, codec, batch=self._batch, states=self._states)
