"""Who may do it: one table act × role × relation of the actor to the case.

An office acts through its officers' roles, and only where it stands in the relation that the act asks
for. The petitioner acts with the keys of this case alone. An importer may record any act of an office
from a file, and only an importer marks an act as imported.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from domain.case_state import Case
from domain.errors import RoleRefused
from domain.people import People
from domain.procedure_roles import DESK, HANDLING, PETITIONER, PROCEDURE_PERMISSIONS, Permission
from domain.relations import (
    CASE_KEY,
    EVER_HOLDER,
    HOLDER,
    OWN_KEY,
    RECEIVER,
    RELATIONS,
)
from domain.schema import Event
from domain.vocabulary import ROLES, name_of
from domain.wording import ACTIONS

__all__ = ["HOLDER", "OWN_KEY", "PERMISSIONS", "RECEIVER", "RELATIONS", "Permission", "check_role"]


PERMISSIONS: Final = MappingProxyType(
    {
        "case.submitted.v1": Permission(PETITIONER, OWN_KEY),
        "case.registered.v1": Permission(DESK, RECEIVER),
        "case.transferred.v1": Permission(DESK, HOLDER),
        "case.notice_served.v1": Permission(DESK, EVER_HOLDER),
        "case.replied.v1": Permission(DESK | {"leader"}, HOLDER),
        "case.accepted.v1": Permission(DESK, HOLDER),
        "case.opinion_issued.v1": Permission(HANDLING, HOLDER),
        "case.opinion_served.v1": Permission(DESK, HOLDER),
        "case.rated.v1": Permission(PETITIONER, CASE_KEY),
        "case.key_claimed.v1": Permission(PETITIONER, OWN_KEY),
        "case.erased.v1": Permission((DESK - {"importer"}) | {"registrar"}, EVER_HOLDER),
        **PROCEDURE_PERMISSIONS,
    }
)


_STANDS: Final = {word: relation.stands for word, relation in RELATIONS.items()}


def check_role(case: Case, event: Event, people: People) -> None:
    """Check that the actor's role may do this act, and that the actor stands in the relation it needs.

    Raises RoleRefused, naming the act, the role, what is missing and which roles would be allowed.
    """
    permission, role = PERMISSIONS.get(event.action), event.role
    if permission is None or role not in permission.roles:
        raise _refuse_role(case, event, permission)
    if role == "petitioner":
        if event.actor != "petitioner" or event.office or event.post or not _stands(case, event, permission, people):
            raise _refuse_relation(case, event, permission)
        return
    if role == "registrar":
        return
    # A post is opened in an open office and a tenure begun in an open post, so a tenure answers for both at once.
    if people.tenure(event.office, event.post, event.actor, event.index) is None:
        _check_untenured(event, people)
    if not _STANDS[permission.relation](case, event, people) and not _stands(case, event, permission, people):
        raise _refuse_relation(case, event, permission)
    if (role == "importer") != (getattr(event, "imported", None) is not None):
        raise _refuse_import(case, event)


def _stands(case: Case, event: Any, permission: Permission, people: People) -> bool:
    return any(_STANDS[word](case, event, people) for word in permission.relations)


def _check_untenured(event: Event, people: People) -> None:
    """Check that the office is open, and that it is no officer (but a service) who holds no post at this position."""
    if people.office(event.office, event.index) is None:
        zh, en = f"单位 {event.office} 未在机构表中", f"office {event.office} is not in the directory"
        raise _refuse(event, "office_unknown", "", zh, en, ())
    if not event.actor.startswith("service-"):
        zh = f"{event.actor} 此时未在 {event.office} 的岗位 {event.post} 任职"
        en = f"{event.actor} does not hold post {event.post} of {event.office} at this position"
        raise _refuse(event, "no_tenure", "", zh, en, ())


def _refuse_role(case: Case, event: Event, permission: Permission | None) -> RoleRefused:
    allowed = tuple(sorted(permission.roles)) if permission else ()
    act, role = name_of(ACTIONS, event.action), name_of(ROLES, event.role)
    could_zh = "、".join(name_of(ROLES, word).zh for word in allowed)
    return _refuse(
        event,
        "role",
        case.state,
        f"“{act.zh}”不能由{role.zh}作出;可以作出的角色:{could_zh}",
        f'"{act.en}" is not for the role {event.role}; the roles that may: {", ".join(allowed)}',
        allowed,
    )


def _refuse_relation(case: Case, event: Event, permission: Permission) -> RoleRefused:
    act = name_of(ACTIONS, event.action)
    relations = [RELATIONS[word] for word in permission.relations]
    zh, en = "或".join(one.zh for one in relations), ", or ".join(one.en for one in relations)
    who = tuple(dict.fromkeys(name for one in relations for name in one.names(case, event)))
    now_zh = f"(现为 {'、'.join(who)})" if who else ""
    now_en = f" (now {', '.join(who)})" if who else ""
    return _refuse(
        event,
        "relation",
        case.state,
        f"“{act.zh}”要求行为人{zh}{now_zh}" if event.role == "petitioner" else f"“{act.zh}”只能由{zh}作出{now_zh}",
        f'"{act.en}" needs an actor who {en}{now_en}',
        who,
    )


def _refuse_import(case: Case, event: Event) -> RoleRefused:
    return _refuse(
        event,
        "imported",
        case.state,
        "“导入”标记与导入服务角色必须同时出现",
        "the mark imported and the role importer go together, neither without the other",
        ("importer",),
    )


def _refuse(event: Event, code: str, state: str, zh: str, en: str, allowed: tuple[str, ...]) -> RoleRefused:
    return RoleRefused(
        code, rule=f"roles: {event.action}", zh=zh, en=en, action=event.action, state=state, allowed=allowed
    )
