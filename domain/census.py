"""The census: the ledger's own word on which entries each stream has, and what its views say, at one size of the log.

Whether the word is true is for verification to recompute; here it must make sense and be the ledger's own.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, ClassVar, Final, NamedTuple

from domain import fields
from domain.errors import ReferenceRefused, RoleRefused
from domain.schema import Event, act

MAX_SIZE: Final = 2**53 - 1
MAX_VIEWS: Final = 64

_count = fields.integer(1, MAX_SIZE)


class ViewDigest(NamedTuple):
    """The digest, as hex, of one view in one version of its code."""

    digest: str
    name: str
    version: int


_view = fields.record(ViewDigest, digest=fields.hex32, name=fields.slug, version=fields.integer(1, 1_000_000))


@act
class LedgerCensus(Event):
    """What the first `entries` entries of the log are: `map` is the root over its streams, `views` are digests."""

    action: ClassVar[str] = "ledger.census.v1"

    entries: Annotated[int, _count]
    streams: Annotated[int, _count]
    map_root: Annotated[str, fields.hex32, "map"]
    views: Annotated[tuple[ViewDigest, ...], fields.listing(_view, 1, MAX_VIEWS)]


def check_census(event: LedgerCensus) -> None:
    """Check that a census is the ledger's own, covers no entry behind itself, and names its views in order.

    Raises RoleRefused or ReferenceRefused, naming which of these it does not.
    """
    if (event.actor, event.role, event.office, event.post) != ("ledger", "ledger", "", ""):
        raise RoleRefused(
            "ledger_only",
            rule="roles: ledger",
            zh="清点只能由账本自身的密钥记录",
            en="a census is taken by the ledger's own key alone",
            action=event.action,
            allowed=("ledger",),
        )
    if not event.streams <= event.entries <= event.index:
        raise ReferenceRefused(
            "census_size",
            rule="census: streams ≤ entries ≤ own index",
            zh="清点的条目数不能超过其自身的位置,也不能少于账流数",
            en="a census covers no entry behind itself, and at least one of every stream",
            action=event.action,
        )
    if any(earlier.name >= later.name for earlier, later in pairwise(event.views)):
        raise ReferenceRefused(
            "census_views",
            rule="census: views ascending by name",
            zh="清点中的视图应按名称升序排列,且不得重复",
            en="a census names its views in ascending order, each once",
            action=event.action,
        )
