"""Two acts that change nothing: what an office noted about its own work, and the deadline that it says it was given.

Both are mostly brought by files of older systems. A claimed deadline stands beside the computed clocks and moves none
of them; an annotation keeps an office's own code for an activity that no act of the procedure stands for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, ClassVar, Final

from domain import fields
from domain import procedure_words as words
from domain.case_events import FromFile
from domain.fields import choice
from domain.schema import Event, act

CLAIMED_CLOCKS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "routing": ("ROUTE",),
        "notice": ("NOTICE_DIRECT", "NOTICE_TRANSFERRED"),
        "handling": ("HANDLE",),
        "report": ("ASSIGNED_REPORT",),
        "review": ("REVIEW_DECISION",),
        "recheck": ("RECHECK_DECISION",),
    }
)
"""The clocks beside which a claimed deadline stands, by the word for what it covers."""


@act
class CaseAnnotated(Event):
    """An office keeps its own code for something that it did; the text is sealed, and nothing follows from it."""

    action: ClassVar[str] = "case.annotated.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text", "source")

    activity: Annotated[str, fields.code]
    imported: FromFile = None


@act
class CaseDeadlineClaimed(Event):
    """An office says by which day something was to be done; a later one for the same replaces it.

    It is a claim: the computed clocks stay what they are, and lateness against either is told apart.
    """

    action: ClassVar[str] = "case.deadline_claimed.v1"
    sealed: ClassVar[tuple[str, ...]] = ("source",)

    covers: Annotated[str, choice(words.CLAIMED_DEADLINES)]
    due_on: Annotated[date, fields.day]
    imported: FromFile = None
