"""The parts of a mapping file as they are written: offices, acts, mapped values, deadlines, and the log of events.

What becomes public of a row is fixed text of the mapping, a date, a number, or what a value map gives for a cell: no
cell's own text can become public.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.claim_events import CaseAnnotated, CaseDeadlineClaimed

ANNOTATED = CaseAnnotated.action
DEADLINE_CLAIMED = CaseDeadlineClaimed.action
BESIDE = frozenset({ANNOTATED, DEADLINE_CLAIMED})
"""The acts that change nothing, and so can be added to a case at any time."""
OPENING = frozenset({"case.registered.v1", "case.received_from.v1"})

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
Column = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, Field(min_length=1, max_length=200)]
Action = Annotated[str, Field(pattern=r"^case\.[a-z_]+\.v[0-9]+$")]
Covers = Literal["handling", "routing", "notice", "report", "review", "recheck"]
Fixed = str | bool | int


class Part(BaseModel):
    """Strict, frozen, and without unknown members."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class OfficePart(Part):
    """An office whose service key signs acts."""

    office: Slug
    kind: Literal["petition_office", "competent_unit", "supervision", "inspection"]
    name_zh: Words
    name_en: str = ""
    parent: Slug | None = None


class PostPart(Part):
    """The post that holds each office's service key."""

    post: Slug
    name_zh: Words
    name_en: str = ""


class ValuePart(Part):
    """A public value from a cell: by a map from what stands there, or as the day or the number that it is.

    `default` stands for an empty cell and for one that the map does not have; without it such a row is refused.
    """

    column: Column
    kind: Literal["map", "day", "number"] = "map"
    map: dict[str, Fixed] = Field(default_factory=dict, max_length=2_000)
    default: Fixed | None = None


class DeadlinePart(Part):
    """A column with the day by which something was to be done, kept as a claimed deadline."""

    column: Column
    covers: Covers = "handling"


class ActBody(Part):
    """What an act of a row consists of, beside its time: needed columns, public values, sealed columns, its office."""

    action: Action
    needs: list[Column] = Field(default_factory=list, max_length=50)
    public: dict[str, Fixed] = Field(default_factory=dict, max_length=20)
    values: dict[str, ValuePart] = Field(default_factory=dict, max_length=20)
    sealed: dict[str, Column] = Field(default_factory=dict, max_length=7)
    office: Slug | None = None

    @cached_property
    def read(self) -> tuple[str, ...]:
        """The columns that the act reads beside its time."""
        return (*self.needs, *(value.column for value in self.values.values()), *self.sealed.values())


class ActPart(ActBody):
    """One act that a row of a case can make; `part` tells apart acts of one kind."""

    at: Column
    optional: bool = False
    part: Code | None = None

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column the act reads, in the order of the mapping, without repeats."""
        return tuple(dict.fromkeys([self.at, *self.read]))

    @property
    def name(self) -> str:
        """The action, with the part where there is one: what the act's id is made from."""
        return self.action if self.part is None else f"{self.action.rpartition('.v')[0]}:{self.part}.v0"


class EventPart(ActBody):
    """The act for which some activities of an event log stand."""

    activities: list[Words] = Field(min_length=1, max_length=200)


class NotePart(Part):
    """The code under which some activities are kept as annotations."""

    activities: list[Words] = Field(min_length=1, max_length=200)
    code: Code


class LogPart(Part):
    """An event log: one row an event, its activity, time and office in columns.

    `unknown` says what becomes of an activity that neither acts nor notes have; `event` is a column with a number of
    the event's own, if there is one; `text` is sealed with annotations.
    """

    activity: Column
    at: Column
    event: Column | None = None
    office: ValuePart | None = None
    text: Column | None = None
    unknown: Literal["reject", "annotate"] = "reject"
    unknown_code: Code = "unmapped"
    acts: list[EventPart] = Field(min_length=1, max_length=80)
    notes: list[NotePart] = Field(default_factory=list, max_length=200)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that a row of the log is read for."""
        own = [self.activity, self.at, self.event, self.text, self.office.column if self.office else None]
        read = [column for act in self.acts for column in act.read]
        return tuple(dict.fromkeys([*(column for column in own if column), *read]))


class MappingPart(Part):
    """A whole mapping file: with `acts` one row is a case, with `log` one row is an event.

    `order` says whether the dates of a case have to follow the order of the acts, or put them in order; `refused`,
    whether what the rules do not allow is left out and reported, or kept as an annotation.
    """

    name: Slug
    source: Annotated[str, Field(min_length=1, max_length=200)]
    title_zh: Words
    title_en: str = ""
    key: Column
    zone: Annotated[str, Field(pattern=r"^[+-](0[0-9]|1[0-4]):[0-5][0-9]$")]
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    time_formats: list[str] = Field(max_length=20)
    date_formats: list[str] = Field(max_length=20)
    order: Literal["mapping", "time"] = "mapping"
    refused: Literal["reject", "annotate"] = "reject"
    office: OfficePart
    post: PostPart
    offices: list[OfficePart] = Field(default_factory=list, max_length=500)
    acts: list[ActPart] = Field(default_factory=list, max_length=40)
    log: LogPart | None = None
    deadlines: list[DeadlinePart] = Field(default_factory=list, max_length=6)
