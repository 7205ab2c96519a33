"""What single acts of a case must fulfil beyond the transition and role tables, each with its article."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain import case_events as acts
from domain.case_state import Case
from domain.errors import RoleRefused, TransitionRefused
from domain.people import People
from domain.roles import check_role
from domain.schema import Event
from domain.transitions import SUBMITTED, check_transition
from domain.vocabulary import CAPACITIES, OFFICE_KINDS, name_of


def check(case: Case, event: Event, people: People) -> None:
    """Check that an act is lawful after the acts that made this case; `people` may know later acts too.

    Raises TransitionRefused if the state or the act's own article forbids it, RoleRefused if the actor
    may not do it. The refusal names the act, the state, the rule and what would be allowed.
    """
    action = event.action
    check_transition(action, case.state, case.capacity)
    check_role(case, event, people)
    rule = _RULES.get(action)
    if rule is not None:
        rule(case, event, people)
    if getattr(event, "imported", None) and case.began_at is not None and event.effective_at < case.began_at:
        raise _refuse(
            case,
            event,
            "before_the_case",
            "22(1), 23(1)",
            f"文件所载时间早于该信访事项的起始时间 {case.began_at.isoformat()}",
            f"the file's time is before the case began, {case.began_at.isoformat()}",
        )


def _submitted(case: Case, event: acts.CaseSubmitted, people: People) -> None:
    _need_receiver(case, event, event.to_office, event.capacity, people)


def _registered(case: Case, event: acts.CaseRegistered, people: People) -> None:
    _need_receiver(case, event, event.office, event.capacity, people)
    if case.state == SUBMITTED and not event.addressable:
        raise _refuse(
            case,
            event,
            "addressable_is_the_petitioners",
            "23(2)",
            "网上提交的,姓名住址是否清楚以信访人提交的为准",
            "for a petition filed online the petitioner's own statement decides whether an address is given",
        )
    if event.claim_key and event.channel == "found":
        raise _refuse(
            case,
            event,
            "no_petitioner",
            "21(2)",
            "排查发现的事项没有信访人,不打印领取码",
            "a matter found by the office has no petitioner to print a code for",
        )


def _transferred(case: Case, event: acts.CaseTransferred, people: People) -> None:
    _need_receiver(case, event, event.to_office, event.capacity, people)
    if event.to_office == case.office:
        raise _refuse(
            case, event, "to_itself", "22(1)", "不得转送给自己", "an office cannot transfer a matter to itself"
        )
    own_system = event.basis == "23_1"
    if own_system != (case.capacity == "competent_unit"):
        allowed = ("22_1", "22_2") if own_system else ("23_1",)
        raise _refuse(
            case,
            event,
            "basis",
            "22(1), 23(1)",
            f"{name_of(CAPACITIES, case.capacity).zh}转送的依据应为:{'、'.join(allowed)}",
            f"a {name_of(CAPACITIES, case.capacity).en} transfers on the basis of: {', '.join(allowed)}",
            allowed,
        )
    if own_system and not people.is_under(event.to_office, case.office, event.index):
        raise _refuse(
            case,
            event,
            "not_subordinate",
            "23(1)",
            f"{event.to_office} 不是 {case.office} 的下级单位;不属于本系统职权的,应告知信访人向有权机关提出",
            f"{event.to_office} is not below {case.office}; a matter outside the unit's own system is not passed "
            "sideways, the petitioner is told which body is competent",
        )


def _rated(case: Case, event: acts.CaseRated, people: People) -> None:
    if event.round != case.round or (event.rated_office, event.of) not in case.holdings:
        could = tuple(f"{office} {capacity} {case.round}" for office, capacity in case.holdings)
        raise _refuse(
            case,
            event,
            "nothing_to_rate",
            "21(2)",
            f"只能评价办理过本件的单位;可评价(单位 身份 轮次):{'、'.join(could)}",
            f"only offices that handled this case can be rated; (office capacity round): {', '.join(could)}",
            could,
        )
    if any((r.of, r.office, r.round) == (event.of, event.rated_office, event.round) for r in case.ratings):
        raise _refuse(
            case,
            event,
            "rated_already",
            "21(2)",
            "每个单位每轮办理只评价一次",
            "an office is rated once in a round of handling",
        )


def _key_claimed(case: Case, event: acts.CaseKeyClaimed, people: People) -> None:
    if not case.claim_key:
        raise _refuse(
            case,
            event,
            "no_code",
            "21(2)",
            "本件没有打印领取码",
            "no code was printed for this case",
        )
    if any(key.custody == "printed" for key in case.petitioner_keys):
        raise _refuse(case, event, "code_used", "21(2)", "领取码只能使用一次", "a printed code can be used only once")


def _erased(case: Case, event: acts.CaseErased, people: People) -> None:
    seqs = [target.seq for target in event.targets]
    if len(set(seqs)) != len(seqs) or max(seqs) > case.version:
        raise _refuse(
            case,
            event,
            "targets",
            "个人信息保护法 47",
            f"删除范围应各指一个已有的行为(1 至 {case.version}),不得重复",
            f"each target must name another act that the case has, 1 to {case.version}",
        )


def _need_receiver(case: Case, event: Event, slug: str, capacity: str, people: People) -> None:
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


def _refuse(
    case: Case, event: Event, code: str, article: str, zh: str, en: str, allowed: tuple[str, ...] = ()
) -> TransitionRefused:
    return TransitionRefused(
        code, rule=f"article {article}", zh=zh, en=en, action=event.action, state=case.state, allowed=allowed
    )


_RULES: Final[Mapping[str, Callable[[Case, Any, People], None]]] = {
    acts.CaseSubmitted.action: _submitted,
    acts.CaseRegistered.action: _registered,
    acts.CaseTransferred.action: _transferred,
    acts.CaseRated.action: _rated,
    acts.CaseKeyClaimed.action: _key_claimed,
    acts.CaseErased.action: _erased,
}
