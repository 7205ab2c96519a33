"""What a file's columns mean, as data: a TOML mapping from rows to acts.

A mapping names the source, the natural key, the office that answers, the zone and the formats of times. Where one row
is a case it has for every act its column of time, the columns it needs, its public values and the columns that are
sealed; where one row is an event, which activities stand for which acts. `message-board` is built in; others are files
of the same shape (`mapping_parts.py`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta, timezone
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from api.errors import InputRefused
from api.importer.mapping_parts import OPENING, ActBody, ActPart, LogPart, MappingPart, OfficePart

MAX_MAPPING_BYTES = 65_536
BUILT_IN = ("message-board",)
FORBIDDEN_FIELDS = frozenset({"source", "imported"})  # set by the importer itself


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
    def offices(self) -> Sequence[OfficePart]:
        """The offices whose service keys sign, the one that signs by default first."""
        return (self.part.office, *self.part.offices)


def service_name(office: str) -> str:
    """Return the name of an office's service: its actor id and its key file."""
    return f"service-{office}"


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
    read = [column for act in part.acts for column in act.columns]
    read += [] if part.log is None else part.log.columns
    columns = tuple(dict.fromkeys([part.key, *read, *(deadline.column for deadline in part.deadlines)]))
    return RowMapping(part, built_in, columns)


def _check(part: MappingPart) -> None:
    """Check what stands in more than one place; raises InputRefused naming the field."""
    offices = [office.office for office in (part.office, *part.offices)]
    if len(set(offices)) != len(offices):
        raise InputRefused("mapping_malformed", field="offices.office")
    if bool(part.acts) == (part.log is not None):
        raise InputRefused("mapping_malformed", field="acts" if part.log is None else "log")
    bodies: Sequence[ActBody] = part.acts if part.log is None else part.log.acts
    for body in bodies:
        if FORBIDDEN_FIELDS & {*body.sealed, *body.public, *body.values}:
            raise InputRefused("mapping_malformed", field="acts.sealed")
        if body.office is not None and body.office not in offices:
            raise InputRefused("mapping_malformed", field="acts.office")
    if part.log is None:
        _check_acts(part)
    else:
        _check_log(part.log, offices)


def _check_acts(part: MappingPart) -> None:
    names = [act.name for act in part.acts]
    if len(set(names)) != len(names):
        raise InputRefused("mapping_malformed", field="acts.action")
    if part.acts[0].optional:
        raise InputRefused("mapping_malformed", field="acts.0.optional")


def _check_log(log: LogPart, offices: Sequence[str]) -> None:
    named = [word for act in log.acts for word in act.activities]
    named += [word for note in log.notes for word in note.activities]
    if len(set(named)) != len(named):
        raise InputRefused("mapping_malformed", field="log.activities")
    if not any(act.action in OPENING for act in log.acts):
        raise InputRefused("mapping_malformed", field="log.acts")
    if log.office is not None:
        known = {*log.office.map.values(), *([] if log.office.default is None else [log.office.default])}
        if not known <= set(offices) or log.office.kind != "map":
            raise InputRefused("mapping_malformed", field="log.office")


def check_columns(mapping: RowMapping, columns: Mapping[str, object] | Sequence[str]) -> None:
    """Check that a table has every column of the mapping; raises InputRefused naming those missing."""
    missing = [column for column in mapping.columns if column not in columns]
    if missing:
        raise InputRefused("columns_missing", columns=", ".join(missing))
