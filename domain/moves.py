"""The states of a case and the shape of a row of the transition table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

NEW: Final = "NEW"
SUBMITTED: Final = "SUBMITTED"
REGISTERED: Final = "REGISTERED"
TRANSFERRED: Final = "TRANSFERRED"
ASSIGNED: Final = "ASSIGNED"
OBJECTED: Final = "OBJECTED"
OBJECTION_REJECTED: Final = "OBJECTION_REJECTED"
RETURNED: Final = "RETURNED"
DISPUTED: Final = "DISPUTED"
DESIGNATED: Final = "DESIGNATED"
NOTIFIED: Final = "NOTIFIED"
CLASSIFIED: Final = "CLASSIFIED"
ROUTED_STATUTORY: Final = "ROUTED_STATUTORY"
DIRECTED: Final = "DIRECTED"
REPLIED: Final = "REPLIED"
REPORTED_URGENT: Final = "REPORTED_URGENT"
DIVERTED_JUDICIAL: Final = "DIVERTED_JUDICIAL"
DIVERTED_DISCIPLINE: Final = "DIVERTED_DISCIPLINE"
NOT_ACCEPTED: Final = "NOT_ACCEPTED"
NO_LONGER_ACCEPTED: Final = "NO_LONGER_ACCEPTED"
ACCEPTED: Final = "ACCEPTED"
OPINION_ISSUED: Final = "OPINION_ISSUED"
SERVED: Final = "SERVED"
EXECUTING: Final = "EXECUTING"
EXECUTED: Final = "EXECUTED"
REVIEW_REQUESTED: Final = "REVIEW_REQUESTED"
REVIEW_DECIDED: Final = "REVIEW_DECIDED"
REVIEW_SERVED: Final = "REVIEW_SERVED"
RECHECK_REQUESTED: Final = "RECHECK_REQUESTED"
RECHECK_DECIDED: Final = "RECHECK_DECIDED"
REDO: Final = "REDO"
CONCLUDED: Final = "CONCLUDED"
REOPENED: Final = "REOPENED"
WITHDRAWN: Final = "WITHDRAWN"
MERGED: Final = "MERGED"
TRANSFERRED_OUT: Final = "TRANSFERRED_OUT"
OUT_RECEIVED: Final = "OUT_RECEIVED"

OPEN: Final = (
    *(REGISTERED, TRANSFERRED, NOTIFIED, ASSIGNED, RETURNED, OBJECTION_REJECTED),
    *(DESIGNATED, CLASSIFIED, REPORTED_URGENT, REOPENED),
)
"""The states in which an office has the matter and may still decide which way it goes."""

HANDLED: Final = (ACCEPTED, OPINION_ISSUED)
CONTESTED: Final = (OBJECTED, DISPUTED)
AFTER: Final = (SERVED, EXECUTING, EXECUTED)
REVIEWED: Final = (REVIEW_REQUESTED, REVIEW_DECIDED, REVIEW_SERVED, RECHECK_REQUESTED, RECHECK_DECIDED)
ALIVE: Final = (
    *OPEN,
    *CONTESTED,
    *HANDLED,
    *AFTER,
    *REVIEWED,
    *(REDO, REPLIED, DIRECTED, ROUTED_STATUTORY, TRANSFERRED_OUT),
)
"""The states of a registered case in which something may still be owed."""

OVER: Final = (
    *(CONCLUDED, WITHDRAWN, MERGED, OUT_RECEIVED, NOT_ACCEPTED, NO_LONGER_ACCEPTED),
    *(DIVERTED_JUDICIAL, DIVERTED_DISCIPLINE),
)
BEGUN: Final = (SUBMITTED, *ALIVE, *OVER)

NO_BRANCHES: Final[Mapping[str, str]] = MappingProxyType({})


class Transition(NamedTuple):
    """One act of the table; `moves` gives the next state for every state in which the act is lawful.

    Where the act's variant decides (`schema.Event.varies`), `branches` gives the state that a value leads to
    instead.
    """

    action: str
    moves: Mapping[str, str]
    article: str
    confidence: str
    capacity: str = ""
    branches: Mapping[str, str] = NO_BRANCHES


def to(state: str, *sources: str) -> dict[str, str]:
    """Return the moves from the sources to one state."""
    return dict.fromkeys(sources, state)


def stay(*states: str) -> dict[str, str]:
    """Return the moves that leave the state as it is."""
    return {state: state for state in states}
