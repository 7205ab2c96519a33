"""What single acts of review, conclusion and correction must fulfil beyond the tables, each with its article."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from domain import review_events as acts
from domain.calendars import Calendars
from domain.case_state import Case, key_id_of
from domain.clock import civil_day, last_day
from domain.moves import ACCEPTED, DIRECTED, EXECUTED, REPLIED, ROUTED_STATUTORY
from domain.people import People
from domain.refusing import refuse
from domain.schema import Event
from domain.transitions import action_of
from domain.vocabulary import CHANNELS

MAX_REPRESENTATIVES: Final = 5

CORRECTABLE: Final[Mapping[str, tuple[str, ...]]] = {
    "case.submitted.v1": ("area", "place"),
    "case.registered.v1": ("area", "place", "channel", "time"),
    "case.received_from.v1": ("area", "place", "channel", "time"),
    "case.notice_served.v1": ("means", "time"),
    "case.replied.v1": ("means", "time"),
    "case.accepted.v1": ("time",),
    "case.investigated.v1": ("method", "time"),
    "case.opinion_served.v1": ("means", "time"),
    "case.report_submitted.v1": ("time",),
    "case.review_served.v1": ("means", "time"),
    "case.recheck_served.v1": ("means", "time"),
    "case.directed.v1": ("means", "time"),
}
"""Which fields of which act can be a mere recording mistake.

