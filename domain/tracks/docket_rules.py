"""What acts of conferences, receptions and mandates must fulfil beyond their rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple, Protocol

from domain.clock import civil_day
from domain.errors import TransitionRefused
from domain.people import People
from domain.schema import Event
from domain.tracks import bulletin_rules, docket_events, mandate_events
from domain.tracks.draw import DrawRejected, check_order
from domain.tracks.items import Item, Tracks
from domain.tracks.rows import ROWS

MANDATE_SEQ: Final = 1


class Mandate(NamedTuple):
    """What a mandate allows: the office, the units it may look into, and the civil days, both included."""

    office: str
    units: tuple[str, ...]
    from_on: date
    until_on: date


class Holder(Protocol):
    """A docket, as far as these rules need it."""

    @property
    def version(self) -> int: ...
    @property
    def tracks(self) -> Tracks: ...
    @property
    def mandate(self) -> Mandate | None: ...


def mandate_of(event: Event) -> Mandate | None:
    """Return the mandate that an act opens, None for any other act."""
    if isinstance(event, mandate_events.MandateOpened):
        return Mandate(event.office, event.units, event.from_on, event.until_on)
    return None


def check(docket: Holder, item: Item | None, event: Event, people: People) -> None:
    """Check units, days and the act's own rule.

    Raises TransitionRefused naming what does not fit.
    """
    given: Any = event
    for unit in (*getattr(given, "units", ()), getattr(given, "unit", ""), getattr(given, "member", "")):
        if unit and people.office(unit, event.index) is None:
            raise _refuse(event, "unit_unknown", f"单位 {unit} 未在机构表中", f"office {unit} is not in the directory")
    due_on = getattr(given, "due_on", None)
    if due_on is not None and due_on < civil_day(event.effective_at):
        raise _refuse(event, "due_past", "所定日期不得早于行为当日", "the day set must not lie before the act")
    rule = _RULES.get(event.action)
    if rule is not None:
        rule(docket, item, event, people)


def _need_meeting(docket: Holder, item: Item | None, event: Any, people: People) -> None:
    meeting = docket.tracks.item(event.meeting)
    if meeting is None or meeting.track != "meeting" or meeting.state != "MET":
        live = tuple(str(one.seq) for one in docket.tracks.of("meeting") if one.state == "MET")
        raise _refuse(
            event,
            "no_meeting",
            f"第 {event.meeting} 项不是已召开、尚未成纪要的会议;可以指明:{'、'.join(live) or '无'}",
            f"number {event.meeting} is no meeting that was held and not yet minuted; these are: "
            f"{', '.join(live) or 'none'}",
            live,
        )


def _presided(docket: Holder, item: Item | None, event: docket_events.ConferencePresided, people: People) -> None:
    office, index = event.originator_id.partition("/")[2], event.index
    if people.tenure(event.leader_office, event.leader_post, event.leader, index) is None:
        raise _refuse(
            event,
            "no_such_leader",
            f"{event.leader} 未在 {event.leader_office} 的岗位 {event.leader_post} 任职",
            f"{event.leader} does not hold post {event.leader_post} of {event.leader_office}",
        )
    chief = people.designated(office, "chief", event.leader, index)
    delegate = bool(event.delegated_by) and people.designated(office, "chief", event.delegated_by, index)
    if chief == bool(event.delegated_by) or (event.delegated_by and not delegate):
        raise _refuse(
            event,
            "delegation",
            "非第一责任人主持的,应记明由哪位第一责任人委托;第一责任人主持的不记委托",
            "a meeting not presided over by the chief names the chief who delegated; one that was names nobody",
        )


def _opened(docket: Holder, item: Item | None, event: mandate_events.MandateOpened, people: People) -> None:
    if docket.version:
        raise _refuse(event, "mandate_open", "一个账流只有一项授权", "a stream holds one mandate only")
    _need_period(event)


def _replayed(docket: Holder, item: Item | None, event: Any, people: People) -> None:
    mandate, day = docket.mandate, civil_day(event.effective_at)
    if mandate is None or not mandate.from_on <= day <= mandate.until_on:
        raise _refuse(
            event,
            "outside_period",
            "行为不在授权期限之内",
            "the act is outside the period of the mandate",
        )


def _drawn(docket: Holder, item: Item | None, event: mandate_events.Drawn, people: People) -> None:
    if item is None:
        return
    # A checkpoint of size n covers the entries 0 to n - 1; the fixing act must be one of them.
    if event.checkpoint_size <= item.opened_index:
        raise _refuse(
            event,
            "seed_too_early",
            f"种子检查点应在范围固定(账本第 {item.opened_index} 号)之后签发",
            f"the seed's checkpoint must be signed after the population was fixed, entry {item.opened_index}",
        )
    _need_signed(event)
    try:
        check_order(item.code, bytes.fromhex(event.root), event.drawn)
    except DrawRejected as rejected:
        zh, _, en = str(rejected).partition(" / ")
        raise _refuse(event, "draw_order", zh, en) from None
    if event.count > item.about or len(event.drawn) != event.count:
        raise _refuse(
            event,
            "draw_count",
            f"抽取数应与所列一致,且不超过范围 {item.about}",
            f"the count must be that of the cases listed, and at most the population of {item.about}",
        )


def _need_signed(event: Any) -> None:
    """A checkpoint that an act names was signed before the act, so it covers earlier entries alone."""
    if event.checkpoint_size > event.index:
        raise _refuse(
            event,
            "checkpoint_ahead",
            f"检查点大小不得超过本行为在账本中的序号 {event.index}",
            f"the checkpoint must cover entries before this act only, at most {event.index}",
        )


def _seeded(docket: Holder, item: Item | None, event: Any, people: People) -> None:
    _need_signed(event)


def _change(docket: Holder, item: Item | None, event: Any, people: People) -> None:
    listed = docket.tracks.item(event.about)
    if listed is None or listed.track != "campaign":
        raise _refuse(event, "no_list", "所指不是已固定的清单", "the number named is no fixed list")


def _frozen(docket: Holder, item: Item | None, event: mandate_events.SchemeFrozen, people: People) -> None:
    _need_period(event)
    if civil_day(event.effective_at) >= event.from_on:
        raise _refuse(
            event,
            "frozen_late",
            f"考核方案应在考核期开始({event.from_on})之前冻结",
            f"a scheme is frozen before its period begins on {event.from_on}",
        )
    criteria = [one.criterion for one in event.criteria]
    if sum(one.weight for one in event.criteria) != 100 or len(set(criteria)) != len(criteria):
        raise _refuse(
            event, "weights", "各项权重之和应为 100,且不得重复", "weights must sum to 100, each criterion once"
        )


def _held(docket: Holder, item: Item | None, event: Any, people: People) -> None:
    if item is not None and item.due_on != civil_day(event.effective_at):
        raise _refuse(
            event,
            "another_day",
            f"接访安排在 {item.due_on}",
            f"the reception is for {item.due_on}",
        )


def _missed(docket: Holder, item: Item | None, event: Any, people: People) -> None:
    if item is not None and item.due_on is not None and civil_day(event.effective_at) < item.due_on:
        raise _refuse(
            event, "not_yet", f"接访安排在 {item.due_on},尚未到期", f"the reception is yet to come, {item.due_on}"
        )


def _scheduled(docket: Holder, item: Item | None, event: Any, people: People) -> None:
    if people.tenure(event.office, event.leader_post, event.leader, event.index) is None:
        raise _refuse(
            event,
            "no_such_leader",
            f"{event.leader} 未在岗位 {event.leader_post} 任职",
            f"{event.leader} does not hold post {event.leader_post}",
        )


def _need_period(event: Any) -> None:
    if event.until_on < event.from_on:
        raise _refuse(event, "period", "结束日不得早于起始日", "the period must not end before it begins")


def _refuse(event: Event, code: str, zh: str, en: str, allowed: tuple[str, ...] = ()) -> TransitionRefused:
    article = ROWS[event.action].basis.article
    return TransitionRefused(code, rule=f"article {article}", zh=zh, en=en, action=event.action, allowed=allowed)


_RULES: Final[Mapping[str, Callable[[Holder, Item | None, Any, People], None]]] = {
    "conference.decided.v1": _need_meeting,
    "conference.task_set.v1": _need_meeting,
    "conference.presided.v1": _presided,
    "mandate.opened.v1": _opened,
    "mandate.replayed.v1": _replayed,
    "mandate.drawn.v1": _drawn,
    "mandate.list_fixed.v1": _seeded,
    "mandate.assessed.v1": _seeded,
    "mandate.list_change_proposed.v1": _change,
    "mandate.scheme_frozen.v1": _frozen,
    **bulletin_rules.RULES,
    "bulletin.reception_scheduled.v1": _scheduled,
    "bulletin.reception_held.v1": _held,
    "bulletin.reception_missed.v1": _missed,
}
