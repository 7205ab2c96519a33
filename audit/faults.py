"""Faults: what a verification found wrong, and where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from audit import errors

__all__ = ["Fault", "Faults", "Kind", "kind_of"]

# How many faults are kept. A log that was replaced as a whole has one for every entry.
_KEPT = 1000


class Kind(StrEnum):
    """What can be wrong with a stored log. The set is closed."""

    # An index is missing, is there twice, or lies outside the log.
    GAP = "gap"
    # A column of the row says something else than the signed statement.
    COLUMN = "column"
    # The bytes are not an entry, or its payload is not a statement.
    MALFORMED = "malformed"
    # The stored leaf is not the hash of the stored entry.
    LEAF = "leaf"
    # A signature is missing or does not hold.
    SIGNATURE = "signature"
    # The key had no right to this act at this index.
    AUTHORITY = "authority"
    # The entry is not the one that its successor in the stream follows, or does not continue its stream.
    LINK = "link"
    # The rules would have refused the act.
    UNLAWFUL = "unlawful"
    # recorded_at goes back.
    CLOCK = "clock"
    # The entries do not hash to the frontier in the head.
    ROOT = "root"
    # A stored tile does not hold the hashes of the tree, is missing, or should not be there.
    TILE = "tile"
    # A stored checkpoint was not signed by the log, or the entries do not hash to its root.
    CHECKPOINT = "checkpoint"
    # A signer had seen another root than that of the entries.
    SEEN = "seen"
    # The log is not the anchored one.
    ANCHOR = "anchor"
    # The stored head says something else than the entries.
    HEAD = "head"
    # Entries that there were are missing at the end.
    TRUNCATED = "truncated"
    # What was kept to open a commitment does not open it, or is missing without an erasure.
    DISCLOSURE = "disclosure"
    # A view beside the log does not hold what the entries lead to.
    VIEW = "view"
    # A census says something else than the entries that it covers.
    CENSUS = "census"


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


# The kind of fault that a refused check amounts to; what is none of these is the word of the rules.
_KINDS = {
    errors.Malformed: Kind.MALFORMED, errors.SignatureRejected: Kind.SIGNATURE, errors.KeyRejected: Kind.AUTHORITY,
    errors.AuthorityRejected: Kind.AUTHORITY, errors.LinkRejected: Kind.LINK,
    errors.CommitmentRejected: Kind.DISCLOSURE, errors.AuditError: Kind.ROOT,
}  # fmt: skip


def kind_of(error: Exception) -> Kind:
    """Return the kind of fault that a refused check amounts to."""
    return next((_KINDS[one] for one in type(error).__mro__ if one in _KINDS), Kind.UNLAWFUL)


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
