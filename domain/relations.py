"""How an actor may stand to a case: the closed vocabulary of the table act × role × relation.

Each word has its Chinese and English name and a function that finds out, from the state of the case and
the directory alone, whether an office (or, for a leader, an officer) stands so. A permission may name
several; one is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from domain.case_state import Case, key_id_of
from domain.people import People

OWN_KEY: Final = "own_key"
CASE_KEY: Final = "case_key"
RECEIVER: Final = "receiver"
HOLDER: Final = "holder"
EVER_HOLDER: Final = "ever_holder"
SENDER: Final = "sender"
SUPERIOR: Final = "superior"
SUPERVISION: Final = "supervision"
PACKAGING_LEADER: Final = "packaging_leader"
ANY_OFFICE: Final = "any_office"
SUCCESSOR: Final = "successor"
ADDRESSEE: Final = "addressee"
AUTHOR: Final = "author"
AUTHOR_SUPERIOR: Final = "author_superior"

Stands = Callable[[Case, Any, People], bool]


class Relation(NamedTuple):
    """One word: how a refusal names those who stand so, and the function that tells whether an actor does.

    `names` gives the offices (or officers) that stand so for an act, as far as the case knows them, for a
    refusal to say who would be allowed.
    """

    zh: str
    en: str
    stands: Stands
    names: Callable[[Case, Any], tuple[str, ...]]


def _nobody(case: Case, event: Any) -> tuple[str, ...]:
    return ()


def _holder(case: Case, event: Any) -> tuple[str, ...]:
    return (case.office,) if case.office else ()


def _sender(case: Case, event: Any) -> tuple[str, ...]:
    return (case.sender,) if case.sender else ()


def _holders(case: Case, event: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(holding.office for holding in case.holdings))


def _is_own_key(case: Case, event: Any, people: People) -> bool:
    return bool(key_id_of(event.petitioner_key) == event.key_id)


def _is_case_key(case: Case, event: Any, people: People) -> bool:
    return case.key(event.key_id) is not None


def _is_receiver(case: Case, event: Any, people: People) -> bool:
    return case.office in ("", event.office)


def _is_holder(case: Case, event: Any, people: People) -> bool:
    return bool(case.office == event.office)


def _was_holder(case: Case, event: Any, people: People) -> bool:
    return case.office == event.office or any(holding.office == event.office for holding in case.holdings)


def _is_sender(case: Case, event: Any, people: People) -> bool:
    return bool(case.sender) and case.sender == event.office


def _is_superior(case: Case, event: Any, people: People) -> bool:
    return people.is_under(case.office, event.office, event.index)


def _is_supervision(case: Case, event: Any, people: People) -> bool:
    """A supervision office, or a petition office of the holder's line (38: supervising is a duty of both)."""
    office = people.office(event.office, event.index)
    if office is None:
        return False
    return office.kind == "supervision" or (office.kind == "petition_office" and case.office != event.office)


def _packages(case: Case, event: Any, people: People) -> bool:
    return event.actor in _packaging_leaders(case, event)


def _packaging_leaders(case: Case, event: Any) -> tuple[str, ...]:
    """The leader who answers for the case now, as its track of packages has it; nobody before there is one."""
    package = getattr(case, "package", None)
    leader = getattr(package, "leader", "") if package is not None else ""
    return (leader,) if leader else ()


def _is_successor(case: Case, event: Any, people: People) -> bool:
    """The office that goes on with the powers of one that was merged, split or abolished. Source: article 24(2)."""
    return bool(people.successor(case.office, event.index) == event.office)


def _is_addressee(case: Case, event: Any, people: People) -> bool:
    return bool(event.office) and getattr(event, "to_office", "") == event.office


def _is_author(case: Case, event: Any, people: People) -> bool:
    """The office whose act is corrected, or the one that goes on with its powers.

    Where the act named has no author that is known, any office that held the case may ask, and is told why not.
    """
    author = case.author(event.seq)
    if not author:
        return _was_holder(case, event, people)
    return event.office in (author, people.successor(author, event.index))


def _is_above_author(case: Case, event: Any, people: People) -> bool:
    return people.is_under(case.author(event.seq), event.office, event.index)


def _authors(case: Case, event: Any) -> tuple[str, ...]:
    author = case.author(event.seq)
    return (author,) if author else ()


def _is_any(case: Case, event: Any, people: People) -> bool:
    return True


RELATIONS: Final[Mapping[str, Relation]] = MappingProxyType(
    {
        OWN_KEY: Relation("以本行为所载的公钥签名", "signs with the very key that the act names", _is_own_key, _nobody),
        CASE_KEY: Relation("以本件信访人密钥签名", "signs with a petitioner's key of this case", _is_case_key, _nobody),
        RECEIVER: Relation("收到该信访事项的单位", "is the office that received the matter", _is_receiver, _holder),
        HOLDER: Relation("现在持有该信访事项的单位", "is the office that holds the case now", _is_holder, _holder),
        EVER_HOLDER: Relation(
            "持有过该信访事项的单位", "is an office that holds or held the case", _was_holder, _holders
        ),
        SENDER: Relation(
            "转送、交办该信访事项的单位", "is the office that sent the case to its holder", _is_sender, _sender
        ),
        SUPERIOR: Relation(
            "现持有单位的上级单位", "is an office above the one that holds the case", _is_superior, _nobody
        ),
        SUPERVISION: Relation(
            "督查机构或承办单位以外的信访部门",
            "is a supervision office, or a petition office other than the holder",
            _is_supervision,
            _nobody,
        ),
        PACKAGING_LEADER: Relation(
            "现在的包案领导", "is the leader who packages the case now", _packages, _packaging_leaders
        ),
        SUCCESSOR: Relation(
            "原持有单位职权的承继单位", "is the successor of the office that held the case", _is_successor, _holder
        ),
        ADDRESSEE: Relation("该请求所提交的单位", "is the office that the request is made to", _is_addressee, _nobody),
        AUTHOR: Relation("作出所更正行为的单位", "is the office whose act is corrected", _is_author, _authors),
        AUTHOR_SUPERIOR: Relation(
            "作出该行为的单位的上级单位", "is an office above the one whose act it is", _is_above_author, _nobody
        ),
        ANY_OFFICE: Relation("机构表中的任一单位", "is any office of the directory", _is_any, _nobody),
    }
)
"""Every relation that a permission may name."""
