"""A bounded memory by act id: what is kept of the newest acts between preparing them and committing them."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

MAX_ACTS = 4_096

Value = TypeVar("Value")


class Newest(Generic[Value]):
    """Keeps one value an act, of the newest `limit` acts; any number of threads may keep and take."""

    def __init__(self, limit: int = MAX_ACTS) -> None:
        self._limit = limit
        self._lock = Lock()
        self._values: OrderedDict[bytes, Value] = OrderedDict()

    def keep(self, act_id: bytes, value: Value) -> list[Value]:
        """Remember a value; return what is forgotten for it: what was kept of this act before, and of the oldest."""
        with self._lock:
            forgotten = [self._values.pop(act_id)] if act_id in self._values else []
            self._values[act_id] = value
            if len(self._values) > self._limit:
                forgotten.append(self._values.popitem(last=False)[1])
        return forgotten

    def take(self, act_id: bytes) -> Value | None:
        """Return what is kept of an act, and forget it; None if there is nothing."""
        with self._lock:
            return self._values.pop(act_id, None)