When a matter reached another office is not among them: it was received when it entered that office's system,
whatever anyone writes later (Electronic Signature Law 11). Nor are decisions: a wrong one is decided anew.
"""

REQUESTS: Final = {
    acts.CaseReviewRequested.action: ("REVIEW_REQUEST", "35"),
    acts.CaseRecheckRequested.action: ("RECHECK_REQUEST", "36"),
}


def _way(case: Case, event: Any) -> None:
    if (event.way == "key") != (event.role == "petitioner"):
        raise refuse(
            case,
            event,
            "way",
            "17",
            "以密钥提出的由信访人签名;书面提出的由单位记录",
            "what is signed with a key is the petitioner's own act; an office records what was signed on paper",
            ("key",) if event.role == "petitioner" else ("paper",),
        )


def _above(case: Case, event: Any, people: People, below: str, article: str) -> None:
    if not people.is_under(below, event.to_office, event.index):
        above = tuple(office.slug for office in people.above(below, event.index))
        raise refuse(
            case,
            event,
            "not_superior",
            article,
            f"应向 {below} 的上一级机关、单位提出:{'、'.join(above) or '-'}",
            f"the request goes to a body above {below}: {', '.join(above) or '-'}",
            above,
        )


def _review_requested(case: Case, event: acts.CaseReviewRequested, people: People) -> None:
    _way(case, event)
    if case.handling.review_outcome or case.handling.reviewer:
        raise refuse(
            case,
            event,
            "reviewed",
            "35, 36",
            "本轮意见已经复查,不服的可以请求复核",
            "this opinion was reviewed; who is not content asks for re-review",
            (acts.CaseRecheckRequested.action,),
        )
    _above(case, event, people, case.office, "35")


def _recheck_requested(case: Case, event: acts.CaseRecheckRequested, people: People) -> None:
    _way(case, event)
    if not case.handling.review_outcome:
        raise refuse(
            case,
            event,
            "not_reviewed",
            "36",
            "尚未复查,应先请求复查",
            "there was no review yet; ask for that first",
            (acts.CaseReviewRequested.action,),
        )
    _above(case, event, people, case.handling.reviewer, "36")


def _decided(case: Case, event: Any, people: People) -> None:
    if bool(event.changed_to) != (event.decision == "change"):
        raise refuse(
            case,
            event,
            "changed_to",
            "35, 36",
            "变更的应写明变更后的意见,其他情形不写",
            "a changed opinion says what it is changed to; no other does",
        )


def _concluded(case: Case, event: acts.CaseConcluded, people: People) -> None:
    if case.handling.mediation == "performed":
        fits = "mediated"
    else:
        fits = {
            REPLIED: "answered",
            DIRECTED: "directed_elsewhere",
            ROUTED_STATUTORY: "statutory",
            EXECUTED: "execution_done",
        }.get(case.state, "")
    by_state = {"mediated"} if case.state == ACCEPTED else set()
    if event.conclusion != fits or (by_state and fits not in by_state):
        raise refuse(
            case,
            event,
            "not_over",
            "34",
            f"此时可以的终结情形:{fits or '-'}",
            f"what the case could be concluded by now: {fits or '-'}",
            (fits,) if fits else (),
        )


def _withdrawn(case: Case, event: acts.CaseWithdrawn, people: People) -> None:
    _way(case, event)


def _representative(case: Case, event: acts.CaseRepresentativeNamed, people: People) -> None:
    if len(case.representatives) >= MAX_REPRESENTATIVES:
        raise refuse(
            case,
            event,
            "representatives",
            "20(3)",
            "代表人数不得超过5人",
            "there may be no more than five representatives",
        )
    if key_id_of(event.code_key).hex() in case.representatives:
        raise refuse(
            case, event, "code_used", "20(3)", "每位代表一个代表码", "every representative has a code of their own"
        )


def _joined(case: Case, event: Any, people: People) -> None:
    other = getattr(event, "into", "") or getattr(event, "other_case", "")
    if case.stream == f"case/{other}":
        raise refuse(case, event, "itself", "19(3)", "不能与本件自身关联", "a case is not linked to itself")
    if other in case.links:
        raise refuse(case, event, "linked", "19(3)", "已经关联", "they are linked already")


def _corrected(case: Case, event: acts.CaseCorrected, people: People) -> None:
    action = action_of(case.acts, event.seq)
    fields = CORRECTABLE.get(action, ())
    if action != event.corrected_action or event.corrected_field not in fields:
        raise refuse(
            case,
            event,
            "not_correctable",
            "46(4)",
            f"第 {event.seq} 项为 {action or '-'},可更正的字段:{'、'.join(fields) or '-'}",
            f"number {event.seq} is {action or '-'}; what can be corrected there: {', '.join(fields) or '-'}",
            fields,
        )
    _check_corrected_value(case, event)


def _check_corrected_value(case: Case, event: acts.CaseCorrected) -> None:
    if event.corrected_field == "time":
        try:
            at = event.corrected_at
            fits = at.tzinfo is not None and at <= event.recorded_at
        except ValueError:
            fits = False
        zh, en = "应为不晚于记录时刻的时刻", "must be an instant with offset, not after the recording"
    elif event.corrected_field == "channel":
        fits, zh, en = event.to in CHANNELS, "应为渠道代码", "must be a channel"
    else:
        fits, zh, en = "T" not in event.to, "应为代码", "must be a code"
    if not fits:
        raise refuse(case, event, "corrected_value", "46(4)", f"更正值{zh}", f"the corrected value {en}")


def check_request_window(case: Case, event: Event, calendars: Calendars) -> None:
    """Check that a request comes within the petitioner's 30 days.

    A paper counts from the day on which it was handed in, however late an office wrote that down: its delay
    takes nothing from the petitioner. Source: articles 35, 36.
    """
    name, article = REQUESTS[event.action]
    for clock in case.running:
        if clock.clock == name:
            asked: datetime = min(event.claimed_at, event.effective_at)
            last = last_day(clock, calendars.as_known(event.index - 1), True)
            if civil_day(asked) > last:
                raise refuse(
                    case,
                    event,
                    "window_lapsed",
                    article,
                    f"请求期限已于 {last} 届满,该事项已经终结",
                    f"the time to ask ended on {last}, and the matter is concluded",
                    (acts.CaseReopened.action,),
                )


REVIEW_RULES: Final[Mapping[str, Callable[[Case, Any, People], None]]] = {
    acts.CaseReviewRequested.action: _review_requested,
    acts.CaseReviewDecided.action: _decided,
    acts.CaseRecheckRequested.action: _recheck_requested,
    acts.CaseRecheckDecided.action: _decided,
    acts.CaseConcluded.action: _concluded,
    acts.CaseWithdrawn.action: _withdrawn,
    acts.CaseRepresentativeNamed.action: _representative,
    acts.CaseMerged.action: _joined,
    acts.CaseLinked.action: _joined,
    acts.CaseCorrected.action: _corrected,
}
