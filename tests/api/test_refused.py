"""A validly signed act that the rules refuse leaves a note under the ledger's key, on both stores, and nothing more."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from api.actions import command, new_case, write_instant
from api.keyfiles import Key
from api.verify.run import verify_database
from audit.entry import parse_entry
from audit.merkle import EMPTY_ROOT
from audit.statement import Statement, parse_statement
from audit.store.acts import prepare_act
from audit.store.errors import ActRefused, LedgerError
from audit.store.model import Actor, Draft, Prepared
from domain import commands
from domain.commands import Command
from domain.errors import DomainRefused
from domain.refusals import DAILY
from domain.schema import CIVIL
from tests.benchmarks.city import OFFICE, OFFICER, POST, ROLE, City, found_city

_NUMBERS = itertools.count(1)
STREAM = f"refused/{OFFICE}"


@pytest.fixture
def city(any_store_url: str, tmp_path: Path) -> Iterator[City]:
    """A ledger with one officer, on either store."""
    with found_city(tmp_path / "home", any_store_url) as made:
        yield made


def unlawful(
    city: City, act_id: bytes = b"", actor: Actor | None = None, key: Key | None = None
) -> tuple[Draft, bytes]:
    """A reply in a case that nobody registered, signed by a client that asked nobody whether it may."""
    who = actor or Actor(OFFICER, POST, OFFICE, ROLE, city.key.key_id)
    wish = command(new_case(), "case.replied.v1", {"means": "post"}, {"reply": "王某某,房屋漏水"})
    prepared = undecided(city, wish, who, act_id or next(_NUMBERS).to_bytes(16, "big"))
    return prepared.draft, (key or city.key).sign(prepared.to_sign)


def undecided(city: City, wish: Command, who: Actor, act_id: bytes) -> Prepared:
    """What a client makes of a wish by itself."""
    claimed = write_instant(city.application.clock())
    draft = Draft(wish, who, act_id, claimed, bytes(32), 1, bytes(32), 0, EMPTY_ROOT)
    decision = commands.undecided(wish, city.ledger.reference().people)
    assert decision is not None
    return prepare_act(city.ledger.origin, wish.stream, draft, decision, 0)


def notes(city: City) -> list[Statement]:
    """What the ledger has noted of the office."""
    return [parse_statement(parse_entry(row.entry).payload) for row in city.ledger.stream_entries(STREAM)]


def refuse(city: City, draft: Draft, signature: bytes) -> Exception:
    """Commit what will be refused, and return the refusal."""
    with pytest.raises((DomainRefused, LedgerError)) as refused:
        city.ledger.commit(draft, signature)
    return refused.value


def test_the_refusal_is_answered_and_noted_without_any_content(city: City) -> None:
    draft, signature = unlawful(city)
    refusal = refuse(city, draft, signature)
    assert isinstance(refusal, DomainRefused)
    (note,) = notes(city)
    expected: dict[str, Any] = {
        "actor": OFFICER,
        "post": POST,
        "role": ROLE,
        "office": OFFICE,
        "act": "case.replied.v1",
        "rule": refusal.code,
        "at": draft.claimed_at,
    }
    assert dict(note.public) == expected
    assert (note.actor, note.role, note.office) == ("ledger", "ledger", "")
    assert note.act_id != draft.act_id
    row = city.ledger.stream_entries(STREAM)[0]
    for trace in (draft.command.stream.removeprefix("case/"), "漏水", draft.act_id.hex()):
        assert trace.encode() not in row.entry
    assert all(one is None or one.value == b"" for one in city.ledger.disclosures(row))
    assert city.ledger.stream_entries(draft.command.stream) == []


def test_sending_it_again_leaves_one_note(city: City) -> None:
    draft, signature = unlawful(city)
    for _ in range(3):
        refuse(city, draft, signature)
    assert len(notes(city)) == 1


def test_a_flood_of_refused_acts_is_noted_up_to_the_days_bound(city: City) -> None:
    for _ in range(DAILY + 5):
        refuse(city, *unlawful(city))
    days = Counter(datetime.fromisoformat(note.claimed_at).astimezone(CIVIL).date() for note in notes(city))
    assert max(days.values()) == DAILY  # The run may have passed over midnight.


def test_what_nobody_signed_is_not_noted(city: City) -> None:
    draft, signature = unlawful(city)
    refuse(city, draft, bytes(64))
    refuse(city, draft, signature[::-1])
    stranger = Key("officer", bytes(range(32)), OFFICER, OFFICE, POST)
    who = Actor(OFFICER, POST, OFFICE, ROLE, stranger.key_id)
    refuse(city, *unlawful(city, actor=who, key=stranger))
    assert notes(city) == []


def test_a_petitioners_refused_act_leaves_nothing(city: City) -> None:
    own = Key("petitioner", bytes(range(32)), "petitioner", custody="device")
    who = Actor("petitioner", "", "", "petitioner", own.key_id)
    wish = command(
        new_case(), "case.rated.v1", {"of": "competent_unit", "office": OFFICE, "round": 1, "rating": "satisfied"}
    )
    prepared = undecided(city, wish, who, next(_NUMBERS).to_bytes(16, "big"))
    size = city.ledger.head().size
    refuse(city, prepared.draft, own.sign(prepared.to_sign))
    assert city.ledger.head().size == size


def test_a_stale_act_is_no_refused_act(city: City) -> None:
    (first,) = city.registrations(1)
    city.commit(first)
    draft, signature = first[0].draft, first[1]
    late = Draft(draft.command, draft.actor, b"l" * 16, *[getattr(draft, name) for name in DRAFT_REST])
    assert isinstance(refuse(city, late, signature), ActRefused)
    assert notes(city) == []


def test_a_ledger_with_notes_verifies_and_its_views_read_on(city: City) -> None:
    refuse(city, *unlawful(city))
    city.commit(city.registrations(1)[0])
    city.application.views.catch_up()
    report = verify_database(city.application.settings)
    assert report.ok, report.faults
    assert json.dumps(report.document())


DRAFT_REST = ("claimed_at", "seed", "seq", "prev", "seen_size", "seen_root")
