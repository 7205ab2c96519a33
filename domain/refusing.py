"""How a single rule of an act refuses: one sentence in each language, with the article."""

from __future__ import annotations

from domain.case_state import Case
from domain.errors import RoleRefused, TransitionRefused
from domain.people import People
from domain.schema import Event
from domain.vocabulary import CAPACITIES, OFFICE_KINDS, name_of


def refuse(
    case: Case, event: Event, code: str, article: str, zh: str, en: str, allowed: tuple[str, ...] = ()
) -> TransitionRefused:
    """Return the refusal of an act by its own article, with what would be allowed instead."""
    return TransitionRefused(
        code, rule=f"article {article}", zh=zh, en=en, action=event.action, state=case.state, allowed=allowed
    )


def need_receiver(case: Case, event: Event, slug: str, capacity: str, people: People) -> None:
    """Check that the receiving office is open and is what the act says it is. Source: articles 22(1), 23(1)."""
    office = people.office(slug, event.index)
    if office is not None and office.kind == capacity:
        return
    kind = office.kind if office is not None else ""
    is_zh = f"是{name_of(OFFICE_KINDS, kind).zh}" if office is not None else "未在机构表中"
    is_en = f"is a {name_of(OFFICE_KINDS, kind).en}" if office is not None else "is not in the directory"
    raise RoleRefused(
        "receiver",
        rule="article 22(1), 23(1)",
        zh=f"单位 {slug} {is_zh},不能作为{name_of(CAPACITIES, capacity).zh}收到信访事项",
        en=f"office {slug} {is_en}; it cannot receive the matter as a {name_of(CAPACITIES, capacity).en}",
        action=event.action,
        state=case.state,
        allowed=(kind,) if kind in CAPACITIES else (),
    )
