"""How an actor may stand to an item of a track: the relations that the rows of `table.py` name.

Each word has its Chinese and English name and a function over what holds the item (a case or a docket), the
item (None while the act opens one), the act and the directory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from domain.people import People
from domain.tracks.items import Item

Stands = Callable[[Any, "Item | None", Any, People], bool]

CASE_KEY: Final = "case_key"
CASE_OFFICE: Final = "case_office"
HOLDER: Final = "holder"
SUPERVISION: Final = "supervision"
SUPERIOR: Final = "superior_of_unit"
CONFERENCE: Final = "conference"
ADDRESSEE: Final = "addressee"
OPENER: Final = "opener"
OWN_STREAM: Final = "own_stream"
LEADER: Final = "leader_of_package"
ASSIGNER_OF_ORPHAN: Final = "assigner_of_orphan"
TAKER: Final = "taker_of_package"
CHIEF: Final = "chief"
INSPECTION: Final = "inspection"
MANDATED: Final = "mandated"
ANY_OFFICE: Final = "any_office"


class Relation(NamedTuple):
    """One word: how a refusal names those who stand so, and the function that tells."""

    zh: str
    en: str
    stands: Stands


def _case_key(holder: Any, item: Item | None, event: Any, people: People) -> bool:
    return event.actor == "petitioner" and not event.office and holder.key(event.key_id) is not None


def _case_office(holder: Any, item: Item | None, event: Any, people: People) -> bool:
    return holder.office == event.office or any(held.office == event.office for held in holder.holdings)


def _holder(holder: Any, item: Item | None, event: Any, people: People) -> bool:
    return bool(holder.office == event.office)


def _supervision(holder: Any, item: Item | None, event: Any, people: People) -> bool:
    """A petition office, supervision office or conference, but never over itself (38, 40)."""
    office = people.office(event.office, event.index)
    if office is None or office.kind not in ("petition_office", "supervision", "conference"):
        return False
    return bool(_addressed(item, event) != event.office)


def _superior(holder: Any, item: Item | None, event: Any, people: People) -> bool:
    """An office above the unit addressed (43 to 46: 其上级机关、单位)."""
    return people.is_under(_addressed(item, event), event.office, event.index)


def _conference(holder: Any, item: Item | None, event: Any, people: People) -> bool:
    office = people.office(event.office, event.index)
    return office is not None and office.kind == "conference"


def _inspection(holder: Any, item: Item | None, event: Any, people: People) -> bool:
    office = people.office(event.office, event.index)
    return office is not None and office.kind in ("supervision", "inspection", "petition_office")


def _mandated(holder: Any, item: Item | None, event: Any, people: People) -> bool:
    """The body that the mandate of this stream was given to, while it is open."""
    mandate = holder.tracks.item(1)
    return mandate is not None and mandate.track == "mandate" and mandate.office == event.office


def _addressee(holder: Any, item: Item | None, event: Any, people: People) -> bool:
    return item is not None and item.unit == event.office


def _opener(holder: Any, item: Item | None, event: Any, people: People) -> bool:
    return item is not None and item.office == event.office


def _own_stream(holder: Any, item: Item | None, event: Any, people: People) -> bool:
    return bool(event.originator_id.partition("/")[2] == event.office)


def _leader(holder: Any, item: Item | None, event: Any, people: People) -> bool:
    package = holder.tracks.package
    return package is not None and package.held_by(event.actor, event.post, event.office)


def _assigner_of_orphan(holder: Any, item: Item | None, event: Any, people: People) -> bool:
    """The office that assigned the package, once its leader no longer holds the post and so cannot sign."""
    package = holder.tracks.package
    if package is None or event.office != package.assigned_by:
        return False
    hold = package.holds[-1]
    return people.tenure(hold.office, hold.post, hold.leader, event.index) is None


def _taker(holder: Any, item: Item | None, event: Any, people: People) -> bool:
    package = holder.tracks.package
    proposal = package.proposal if package is not None else None
    return proposal is not None and proposal.taker == (event.actor, event.post, event.office)


def _chief(holder: Any, item: Item | None, event: Any, people: People) -> bool:
    """The designated chief of the office that assigned the package, or of the leader's own; never the leader."""
    package = holder.tracks.package
    if package is None or event.actor == package.leader or event.office not in (package.assigned_by, package.office):
        return False
    return people.designated(event.office, "chief", event.actor, event.index)


def _any_office(holder: Any, item: Item | None, event: Any, people: People) -> bool:
    return True


def _addressed(item: Item | None, event: Any) -> str:
    return item.unit if item is not None else str(getattr(event, "unit", ""))


RELATIONS: Final[Mapping[str, Relation]] = MappingProxyType(
    {
        CASE_KEY: Relation("以本件信访人密钥签名", "signs with a petitioner's key of this case", _case_key),
        CASE_OFFICE: Relation("持有或持有过本件的单位", "is an office that holds or held the case", _case_office),
        HOLDER: Relation("现在持有本件的单位", "is the office that holds the case now", _holder),
        SUPERVISION: Relation(
            "信访部门、督查机构或联席会议,且不督办自己",
            "is a petition office, a supervision office or a joint conference, and not the unit itself",
            _supervision,
        ),
        SUPERIOR: Relation("被指单位的上级机关、单位", "is an office above the unit addressed", _superior),
        CONFERENCE: Relation("信访工作联席会议", "is a joint conference", _conference),
        INSPECTION: Relation(
            "信访部门、督查机构或纪检监察机构",
            "is a petition office, a supervision office or an inspection body",
            _inspection,
        ),
        MANDATED: Relation("持有本授权的机构", "is the body that holds this mandate, still open", _mandated),
        ADDRESSEE: Relation("该项所指的单位", "is the unit that the item is addressed to", _addressee),
        OPENER: Relation("提出该项的单位", "is the office that opened the item", _opener),
        OWN_STREAM: Relation("账流所属的单位", "is the office whose stream this is", _own_stream),
        LEADER: Relation("现在的包案领导", "is the leader who holds the package now", _leader),
        ASSIGNER_OF_ORPHAN: Relation(
            "包案领导已离任时的交办单位",
            "is the office that assigned the package, its leader having left the post",
            _assigner_of_orphan,
        ),
        TAKER: Relation("交接提议所指的接任领导", "is the leader named in the hand-over proposal", _taker),
        CHIEF: Relation(
            "交办单位或包案领导所在单位的第一责任人,且非包案领导本人",
            "is the designated chief of the assigning or the leader's own office, and not that leader",
            _chief,
        ),
        ANY_OFFICE: Relation("机构表中的任一单位", "is any office of the directory", _any_office),
    }
)
"""Every relation that a row of a track may name."""
