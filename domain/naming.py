"""One notion in the two languages of the interface; every closed vocabulary is made of these."""

from __future__ import annotations

from typing import NamedTuple


class Name(NamedTuple):
    """One notion in the two languages of the interface."""

    zh: str
    en: str
