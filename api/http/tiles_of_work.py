"""The tiles of the overview: one number each, and the address of exactly the list that it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.http.rendering import Addresses
from api.lists.asking import Asked
from api.main import Application
from projections.overdue import count_overdue
from projections.packages_answers import count_packages
from projections.patrol_answers import count_findings
from projections.satisfaction_lists import count_unfollowed

SOON_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Tile:
    """A number, the key of its name, and where its list is."""

    key: str
    count: int
    address: str


def tiles_of(
    application: Application, question: Asked, at: Addresses, asked: Mapping[str, str], found: int | None = None
) -> tuple[Tile, ...]:
    """Count at the moment of a question to the overdue list; `found` are the findings of patrol if they are counted."""
    reader, unit = application.reader, question.filters.get("unit")
    when = (question.as_of, question.known_at)
    carried = {key: asked.get(key, "") for key in ("as_of", "known_at", "unit")}
    late = count_overdue(reader, *when, unit=unit)
    counts: dict[str, tuple[int, str, dict[str, Any]]] = {
        "overdue": (late.total, "overdue", {}),
        "soon": (count_overdue(reader, *when, unit=unit, soon=SOON_DAYS).total, "due-soon", {"days": SOON_DAYS}),
        "not_closed": (count_packages(reader, *when, unit=unit).not_closed, "packaged-not-closed", {}),
        "unfollowed": (count_unfollowed(reader, *when, unit=unit), "dissatisfied", {"unfollowed": "true"}),
        "patrol": (count_patrol(application, question) if found is None else found, "patrol", {}),
    }
    return tuple(Tile(key, count, at(f"/lists/{name}", carried, **more)) for key, (count, name, more) in counts.items())


def count_patrol(application: Application, question: Asked) -> int:
    """Count all findings of patrol at the moment of a question to the overdue list."""
    when, unit = (question.as_of, question.known_at), question.filters.get("unit")
    return sum(row.count for row in count_findings(application.reader, *when, unit=unit).rows)
