"""A replay laid out for people: a window of its lines, the clocks beside it, a state with its changes marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from api.http.names import Names
from domain.clock import civil_day
from projections.replay import CaseReplay, ReplayStep
from projections.replay_clocks import ClockTurn

WINDOW: Final = 40
"""How many lines of acts stand on one page."""

GAP_DAYS: Final = 7
"""From so many days without an act on, the gap is a line of its own."""

_OPENING: Final = frozenset({"started", "extended", "resumed", "taken_over", "corrected", "breached"})
STATE_FIELDS: Final = (
    *("state", "office", "capacity", "held_by", "passed_by", "received_at", "round", "channel", "area", "place"),
    *("addressable", "imported", "category", "outcome", "handling_unit", "reviewer", "review_outcome", "mediation"),
    *("execution", "hearing", "simplified", "resolved", "measure", "measure_post", "key_custody", "ratings"),
    *("recused", "links", "package", "tracks"),
)


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without an act: its civil days, whether patrol lets no case be quiet for so long, and after which step."""

    days: int
    quiet: bool
    after: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the steps from `first` to `last`, numbered from 1, of one office, and what they did to the clocks."""

    first: int
    last: int
    steps: tuple[ReplayStep, ...]
    turns: tuple[ClockTurn, ...]

    @property
    def acts(self) -> tuple[str, ...]:
        """The different acts, in order."""
        return tuple(dict.fromkeys(step.act for step in self.steps))


@dataclass(frozen=True, slots=True)
class Window:
    """The lines that stand on a page, and the steps that the pages before and after it would show, 0 for none."""

    lines: tuple[Line | Gap, ...]
    before: int
    after: int


def window_of(told: CaseReplay, chosen: int, *, compact: bool) -> Window:
    """The lines around a step; in the compact view consecutive acts of one office are one line."""
    lines = list(_runs(told.steps) if compact else _singles(told.steps))
    at = next((place for place, line in enumerate(lines) if line.first <= chosen <= line.last), 0)
    start = at // WINDOW * WINDOW
    shown = lines[start : start + WINDOW]
    found: list[Line | Gap] = []
    for line in shown:
        step = line.steps[0]
        if step.quiet or step.idle_days >= GAP_DAYS:
            found.append(Gap(step.idle_days, step.quiet, line.first - 1))
        found.append(line)
    after = lines[start + WINDOW].first if start + WINDOW < len(lines) else 0
    if not after and (told.quiet or told.idle_days >= GAP_DAYS):
        found.append(Gap(told.idle_days, told.quiet, len(told.steps)))
    return Window(tuple(found), lines[start - 1].last if start else 0, after)


def _singles(steps: Sequence[ReplayStep]) -> Iterator[Line]:
    for number, step in enumerate(steps, 1):
        yield Line(number, number, (step,), step.clocks)


def _runs(steps: Sequence[ReplayStep]) -> Iterator[Line]:
    """Put consecutive acts of one office together, as long as no gap lies between them."""
    run: list[ReplayStep] = []
    for number, step in enumerate(steps, 1):
        if run and (step.office != run[-1].office or step.quiet or step.idle_days >= GAP_DAYS):
            yield _run(run, number - 1)
            run = []
        run.append(step)
    if run:
        yield _run(run, len(steps))


def _run(run: Sequence[ReplayStep], last: int) -> Line:
    return Line(last - len(run) + 1, last, tuple(run), tuple(turn for step in run for turn in step.clocks))


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock as it stood after a step: its last turn, and every turn with the number of the step that made it."""

    last: ClockTurn
    open: bool
    left: str
    turns: tuple[tuple[int, ClockTurn], ...]


def clocks_of(told: CaseReplay, chosen: int, names: Names) -> list[ClockLine]:
    """The clocks that had begun by a step, those that still ran first; days are told from the day of the step."""
    by: dict[tuple[str, bool, str], list[tuple[int, ClockTurn]]] = {}
    for number, step in enumerate(told.steps[:chosen], 1):
        for turn in step.clocks:
            by.setdefault((turn.clock, turn.shadow, turn.unit), []).append((number, turn))
    end = chosen == len(told.steps)
    for turn in told.since if end else ():
        by.setdefault((turn.clock, turn.shadow, turn.unit), []).append((chosen, turn))
    today = civil_day(told.as_of if end or not chosen else told.steps[chosen - 1].at)
    lines = [_clock_line(turns, today, names) for turns in by.values()]
    return sorted(lines, key=lambda line: not line.open)


def _clock_line(turns: Sequence[tuple[int, ClockTurn]], today: date, names: Names) -> ClockLine:
    last = turns[-1][1]
    running = last.what in _OPENING
    left = names.left(last.due_on, today) if running and last.due_on is not None else ""
    return ClockLine(last, running, left, tuple(turns))


@dataclass(frozen=True, slots=True)
class StateLine:
    """One field of a state: its name, its value in words, and the value before if the step changed it."""

    field: str
    name: str
    text: str
    changed: bool
    before: str


def state_lines(step: ReplayStep, names: Names) -> list[StateLine]:
    """The fields of the state after a step that have a value, or had one before it."""
    lines = []
    before = {**step.state, **{field: pair[0] for field, pair in step.changed.items()}}
    old, new = dict(_flat(before)), dict(_flat(step.state))
    for field in dict.fromkeys((*new, *old)):
        text, was = shown(names, field, new.get(field)), shown(names, field, old.get(field))
        if text or was:
            lines.append(StateLine(field, field_name(names, field), text, text != was, was))
    return lines


def _flat(state: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The fields of a state in a fixed order; those of the package by themselves."""
    for field in (*STATE_FIELDS, *(name for name in state if name not in STATE_FIELDS)):
        value = state.get(field)
        if isinstance(value, Mapping):
            yield from ((f"{field}.{name}", inner) for name, inner in value.items())
        else:
            yield field, value


def field_name(names: Names, field: str) -> str:
    """What a field is called."""
    outer, _, inner = field.partition(".")
    called = names.say(f"fields.{inner or outer}")
    return f"{names.say(f'fields.{outer}')} · {called}" if inner else called


def shown(names: Names, field: str, value: Any) -> str:
    """A value of a state in words; false and nothing are left out."""
    if value in (None, "", False) or value == []:
        return ""
    if isinstance(value, Mapping):
        pairs = ((field_name(names, name), shown(names, name, inner)) for name, inner in value.items())
        return names.say("replay.semicolon").join(f"{name} {text}" for name, text in pairs if text)
    if isinstance(value, list) and isinstance(value[0], Mapping):
        return names.say("replay.semicolon").join(_item(names, item) for item in value)
    return names.cell(field.rpartition(".")[2], value)


def _item(names: Names, item: Mapping[str, Any]) -> str:
    """One thing of a list: its values in words, numbers of acts with their sign."""
    parts = (f"#{value}" if field == "seq" else names.cell(field, value) for field, value in item.items() if value)
    return " ".join(part for part in parts if part)
