"""What a file's columns mean, as data: a TOML mapping from rows to acts.

A mapping names the source, the natural key, the office that answers, the zone and the formats of times, and
for every act its column of time, the columns it needs, its public values and the columns that are sealed.
`message-board` is built in; others are files of the same shape.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta, timezone
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.errors import InputRefused

MAX_MAPPING_BYTES = 65_536
BUILT_IN = ("message-board",)
FORBIDDEN_FIELDS = frozenset({"source", "imported"})  # set by the importer itself

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Column = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, Field(min_length=1, max_length=200)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class OfficePart(_Part):
    """The office whose service key signs the acts."""

    office: Slug
    kind: Literal["petition_office", "competent_unit", "supervision", "inspection"]
    name_zh: Words
    name_en: str = ""
    parent: Slug | None = None


class PostPart(_Part):
    """The post that holds the office's service key."""

    post: Slug
    name_zh: Words
    name_en: str = ""


class ActPart(_Part):
    """One act that a row can make: its time column, needed columns, public values and sealed columns."""

    action: Annotated[str, Field(pattern=r"^case\.[a-z_]+\.v[0-9]+$")]
    at: Column
    needs: list[Column] = Field(default_factory=list, max_length=50)
    optional: bool = False
    public: dict[str, str] = Field(default_factory=dict, max_length=20)
    sealed: dict[str, Column] = Field(default_factory=dict, max_length=7)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the act reads, in the order of the mapping, without repeats."""
        return tuple(dict.fromkeys([self.at, *self.needs, *self.sealed.values()]))


class MappingPart(_Part):
    """A whole mapping file."""

    name: Slug
    source: Annotated[str, Field(min_length=1, max_length=200)]
    title_zh: Words
    title_en: str = ""
    key: Column
    zone: Annotated[str, Field(pattern=r"^[+-](0[0-9]|1[0-4]):[0-5][0-9]$")]
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    time_formats: list[str] = Field(max_length=20)
    date_formats: list[str] = Field(max_length=20)
    office: OfficePart
    post: PostPart
    acts: list[ActPart] = Field(min_length=1, max_length=8)


@dataclass(frozen=True, slots=True)
class RowMapping:
    """A checked mapping; built_in ones may enrol their own office, post and service key."""

    part: MappingPart
    built_in: bool
    columns: tuple[str, ...] = field(default=())

    @property
    def acts(self) -> Sequence[ActPart]:
        """The acts in the order in which a case takes them."""
        return self.part.acts

    @property
    def zone(self) -> timezone:
        """The offset in which the file's times are meant."""
        sign = -1 if self.part.zone[0] == "-" else 1
        return timezone(sign * timedelta(hours=int(self.part.zone[1:3]), minutes=int(self.part.zone[4:6])))

    @property
    def service_key(self) -> str:
        """The name of the key file that signs this mapping's acts."""
        return f"service-{self.part.office.office}"

    @property
    def actor(self) -> str:
        """The actor id under which the service signs; the key file has the same name."""
        return self.service_key


def load_mapping(name: str) -> RowMapping:
    """Load a built-in mapping by name, or a TOML file by path.

    Raises InputRefused if there is none, or it is not a mapping; the message names the field.
    """
    if name in BUILT_IN:
        text = resources.files("api.importer").joinpath("mappings", f"{name}.toml").read_bytes()
        return parse_mapping(text, built_in=True)
    path = Path(name)
    if path.suffix.lower() != ".toml":
        raise InputRefused("mapping_unknown", names=", ".join(BUILT_IN))
    try:
        with path.open("rb") as file:
            data = file.read(MAX_MAPPING_BYTES + 1)
    except OSError as error:
        raise InputRefused("file_unreadable", reason=error.strerror or "") from error
    return parse_mapping(data, built_in=False)


def parse_mapping(data: bytes, *, built_in: bool) -> RowMapping:
    """Read and check the TOML bytes of a mapping; raises InputRefused naming the first wrong field."""
    if len(data) > MAX_MAPPING_BYTES:
        raise InputRefused("mapping_malformed", field="")
    try:
        part = MappingPart.model_validate(tomllib.loads(data.decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputRefused("mapping_not_toml") from error
    except ValidationError as error:
        place = ".".join(str(step) for step in error.errors(include_input=False, include_url=False)[0]["loc"])
        raise InputRefused("mapping_malformed", field=place) from error
    _check(part)
    columns = tuple(dict.fromkeys([part.key, *(column for act in part.acts for column in act.columns)]))
    return RowMapping(part, built_in, columns)


def _check(part: MappingPart) -> None:
    actions = [act.action for act in part.acts]
    if len(set(actions)) != len(actions):
        raise InputRefused("mapping_malformed", field="acts.action")
    if part.acts[0].optional:
        raise InputRefused("mapping_malformed", field="acts.0.optional")
    for act in part.acts:
        if FORBIDDEN_FIELDS & (set(act.sealed) | set(act.public)):
            raise InputRefused("mapping_malformed", field="acts.sealed")


def check_columns(mapping: RowMapping, columns: Mapping[str, object] | Sequence[str]) -> None:
    """Check that a table has every column of the mapping; raises InputRefused naming those missing."""
    missing = [column for column in mapping.columns if column not in columns]
    if missing:
        raise InputRefused("columns_missing", columns=", ".join(missing))
