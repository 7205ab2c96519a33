"""Acts that this process prepared and nobody has committed yet, so that a commit need not build the same bytes again.

A statement's bytes follow from its draft and from what the rules decided. The rules are asked again at every commit; if
they decide the same for the same draft, the bytes are the same, and they are taken from here. Nothing is stored: it is
a bounded memory of the process, and an act leaves it when it is taken.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Lock

from audit.store.model import Decision, Draft, Prepared

MAX_ACTS = 4_096


def redecided(prepared: Prepared, decision: Decision, reference_at: int) -> Prepared | None:
    """Return the act as the rules decide it now, if that is what was prepared; None if it is another act."""
    before = prepared.decision
    if decision.action != before.action or decision.public != before.public:
        return None
    if tuple(decision.sealed) != tuple(before.sealed):
        return None
    if reference_at == prepared.reference_at:
        return prepared
    return replace(prepared, decision=decision, reference_at=reference_at)


class PreparedActs:
    """Keeps the newest prepared acts, by act id."""

    def __init__(self, limit: int = MAX_ACTS) -> None:
        self._limit = limit
        self._lock = Lock()
        self._acts: OrderedDict[bytes, Prepared] = OrderedDict()

    def keep(self, prepared: Prepared) -> None:
        """Remember an act."""
        with self._lock:
            self._acts[prepared.draft.act_id] = prepared
            if len(self._acts) > self._limit:
                self._acts.popitem(last=False)

    def forget(self, prepared: Prepared) -> None:
        """Forget an act."""
        with self._lock:
            self._acts.pop(prepared.draft.act_id, None)

    def take(self, draft: Draft, decision: Decision, reference_at: int) -> Prepared | None:
        """Return the act of exactly this draft and decision, and forget it; None if there is none."""
        with self._lock:
            prepared = self._acts.pop(draft.act_id, None)
        if prepared is None or (prepared.draft is not draft and prepared.draft != draft):
            return None
        return redecided(prepared, decision, reference_at)
