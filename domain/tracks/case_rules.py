"""What acts of a case's tracks must fulfil beyond their rows, and the facts that they leave behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from domain.clock import civil_day
from domain.errors import TransitionRefused
from domain.people import People
from domain.schema import Event
from domain.tracks.items import Item, Tracks
from domain.tracks.rows import ROWS

if TYPE_CHECKING:
    from domain.case_state import Case

MARKS: Final[Mapping[str, str]] = {
    "case.supervision_opened.v1": "supervised",
    "case.supervision_taken_up.v1": "supervised",
    "case.instruction_given.v1": "instructed",
}
"""Acts that leave a fact behind which packaging conditions ask for (`packaging.py`)."""


def check(case: Case, item: Item | None, event: Event, people: People) -> None:
    """Check units, days and the act's own rule.

    Raises TransitionRefused naming what is not in the directory, does not lie ahead, or does not fit the case.
    """
    given: Any = event
    for unit in (*getattr(given, "units", ()), getattr(given, "unit", ""), getattr(given, "concerning", "")):
        if unit and people.office(unit, event.index) is None:
            raise _refuse(
                case, event, "unit_unknown", f"单位 {unit} 未在机构表中", f"office {unit} is not in the directory"
            )
    due_on = getattr(given, "due_on", None)
    if due_on is not None and due_on <= civil_day(event.effective_at):
        raise _refuse(
            case,
            event,
            "due_past",
            f"期限 {due_on} 应晚于行为当日",
            f"the day set, {due_on}, must be after the day of the act",
        )
    rule = _RULES.get(event.action)
    if rule is not None:
        rule(case, item, event)


def marked(tracks: Tracks, event: Event) -> Tracks:
    """Return the tracks with the fact that the act leaves behind, if it leaves one."""
    word = MARKS.get(event.action, "")
    if event.action == "case.escalated.v1" and getattr(event, "step", "") in ("listed", "rectify"):
        word = "listed"
    return tracks.mark(word, event.effective_at) if word else tracks


def _rating_reported(case: Case, item: Item | None, event: Any) -> None:
    if event.round != case.round or (event.rated_office, event.of) not in case.holdings:
        could = tuple(f"{held[0]} {held[1]} {case.round}" for held in case.holdings)
        raise _refuse(
            case,
            event,
            "nothing_to_rate",
            f"只能转述对办理过本件的单位的评价;(单位 身份 轮次):{'、'.join(could)}",
            f"only a rating of an office that handled this case can be reported; (office capacity round): "
            f"{', '.join(could)}",
            could,
        )


def _followed_up(case: Case, item: Item | None, event: Any) -> None:
    if not any(rating.rating == "dissatisfied" and rating.round == event.round for rating in case.ratings):
        raise _refuse(
            case,
            event,
            "not_dissatisfied",
            "该轮办理没有不满意评价,无需回访",
            "no rating of this round is dissatisfied, there is nothing to follow up",
        )


def _dissent(case: Case, item: Item | None, event: Any) -> None:
    if event.about > case.version:
        raise _refuse(
            case,
            event,
            "about_nothing",
            f"本件没有第 {event.about} 项",
            f"the case has no act number {event.about}",
        )


def _accountability(case: Case, item: Item | None, event: Any) -> None:
    if item is not None and item.code != "accountability":
        raise _refuse(
            case,
            event,
            "not_accountability",
            "只有追究责任建议才有追责结果",
            "only a recommendation to hold to account has such an outcome",
        )


def _demanded(case: Case, item: Item | None, event: Any) -> None:
    if not any(held.office == event.unit for held in case.holdings):
        held = tuple(dict.fromkeys(one.office for one in case.holdings))
        raise _refuse(
            case,
            event,
            "never_held",
            f"{event.unit} 未办理过本件;可以指明的单位:{'、'.join(held)}",
            f"{event.unit} never handled this case; these did: {', '.join(held)}",
            held,
        )


def _met(case: Case, item: Item | None, event: Any) -> None:
    if item is not None and item.due_on is not None and civil_day(event.effective_at) < item.due_on:
        raise _refuse(case, event, "not_yet", f"安排在 {item.due_on},尚未到期", f"it is yet to come, on {item.due_on}")


def _publication(case: Case, item: Item | None, event: Any) -> None:
    if case.state == "DIVERTED_DISCIPLINE":
        raise _refuse(
            case,
            event,
            "never_public",
            "检举控告类事项不得公开(第三十条)",
            "an accusation is never published (article 30)",
        )


def _refuse(case: Case, event: Event, code: str, zh: str, en: str, allowed: tuple[str, ...] = ()) -> TransitionRefused:
    article = ROWS[event.action].basis.article
    return TransitionRefused(
        code, rule=f"article {article}", zh=zh, en=en, action=event.action, state=case.state, allowed=allowed
    )


_RULES: Final[Mapping[str, Callable[[Case, Item | None, Any], None]]] = {
    "case.rating_reported.v1": _rating_reported,
    "case.dissatisfaction_followed_up.v1": _followed_up,
    "case.dissent_recorded.v1": _dissent,
    "case.accountability_decided.v1": _accountability,
    "case.visit_demanded.v1": _demanded,
    "case.onsite_coordination_missed.v1": _met,
    "case.onsite_coordination_held.v1": _met,
    "case.publication_proposed.v1": _publication,
    "case.publication_approved.v1": _publication,
}
