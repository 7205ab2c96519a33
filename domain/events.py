"""The closed table of acts, and the one door through which a recorded act becomes an event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from domain import (
    case_events,
    census,
    claim_events,
    designations,
    handling_events,
    looks,
    people_events,
    reference_events,
    refusals,
    review_events,
    routing_events,
)
from domain.calendars import NEW_CALENDARS, Calendars
from domain.clocks import Rules, national_rules
from domain.effective import DAY_MS, effective_time, unix_ms
from domain.errors import EventRefused
from domain.fields import Kind
from domain.schema import Event, Reader
from domain.tracks import (
    bulletin_events,
    docket_events,
    duty_events,
    joint_events,
    mandate_events,
    package_events,
    supervision_events,
)

EARLIEST_YEAR: Final = 1949
LATEST_YEAR: Final = 2999


def _declared() -> dict[str, type[Event]]:
    found: dict[str, type[Event]] = {}
    tracks = (
        designations,
        supervision_events,
        package_events,
        duty_events,
        joint_events,
        docket_events,
        bulletin_events,
        mandate_events,
    )
    procedure = (routing_events, handling_events, review_events, claim_events)
    for module in (people_events, census, reference_events, case_events, *procedure, refusals, looks, *tracks):
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, Event) and kind.action:
                found[kind.action] = kind
    return found


EVENTS: Final[Mapping[str, type[Event]]] = MappingProxyType(_declared())
"""Every act that can be recorded, by its stable name; nothing else can."""

SEALED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({name: kind.sealed for name, kind in EVENTS.items()})
"""The names that an act's sealed fields may have, in the order of their slots."""

_READERS: Final = {name: Reader(kind) for name, kind in EVENTS.items()}


def read_event(
    action: str,
    stream: str,
    seq: int,
    index: int,
    actor: str,
    post: str,
    office: str,
    role: str,
    key_id: bytes,
    claimed_at: str,
    recorded_at_ms: int,
    public: Mapping[str, Any],
    *,
    rules: Rules | None = None,
    calendars: Calendars | None = None,
) -> Event:
    """Return the event that a recorded statement tells of, its public fields strictly checked.

    `claimed_at` is RFC 3339 with offset, of the years 1949 to 2999; `recorded_at_ms` is Unix milliseconds.
    Rules and calendars decide how late an act may be recorded and still count from its claimed time;
    without them the packaged lags and a plain Monday-to-Friday week do, which is what a ledger that has
    published neither knows.

    Raises EventRefused if the action is unknown, is not an act of this kind of stream, or has fields that
    are not its own.
    """
    reader = _READERS.get(action)
    if reader is None or not reader.fits(stream):
        raise _unknown(action, stream)
    values = reader.read(public)
    try:
        claimed = datetime.fromisoformat(claimed_at)
        if not EARLIEST_YEAR <= claimed.year <= LATEST_YEAR:
            raise ValueError
        if 0 <= recorded_at_ms - unix_ms(claimed) <= DAY_MS:  # Most acts are, and then nobody needs to ask the rules.
            effective, late = claimed, False
        else:
            lags, known = rules or national_rules(), NEW_CALENDARS if calendars is None else calendars
            imported = "imported" in public
            effective, late = effective_time(action, index, claimed, recorded_at_ms, imported, lags, known)
    except (ValueError, TypeError, OverflowError):
        raise EventRefused(
            "claimed_at",
            rule=f"schema {action}",
            zh=f"声称时间应为 {EARLIEST_YEAR} 至 {LATEST_YEAR} 年间带时区偏移的时刻(RFC 3339)",
            en=f"the claimed time must be an instant with an offset (RFC 3339), of {EARLIEST_YEAR} to {LATEST_YEAR}",
            action=action,
        ) from None
    make: Any = reader.make
    event: Event = make(
        stream, seq, index, actor, post, office, role, key_id, claimed, recorded_at_ms, effective, late, *values
    )
    return event


def actions_of(stream: str) -> tuple[str, ...]:
    """Return the acts that a stream of this kind can hold, in the order of the table; none for an unknown kind."""
    return tuple(action for action, reader in _READERS.items() if reader.fits(stream))


def required_fields(action: str) -> frozenset[str]:
    """Return the public fields that an act cannot do without."""
    return frozenset(name for name, _ in _READERS[action].required)


def public_kinds(action: str) -> tuple[tuple[str, Kind], ...]:
    """Return the public fields of an act with the kinds of their values, those that it needs first."""
    reader = _READERS[action]
    return (*reader.required, *((name, kind) for name, kind, _ in reader.optional))


def _unknown(action: str, stream: str) -> EventRefused:
    allowed = actions_of(stream)
    listed = ", ".join(allowed) or "-"
    return EventRefused(
        "action_unknown",
        rule="closed table of acts",
        zh=f"该账流没有此种行为;可用的行为:{listed}",
        en=f"a stream of this kind has no such act; its acts are: {listed}",
        action=action if action in EVENTS else "",
        allowed=allowed,
    )
