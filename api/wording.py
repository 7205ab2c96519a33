"""Every sentence that people read, in Chinese and English, from one file a language.

A catalogue is a TOML table of tables; a key is "table.name". Sentences take named values in braces and
never a value that a stranger typed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType


class Wording:
    """The sentences of one language; missing keys are errors, found by the test that compares catalogues."""

    def __init__(self, language: str) -> None:
        """Load the catalogue of language, "zh" or "en"."""
        self.language = language
        self._sentences = load_catalogue(language)

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the sentence under key with the values filled in; raises KeyError if there is none."""
        return self._sentences[key].format(**values)

    def get(self, key: str, default: str) -> str:
        """Return the sentence under key, or default: for code lists that other rooms may extend."""
        return self._sentences.get(key, default)

    def pick(self, zh: str, en: str) -> str:
        """Return whichever of a pair of texts is in this language, else the one that is there."""
        return (zh or en) if self.language == "zh" else (en or zh)


@cache
def load_catalogue(language: str) -> Mapping[str, str]:
    """Read api/locales/<language>.toml, flattened to "table.name" keys."""
    text = resources.files("api").joinpath("locales", f"{language}.toml").read_text("utf-8")
    tables = tomllib.loads(text)
    return MappingProxyType(
        {f"{table}.{name}": value for table, names in tables.items() for name, value in names.items()}
    )
