"""The closed vocabularies as they are printed: each with its title and the article that it serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType, ModuleType
from typing import Any, Final

from domain import procedure_words, vocabulary
from domain.tracks import vocabulary as track_words

_ARTICLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CHANNELS": "17, 21",
        "CAPACITIES": "22, 23",
        "OFFICE_KINDS": "22, 23, 38",
        "MEANS": "23, 32",
        "NOTICES": "23",
        "BASES": "22(1), 23(1)",
        "CATEGORIES": "31",
        "CLASSES": "29, 30, 31",
        "OUTCOMES": "32",
        "RATINGS": "21(2)",
        "STATES": "22–36",
    }
)
_ELSE: Final = {"vocabulary": "17–47", "procedure_words": "17–36", "tracks": "37–47"}


def _collected() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    modules: tuple[tuple[ModuleType, str], ...] = (
        (vocabulary, "vocabulary"),
        (procedure_words, "procedure_words"),
        (track_words, "tracks"),
    )
    seen: set[tuple[str, ...]] = set()
    for module, part in modules:
        for title, words in vars(module).items():
            if not title.isupper() or title[0] == "_" or not isinstance(words, Mapping) or tuple(words) in seen:
                continue
            seen.add(tuple(words))
            if all(isinstance(name, tuple) and len(name) == 2 for name in words.values()):
                yield f"{part}.{title}", _ARTICLES.get(title, _ELSE[part]), words


WORD_TABLES: Final = tuple(_collected())
"""(title, article, word → names) of every vocabulary, in the order of the modules."""
