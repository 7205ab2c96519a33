"""Which sealed values an audience reads, act by act; the rest stays withheld, and the bundle says so for each.

The inspector reads all. The court reads the procedure and what was done beside it, but not how a body of supervision
deliberated. The petitioner reads the procedure: what they said, and what the offices told them. The public reads none.
Source: DOMAIN section 8; regulation of 2022, articles 3, 30, 36(2) and 44; administrative litigation law, article 34.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from api.errors import UsageRefused
from audit.bundle import AUDIENCES
from domain.naming import Name
from domain.tracks.rows import ROWS

AUDIENCE_NAMES: Final[Mapping[str, Name]] = MappingProxyType(
    {
        "inspector": Name("检查人员", "the inspector"),
        "court": Name("法院", "the court"),
        "petitioner": Name("信访人", "the petitioner"),
        "public": Name("公众", "the public"),
    }
)
ALLOWED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "inspector": ("inspector", "court", "petitioner", "public"),
        "supervisor": ("inspector", "court", "petitioner", "public"),
        "leader": ("court", "petitioner", "public"),
        "head": ("court", "petitioner", "public"),
        "handler": ("petitioner", "public"),
        "intake": ("petitioner", "public"),
        "petitioner": ("petitioner",),
    }
)
"""For whom each role may take a case away over HTTP, the one that reads most first; no other role may.

Who answers for the office deals with a court, who handles a case with its petitioner. Source: DOMAIN section 8.
"""
_OVERSIGHT: Final = frozenset({"supervision", "recommendation", "rectification", "correction", "escalation", "replay"})
"""Tracks on which a body of supervision deals with an office; the court has its own ways to ask that body."""
_TOLD_PETITIONER: Final = frozenset({"evaluation", "aid", "visit", "onsite", "publication"})
"""Tracks beside the procedure whose acts reach the petitioner."""
_AMONG_OFFICES: Final = frozenset(
    f"case.{name}.v1"
    for name in (
        *("assigned", "designated", "directed", "dispute_recorded", "objected", "objection_rejected", "recused"),
        *("report_submitted", "report_extended", "reported_urgent", "return_approved", "taken_over"),
        *("panel_reviewed", "responsibility_set", "diverted_discipline", "annotated", "deadline_claimed"),
    )
)
"""Acts of the procedure that pass between offices only."""


def check_audience(audience: str) -> str:
    """Return the audience; raises UsageRefused if there is no such."""
    if audience not in AUDIENCES:
        raise UsageRefused("audience_unknown")
    return audience


def audiences_for(role: str) -> tuple[str, ...]:
    """For whom a case may be taken away by who looks at it in a role, the audience that reads most first."""
    return ALLOWED.get(role, ())


def reads(audience: str, action: str) -> bool:
    """Say whether an audience reads the sealed values of an act."""
    if audience in ("inspector", "public"):
        return audience == "inspector"
    row = ROWS.get(action)
    if audience == "court":
        return row is None or row.track not in _OVERSIGHT
    return action not in _AMONG_OFFICES if row is None else row.track in _TOLD_PETITIONER
