"""Add one stored entry for every act that has none yet: `python -m tests.golden.make_events`.

What stands is never touched: an entry that was stored once is what a ledger may hold. Everything in a new one follows
from the act's name and its example, so two people who add it write the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from audit.entry import Entry, Signature
from audit.merkle import EMPTY_ROOT, leaf_hash
from audit.statement import NO_PREV, PAYLOAD_TYPE, Statement, parse_statement
from audit.store.acts import prepare_act
from audit.store.model import Actor, Draft
from audit.store.writing import format_entry
from audit.suite import key_id, public_key, sign
from domain import commands
from domain.events import EVENTS, read_event
from domain.examples import example_of
from domain.people import NO_PEOPLE
from domain.schema import Event

FOLDER = Path(__file__).parent / "events"
ORIGIN = "sundial.example/golden"
CLAIMED_AT = "2026-03-02T09:00:00+08:00"
RECORDED_AT = 1_772_413_205_123
INDEX = 10


def make(action: str) -> dict[str, Any]:
    """Return the stored form of an act's example: its entry, the key to check it by, and the event that it tells of."""
    private = hashlib.sha256(f"golden {action}".encode()).digest()
    command = example_of(action)
    actor = Actor("officer-li", "desk", "housing", "handler", key_id(public_key(private)))
    act_id, seed = private[:16], hashlib.sha256(private).digest()
    draft = Draft(command, actor, act_id, CLAIMED_AT, seed, 1, NO_PREV, 0, EMPTY_ROOT)
    decision = commands.undecided(command, NO_PEOPLE)
    assert decision is not None
    prepared = prepare_act(ORIGIN, command.stream, draft, decision, -1)
    signature = Signature(actor.key_id, sign(private, prepared.to_sign))
    entry = format_entry(Entry(PAYLOAD_TYPE, prepared.payload, (signature,), RECORDED_AT))
    return {
        "action": action,
        "public_key": public_key(private).hex(),
        "entry": entry.hex(),
        "leaf": leaf_hash(entry).hex(),
        "event": told(read(parse_statement(prepared.payload), RECORDED_AT)),
    }


def read(statement: Statement, recorded_at: int) -> Event:
    """Read the event that a stored statement tells of, by the packaged rules."""
    return read_event(
        statement.action,
        statement.stream,
        statement.seq,
        INDEX,
        statement.actor,
        statement.post,
        statement.office,
        statement.role,
        statement.key_id,
        statement.claimed_at,
        recorded_at,
        statement.public,
    )


def told(event: Event) -> dict[str, str]:
    """Return an event as text, field by field; a field that came later and was absent is its default."""
    return {field.name: repr(getattr(event, field.name)) for field in fields(event)}


def main() -> None:
    """Write the entries that are missing, and say which."""
    FOLDER.mkdir(exist_ok=True)
    for action in EVENTS:
        path = FOLDER / f"{action}.json"
        if not path.exists():
            path.write_text(json.dumps(make(action), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            print(path.name)


if __name__ == "__main__":
    main()
