"""What the offices wrote to the petitioner of a case: replies, notices, and opinions once they were handed over.

The petitioner's own text and contact are not shown again: whoever finds a code learns nothing of who filed.
Source: regulation of 2022, articles 23, 32, 34, 35 and 36: told in writing, with reasons.
"""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Final, NamedTuple

from api.main import Application
from audit.store.model import StoredEntry
from domain.events import SEALED
from domain.vocabulary import Name, name_of
from domain.wording import SEALED_FIELDS

_AT_ONCE: Final = ("", ("text", "reply", "reason"))
WRITTEN: Final = MappingProxyType(
    {
        "case.notice_served.v1": _AT_ONCE,
        "case.replied.v1": _AT_ONCE,
        "case.directed.v1": _AT_ONCE,
        "case.not_accepted.v1": _AT_ONCE,
        "case.no_longer_accepted.v1": _AT_ONCE,
        "case.routed_statutory.v1": _AT_ONCE,
        "case.extended.v1": _AT_ONCE,
        "case.opinion_issued.v1": ("case.opinion_served.v1", ("claim", "facts", "opinion", "basis")),
        "case.review_decided.v1": ("case.review_served.v1", ("facts", "opinion", "basis")),
        "case.recheck_decided.v1": ("case.recheck_served.v1", ("facts", "opinion", "basis")),
    }
)
"""The acts whose text is for the petitioner: the act that hands it over ("" for itself), and the fields of the text."""


class Written(NamedTuple):
    """One text: the act that holds it, its number in the case, and its parts with their names."""

    action: str
    seq: int
    parts: tuple[tuple[Name, str], ...]


def texts_for(application: Application, case: str) -> list[Written]:
    """The texts that were handed to the petitioner and that were not erased, newest first."""
    entries = application.ledger.stream_entries(f"case/{case}")
    found = []
    for stored in entries:
        served_by, fields = WRITTEN.get(stored.action, ("", ()))
        handed = not served_by or any(one.action == served_by and one.seq > stored.seq for one in entries)
        if fields and handed and (parts := _parts(application, stored, fields)):
            found.append(Written(stored.action, stored.seq, parts))
    return found[::-1]


def sealed_texts(application: Application, case: str) -> list[Written]:
    """Every text that the acts of a case hold sealed and that was not erased, newest first: for those who handle it."""
    entries = application.ledger.stream_entries(f"case/{case}")
    told = ((stored, _parts(application, stored, SEALED.get(stored.action, ()))) for stored in entries)
    return [Written(stored.action, stored.seq, parts) for stored, parts in told if parts][::-1]


def _parts(application: Application, stored: StoredEntry, fields: tuple[str, ...]) -> tuple[tuple[Name, str], ...]:
    opened = {one.field: json.loads(one.value) for one in application.ledger.disclosures(stored) if one and one.field}
    return tuple(
        (name_of(SEALED_FIELDS, field), opened[field]) for field in fields if isinstance(opened.get(field), str)
    )
