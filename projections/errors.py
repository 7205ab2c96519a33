"""What can go wrong when views are folded or asked.

ProjectionError
├── DatabaseRefused    the database address is not one that Sundial reads
├── DatabaseFailed     the database does not answer, or is locked, full or read-only
├── ViewsMissing       a view has no tables yet, or tables of another code version: rebuild
├── OutOfStep          another process folded the same entries; the batch was rolled back
├── LogGap             the entries are not numbered without gaps: a fault for `verify` to name
└── QuestionRefused    a question that has no answer
    ├── PositionRefused   a log position outside what the view has folded
    ├── UnitUnknown       no office of that name is known at that position
    ├── ClockUnknown      no clock of that name exists
    ├── CaseUnknown       no act of that case is known at that position
    ├── RuleUnknown       patrol has no rule of that name, or none that the log can answer
    ├── FigureUnknown     no figure of that name, or no such part of one
    ├── PeriodRefused     a period that is not a month
    ├── RankRefused       a ranking of too small samples, or by a figure that judges no office
    └── CursorRefused     a cursor that is damaged or belongs to another question
"""

from __future__ import annotations

__all__ = [
    "CaseUnknown",
    "ClockUnknown",
    "CursorRefused",
    "DatabaseFailed",
    "DatabaseRefused",
    "FigureUnknown",
    "LogGap",
    "OutOfStep",
    "PeriodRefused",
    "PositionRefused",
    "ProjectionError",
    "QuestionRefused",
    "RankRefused",
    "RuleUnknown",
    "UnitUnknown",
    "ViewsMissing",
]


class ProjectionError(Exception):
    """The root of this package's errors."""


class DatabaseRefused(ProjectionError):
    """The database address is not one that Sundial reads."""


class DatabaseFailed(ProjectionError):
    """The database does not answer, or is locked, full or read-only; nothing of this call was written."""


class ViewsMissing(ProjectionError):
    """A view has no tables yet, or they were made by another version of its code."""


class OutOfStep(ProjectionError):
    """Another process moved the position; nothing of this batch was written."""


class LogGap(ProjectionError):
    """The entries are not numbered from 1 without gaps."""


class QuestionRefused(ProjectionError):
    """The question has no answer, and the reason is said."""


class PositionRefused(QuestionRefused):
    """The position lies outside what the view has folded."""


class UnitUnknown(QuestionRefused):
    """No office of that name is known at that position."""


class ClockUnknown(QuestionRefused):
    """There is no clock of that name."""


class RuleUnknown(QuestionRefused):
    """Patrol has no rule of that name, or none that the log alone can answer."""


class CaseUnknown(QuestionRefused):
    """No act of that case is known at that position."""


class FigureUnknown(QuestionRefused):
    """There is no figure of that name, or no such part of one."""


class PeriodRefused(QuestionRefused):
    """The period is not a month."""


class RankRefused(QuestionRefused):
    """A ranking was asked for that would not be fair: `reason` is "nature" or "sample", `values` its numbers."""

    def __init__(self, message: str, reason: str = "", **values: int) -> None:
        """Keep the sentence for the log, and the reason for whoever asked."""
        super().__init__(message)
        self.reason = reason
        self.values = values


class CursorRefused(QuestionRefused):
    """The cursor is damaged or was given for another question."""
