"""What a petitioner may do in the own case now, until when, and in plain words why not: by the rules' own answer.

Each act is tried as it would be signed, with nothing recorded. Nothing is offered that the rules would refuse.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from api.actions import write_instant
from api.http.names import Names
from audit.store.model import Actor
from domain import commands
from domain.case_state import Case
from domain.commands import Command
from domain.effective import unix_ms
from domain.errors import DomainRefused
from domain.explain import ClockExplanation
from domain.procedure_words import WAYS
from domain.reference import Reference
from domain.tracks.vocabulary import DEMANDS, FURTHER_TRIGGERS
from domain.vocabulary import CAPACITIES, CHANNELS, RATINGS, Name

RATE, ATTACH = "case.rated.v1", "case.attached.v1"
REVIEW, RECHECK = "case.review_requested.v1", "case.recheck_requested.v1"
WITHDRAW = "case.withdrawn.v1"
SUPERVISE, DEMANDED = "case.supervision_requested.v1", "case.visit_demanded.v1"


class Words(NamedTuple):
    """The keys of an act's sentences: what it is called, what it is for, and what it waits for."""

    name: str
    told: str
    waits: str


WORDS: Final = MappingProxyType(
    {
        RATE: Words("act_rate", "told_rate", "when_rate"),
        REVIEW: Words("act_review", "told_review", "when_review"),
        RECHECK: Words("act_recheck", "told_recheck", "when_recheck"),
        ATTACH: Words("act_attach", "told_attach", "when_attach"),
        SUPERVISE: Words("act_supervise", "told_supervise", "when_supervise"),
        DEMANDED: Words("act_demanded", "told_demanded", "when_demanded"),
        WITHDRAW: Words("act_withdraw", "told_withdraw", "when_withdraw"),
    }
)
"""The acts of a petitioner, in the order in which they are told."""
WINDOWS: Final = MappingProxyType({RATE: "EVALUATION", REVIEW: "REVIEW_REQUEST", RECHECK: "RECHECK_REQUEST"})
"""The clocks that say until when an act may be done."""
PLAINLY: Final = frozenset({"window_lapsed", "rated_already", "reviewed", "not_reviewed"})
"""The refusals that have a plain sentence of their own; a wrong state is told by saying what the act waits for."""
_A_FILE: Final = {"digest": "0" * 64, "size": 1, "media_type": "text/plain"}


_FIXED: Final[Mapping[str, Mapping[str, Name]]] = {
    "channel": CHANNELS,
    "capacity": CAPACITIES,
    "of": CAPACITIES,
    "way": WAYS,
    "addressable": {"true": Name("是", "yes"), "false": Name("否", "no")},
}


class Asked(NamedTuple):
    """One field of the form: `part` is public or sealed, `kind` words, lines or files, `label` its sentence's key."""

    part: str
    name: str
    kind: str
    label: str
    needed: bool
    choices: tuple[tuple[str, str], ...] = ()


class Offer(NamedTuple):
    """One act: whether it can be done now, until when, or why not. `fixed` are the fields that nobody chooses."""

    action: str
    words: Words
    office: str
    fixed: Mapping[str, Any]
    asked: tuple[Asked, ...]
    until: date | None
    refused: str

    @property
    def possible(self) -> bool:
        """Whether the act can be done now."""
        return not self.refused


def plain_words(names: Names) -> str:
    """What the fields that nobody chooses are called, and their values, as JSON for the page that shows them."""
    fields = ("petitioner_key", "claim_proof", "code_key", "to_seq", "round", "office", *_FIXED)
    values = {field: {word: names.say.pick(*told) for word, told in words.items()} for field, words in _FIXED.items()}
    return json.dumps({"fields": {field: names.field(field) for field in fields}, "values": values})


def offers(
    case: Case, reference: Reference, at: datetime, names: Names, clocks: Sequence[ClockExplanation]
) -> list[Offer]:
    """Every act of the petitioner in this case, as the rules stand at this moment."""
    found = []
    for action, office, fixed, asked in _wishes(case, reference, names):
        until = next((told.due.on for told in clocks if _opens(told, action)), None)
        refused = _refused(case, reference, at, names, action, {**fixed, **_first(asked)}, asked)
        found.append(Offer(action, WORDS[action], office, fixed, asked, until, refused))
    return found


def _opens(told: ClockExplanation, action: str) -> bool:
    return told.clock.clock == WINDOWS.get(action) and told.standing.status in ("running", "overdue")


def _wishes(
    case: Case, reference: Reference, names: Names
) -> Iterator[tuple[str, str, Mapping[str, Any], tuple[Asked, ...]]]:
    """Each act with the office it is about, its fixed fields and those that are asked for."""
    held = tuple(dict.fromkeys(case.holdings))
    units = tuple((office, names.office(office)) for office in dict.fromkeys(one.office for one in held))
    for one in held:
        fixed = {"of": one.capacity, "office": one.office, "round": case.round}
        rating = Asked("public", "rating", "words", "field_rating", True, _choices(RATINGS, names))
        yield RATE, one.office, fixed, (rating, Asked("sealed", "comment", "lines", "field_comment", False))
    text = Asked("sealed", "text", "lines", "field_text", False)
    for action, below in ((REVIEW, case.office), (RECHECK, case.handling.reviewer)):
        above = tuple((office.slug, names.office(office.slug)) for office in reference.people.above(below))
        yield action, "", {"way": "key"}, (Asked("public", "to_office", "words", "field_to_office", True, above), text)
    yield ATTACH, "", {}, (Asked("sealed", "attachments", "files", "field_files", True),)
    unit = Asked("public", "unit", "words", "field_unit", True, units)
    yield (
        SUPERVISE,
        "",
        {},
        (unit, Asked("public", "trigger", "words", "field_trigger", True, _choices(FURTHER_TRIGGERS, names))),
    )
    yield DEMANDED, "", {}, (unit, Asked("public", "demand", "words", "field_demand", True, _choices(DEMANDS, names)))
    yield WITHDRAW, "", {"way": "key"}, (text,)


def _choices(words: Mapping[str, Name], names: Names) -> tuple[tuple[str, str], ...]:
    return tuple((word, names.say.pick(told.zh, told.en)) for word, told in words.items())


def _first(asked: Sequence[Asked]) -> dict[str, Any]:
    return {one.name: one.choices[0][0] for one in asked if one.choices}


def _refused(
    case: Case,
    reference: Reference,
    at: datetime,
    names: Names,
    action: str,
    public: Mapping[str, Any],
    asked: Sequence[Asked],
) -> str:
    """Why an act cannot be done now, in plain words; "" if it can."""
    say = names.say
    if not case.petitioner_keys:
        return say("my_case.no_key")
    sealed = {one.name: [_A_FILE] for one in asked if one.kind == "files"}
    who = Actor("petitioner", "", "", "petitioner", case.petitioner_keys[-1].key_id)
    try:
        commands.decide(
            case,
            Command(case.stream, action, public, sealed),
            who,
            reference,
            seq=case.version + 1,
            claimed_at=write_instant(at),
            recorded_at_ms=unix_ms(at),
        )
    except DomainRefused as error:
        if error.code in PLAINLY:
            return say(f"my_case.{error.code}")
        nobody = any(one.kind == "words" and not one.choices for one in asked)
        waits = nobody or error.code == "state"
        return say(f"my_case.{WORDS[action].waits}") if waits else say.pick(error.message_zh, error.message_en)
    return ""
