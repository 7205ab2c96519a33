"""One row of the log as a database holds it, and what its columns have to say."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from audit.statement import Statement

__all__ = ["Checker", "Replay", "Row", "wrong_column"]

# Takes index, statement and recorded_at of the acts of one stream in turn, and raises whatever it
# likes at an act that the rules would have refused.
Checker = Callable[[int, Statement, int], None]
Replay = Callable[[str], Checker]


class Row(NamedTuple):
    """One row of the log as a database holds it. Nothing in it is believed, its types included."""

    index: int  # type: ignore[assignment]  # a row is never searched as a tuple
    stream: str
    seq: int
    action: str
    act_id: bytes | None
    entry: bytes
    leaf: bytes


def wrong_column(row: Row, statement: Statement) -> str:
    """Say which columns of a row differ from its statement."""
    pairs = (
        ("stream", row.stream, statement.stream),
        ("seq", row.seq, statement.seq),
        ("action", row.action, statement.action),
        ("act_id", row.act_id, statement.act_id),
    )
    return "; ".join(
        f"column {name} says {column!r:.80}, the statement {signed!r:.80}"
        for name, column, signed in pairs
        if column != signed
    )
