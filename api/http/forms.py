"""The form behind a list: one field for each filter, with a choice of words where the words are known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from api.access.bounds import Bounds
from api.http.names import Names
from api.lists.listing import Filter, Listing
from api.main import Application
from domain.figure_rows import FIGURES
from domain.practice_patrol import PATROL_RULES
from domain.tracks.vocabulary import TRACKS

_WORDS: Final = re.compile(r"[a-z_]+(?:\|[a-z_]+)+")
_DAY, _MONTH = r"\d{4}-\d{2}-\d{2}", r"\d{4}-\d{2}"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its kind is select, checkbox, number, date, month or text; `choices` are (value, name) pairs."""

    name: str
    label: str
    kind: str
    value: str
    choices: tuple[tuple[str, str], ...] = ()
    low: int = 0
    high: int = 0
    needed: bool = False


def fields_of(
    application: Application, names: Names, bounds: Bounds, listing: Listing, asked: Mapping[str, str]
) -> list[Field]:
    """The fields of a list's form, filled in as asked: both axes first."""
    say, found = names.say, axis_fields(names, asked)
    for known in listing.filters:
        label = say("pages.unit") if known.name == "unit" else _heading(names, known)
        value = asked.get(known.name, "")
        choices = choices_of(application, names, bounds, known)
        kind = "select" if choices else _kind(known)
        found.append(Field(known.name, label, kind, value, choices, known.low, known.high, known.needed))
    return found


def axis_fields(names: Names, asked: Mapping[str, str]) -> list[Field]:
    """The fields of both axes: a day or an instant of the world, and a place in the log."""
    as_of = asked.get("as_of", "")
    plain_day = not as_of or re.fullmatch(_DAY, as_of) is not None
    return [
        Field("as_of", names.say("pages.as_of"), "date" if plain_day else "text", as_of),
        Field("known_at", names.say("pages.known_at"), "text", asked.get("known_at", "")),
    ]


def choices_of(application: Application, names: Names, bounds: Bounds, known: Filter) -> tuple[tuple[str, str], ...]:
    """The values that a filter can have, with their names; none where they are not known beforehand."""
    reference = application.ledger.reference()
    if known.name == "unit":
        return tuple((slug, names.office(slug)) for slug in reference.people.offices if bounds.covers(slug))
    if known.name == "clock":
        words = sorted({row.clock for _, rules in reference.rules.steps for row in rules.clocks.values()})
        return tuple((word, names.clock(word)) for word in words)
    tables = {"figure": FIGURES, "rule": PATROL_RULES, "track": TRACKS}
    if known.name in tables:
        return tuple((word, names.word(known.name, word)) for word in tables[known.name])
    if known.kind is str and _WORDS.fullmatch(known.pattern):
        return tuple((word, names.word(known.name, word)) for word in known.pattern.split("|"))
    return ()


def _kind(known: Filter) -> str:
    if known.kind is bool:
        return "checkbox"
    if known.kind is int:
        return "number"
    return {_DAY: "date", _MONTH: "month"}.get(known.pattern, "text")


def _heading(names: Names, known: Filter) -> str:
    """What a filter is called: short in Chinese, the first words in English."""
    return names.say.pick(known.zh, known.en.split(":")[0].split(",")[0])
