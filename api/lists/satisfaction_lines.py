"""Dissatisfied ratings as flat rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.lists.listing import Position
from projections.satisfaction_lists import Dissatisfied


@dataclass(frozen=True, slots=True)
class DissatisfiedLine:
    """A dissatisfied rating and the acts of offices that took the case up since; `follow_ups` are log indices."""

    case: str
    index: int
    rated_at: datetime
    office: str
    capacity: str
    round: int
    custody: str
    counted: bool
    leader: str
    days: int
    follow_ups: tuple[int, ...]


def dissatisfied_shape(row: Dissatisfied, _position: Position) -> dict[str, Any]:
    """The members of such a row."""
    rating = row.rating
    return {
        "case": rating.case,
        "index": rating.index,
        "rated_at": rating.rated_at,
        "office": rating.office,
        "capacity": rating.capacity,
        "round": rating.round,
        "custody": rating.custody,
        "counted": rating.counted,
        "leader": rating.leader,
        "days": row.days,
        "follow_ups": tuple(act.index for act in row.follow_ups),
    }


def dissatisfied_links(row: Dissatisfied) -> Mapping[str, str]:
    """Lead to the case."""
    case = f"/api/cases/{row.rating.case}"
    return {"timeline": f"{case}/timeline", "replay": f"{case}/replay", "explain": f"{case}/explain"}
