"""What can be done from a list about a row of it: links into the form of an act, for whoever has the role for it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from api.access.viewer import Viewer
from api.http.rendering import may_open
from domain.roles import PERMISSIONS
from domain.tracks.rows import ROWS

FORM: Final = "/desk/act"
_PRESS: Final = ("case.supervision_opened.v1", "case.escalated.v1")
_DRAW: Final = ("mandate.population_fixed.v1", "mandate.drawn.v1")
DEEDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "overdue": _PRESS,
        "due-soon": ("case.supervision_opened.v1",),
        "packaged-not-closed": _PRESS,
        "must-be-packaged": ("case.package_assigned.v1",),
        "dissatisfied": ("case.dissatisfaction_followed_up.v1", "case.supervision_opened.v1"),
        "unowned": _PRESS,
        "closed-without-reply": _PRESS,
        "patrol": ("case.supervision_opened.v1", "case.correction_ordered.v1"),
        "supervision": _PRESS,
        "mandates": _DRAW,
        "random-inspections": ("mandate.drawn.v1",),
    }
)
"""The acts that each list gives a reason for. Source: regulation of 2022, articles 40 and 41."""


def deeds_for(viewer: Viewer, name: str) -> tuple[str, ...]:
    """The acts that a viewer's roles may do about the rows of a list; none where there is no form for acts."""
    if not may_open(viewer, FORM):
        return ()
    return tuple(action for action in DEEDS.get(name, ()) if viewer.roles & roles_for(action))


def roles_for(action: str) -> frozenset[str]:
    """The roles that may do an act, whatever else it needs."""
    if action in PERMISSIONS:
        return frozenset(PERMISSIONS[action].roles)
    return ROWS[action].roles


def stream_of(row: Mapping[str, Any]) -> str:
    """The stream that a row of a list is about, "" if it is about none."""
    if row.get("case"):
        return f"case/{row['case']}"
    if row.get("stream"):
        return str(row["stream"])
    return f"mandate/{row['mandate']}" if row.get("mandate") else ""
