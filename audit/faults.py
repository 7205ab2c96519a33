"""Faults: what a verification found wrong, and where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from audit.errors import (
    AuditError,
    AuthorityRejected,
    CommitmentRejected,
    KeyRejected,
    LinkRejected,
    Malformed,
    SignatureRejected,
)

__all__ = ["Fault", "Faults", "Kind", "kind_of"]

# How many faults are kept. A log that was replaced as a whole has one for every entry.
_KEPT = 1000


class Kind(StrEnum):
    """What can be wrong with a stored log. The set is closed."""

    GAP = "gap"
    """An index is missing, is there twice, or lies outside the log."""
    COLUMN = "column"
    """A column of the row says something else than the signed statement."""
    MALFORMED = "malformed"
    """The bytes are not an entry, or its payload is not a statement."""
    LEAF = "leaf"
    """The stored leaf is not the hash of the stored entry."""
    SIGNATURE = "signature"
    """A signature is missing or does not hold."""
    AUTHORITY = "authority"
    """The key had no right to this act at this index."""
    LINK = "link"
    """The entry is not the one that its successor in the stream follows, or does not continue its stream."""
    UNLAWFUL = "unlawful"
    """The rules would have refused the act."""
    CLOCK = "clock"
    """recorded_at goes back."""
    ROOT = "root"
    """The entries do not hash to the frontier in the head."""
    TILE = "tile"
    """A stored tile does not hold the hashes of the tree, is missing, or should not be there."""
    CHECKPOINT = "checkpoint"
    """A stored checkpoint was not signed by the log, or the entries do not hash to its root."""
    SEEN = "seen"
    """A signer had seen another root than that of the entries."""
    ANCHOR = "anchor"
    """The log is not the anchored one."""
    HEAD = "head"
    """The stored head says something else than the entries."""
    TRUNCATED = "truncated"
    """Entries that there were are missing at the end."""
    DISCLOSURE = "disclosure"
    """What was kept to open a commitment does not open it, or is missing without an erasure."""
    VIEW = "view"
    """A view beside the log does not hold what the entries lead to."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where whoever reads the log from its beginning has to stop.

    index and last bound the entries among which the wrong one is; they are equal where it is known
    exactly. Nothing in an entry tells that others before it were taken away or put into another order
    without leaving a gap. So an entry that would be good elsewhere is named as the first that does
    not fit where it stands, and a fault of a checkpoint bounds what happened.
    An index equal to the size of the log means something behind its end.
    """

    index: int
    kind: Kind
    detail: str
    last: int = -1

    def __post_init__(self) -> None:
        """Let last default to the index."""
        if self.last < self.index:
            object.__setattr__(self, "last", self.index)

    @property
    def order(self) -> tuple[int, int]:
        """Sort what is certain first, first: by the end of the range, the narrowest before the wider."""
        return self.last, -self.index


def kind_of(error: Exception) -> Kind:
    """Return the kind of fault that a refused check amounts to."""
    match error:
        case Malformed():
            return Kind.MALFORMED
        case SignatureRejected():
            return Kind.SIGNATURE
        case KeyRejected() | AuthorityRejected():
            return Kind.AUTHORITY
        case LinkRejected():
            return Kind.LINK
        case CommitmentRejected():
            return Kind.DISCLOSURE
        case AuditError():
            return Kind.ROOT
        case _:
            return Kind.UNLAWFUL


class Faults:
    """The faults found so far: the first thousand in order, and how many there were."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: list[Fault] = []
        self.count = 0

    def add(self, fault: Fault) -> None:
        """Remember a fault."""
        self.count += 1
        self._kept.append(fault)
        if len(self._kept) > 2 * _KEPT:
            self._kept = sorted(self._kept, key=lambda one: one.order)[:_KEPT]

    def update(self, others: Iterable[Fault]) -> None:
        """Remember several faults."""
        for fault in others:
            self.add(fault)

    def __iter__(self) -> Iterator[Fault]:
        """Yield the kept faults in order."""
        return iter(sorted(self._kept, key=lambda one: one.order)[:_KEPT])

    def __len__(self) -> int:
        """Return how many faults there were."""
        return self.count
