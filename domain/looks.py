"""Looks: what the officers of a body looked at, took away or were refused, in a stream of that body's own.

`looks/<office>` is told by the ledger's key in batches, and in the clear an entry says nothing at all: which cases were
looked at, by whom and under which mandate is sealed. So the office that is supervised learns nothing from the log, and
the body cannot leave out or change afterwards what it did. Source: DOMAIN section 8; regulation of 2022, article 38.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final, NamedTuple

from domain.errors import RoleRefused, TransitionRefused
from domain.people import REGISTRARS
from domain.reference import Reference
from domain.schema import Event, act

PREFIX: Final = "looks/"


@act
class LooksRecorded(Event):
    """The ledger writes down looks of one body's officers; all that they are is in the sealed list."""

    action: ClassVar[str] = "looks.recorded.v1"
    sealed: ClassVar[tuple[str, ...]] = ("looks",)


class Looks(NamedTuple):
    """The state of such a stream: how many batches it has."""

    batches: int = 0


NEW_LOOKS: Final = Looks()


def fold_looks(looks: Looks, event: Event) -> Looks:
    """Return the state after one more batch."""
    return Looks(looks.batches + 1)


def check_looks(looks: Looks, event: Any, reference: Reference) -> None:
    """Check that a batch is the ledger's own and stands in the stream of an office that there is or was.

    An office that was closed may still have looks that were not written down. Raises RoleRefused or TransitionRefused.
    """
    if (event.actor, event.role, event.office, event.post) != ("ledger", "ledger", "", ""):
        raise RoleRefused(
            "ledger_only",
            rule="roles: ledger",
            zh="查看记录只能由账本自身的密钥写入",
            en="looks are written down by the ledger's own key alone",
            action=event.action,
            allowed=("ledger",),
        )
    slug = event.originator_id.removeprefix(PREFIX)
    office = reference.people.offices.get(slug)
    if slug != REGISTRARS and (office is None or office.since >= event.index):
        raise TransitionRefused(
            "office_unknown",
            rule="stream looks/<office>",
            zh=f"查看记录应记入查看单位的账流,且该单位在机构表中:{slug}",
            en=f"looks are recorded in the stream of the office that looked, which is in the directory: {slug}",
            action=event.action,
        )
