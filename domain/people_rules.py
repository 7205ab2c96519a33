"""What the directory asks of an act on offices, posts, tenures and keys.

That a key's first grant takes two registrars, that its holder has it, and that a signer's key is valid at
the log position is decided by the key authority over the signed entries; here the acts must make sense.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain import people_events as acts
from domain.designations import DesignationEnded, LeaderDesignated
from domain.errors import PeopleRefused, RoleRefused
from domain.people import REGISTRAR_POST, REGISTRARS, People
from domain.schema import Event

OFFICE_ROLES: Final = ("intake", "handler", "head", "leader", "supervisor", "inspector", "importer")
"""The roles that posts of offices can have; the others belong to the ledger, registrars and petitioners."""

OFFICE_CUSTODIES: Final = ("device", "file", "hardware", "service")
SERVICE_ROLES: Final = ("importer",)


def check_people(people: People, event: Event) -> None:
    """Check that an act of a `people/…` or `ledger` stream fits the directory before it.

    Raises RoleRefused if the actor is not a registrar where the act is a registrar's, PeopleRefused if
    an office, post or tenure is missing, doubled, or does not allow the key.
    """
    office = event.originator_id.partition("/")[2]
    if event.action in _REGISTRAR_ACTS:
        _check_registrar(event)
        if office == REGISTRARS and event.action not in _REGISTRAR_STREAM_ACTS:
            raise _refuse(event, "registrars", "registrars 不是机关单位", "registrars is not an office of the tree")
    rule = _RULES.get(type(event))
    if rule is not None:
        rule(people, event, office)


def _office_opened(people: People, event: Any, office: str) -> None:
    known = people.offices.get(office)
    if known is not None and known.since < event.index:
        raise _refuse(
            event, "office_open", f"单位 {office} 已经设立过", f"office {office} is open, or was: its name is taken"
        )
    if event.parent and people.office(event.parent, event.index) is None:
        raise _refuse(
            event, "parent_unknown", f"上级单位 {event.parent} 尚未设立", f"parent office {event.parent} is not open"
        )


def _office_closed(people: People, event: Any, office: str) -> None:
    _need_office(people, event, office)
    if event.successor == office or people.office(event.successor, event.index) is None:
        raise _refuse(
            event,
            "successor_unknown",
            f"承继单位 {event.successor} 应为另一已设立的单位",
            f"the successor {event.successor} must be another office that is open",
        )


def _post_opened(people: People, event: Any, office: str) -> None:
    _need_office(people, event, office)
    if people.post(office, event.opened_post, event.index) is not None:
        raise _refuse(
            event, "post_open", f"岗位 {event.opened_post} 已经设立", f"post {event.opened_post} is open already"
        )
    _need_roles(event, event.duties, OFFICE_ROLES)


def _officer_appointed(people: People, event: Any, office: str) -> None:
    _need_post(people, event, office)
    if people.tenure(office, event.held_post, event.officer, event.index) is not None:
        raise _refuse(
            event,
            "tenure_running",
            f"{event.officer} 已在岗位 {event.held_post} 任职",
            f"{event.officer} holds post {event.held_post} already",
        )


def _tenure_ended(people: People, event: Any, office: str) -> None:
    tenure = people.tenure(office, event.held_post, event.officer, event.index)
    if tenure is None:
        raise _no_tenure(event, event.officer, event.held_post)
    if event.ended_on < tenure.from_on:
        raise _refuse(
            event,
            "tenure_backwards",
            f"任期不能早于起始日 {tenure.from_on} 结束",
            f"the tenure cannot end before it began on {tenure.from_on}",
        )


def _leader_designated(people: People, event: Any, office: str) -> None:
    _need_post(people, event, office)
    if people.tenure(office, event.held_post, event.officer, event.index) is None:
        raise _no_tenure(event, event.officer, event.held_post)
    if people.designated(office, event.designation, event.officer, event.index):
        raise _refuse(event, "designated", "已有此项指定", "this designation stands already")


def _designation_ended(people: People, event: Any, office: str) -> None:
    if not people.designated(office, event.designation, event.officer, event.index):
        raise _refuse(event, "not_designated", "没有此项指定", "there is no such designation to end")


def _key_proposed(people: People, event: Any, office: str) -> None:
    if event.custody not in OFFICE_CUSTODIES:
        raise _refuse(
            event,
            "custody",
            "工作人员的密钥不能以打印码或系统方式保管",
            "an officer's key cannot be kept as a printed code or by the system",
            OFFICE_CUSTODIES,
        )
    kind = event.holder.partition("-")[0]
    if (kind == "registrar") != (office == REGISTRARS):
        raise _refuse(
            event,
            "registrar_stream",
            "登记管理员的密钥只登记在 people/registrars",
            "registrars' keys, and no others, stand in people/registrars",
        )
    if kind == "registrar":
        _need_registrar_grant(event)
        return
    duties = _need_post(people, event, office)
    _need_roles(event, event.roles, duties)
    if kind == "service":
        _need_roles(event, event.roles, SERVICE_ROLES)
    elif people.tenure(office, event.held_post, event.holder, event.index) is None:
        raise _no_tenure(event, event.holder, event.held_post)


def _need_registrar_grant(event: Any) -> None:
    _need_roles(event, event.roles, ("registrar",))
    if event.held_post != REGISTRAR_POST:
        raise _refuse(
            event, "post_unknown", "登记管理员的岗位为 registrar", "a registrar's post is registrar", (REGISTRAR_POST,)
        )


def _need_office(people: People, event: Event, office: str) -> None:
    if people.office(office, event.index) is None:
        raise _refuse(
            event,
            "office_unknown",
            f"单位 {office} 尚未设立,应先设立单位",
            f"office {office} is not open; open it first",
            (acts.OfficeOpened.action,),
        )


def _need_post(people: People, event: Any, office: str) -> tuple[str, ...]:
    _need_office(people, event, office)
    post = people.post(office, event.held_post, event.index)
    if post is None:
        raise _refuse(
            event,
            "post_unknown",
            f"岗位 {event.held_post} 尚未设立,应先设立岗位",
            f"post {event.held_post} is not open; open it first",
            (acts.PostOpened.action,),
        )
    return post.duties


def _need_roles(event: Event, roles: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    beyond = [role for role in roles if role not in allowed]
    if beyond:
        listed, could = ", ".join(beyond), ", ".join(allowed)
        raise _refuse(
            event,
            "role_beyond_post",
            f"角色 {listed} 不在可授予之列:{could}",
            f"roles {listed} are beyond what can be given here: {could}",
            allowed,
        )


def _no_tenure(event: Event, officer: str, post: str) -> PeopleRefused:
    return _refuse(
        event,
        "no_tenure",
        f"{officer} 未在岗位 {post} 任职,应先任命",
        f"{officer} does not hold post {post}; appoint the officer first",
        (acts.OfficerAppointed.action,),
    )


def _check_registrar(event: Event) -> None:
    if (event.role, event.office, event.post) == ("registrar", REGISTRARS, REGISTRAR_POST):
        return
    raise RoleRefused(
        "registrar_only",
        rule="roles: registrar",
        zh=f"{event.action} 只能由登记管理员作出,而非 {event.role}",
        en=f"{event.action} is a registrar's act, not that of the role {event.role}",
        action=event.action,
        allowed=("registrar",),
    )


def _refuse(event: Event, code: str, zh: str, en: str, allowed: tuple[str, ...] = ()) -> PeopleRefused:
    return PeopleRefused(
        code,
        rule=f"directory {event.originator_id}",
        zh=f"{event.action}:{zh}",
        en=f"{event.action}: {en}",
        action=event.action,
        allowed=allowed,
    )


_RULES: Final[Mapping[type[Event], Callable[[People, Any, str], None]]] = {
    acts.OfficeOpened: _office_opened,
    acts.OfficeClosed: _office_closed,
    acts.PostOpened: _post_opened,
    acts.OfficerAppointed: _officer_appointed,
    acts.TenureEnded: _tenure_ended,
    acts.KeyProposed: _key_proposed,
    LeaderDesignated: _leader_designated,
    DesignationEnded: _designation_ended,
}
_REGISTRAR_ACTS: Final = frozenset(kind.action for kind in _RULES) | {
    acts.KeyConfirmed.action,
    acts.KeyRevoked.action,
}
_REGISTRAR_STREAM_ACTS: Final = (acts.KeyProposed.action, acts.KeyConfirmed.action, acts.KeyRevoked.action)
