"""What was stored once stays readable: one entry of every act's every version, only ever joined by others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from audit.entry import check_envelope, parse_entry
from audit.merkle import leaf_hash
from audit.statement import parse_statement
from audit.store.writing import format_entry, format_statement
from domain.events import EVENTS
from tests.golden.make_events import FOLDER, read, told

FILES = sorted(FOLDER.glob("*.json"))


def _golden(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return value


def test_every_act_has_an_entry_that_was_stored() -> None:
    # A new act: `python -m tests.golden.make_events` adds it. An old one: never take its entry away.
    assert {path.name for path in FILES} == {f"{action}.json" for action in EVENTS}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_stored_entry_parses_verifies_and_tells_of_the_same_event(path: Path) -> None:
    golden = _golden(path)
    data = bytes.fromhex(golden["entry"])
    entry = parse_entry(data)
    statement = parse_statement(entry.payload)
    assert leaf_hash(data).hex() == golden["leaf"]
    assert format_entry(entry) == data
    assert format_statement(statement) == entry.payload
    check_envelope(entry, [bytes.fromhex(golden["public_key"])])
    assert (statement.action, f"{statement.action}.json") == (golden["action"], path.name)
    now = told(read(statement, entry.recorded_at))
    assert golden["event"].items() <= now.items()
