"""Asking views: one snapshot in which rows, position, rules and calendars belong together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from domain.reference import Reference, new_reference
from projections.database import Database, Session
from projections.entries import Decode, decode_with_standard_library, read_streams
from projections.errors import PositionRefused, UnitUnknown
from projections.references import take_in
from projections.registry import live_position
from projections.view import View

_REFERENCE_STREAMS = ("calendar", "rules")
_KEPT_REFERENCES = 16
_PUBLISHED = """
    SELECT COUNT(*) FROM entries WHERE originator_id IN ('calendar', 'rules') AND notification_id <= :known_at
"""
_OFFICES = "SELECT office, parent FROM view_offices WHERE k0 < :known_at"


@dataclass(frozen=True, slots=True)
class Moment:
    """A snapshot of the views as known at a log position.

    `known_at` says that exactly the first so many entries are known; `position` is how many the views have folded.
    `reference` holds the rules and calendars known then.
    """

    session: Session
    known_at: int
    position: int
    reference: Reference

    def units_under(self, unit: str) -> list[str]:
        """Return an office and all offices below it, as the tree was known. Raises UnitUnknown if it was not in it."""
        children: dict[str, list[str]] = {}
        offices = self.session.query(_OFFICES, {"known_at": self.known_at})
        for office, parent in offices:
            children.setdefault(parent, []).append(office)
        if not any(office == unit for office, _ in offices):
            raise UnitUnknown(f"no office {unit} is known at entry {self.known_at}")
        found = [unit]
        for office in found:
            found += children.get(office, [])
        return found


class Reader:
    """Opens moments of one database; may be shared by threads."""

    def __init__(self, database: Database, *, decode: Decode = decode_with_standard_library) -> None:
        self.database = database
        self._references: dict[int, Reference] = {}
        self.decode = decode

    @contextmanager
    def at(self, view: View, known_at: int | None = None) -> Iterator[Moment]:
        """Open the moment at which the first `known_at` entries are known; None means all that the views have folded.

        Raises ViewsMissing if the view does not stand, PositionRefused if it has not come that far.
        """
        with self.database.read() as session:
            position = live_position(session, view)
            size = position if known_at is None else known_at
            if not 0 <= size <= position:
                raise PositionRefused(f"entry {size} lies outside the {position} entries that the views have folded")
            yield Moment(session, size, position, self._reference(session, size))

    def _reference(self, session: Session, known_at: int) -> Reference:
        """Return the rules and calendars known at a position; entries never change, so their count names the state."""
        count = int(session.query(_PUBLISHED, {"known_at": known_at})[0][0])
        found = self._references.get(count)
        if found is None:
            entries = read_streams(session, self.decode, _REFERENCE_STREAMS, known_at)
            found = take_in(new_reference(), sorted(entries))
            if len(self._references) >= _KEPT_REFERENCES:
                self._references.clear()
            self._references[count] = found
        return found
