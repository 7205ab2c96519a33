"""What every list of a view answers with: its moment on both axes, rows, and a cursor for the next page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Rows of one view as of a moment of the world, with the first `known_at` entries of the log known.

    `cursor` asks for the next page; None if there is none.
    """

    as_of: datetime
    known_at: int
    rows: tuple[R, ...]
    cursor: str | None = None
