"""One form for every act: its fields out of the kinds that the domain declares, filled in with what is known already.

A field's words are those that its kind takes. A leader is chosen with post and office, an item among those that the act
may be about; what is neither a word, a number, a day, a list nor a choice is written as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.http.names import Names
from api.http.words import OFFICES
from domain.events import SEALED, public_kinds, required_fields
from domain.fields import Kind, Unfit
from domain.naming import Name
from domain.people import NOW, People
from domain.samples import sample_if_any
from domain.schema import SOURCE
from domain.sealing import NEEDED
from domain.tracks.rows import ROWS
from domain.vocabulary import name_of
from domain.wording import SEALED_FIELDS, VALUES

REGISTER: Final = "case.registered.v1"
LEFT_OUT: Final = frozenset({"imported", "claim_key", "code_key"})
"""Fields that a form does not have: an importer's, and the keys behind printed codes, which the browser makes."""
MOST_GIVEN: Final = 400
"""How many characters of an address a field is filled in with."""
DIGESTS: Final = frozenset({"scores"})
"""Fields that hold the digest of a file, which the browser computes: the file stays where it is."""
_FILES: Final = frozenset({SOURCE, "attachments"})
_ONE_LINE: Final = frozenset({"subject", "name", "contact"})
_TOGETHER: Final = (("leader", "leader_post", "leader_office"), ("leader", "leader_post"), ("member", "member_post"))
"""Fields that are one choice out of the directory, the longest first."""
_LEADERS: Final = frozenset({"leader", "delegated_by"})
_ABOUT: Final[Mapping[str, tuple[str, str]]] = {
    "conference.decided.v1": ("meeting", "meeting"),
    "conference.task_set.v1": ("meeting", "meeting"),
    "case.rectification_ordered.v1": ("about", "supervision"),
    "mandate.list_change_proposed.v1": ("about", "campaign"),
}
"""Fields besides `item` that name a live item, and of which track."""
Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a form: `part` is public or sealed; `kind` text, lines, number, boolean, day, words, list,
    json, digest or files.

    `choices` are (value, text); where there are several fields in `sets`, a value holds one for each, with | between
    them. `many` lets choose several. `value` is what it is filled in with, a list's with line feeds.
    """

    part: str
    name: str
    label: str
    kind: str
    needed: bool
    choices: Choices = ()
    value: str = ""
    sets: tuple[str, ...] = ()
    many: bool = False


def entries_of(
    action: str, names: Names, people: People, state: Any = None, given: Mapping[str, Any] | None = None
) -> list[Entry]:
    """The fields of an act's form: the public ones, then those that are sealed.

    `state` is that of the stream, for the items that the act may be about; `given` holds values of public fields, as
    texts or as the JSON values that they are. What a choice does not have is left out.
    """
    needed, kinds = required_fields(action), dict(public_kinds(action))
    told = {name: _told(value) for name, value in (given or {}).items()}
    entries: list[Entry] = []
    together = next((one for one in _TOGETHER if all(name in kinds for name in one)), ())
    for name, kind in kinds.items():
        if name in LEFT_OUT or name in together[1:]:
            continue
        if together and name == together[0]:
            entries.append(_place(together, name in needed, names, people, told))
        else:
            chosen = _items(action, name, names, state) or _choices(name, kind, names, people)
            entries.append(_public(name, kind, name in needed, names, chosen, told.get(name, "")))
    return [*entries, *_sealed(action, names)]


def _public(name: str, kind: Kind, needed: bool, names: Names, choices: Choices, given: str) -> Entry:
    form = _form(name, kind, choices)
    many = form == "list" and bool(choices)
    chosen = choices if form in ("words", "list", "number") else ()
    value = given if not chosen or many or given in dict(chosen) else ""
    return Entry("public", name, names.field(name), form, needed, chosen, value, many=many)


def _form(name: str, kind: Kind, choices: Choices) -> str:
    if name in DIGESTS:
        return "digest"
    sample = sample_if_any(kind, name)
    if isinstance(sample, bool):
        return "boolean"
    if isinstance(sample, int):
        return "number"
    if isinstance(sample, list | dict):
        plain = isinstance(sample, list) and bool(sample) and all(isinstance(one, str) for one in sample)
        return "list" if plain else "json"
    if _takes(kind, "2026-03-02") and not _takes(kind, "x"):
        return "day"
    return "words" if choices else "text"


def _told(value: Any) -> str:
    """A value as the text that stands in its field."""
    if isinstance(value, str):
        return value[:MOST_GIVEN]
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "\n".join(value)
    return json.dumps(value, ensure_ascii=False)


def _choices(name: str, kind: Kind, names: Names, people: People) -> Choices:
    if name in OFFICES or name == "copies":
        return tuple(
            (slug, names.office(slug))
            for slug in people.offices
            if people.office(slug) and (_takes(kind, slug) or _takes(kind, [slug]))
        )
    if name in _LEADERS:
        return tuple((officer, text) for (officer, _, _), text in _leaders(names, people))
    words: dict[str, Name] = {word: told for table in VALUES.values() for word, told in table.items()}
    own = VALUES.get(name, {})
    if _takes(kind, "x"):
        return ()
    return tuple(
        (word, names.say.pick(*(own.get(word) or words[word]))) for word in {**own, **words} if _takes(kind, word)
    )


def _place(fields: tuple[str, ...], needed: bool, names: Names, people: People, told: Mapping[str, str]) -> Entry:
    """One choice for an officer with post and office, or for an office with a post."""
    if fields[0] == "member":
        places = (
            ((office, post), f"{names.office(office)} · {names.post(office, post)}") for office, post in people.posts
        )
        choices = tuple(("|".join(place), text) for place, text in places if people.office(place[0]))
    else:
        choices = tuple(("|".join(who[: len(fields)]), text) for who, text in _leaders(names, people))
    given = "|".join(told.get(name, "") for name in fields)
    value = given if given in dict(choices) else ""
    return Entry("public", fields[0], names.field(fields[0]), "words", needed, choices, value, fields)


def _leaders(names: Names, people: People) -> Iterator[tuple[tuple[str, str, str], str]]:
    """Who holds a leader's post now: officer, post and office, and how they are called."""
    for (office, post, officer), tenures in people.tenures.items():
        described = people.post(office, post)
        if tenures[-1].until == NOW and described is not None and "leader" in described.duties:
            yield (officer, post, office), f"{names.office(office)} · {names.post(office, post)} · {officer}"


