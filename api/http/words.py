"""What the words in rows are called on a page; files and JSON keep the words themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from types import MappingProxyType
from typing import Final

from domain import procedure_words, vocabulary
from domain.competence import areas
from domain.figure_rows import FIGURES, REASONS
from domain.naming import Name
from domain.packaging_rows import FACTS
from domain.practice_patrol import PATROL_RULES
from domain.tracks import vocabulary as tracks
from domain.tracks.mandate_words import CRITERIA
from domain.wording import ACTIONS, BASES, VALUES

OFFICES: Final = frozenset(
    [
        *("unit", "units", "office", "rated_office", "from_office", "to_office", "leader_office", "presided_office"),
        *("member", "assigned_by", "concerning", "called", "present", "absent", "delegates"),
        *("handling_unit", "reviewer", "held_by", "passed_by", "recused"),
    ]
)
"""Columns whose words are offices of the directory."""

RATES: Final = frozenset(["value", "share", "imported_share", "month_before", "year_before"])
"""Columns of numbers from 0 to 1 that people read as per cent, where they are not counts."""

CONTEXT: Final = frozenset(
    [
        *("seq", "package", "item", "segment", "proposal", "meeting", "about", "indices", "decision"),
        *("index", "opened_index", "left_index", "round", "checkpoint_size"),
    ]
)
"""Columns of numbers that name something and are never added up."""

POSTS: Final = MappingProxyType(
    {
        "post": "office",
        "from_post": "from_office",
        "to_post": "to_office",
        "presided_post": "presided_office",
        "member_post": "member",
    }
)
"""Columns whose words are posts, and the column that says of which office."""

_FIGURES: Final = MappingProxyType({row.id: row.name for row in FIGURES.values()})
_RULES: Final = MappingProxyType({word: Name(row.zh, row.en) for word, row in PATROL_RULES.items()})
_STATES: Final = MappingProxyType({**vocabulary.STATES, **tracks.ITEM_STATES})
_BY_COLUMN: Final[Mapping[str, Mapping[str, Name]]] = MappingProxyType(
    {
        "state": _STATES,
        "track": tracks.TRACKS,
        "kind": MappingProxyType({**tracks.TRACKS, **tracks.RECOMMENDATIONS, **tracks.MANDATES}),
        "rule": _RULES,
        "id": _FIGURES,
        "figure": _FIGURES,
        "beside": _FIGURES,
        "fact": FACTS,
        "reason": MappingProxyType({**tracks.PACKAGE_REASONS, **REASONS}),
        "result": MappingProxyType({**tracks.RESULTS}),
        "of": vocabulary.CAPACITIES,
        "basis": BASES,
        "resolved": procedure_words.RESOLUTIONS,
        "review_outcome": procedure_words.REVIEW_OUTCOMES,
        "mediation": procedure_words.MEDIATION_RESULTS,
        "key_custody": vocabulary.CUSTODIES,
        "key": vocabulary.CHANNELS,
        "criteria": CRITERIA,
    }
)
_ACTS: Final = ("{}", "case.{}.v1", "case.package_{}.v1")


@cache
def name_in(column: str, word: str) -> Name | None:
    """Return what a word of a column is called; None if no vocabulary has it."""
    for table in _tables(column):
        if word in table:
            return table[word]
    return None


def _tables(column: str) -> Iterator[Mapping[str, Name]]:
    """The vocabularies in which a word of a column may stand, the column's own first."""
    if column in ("area", "key"):
        yield {code: row.name for code, row in areas().items()}
    yield from (tables[column] for tables in (_BY_COLUMN, VALUES) if column in tables)
    yield from ({key: ACTIONS[form.format(key)] for key in _bare(form)} for form in _ACTS)
    yield from chain((_STATES, tracks.TRACKS, _RULES), VALUES.values(), (vocabulary.ROLES, vocabulary.OFFICE_KINDS))


@cache
def _bare(form: str) -> tuple[str, ...]:
    """The words that a form makes an act of."""
    before, after = form.split("{}")
    return tuple(
        act[len(before) : len(act) - len(after)] for act in ACTIONS if act.startswith(before) and act.endswith(after)
    )
