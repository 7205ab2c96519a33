"""Joint conferences (联席会议): meetings, who presided and who came, what was decided, and the tasks that were set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from domain.effective import unix_ms
from domain.schema import Event
from domain.tracks.docket_events import ConferenceAttended
from domain.tracks.docket_rows import CONFERENCE_ROWS
from projections.items import item_rows, item_table
from projections.states import TAIL, begin, end, last_of
from projections.tables import Column, Row, Table
from projections.view import Put, Rows, Step

CONFERENCES = item_table(
    "view_conferences",
    Column("leader", "text"),
    Column("leader_post", "text"),
    Column("leader_office", "text"),
    Column("delegated_by", "text"),
    Column("met_at", "big"),
    Column("ref", "text"),
    Column("dissents", "small"),
)
ATTENDANCE = Table(
    "view_conference_attendance",
    4,
    (
        Column("place", "text"),
        Column("meeting", "integer"),
        Column("member", "text"),
        Column("segment", "small"),
        Column("seq", "integer"),
        Column("member_post", "text"),
        Column("attendance", "text"),
        *TAIL,
    ),
)
_PRESIDED: Final = ("leader", "leader_post", "leader_office", "delegated_by")


class ConferenceRows:
    """The view behind meetings, decisions and tasks; a member's attendance is the last that was recorded."""

    name = "conferences"
    version = 1
    tables = (CONFERENCES, ATTENDANCE)
    actions: frozenset[str] | None = frozenset(row.action for row in CONFERENCE_ROWS)

    def follows(self, stream: str) -> bool:
        """The streams of joint conferences."""
        return stream.startswith("conference/")

    def fold(self, step: Step, rows: Rows) -> Iterable[Put]:
        """Put what the act opened or moved, and who attended."""
        return _changed(step, rows)


CONFERENCE_VIEW = ConferenceRows()


def _changed(step: Step, rows: Rows) -> Iterator[Put]:
    changed = list(item_rows(step, rows[0], _kept))
    for row in changed:
        yield 0, row
    if changed and isinstance(step.event, ConferenceAttended):
        event = step.event
        key = (step.key, event.item, event.member)
        last = last_of(rows[1], *key)
        if last is not None:
            yield 1, end(last, step, "attended")
        number = 1 if last is None else last[3] + 1
        told = (event.originator_version, event.member_post, event.attendance)
        yield 1, (*key, number, *told, *begin(step, last))


def _kept(event: Event, before: Row | None) -> Row:
    """Keep who presided and when, the case that a decision or task is about, and how many dissented."""
    given: Any = event
    *presided, met_at, ref, dissents = before or ("", "", "", "", 0, getattr(event, "case", ""), 0)
    if event.action == "conference.presided.v1":
        presided = [getattr(given, name) for name in _PRESIDED]
        met_at = unix_ms(event.effective_at)
    return (*presided, met_at, ref, dissents + (event.action == "conference.dissented.v1"))
