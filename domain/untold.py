"""Clocks that were not told: what a case has in the place of its clocks when it was folded for its facts alone.

Most acts are lawful or not by the state of the case, its holders and the directory, and telling the clocks is
most of the work of a fold. Who replays acts only to check them can leave the clocks untold; a rule that asks
for them then raises ClocksUntold, and the case has to be folded whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NoReturn, cast

from domain.clock import Clocks

__all__ = ["UNTOLD_CLOCKS", "UNTOLD_SEGMENTS", "ClocksUntold"]


class ClocksUntold(Exception):
    """A rule asked for clocks that this fold left out. It is no refusal, and never reaches a person."""


class _Untold:
    """Stands for clocks and says nothing about them, not even whether there are any."""

    def _ask(self, *_: Any) -> NoReturn:
        raise ClocksUntold

    __bool__ = __contains__ = __eq__ = __getattr__ = __getitem__ = __iter__ = __len__ = __reversed__ = _ask
    __add__ = __radd__ = __hash__ = _ask


UNTOLD_CLOCKS: Final = cast("Clocks", _Untold())
UNTOLD_SEGMENTS: Final = cast("Mapping[str, int]", _Untold())
