"""The patrol rule that the log cannot answer: the same reply text across cases.

Texts are off the log, and every one is committed to under a salt of its own, so that equal texts look different to
everybody who holds only the log: that is on purpose, or known texts could be tried. So no view has this rule. Whoever
may open the replies can compare them, in memory and for the length of one question: what comes out are the log indices
of acts that share a text, and no text, digest or excerpt of one.

Who may open which case is not decided here: the caller hands in what the viewer's right is, and records the look.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.main import Application
from audit.store.ledger import Ledger
from domain.practice_patrol import SAME_REPLY
from projections.patrol_answers import Answer, answers_given, threshold_at

REPLY_FIELDS: Final = ("reply", "opinion")
"""The sealed fields that hold the text of a reply, and of an opinion's fourth part (32)."""


@dataclass(frozen=True, slots=True)
class SameReply:
    """One text that answered several cases: the acts that gave it, by log index, their cases and their offices."""

    indices: tuple[int, ...]
    cases: tuple[str, ...]
    units: tuple[str, ...]
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class SameReplies:
    """What was found among the replies of a period, and how many could be compared.

    `compared` replies were read; `withheld` lay outside the viewer's right; of `silent` no text was ever kept, or it is
    erased. A text counts from `threshold` cases on; `threshold_row` is the id of the row of practice that says so.
    """

    as_of: datetime
    known_at: int
    rows: tuple[SameReply, ...]
    compared: int
    withheld: int
    silent: int
    threshold: int
    threshold_row: str


def ask_same_replies(
    application: Application,
    may_open: Callable[[str, str], bool],
    as_of: datetime,
    known_at: int | None = None,
    *,
    unit: str | None = None,
    since: datetime | None = None,
) -> SameReplies:
    """Compare the replies given over the period (since, as_of], in cases that the viewer may open.

    `may_open` is told the case, 32 hex digits, and the office that replied. Texts are equal if they are after Unicode
    compatibility folding and without white space. Imported replies are not compared.

    Raises PositionRefused, UnitUnknown, or KeyStoreRefused if a stored disclosure was changed.
    """
    application.views.refresh(known_at)
    page = answers_given(application.reader, as_of, known_at, unit=unit, since=since)
    threshold = threshold_at(application.reader, SAME_REPLY, as_of, page.known_at)
    same: dict[str, list[Answer]] = {}
    withheld = silent = 0
    for answer in page.rows:
        if not may_open(answer.case, answer.unit):
            withheld += 1
            continue
        text = _text(application.ledger, answer)
        if text:
            same.setdefault(text, []).append(answer)
        else:
            silent += 1
    compared = sum(map(len, same.values()))
    rows = tuple(_told(same, threshold.value))
    return SameReplies(as_of, page.known_at, rows, compared, withheld, silent, threshold.value, threshold.id)


def _told(same: dict[str, list[Answer]], least: int) -> Iterator[SameReply]:
    """Yield the texts that answered enough cases, those that answered most of them first."""
    found = []
    for answers in same.values():
        cases = tuple(dict.fromkeys(answer.case for answer in answers))
        if len(cases) >= least:
            times = [answer.at for answer in answers]
            units = tuple(sorted({answer.unit for answer in answers}))
            found.append(SameReply(tuple(answer.index for answer in answers), cases, units, min(times), max(times)))
    yield from sorted(found, key=lambda row: (-len(row.cases), row.indices))


def _text(ledger: Ledger, answer: Answer) -> str:
    """Return a reply's text made comparable; "" if there is none to compare."""
    (entry,) = ledger.entries(answer.index, answer.index + 1)
    for disclosure in ledger.disclosures(entry):
        if disclosure is not None and disclosure.field in REPLY_FIELDS and disclosure.value:
            value = json.loads(disclosure.value)
            text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
            return "".join(unicodedata.normalize("NFKC", text).split())
    return ""
