"""What is told of one case, and of changes in a figure: the shapes of the answers."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from api.http.models import Hex32, PositionBody, Strict
from projections.replay_clocks import ClockTurn
from projections.replay_compare import ClockDifference, FieldDifference


class ChangedBody(Strict):
    """A field before an act and after it."""

    before: Any
    after: Any


class StepBody(Strict):
    """One act of a case: what it changed, the state after it, and what it and the time before it did to the clocks."""

    index: int
    seq: int
    act: str
    actor: str
    post: str
    office: str
    role: str
    at: str = Field(description="the moment that counts")
    claimed_at: str
    recorded_at: str
    late_recorded: bool
    imported: bool
    changed: dict[str, ChangedBody]
    state: dict[str, Any]
    clocks: list[ClockTurn]
    idle_days: int
    quiet: bool


class ReplayBody(Strict):
    """A case, act by act; `not_yet` are acts that are known and had not happened by the moment."""

    case: Hex32
    as_of: str
    known_at: list[PositionBody]
    steps: list[StepBody]
    not_yet: list[int]
    since: list[ClockTurn]
    idle_days: int
    quiet: bool


class ExplainedBody(Strict):
    """One clock with its rule, its days, and the sentences that explain them."""

    clock: str
    shadow: bool
    segment: int
    unit: str
    rule: str
    law: str
    article: str
    source: str
    confidence: str
    started_on: date
    started_index: int
    length: int | None
    day_kind: str
    raw_on: date
    due_on: date
    calendar_version: int
    provisional: bool
    late_recorded: bool
    imported: bool
    status: str
    days: int | None
    lines_zh: list[str]
    lines_en: list[str]


class ExplainBody(Strict):
    """Every clock of a case, explained."""

    case: Hex32
    as_of: str
    known_at: list[PositionBody]
    clocks: list[ExplainedBody]


class WhenBody(Strict):
    """A moment on both axes."""

    as_of: str
    known_at: list[PositionBody]


class ComparisonBody(Strict):
    """What differs in a case between two moments, and which acts, by log index, made it differ."""

    case: Hex32
    first: WhenBody
    second: WhenBody
    added: list[int]
    gone: list[int]
    published: list[int]
    fields: list[FieldDifference]
    clocks: list[ClockDifference]


class HintBody(Strict):
    """A case that may be about the same matter, and what agrees."""

    case: Hex32
    agrees: list[str]
    began_on: date
    links: dict[str, str]


class HintsBody(Strict):
    """Hints at cases of the same matter: `withheld` are out of bounds, `left` too far away in time."""

    case: Hex32
    known_at: list[PositionBody]
    hints: list[HintBody]
    compared: int
    withheld: int
    left: int


class AdviceRow(Strict):
    """A published row that names a unit; `unit` is the successor of `row_unit` where that one is no more."""

    unit: str
    id: str
    area: str
    jurisdiction: str
    article: str
    source: str
    confidence: str
    row_unit: str


class CompetenceBody(Strict):
    """Which units are competent for a matter on a day; the first one advises."""

    area: str
    jurisdiction: str
    on: date
    known_at: list[PositionBody]
    rows: list[AdviceRow]


class MadeByBody(Strict):
    """An act that made a change; `case` is empty for calendars and rules."""

    index: int
    action: str
    case: str


class ChangeBody(Strict):
    """A member that changed: `was` and `now` are "", denominator or numerator; `time` says that time had a part."""

    case: str
    clock: str
    item: int
    unit: str
    was: str
    now: str
    acts: list[MadeByBody]
    time: bool
    links: dict[str, str]


class DiffBody(Strict):
    """A figure at two moments, and the members that changed in between."""

    figure: str
    unit: str | None
    month: str | None
    before: dict[str, Any]
    after: dict[str, Any]
    total: int
    came: int
    went: int
    changes: list[ChangeBody]


class PublishedBody(Strict):
    """A figure's numbers; a count has no denominator."""

    numerator: int
    denominator: int | None
    exclusions: int | None


class DifferenceBody(Strict):
    """The first member on which views and entries differ."""

    case: str
    clock: str
    item: int
    in_views: str
    in_entries: str


class RecomputeBody(Strict):
    """A figure computed from entries alone, and whether it is what was told."""

    figure: str
    unit: str | None
    month: str | None
    as_of: str
    known_at: list[PositionBody]
    computed: PublishedBody
    told: PublishedBody | None
    equal: bool
    difference: DifferenceBody | None


class RulesBody(Strict):
    """Tables of the rules; each row has table, id, article, source and confidence, and its cells in both languages."""

    version: str
    known_at: list[PositionBody]
    rows: list[dict[str, Any]]
