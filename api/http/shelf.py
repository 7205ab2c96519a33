"""Replays that were told a moment ago, so that stepping through a long case does not tell it anew at every step."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import Final

from api.case_answers import ask_replay
from api.main import Application
from domain.clock import civil_day
from projections.replay import CaseReplay

ROOM: Final = 4


class Shelf:
    """The last few replays by case, position and civil day. May be shared by threads."""

    def __init__(self) -> None:
        """Begin empty."""
        self._told: OrderedDict[tuple[str, int, int], CaseReplay] = OrderedDict()
        self._lock = Lock()

    def replay(self, application: Application, case: str, as_of: datetime, known_at: int | None) -> CaseReplay:
        """Replay a case, or take the replay of an earlier moment of the same day that says the same.

        Clocks and gaps are told by civil days; within one, a replay changes only with acts that had not happened yet.
        Raises what `ask_replay` raises.
        """
        size = application.ledger.head().size if known_at is None else known_at
        key = (case, size, civil_day(as_of).toordinal())
        with self._lock:
            found = self._told.get(key)
        if found is not None and (found.as_of == as_of or (not found.not_yet and found.as_of < as_of)):
            return replace(found, as_of=as_of)
        told = ask_replay(application, case, as_of, size)
        with self._lock:
            self._told[key] = told
            while len(self._told) > ROOM:
                self._told.popitem(last=False)
        return told
