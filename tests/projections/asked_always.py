"""Views that are asked about every act, whatever they declare: they must say the same as when they are spared some."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from projections.view import Put, Rows, Step, View


class AskedAlways:
    """A view that watches some members of a case, asked about every act all the same."""

    actions: frozenset[str] | None = None

    def __init__(self, view: View) -> None:
        self._view = view
        self.name = view.name
        self.version = view.version
        self.tables = view.tables

    def follows(self, stream: str) -> bool:
        """What the view itself follows."""
        return self._view.follows(stream)

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        """What the view itself puts."""
        return self._view.fold(step, rows)


def asked_always(views: Sequence[View]) -> list[View]:
    """Return the views, those that watch members of a case being asked about every act."""
    return [AskedAlways(view) if hasattr(view, "watches") else view for view in views]
