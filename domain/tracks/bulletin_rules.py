"""What acts of monthly bulletins must fulfil beyond their rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain.clock import civil_day
from domain.errors import TransitionRefused
from domain.people import People
from domain.schema import Event
from domain.tracks import bulletin_events
from domain.tracks.bulletin_rows import BULLETIN_ROWS
from domain.tracks.items import Item

_ARTICLES: Final = {row.action: row.basis.article for row in BULLETIN_ROWS}


def _issued(docket: Any, item: Item | None, event: bulletin_events.BulletinIssued, people: People) -> None:
    if event.concerning:
        _need_office(event, event.concerning, people)
    if event.known_at.size > event.index:
        raise _refuse(
            event,
            "checkpoint_ahead",
            f"所据账本位置不得超过本行为的序号 {event.index}",
            f"it must have been made from entries before this act only, at most {event.index}",
        )
    if not event.as_of_on.isoformat().startswith(f"{event.month}-") or civil_day(event.effective_at) < event.as_of_on:
        raise _refuse(
            event,
            "as_of_outside",
            f"截至日应在 {event.month} 月之内,且不晚于行为当日",
            f"the day it was made as of lies in {event.month}, and not after the act",
        )
    formats = [file.format for file in event.files]
    if len(set(formats)) != len(formats):
        raise _refuse(event, "format_twice", "同一格式只列一次", "each format is listed once")


def _served(docket: Any, item: Item | None, event: bulletin_events.BulletinServed, people: People) -> None:
    for unit in event.copies:
        _need_office(event, unit, people)
    if item is not None and not people.designated(item.unit, "chief", event.leader, event.index):
        raise _refuse(
            event,
            "not_chief",
            f"{event.leader} 不是 {item.unit} 的第一责任人",
            f"{event.leader} is not the designated chief of {item.unit}",
        )


def _need_office(event: Event, unit: str, people: People) -> None:
    if people.office(unit, event.index) is None:
        raise _refuse(event, "unit_unknown", f"单位 {unit} 未在机构表中", f"office {unit} is not in the directory")


def _refuse(event: Event, code: str, zh: str, en: str) -> TransitionRefused:
    return TransitionRefused(code, rule=f"article {_ARTICLES[event.action]}", zh=zh, en=en, action=event.action)


RULES: Final[Mapping[str, Callable[[Any, Item | None, Any, People], None]]] = {
    "bulletin.issued.v1": _issued,
    "bulletin.served.v1": _served,
}
