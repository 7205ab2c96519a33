"""Acts that this process prepared and nobody has committed yet, so that a commit need not build the same bytes again.

A statement's bytes follow from its draft and from what the rules decided. The rules are asked again at a commit; if
they decide the same for the same draft, the bytes are the same, and they are taken from here. Where all that the rules
are given is the very same, but for a later millisecond of which they say themselves that it changes nothing, they need
not be asked: they are pure functions, but for what they say of other streams, which is always checked again. Nothing is
stored: it is a bounded memory of the process, and an act leaves it when it is taken.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from audit.store.model import Decision, Draft, Prepared
from audit.store.newest import Newest
from audit.store.references import Reference
from audit.store.streams import StreamState


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


class Grounds(NamedTuple):
    """What the rules were given beside the draft: the stream's state, the reference, and the time in Unix ms."""

    known: StreamState
    reference: Reference
    now: int


class Kept(NamedTuple):
    """An act as it was prepared, on what grounds, and until when it stands on them (Unix ms)."""

    prepared: Prepared
    grounds: Grounds
    until: int

    def stands(self, now: Grounds) -> bool:
        """Say whether the rules would decide now as they did: of the same objects, at a time that changes nothing."""
        before = self.grounds
        if before.known is not now.known or before.reference is not now.reference:
            return False
        return before.now <= now.now <= self.until


class PreparedActs:
    """Keeps the newest prepared acts, by act id."""

    def __init__(self) -> None:
        self._acts: Newest[Kept] = Newest()

    def keep(self, prepared: Prepared, grounds: Grounds, until: int) -> None:
        """Remember an act, which stands on its grounds until this time, but in any case at the time of the grounds."""
        self._acts.keep(prepared.draft.act_id, Kept(prepared, grounds, max(grounds.now, until)))

    def take(self, draft: Draft) -> Kept | None:
        """Return the act of exactly this draft, and forget it; None if there is none."""
        kept = self._acts.take(draft.act_id)
        if kept is None or (kept.prepared.draft is not draft and kept.prepared.draft != draft):
            return None
        return kept
