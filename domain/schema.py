"""How an event class becomes a strict reader of its public fields.

An event is a dataclass (`act`) that lists its public fields as `Annotated[type, kind]`, or
`Annotated[type, kind, "name"]` where the record's name for it is already a word of every event. A field
with a default is optional in the record, and absent there means the default. From that one description
comes the reader: no field may be missing, unknown or of another kind. Verification runs the readers for
every entry of a ledger, so they do as little as that takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar, TypeVar, dataclass_transform, get_type_hints

from domain.errors import EventRefused
from domain.fields import Kind, Unfit

CIVIL = timezone(timedelta(hours=8))
"""The civil time of the whole country; every date in the product is a date in this zone."""

SINGLE_STREAMS = ("ledger", "rules", "calendar")
"""The kinds of stream of which a ledger has one; of the others it has many, named after a slash."""

SOURCE = "source"
"""The sealed field in which every act that a file can bring may say where it came from."""

Declared = TypeVar("Declared")


@dataclass_transform(frozen_default=True)
def act(declared: type[Declared]) -> type[Declared]:
    """Make an event class: a slotted dataclass that the type checker holds to be frozen.

    At run time it is not: freezing costs a microsecond an event, a tenth of what the domain takes to
    replay one, and verification builds one for every entry of a ledger.
    """
    made = dataclass(slots=True)(declared)
    _add_source(made)
    return made


def _add_source(made: Any) -> None:
    if "imported" in {field.name for field in fields(made)} and SOURCE not in made.sealed:
        made.sealed = (*made.sealed, SOURCE)


@act
class Event:
    """What every recorded act has: its place in the ledger, who acted as what, and when.

    `originator_id` is the stream, `originator_version` the position in it from 1, `index` the log index
    from 0. `key_id` is 32 bytes. A petitioner has post and office "". `recorded_at_ms` is Unix
    milliseconds. `effective_at` is the moment that counts (see `effective.py`), and `late_recorded` says
    that it is not the claimed one because the act was written down too late.

    `varies` names the field by whose value rule rows may tell kinds of the act apart, "" for none; `sweeps`
    says that the act ends the case, and with it every office's clocks.
    """

    action: ClassVar[str] = ""
    sealed: ClassVar[tuple[str, ...]] = ()
    varies: ClassVar[str] = ""
    sweeps: ClassVar[bool] = False

    originator_id: str
    originator_version: int
    index: int
    actor: str
    post: str
    office: str
    role: str
    key_id: bytes
    claimed_at: datetime
    recorded_at_ms: int
    effective_at: datetime
    late_recorded: bool

    @property
    def recorded_at(self) -> datetime:
        """The moment at which the ledger took the act in, in civil time."""
        return datetime.fromtimestamp(self.recorded_at_ms / 1000, CIVIL)


class Reader:
    """The strict reader of one action's public fields; gives their values in the order of the dataclass."""

    __slots__ = ("action", "alone", "make", "optional", "prefix", "required")

    def __init__(self, make: type[Event]) -> None:
        hints = get_type_hints(make, include_extras=True)
        own = fields(make)[len(fields(Event)) :]
        self.make = make
        self.action = make.action
        family = make.action.partition(".")[0]
        self.alone = family in SINGLE_STREAMS
        self.prefix = family if self.alone else family + "/"
        self.required = tuple(_field(f.name, hints[f.name]) for f in own if f.default is MISSING)
        self.optional = tuple((*_field(f.name, hints[f.name]), f.default) for f in own if f.default is not MISSING)

    def fits(self, stream: str) -> bool:
        """Say whether a stream is of the kind that holds this act."""
        return stream == self.prefix if self.alone else stream.startswith(self.prefix)

    def read(self, public: Mapping[str, Any]) -> list[Any]:
        """Return the values of the public fields.

        Raises EventRefused if a field is missing, unknown, or not of its kind; it names the field.
        """
        values: list[Any] = []
        name = ""
        try:
            for name, kind in self.required:
                values.append(kind(public[name]))
            known = len(values)
            for name, kind, default in self.optional:
                if name in public:
                    values.append(kind(public[name]))
                    known += 1
                else:
                    values.append(default)
        except Unfit as unfit:
            raise self._refuse("field_unfit", f"字段 {name} {unfit.zh}", f"field {name} {unfit.en}") from None
        except KeyError:
            raise self._refuse("field_missing", f"缺少字段 {name}", f"field {name} is missing") from None
        if known != len(public):
            raise self._refuse("field_unknown", "有不属于该行为的字段", "there is a field that the act does not have")
        return values

    def _refuse(self, code: str, zh: str, en: str) -> EventRefused:
        allowed = (*(name for name, _ in self.required), *(f"{name}?" for name, _, _ in self.optional))
        rule = f"schema {self.action}"
        listed = ", ".join(allowed)
        return EventRefused(
            code,
            rule=rule,
            zh=f"{self.action}:{zh};该行为的公开字段为:{listed}",
            en=f"{self.action}: {en}; the public fields of this act are: {listed}",
            action=self.action,
            allowed=allowed,
        )


def _field(attribute: str, hint: Any) -> tuple[str, Kind]:
    kind, *named = hint.__metadata__
    return (named[0] if named else attribute, kind)
