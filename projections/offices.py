"""The office tree as a table, so that a unit's subtree can be asked for as known at any position."""

from __future__ import annotations

from collections.abc import Iterable

from domain.people_events import OfficeOpened
from projections.tables import OPEN, Column, Table
from projections.view import Put, Rows, Step

_PREFIX = "people/"

OFFICES = Table(
    "view_offices",
    2,
    (
        Column("office", "text"),
        Column("k0", "big"),
        Column("k1", "big"),
        Column("parent", "text"),
        Column("kind", "text"),
        Column("region", "text"),
        Column("name_zh", "text"),
        Column("name_en", "text"),
    ),
)


class Offices:
    """One row an office, known from `k0` until `k1`; both are log indices."""

    name = "offices"
    version = 1
    tables = (OFFICES,)
    actions = frozenset({OfficeOpened.action})

    def follows(self, stream: str) -> bool:
        """The streams of offices."""
        return stream.startswith(_PREFIX)

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        """Put a row where an office is opened; other acts on people change nothing here."""
        event = step.event
        if not isinstance(event, OfficeOpened):
            return ()
        office = step.key
        names = (event.kind, event.region, event.name_zh, event.name_en)
        return ((0, (office, event.index, OPEN, event.parent, *names)),)


OFFICE_TREE = Offices()
