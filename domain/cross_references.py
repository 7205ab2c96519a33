"""What an act says of other streams, and whether it is so: cases that it names, decisions, seeds and draws.

When an act is recorded only its own stream and the directory are at hand, so a case that it names is taken on the
signer's word. A verification has every stream, and checks here what was said: that a case had begun, that it lay
within the mandate, that the conference did decide so, that a seed is the root of a signed checkpoint, and that a
draw is the one which its population and seed give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Protocol

from domain.case_state import Case
from domain.errors import TransitionRefused
from domain.moves import ALIVE, SUBMITTED
from domain.people import People
from domain.schema import Event
from domain.tracks.docket import Docket
from domain.tracks.draw import DrawRejected, check_draw, population_digest

PREFIX: Final = "case/"


class Elsewhere(Protocol):
    """The other streams of the same ledger, each as it stood at an earlier place of the log."""

    def began(self, number: str) -> int | None:
        """Return the log index of a case's first act, None if there is no such case."""

    def case(self, number: str, index: int) -> Case:
        """Return a case after those of its acts that stand before this log index."""

    def cases(self, index: int) -> Iterable[Case]:
        """Return every case that had begun before this log index, as it stood then."""

    def act(self, stream: str, seq: int) -> Event | None:
        """Return the act with this number of a stream, None if it has none."""

    def root(self, size: int) -> bytes | None:
        """Return the root of the signed checkpoint of this size, None if none was signed."""


def check_elsewhere(state: Any, event: Event, elsewhere: Elsewhere, people: People) -> None:
    """Check what an act says of other streams; `state` is that of its own stream before it.

    Raises TransitionRefused naming what is not so.
    """
    rule = CROSSING.get(event.action)
    if rule is not None:
        rule(state, event, elsewhere, people)


def population(cases: Iterable[Case], units: Iterable[str], members: str, people: People, index: int) -> list[str]:
    """Return the numbers of the cases that a population of a mandate's units has, in ascending order.

    `members` is "held" for all cases that a unit, or one below it, holds or held; "open" for those of them in which
    something may still be owed.
    """
    units = tuple(units)
    found = (case for case in cases if _within(case, units, people, index))
    live = (*ALIVE, SUBMITTED)
    return sorted(case.stream.removeprefix(PREFIX) for case in found if members != "open" or case.state in live)


def _within(case: Case, units: Iterable[str], people: People, index: int) -> bool:
    return any(
        held.office == unit or people.is_under(held.office, unit, index) for held in case.holdings for unit in units
    )


def _named(state: Any, event: Any, elsewhere: Elsewhere, people: People) -> None:
    for field in ("case", "into", "other_case"):
        number = getattr(event, field, "")
        if number:
            _need_case(event, number, event.index, elsewhere)


def _in_mandate(state: Docket, event: Any, elsewhere: Elsewhere, people: People) -> None:
    _named(state, event, elsewhere, people)
    _need_within(state, event, event.case, event.index, elsewhere, people)


def _drawn(state: Docket, event: Any, elsewhere: Elsewhere, people: People) -> None:
    _seeded(state, event, elsewhere, people)
    item = state.tracks.item(event.item)
    if item is None:
        return
    for number in event.drawn:
        _need_case(event, number, item.opened_index, elsewhere)
        _need_within(state, event, number, item.opened_index, elsewhere, people)
    fixed: Any = elsewhere.act(event.originator_id, item.seq)
    if fixed is None or not fixed.members or state.mandate is None:
        return
    cases = population(elsewhere.cases(fixed.index), state.mandate.units, fixed.members, people, fixed.index)
    try:
        check_draw(cases, fixed.population, bytes.fromhex(event.root), event.drawn)
    except DrawRejected as rejected:
        zh, _, en = str(rejected).partition(" / ")
        raise _refuse(event, "draw", zh, en) from None


def _fixed(state: Docket, event: Any, elsewhere: Elsewhere, people: People) -> None:
    if not event.members or state.mandate is None:
        return
    cases = population(elsewhere.cases(event.index), state.mandate.units, event.members, people, event.index)
    if (event.size, event.population) != (len(cases), population_digest(cases)):
        raise _refuse(
            event,
            "population",
            f"所固定的范围与账本不符:此时应为 {len(cases)} 件",
            f"the population fixed is not the ledger's, which has {len(cases)} such cases here",
        )


def _seeded(state: Docket, event: Any, elsewhere: Elsewhere, people: People) -> None:
    if elsewhere.root(event.checkpoint_size) != bytes.fromhex(event.root):
        raise _refuse(
            event,
            "no_checkpoint",
            f"账本没有大小为 {event.checkpoint_size}、根为所载值的检查点",
            f"no checkpoint of size {event.checkpoint_size} with this root was signed",
        )


def _escalated(state: Case, event: Any, elsewhere: Elsewhere, people: People) -> None:
    if not event.decision:
        return
    decided: Any = elsewhere.act(f"conference/{event.office}", event.decision)
    fits = decided is not None and decided.action == "conference.decided.v1" and decided.index < event.index
    if not fits or decided.decision != event.step or decided.case not in ("", state.stream.removeprefix(PREFIX)):
        raise _refuse(
            event,
            "no_decision",
            f"联席会议第 {event.decision} 项不是对本件采取该措施的决定",
            f"number {event.decision} of the conference is no decision to take this step on this case",
        )


def _need_case(event: Event, number: str, index: int, elsewhere: Elsewhere) -> None:
    began = elsewhere.began(number)
    if began is None or began >= index:
        raise _refuse(
            event,
            "no_such_case",
            f"所指的信访事项 {number} 在第 {index} 条之前不存在",
            f"the case named, {number}, had not begun before entry {index}",
        )


def _need_within(state: Docket, event: Event, number: str, index: int, elsewhere: Elsewhere, people: People) -> None:
    units = state.mandate.units if state.mandate is not None else ()
    if not _within(elsewhere.case(number, index), units, people, index):
        raise _refuse(
            event,
            "outside_mandate",
            f"信访事项 {number} 不属于授权所及单位:{'、'.join(units) or '-'}",
            f"the case {number} was never held by a unit of this mandate: {', '.join(units) or '-'}",
        )


def _refuse(event: Event, code: str, zh: str, en: str) -> TransitionRefused:
    return TransitionRefused(code, rule=f"streams: {event.action}", zh=zh, en=en, action=event.action)


CROSSING: Final[Mapping[str, Callable[[Any, Any, Elsewhere, People], None]]] = {
    "case.merged.v1": _named,
    "case.linked.v1": _named,
    "case.not_accepted.v1": _named,
    "case.no_longer_accepted.v1": _named,
    "case.escalated.v1": _escalated,
    "conference.decided.v1": _named,
    "conference.task_set.v1": _named,
    "mandate.replayed.v1": _in_mandate,
    "mandate.list_change_proposed.v1": _in_mandate,
    "mandate.population_fixed.v1": _fixed,
    "mandate.drawn.v1": _drawn,
    "mandate.list_fixed.v1": _seeded,
    "mandate.assessed.v1": _seeded,
}
"""The acts that speak of other streams, each with what is checked of it."""
