"""One form for every act: its fields out of the kinds that the domain declares, and the acts that a viewer may do now.

A field's words are those that its kind takes; what is neither a word, a number, a day nor a choice is written as JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from api.access.viewer import Seat, Viewer
from api.http.names import Names
from api.http.words import OFFICES
from domain.case_state import Case
from domain.events import SEALED, public_kinds, required_fields
from domain.fields import Kind, Unfit
from domain.naming import Name
from domain.people import People
from domain.roles import PERMISSIONS
from domain.samples import sample_if_any
from domain.schema import SOURCE
from domain.sealing import NEEDED
from domain.transitions import allowed_at
from domain.vocabulary import name_of
from domain.wording import SEALED_FIELDS, VALUES

REGISTER: Final = "case.registered.v1"
LEFT_OUT: Final = frozenset({"imported", "claim_key"})
"""Fields that a form does not have: an importer's, and the key behind a printed claim code, which `sundial` makes."""
_FILES: Final = frozenset({SOURCE, "attachments"})
_ONE_LINE: Final = frozenset({"subject", "name", "contact"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a form: `part` is public or sealed; `kind` is text, lines, number, boolean, day, words or json."""

    part: str
    name: str
    label: str
    kind: str
    needed: bool
    choices: tuple[tuple[str, str], ...] = ()


def acts_for(viewer: Viewer, case: Case) -> tuple[str, ...]:
    """The acts of the procedure that the table allows in the case's state and one of the viewer's duties may do."""
    return tuple(action for action in allowed_at(case.state, case.capacity) if seats_for(viewer, action))


def seats_for(viewer: Viewer, action: str) -> list[tuple[Seat, str]]:
    """The viewer's posts, each with a duty by which the act may be done."""
    permission = PERMISSIONS.get(action)
    if permission is None:
        return []
    return [(seat, duty) for seat in viewer.seats for duty in seat.duties if duty in permission.roles]


def entries_of(action: str, names: Names, people: People) -> list[Entry]:
    """The fields of an act's form: the public ones, then those that are sealed."""
    needed = required_fields(action)
    public = [
        _public(name, kind, name in needed, names, people)
        for name, kind in public_kinds(action)
        if name not in LEFT_OUT
    ]
    return [*public, *_sealed(action, names)]


def _public(name: str, kind: Kind, needed: bool, names: Names, people: People) -> Entry:
    label, sample = names.field(name), sample_if_any(kind, name)
    choices = _choices(name, kind, names, people)
    if isinstance(sample, bool):
        form = "boolean"
    elif isinstance(sample, int):
        form = "number"
    elif isinstance(sample, list | dict):
        form = "json"
    elif _takes(kind, "2026-03-02") and not _takes(kind, "x"):
        form = "day"
    else:
        form = "words" if choices else "text"
    return Entry("public", name, label, form, needed, choices if form == "words" else ())


def _choices(name: str, kind: Kind, names: Names, people: People) -> tuple[tuple[str, str], ...]:
    if name in OFFICES:
        return tuple((slug, names.office(slug)) for slug in people.offices if _takes(kind, slug))
    words: dict[str, Name] = {word: told for table in VALUES.values() for word, told in table.items()}
    own = VALUES.get(name, {})
    if _takes(kind, "x"):
        return ()
    return tuple(
        (word, names.say.pick(*(own.get(word) or words[word]))) for word in {**own, **words} if _takes(kind, word)
    )


def _takes(kind: Kind, value: str) -> bool:
    try:
        kind(value)
    except Unfit:
        return False
    return True


def _sealed(action: str, names: Names) -> Iterator[Entry]:
    """Sealed fields that are text; files are added by the command line, by their digests."""
    needed, _ = NEEDED.get(action, ((), ""))
    for name in SEALED[action]:
        if name not in _FILES:
            told = name_of(SEALED_FIELDS, name)
            form = "text" if name in _ONE_LINE else "lines"
            yield Entry("sealed", name, names.say.pick(told.zh, told.en), form, name in needed)
