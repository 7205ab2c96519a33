"""Cases as an event log for process mining: XES, one trace a case, one event an act, written as it is read.

A trace is named by the case's opaque number. An event says what was done, when it counts from, by which office and in
which role; no officer, no petitioner and nothing sealed is in it. Cases that went to the discipline inspection are left
out whole. Source: IEEE 1849-2023, with its concept, time, lifecycle and organizational extensions; article 30.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import IO, Final
from xml.sax.saxutils import quoteattr

from api.main import Application
from domain.case_state import NEW_CASE, Case
from domain.cases import fold
from domain.people import People
from domain.reference import Reference
from domain.schema import CIVIL, Event
from projections.entries import CASE_PREFIX, Entry, log_size, read_range
from projections.errors import PositionRefused, UnitUnknown
from projections.references import read_entry

_LAST: Final = "case0"
_DIVERTED: Final = "case.diverted_discipline.v1"
_EXTENSIONS: Final = (
    ("Concept", "concept"),
    ("Time", "time"),
    ("Lifecycle", "lifecycle"),
    ("Organizational", "org"),
)
_ADDRESS: Final = "http://www.xes-standard.org/"
_HEAD: Final = "".join(
    f'<extension name="{name}" prefix="{prefix}" uri="{_ADDRESS}{prefix}.xesext"/>\n' for name, prefix in _EXTENSIONS
)
_GLOBALS: Final = """<global scope="trace">
<string key="concept:name" value="case"/>
</global>
<global scope="event">
<string key="concept:name" value="act"/>
<date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
<string key="lifecycle:transition" value="complete"/>
<string key="org:role" value="role"/>
</global>
<classifier name="Act" keys="concept:name"/>
<classifier name="Act and office" keys="concept:name org:group"/>
"""


@dataclass(frozen=True, slots=True)
class XesWish:
    """Which cases: those that an office of the unit's subtree holds or has held, None for all; acts as of a moment.

    `case` is the 32 hex digits of the only one. `known_at` counts the entries known, None for all.
    """

    as_of: datetime
    known_at: int | None = None
    unit: str | None = None
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: how many traces and events, and how many entries were known."""

    traces: int
    events: int
    known_at: int


def write_xes(application: Application, wish: XesWish, file: IO[bytes]) -> Written:
    """Write the log to a file, case by case; never more than one case is in memory.

    Raises PositionRefused for a place that the log does not have, UnitUnknown for an office that it does not know.
    """
    reference: Reference = application.ledger.reference()
    if wish.unit is not None and wish.unit not in reference.people.offices:
        raise UnitUnknown("there is no such office")
    traces = events = 0
    with application.reader.database.read() as session:
        size = log_size(session)
        known = size if wish.known_at is None else wish.known_at
        if not 0 <= known <= size:
            raise PositionRefused(f"entry {known} lies outside the log")
        file.write(_opening(application, wish, known))
        first, last = (CASE_PREFIX, _LAST) if wish.case is None else (CASE_PREFIX + wish.case, f"case/{wish.case}!")
        entries = read_range(session, application.reader.decode, first, last, size)
        for case, told in _traces(entries, reference, wish, known):
            file.write(_trace(case, told))
            traces, events = traces + 1, events + len(told)
    file.write(b"</log>\n")
    return Written(traces, events, known)


def _traces(
    entries: Iterable[Entry], reference: Reference, wish: XesWish, known: int
) -> Iterator[tuple[str, list[Event]]]:
    """Yield each case that belongs into the log with its acts, in the order in which they count."""
    for stream, of_stream in groupby(entries, attrgetter("stream")):
        acts = list(of_stream)
        if any(entry.action == _DIVERTED for entry in acts):
            continue
        told = [read_entry(entry, reference) for entry in acts if entry.index < known]
        told = [event for event in told if event.effective_at <= wish.as_of]
        if told and (wish.unit is None or _held(told, reference, wish.unit)):
            told.sort(key=lambda event: (event.effective_at, event.originator_version))
            yield stream.removeprefix(CASE_PREFIX), told


def _held(told: list[Event], reference: Reference, unit: str) -> bool:
    """Say whether an office of the subtree holds or has held the case after these acts."""
    state: Case = NEW_CASE
    for event in told:
        state = fold(state, event, reference.rules, reference.calendars)
    return any(
        _within(office, unit, reference.people) for office in (state.office, *(h.office for h in state.holdings))
    )


def _within(office: str, unit: str, people: People) -> bool:
    """Say whether an office is the unit or below it; one that was closed stays where it was."""
    while office in people.offices and office != unit:
        office = people.offices[office].parent
    return office == unit


def _opening(application: Application, wish: XesWish, known: int) -> bytes:
    ledger = application.ledger
    about = (
        _text("concept:name", ledger.origin),
        _text("root", ledger.root(known).hex()),
        f'<int key="size" value="{known}"/>\n',
        _date("as_of", wish.as_of),
        _text("unit", wish.unit) if wish.unit else "",
    )
    opened = f'<log xes.version="1849-2023" xes.features="" xmlns="{_ADDRESS}">\n'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{opened}{_HEAD}{_GLOBALS}{"".join(about)}'.encode()


def _trace(case: str, told: list[Event]) -> bytes:
    return f"<trace>\n{_text('concept:name', case)}{''.join(_event(event) for event in told)}</trace>\n".encode()


def _event(event: Event) -> str:
    imported = getattr(event, "imported", None) is not None
    parts = (
        _text("concept:name", event.action.split(".")[1]),
        _date("time:timestamp", event.effective_at),
        _text("lifecycle:transition", "complete"),
        _text("org:group", event.office) if event.office else "",
        _text("org:role", event.role),
        f'<int key="log_index" value="{event.index}"/>\n',
        _date("recorded_at", event.recorded_at),
        '<boolean key="imported" value="true"/>\n' if imported else "",
    )
    return f"<event>\n{''.join(parts)}</event>\n"


def _text(key: str, value: str) -> str:
    return f'<string key="{key}" value={quoteattr(value)}/>\n'


def _date(key: str, at: datetime) -> str:
    return f'<date key="{key}" value="{at.astimezone(CIVIL).isoformat(timespec="milliseconds")}"/>\n'
