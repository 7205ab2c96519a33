"""The tracks counted the slow way: fold every known act with the domain alone, keep what each made, look back.

A thing's states are kept with the moment from which each counts, which never runs backwards; what it was at a moment is
the last state that was known and counted by then.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from domain import commands
from domain.clock import civil_day
from domain.reference import Reference
from domain.schema import CIVIL, Event
from domain.tracks.package import Package
from domain.tracks.rows import ROWS
from tests.projections.histories import StoredRow, beginning, stored
from tests.projections.recount import known_reference, read_row
from tests.projections.track_histories import BEGAN_MS, track_history

DIVERTED = "DIVERTED_DISCIPLINE"


class Turn(NamedTuple):
    """What an act made of a thing: the act, from when it counts, and the state of its stream before and after it."""

    event: Event
    at: datetime
    before: Any
    after: Any


@dataclass
class Counted:
    """A ledger read once; what was known at a position is a prefix of it."""

    rows: list[StoredRow]

    @cached_property
    def reference(self) -> Reference:
        """The rules and calendars of the whole ledger."""
        return known_reference(self.rows)

    @cached_property
    def steps(self) -> list[tuple[Event, Any, Any]]:
        """Every act of a case or docket with the state of its stream before and after it."""
        states: dict[str, Any] = {}
        found = []
        for row in self.rows:
            if row.stream.startswith(("case/", "conference/", "bulletin/", "mandate/")):
                before = states.get(row.stream) or commands.initial(row.stream)
                event = read_row(row, self.reference)
                states[row.stream] = after = commands.fold(before, event, self.reference)
                found.append((event, before, after))
        return found

    @cached_property
    def appointments(self) -> list[tuple[int, str, str, Any]]:
        """The acts by which leaders come and go: index, stream, action and public fields."""
        wanted = ("people.officer_appointed.v1", "people.tenure_ended.v1")
        return [(r.index, r.stream, r.action, r.statement["public"]) for r in self.rows if r.action in wanted]

    def gone(self, known_at: int) -> set[str]:
        """The cases that went to the discipline inspection by then."""
        known = self.steps
        return {
            e.originator_id for e, _, after in known if e.index < known_at and getattr(after, "state", "") == DIVERTED
        }

    @cached_property
    def packages(self) -> dict[tuple[str, int], list[Turn]]:
        """The turns of every package, by case and number."""
        found: dict[tuple[str, int], list[Turn]] = {}
        for event, before, after in self.steps:
            package = after.tracks.package
            if package is None or package is before.tracks.package or getattr(before, "state", "") == DIVERTED:
                continue
            _turn(found.setdefault((event.originator_id[5:], package.seq), []), event, before, after)
        return found

    @cached_property
    def items(self) -> dict[tuple[str, int], list[Turn]]:
        """The turns of every thing but packages; `after` is its state, `before` the one before it, "" at first."""
        found: dict[tuple[str, int], list[Turn]] = {}
        for event, before, _ in self.steps:
            row = ROWS.get(event.action)
            if row is None or row.track == "package" or getattr(before, "state", "") == DIVERTED:
                continue
            given: Any = event
            if row.opens:
                turns = found.setdefault((event.originator_id, event.originator_version), [])
                _turn(turns, event, "", row.target("NONE", event))
            else:
                turns = found.get((event.originator_id, given.item), [])
                if turns and ROWS[turns[0].event.action].track == row.track and turns[-1].after in row.moves:
                    _turn(turns, event, turns[-1].after, row.target(turns[-1].after, event))
        return found

    def of_track(self, track: str, as_of: datetime, known_at: int) -> dict[tuple[str, int], list[Turn]]:
        """The things of one track that had been opened, with their turns by then."""
        gone = self.gone(known_at)
        found = {}
        for key, turns in self.items.items():
            by_then = until(turns, as_of, known_at)
            if by_then and key[0] not in gone and ROWS[turns[0].event.action].track == track:
                found[key] = by_then
        return found

    def roll(self, day: date, index: int) -> date:
        """The day that a due day rolls to by the calendar known before an act."""
        return self.reference.calendars.as_known(index - 1).roll(day, weekends_roll=True)

    def tenures(self, known_at: int) -> dict[tuple[str, str, str], list[list[Any]]]:
        """First and last days by office, post and officer, as known then; None while a tenure runs."""
        found: dict[tuple[str, str, str], list[list[Any]]] = {}
        for index, stream, action, public in self.appointments:
            key = (stream[7:], public["post"], public["officer"])
            if index < known_at and action == "people.officer_appointed.v1":
                found.setdefault(key, []).append([date.fromisoformat(public["from_on"]), None])
            elif index < known_at:
                found[key][-1][1] = date.fromisoformat(public["on"])
        return found


def _turn(turns: list[Turn], event: Event, before: Any, after: Any) -> None:
    at = max(event.effective_at, turns[-1].at) if turns else event.effective_at
    turns.append(Turn(event, at, before, after))


def until(turns: Sequence[Turn], as_of: datetime, known_at: int) -> list[Turn]:
    """The turns that were known and counted by a moment."""
    return [turn for turn in turns if turn.event.index < known_at and turn.at <= as_of]


def next_index(turns: Sequence[Turn], turn: Turn, known_at: int) -> int:
    """The index before which calendars are known that judge a state: that of the act that ended it, or the position."""
    after = turns[turns.index(turn) + 1 :]
    return min([known_at, *(one.event.index for one in after[:1])])


def package_of(turn: Turn) -> Package:
    """The package that a turn left."""
    package = turn.after.tracks.package
    assert isinstance(package, Package)
    return package


def moments(count: int, size: int, days: int = 560) -> Iterator[tuple[datetime, int]]:
    """Random moments on both axes, some at midnight, many with everything known."""
    chance = random.Random(count)
    first = datetime.fromtimestamp(BEGAN_MS / 1000, CIVIL)
    for number in range(count):
        as_of = first + timedelta(seconds=chance.randrange(days * 86_400))
        if number % 4 == 0:
            as_of = as_of.replace(hour=0, minute=0, second=0, microsecond=0)
        yield as_of, chance.choice([size, size, chance.randrange(size + 1)])


def day_of(moment: datetime) -> date:
    """The civil day of a moment."""
    return civil_day(moment)


def _history() -> list[StoredRow]:
    """A ledger in which two years' calendars are published in the middle of what they judge."""
    later = [act for act in beginning(years=(2023, 2024)) if act.stream == "calendar"]
    acts = track_history(11, 90)
    for number, calendar in enumerate(later):
        acts.insert((number + 1) * len(acts) // 4, calendar)
    return stored([*beginning(years=range(2018, 2023)), *acts])


TRACKS = Counted(_history())
