"""What single acts of a case must fulfil beyond the transition and role tables, each with its article."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain import case_events as acts
from domain.calendars import NEW_CALENDARS, Calendars
from domain.case_state import Case, key_id_of
from domain.clocks import Rules, national_rules
from domain.handling_events import CaseExtended
from domain.handling_rules import HANDLING_RULES, check_extension
from domain.people import People
from domain.refusing import need_receiver, refuse
from domain.review_rules import REQUESTS, REVIEW_RULES, check_request_window
from domain.roles import check_role
from domain.routing_rules import ROUTING_RULES, check_passed_on
from domain.schema import Event
from domain.tracks.evaluation import check_window
from domain.tracks.on_case import check_case_track
from domain.tracks.rows import ROWS as TRACKS
from domain.transitions import SUBMITTED, check_transition


def check(
    case: Case, event: Event, people: People, calendars: Calendars = NEW_CALENDARS, rules: Rules | None = None
) -> None:
    """Check that an act is lawful after the acts that made this case; `people` may know later acts too.

    `rules` are those that the case was folded by, the packaged ones by default.

    Raises TransitionRefused if the state or the act's own article forbids it, RoleRefused if the actor
    may not do it. The refusal names the act, the state, the rule and what would be allowed.
    """
    action = event.action
    if action in TRACKS:
        check_case_track(case, event, people)
        return
    check_transition(action, case.state, case.capacity)
    check_role(case, event, people)
    if case.recused and event.actor in case.recused:
        raise refuse(
            case, event, "recused", "28(3)", f"{event.actor} 应当回避本件", f"{event.actor} stands aside in this case"
        )
    rule = _RULES.get(action)
    if rule is not None:
        rule(case, event, people)
    if action == acts.CaseRated.action:
        check_window(case, event, calendars)
    elif action in REQUESTS:
        check_request_window(case, event, calendars)
    elif isinstance(event, CaseExtended):
        check_extension(case, event, rules or national_rules())
    if getattr(event, "imported", None) and case.began_at is not None and event.effective_at < case.began_at:
        raise refuse(
            case,
            event,
            "before_the_case",
            "22(1), 23(1)",
            f"文件所载时间早于该信访事项的起始时间 {case.began_at.isoformat()}",
            f"the file's time is before the case began, {case.began_at.isoformat()}",
        )


def _submitted(case: Case, event: acts.CaseSubmitted, people: People) -> None:
    need_receiver(case, event, event.to_office, event.capacity, people)


def _registered(case: Case, event: acts.CaseRegistered, people: People) -> None:
    need_receiver(case, event, event.office, event.capacity, people)
    if case.state == SUBMITTED and not event.addressable:
        raise refuse(
            case,
            event,
            "addressable_is_the_petitioners",
            "23(2)",
            "网上提交的,姓名住址是否清楚以信访人提交的为准",
            "for a petition filed online the petitioner's own statement decides whether an address is given",
        )
    if event.claim_key and event.channel == "found":
        raise refuse(
            case,
            event,
            "no_petitioner",
            "21(2)",
            "排查发现的事项没有信访人,不打印领取码",
            "a matter found by the office has no petitioner to print a code for",
        )


def _rated(case: Case, event: acts.CaseRated, people: People) -> None:
    if event.round != case.round or (event.rated_office, event.of) not in case.holdings:
        could = tuple(f"{office} {capacity} {case.round}" for office, capacity in case.holdings)
        raise refuse(
            case,
            event,
            "nothing_to_rate",
            "21(2)",
            f"只能评价办理过本件的单位;可评价(单位 身份 轮次):{'、'.join(could)}",
            f"only offices that handled this case can be rated; (office capacity round): {', '.join(could)}",
            could,
        )
    if any((r.of, r.office, r.round) == (event.of, event.rated_office, event.round) for r in case.ratings):
        raise refuse(
            case,
            event,
            "rated_already",
            "21(2)",
            "每个单位每轮办理只评价一次",
            "an office is rated once in a round of handling",
        )


def _key_claimed(case: Case, event: acts.CaseKeyClaimed, people: People) -> None:
    code = key_id_of(event.code_key).hex() if event.code_key else ""
    if code not in case.representatives if code else not case.claim_key:
        raise refuse(
            case,
            event,
            "no_code",
            "20(3)" if code else "21(2)",
            "本件没有打印这一代表码" if code else "本件没有打印领取码",
            "no such code was printed for this case" if code else "no code was printed for this case",
        )
    if any(key.custody == "printed" and key.code == code for key in case.petitioner_keys):
        raise refuse(case, event, "code_used", "21(2)", "领取码只能使用一次", "a printed code can be used only once")


def _erased(case: Case, event: acts.CaseErased, people: People) -> None:
    seqs = [target.seq for target in event.targets]
    if len(set(seqs)) != len(seqs) or max(seqs) > case.version:
        raise refuse(
            case,
            event,
            "targets",
            "个人信息保护法 47",
            f"删除范围应各指一个已有的行为(1 至 {case.version}),不得重复",
            f"each target must name another act that the case has, 1 to {case.version}",
        )


_RULES: Final[Mapping[str, Callable[[Case, Any, People], None]]] = {
    acts.CaseSubmitted.action: _submitted,
    acts.CaseRegistered.action: _registered,
    acts.CaseTransferred.action: check_passed_on,
    acts.CaseRated.action: _rated,
    acts.CaseKeyClaimed.action: _key_claimed,
    acts.CaseErased.action: _erased,
    **ROUTING_RULES,
    **HANDLING_RULES,
    **REVIEW_RULES,
}