def _items(action: str, name: str, names: Names, state: Any) -> Choices:
    """The live items that a field of numbers may name, each with what it is."""
    row, (field, track) = ROWS.get(action), _ABOUT.get(action, ("", ""))
    if state is None or row is None or name not in ("item", field):
        return ()
    fit = (
        item
        for item in state.tracks.items
        if (item.track == row.track and item.state in row.moves if name == "item" else item.track == track)
    )
    return tuple((str(item.seq), item_name(names, item)) for item in fit)


def item_name(names: Names, item: Any) -> str:
    """What a live item is called: its number, track, state, word and the office that it is for."""
    word = names.word("code", item.code) if item.code else ""
    parts = (
        f"#{item.seq} {names.word('track', item.track)}",
        names.word("state", item.state),
        word if word != item.code else "",
        names.office(item.unit) if item.unit else "",
        names.day(item.due_on) if item.due_on else "",
    )
    return " · ".join(part for part in parts if part)


def _takes(kind: Kind, value: Any) -> bool:
    try:
        kind(value)
    except Unfit:
        return False
    return True


def _sealed(action: str, names: Names) -> Iterator[Entry]:
    """Sealed fields: text, and files, which are sent by themselves and told by their digests."""
    needed, _ = NEEDED.get(action, ((), ""))
    for name in SEALED[action]:
        told = name_of(SEALED_FIELDS, name)
        form = "files" if name in _FILES else "text" if name in _ONE_LINE else "lines"
        yield Entry("sealed", name, names.say.pick(told.zh, told.en), form, name in needed)
