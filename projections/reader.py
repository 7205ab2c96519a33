"""Asking views: one snapshot in which rows, position, rules and calendars belong together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from domain.reference import Reference, new_reference
from projections.database import Database, Session
from projections.entries import Decode, decode_with_standard_library, read_streams
from projections.errors import PositionRefused, UnitUnknown
from projections.references import take_in
from projections.registry import live_position
from projections.tallies import Tallies
from projections.view import View

_REFERENCE_STREAMS = ("calendar", "rules")
_KEPT = 16
_STANDING = """
    SELECT version, generation, position,
        (SELECT COUNT(*) FROM entries
            WHERE originator_id IN ('calendar', 'rules') AND notification_id <= COALESCE(:known_at, position)),
        (SELECT substr(state, length(state) - 7) FROM entries WHERE notification_id = 1),
        (SELECT substr(state, length(state) - 7) FROM entries WHERE notification_id = COALESCE(:known_at, position))
    FROM view_state WHERE stage = 0 AND name = :name
"""
_OFFICES = "SELECT office, parent FROM view_offices WHERE k0 < :known_at"

K = TypeVar("K")
V = TypeVar("V")

Tree = dict[str, list[str]]
"""The offices right below each office."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A snapshot of the views as known at a log position.

    `known_at` says that exactly the first so many entries are known; `position` is how many the views have folded.
    `reference` holds the rules and calendars known then. `ends` are the times at which the first and the last known
    entry were recorded, Unix milliseconds, 0 for none; None where the entries are not at hand. `tallies` are the
    counts kept between questions, None where each is counted for itself, `generation` tells how often the view was
    built, `epochs` when each epoch began, as far as somebody asked, and `trees` the offices as known at a position, by
    generation and position; None where nothing that was kept is believed.
    """

    session: Session
    known_at: int
    position: int
    reference: Reference
    ends: tuple[int, int] | None = None
    tallies: Tallies | None = None
    generation: int = 0
    epochs: dict[int, int] | None = None
    trees: dict[tuple[int, int], Tree] | None = None

    def units_under(self, unit: str) -> list[str]:
        """Return an office and all offices below it, as the tree was known. Raises UnitUnknown if it was not in it."""
        tree = self._tree()
        if unit not in tree:
            raise UnitUnknown(f"no office {unit} is known at entry {self.known_at}")
        found = [unit]
        for office in found:
            found += tree[office]
        return found

    def _tree(self) -> Tree:
        """Return the offices right below each office; what was known at a position never changes, and is kept."""
        place = (self.generation, self.known_at)
        found = None if self.trees is None else self.trees.get(place)
        if found is None:
            offices = self.session.look_up(_OFFICES, {"known_at": self.known_at})
            found = {office: [] for office, _ in offices}
            for office, parent in offices:
                if parent in found:
                    found[parent].append(office)
            if self.trees is not None:
                _keep(self.trees, place, found)
        return found


class Reader:
    """Opens moments of one database; may be shared by threads."""

    def __init__(self, database: Database, *, decode: Decode = decode_with_standard_library) -> None:
        self.database = database
        self._references: dict[int, Reference] = {}
        self._tallies = Tallies()
        self._epochs: dict[int, int] = {}
        self._trees: dict[tuple[int, int], Tree] = {}
        self._built = False
        self.decode = decode

    @contextmanager
    def at(self, view: View, known_at: int | None = None, *, kept: bool = True) -> Iterator[Moment]:
        """Open the moment at which the first `known_at` entries are known; None means all that the views have folded.

        Unless `kept`, nothing that was counted for an earlier question is believed. Raises ViewsMissing if the view
        does not stand, PositionRefused if it has not come that far.
        """
        with self.database.read() as session:
            if not self._built:
                live_position(session, view)
                self._built = True
            rows = session.look_up(_STANDING, {"known_at": known_at, "name": view.name})
            if not rows or rows[0][0] != view.version:
                live_position(session, view)
            _, generation, position, published, *ends = rows[0]
            size = position if known_at is None else known_at
            if not 0 <= size <= position:
                raise PositionRefused(f"entry {size} lies outside the {position} entries that the views have folded")
            first_ms, last_ms = (int.from_bytes(end or b"", "big") for end in ends)
            yield Moment(
                session,
                size,
                position,
                self._reference(session, size, published),
                (first_ms if size else 0, last_ms),
                self._tallies if kept else None,
                generation,
                self._epochs,
                self._trees if kept else None,
            )

    def _reference(self, session: Session, known_at: int, published: int) -> Reference:
        """Return the rules and calendars known at a position; entries never change, so their count names the state."""
        found = self._references.get(published)
        if found is None:
            entries = read_streams(session, self.decode, _REFERENCE_STREAMS, known_at)
            found = take_in(new_reference(), sorted(entries))
            _keep(self._references, published, found)
        return found


def _keep(kept: dict[K, V], name: K, value: V) -> None:
    """Keep something that never changes, beside a few others."""
    if len(kept) >= _KEPT:
        kept.clear()
    kept[name] = value
