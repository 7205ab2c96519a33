"""The anchor's file on both stores: it only moves forward, and a fork gets no signature of the log key."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from api.actions import command, new_case
from api.anchors import advance_anchor, read_anchor, write_anchor
from api.errors import CheckFailed
from api.main import Application, open_application
from api.settings import Settings
from audit.anchor import Anchor, open_anchor
from audit.checkpoint import Checkpoint
from audit.store.ledger import Ledger
from audit.store.notes import sign_checkpoint

FIELDS = {"channel": "letter", "capacity": "competent_unit"}


def _anchor(application: Application) -> Anchor:
    anchor = read_anchor(application.settings.anchor_file)
    assert anchor is not None
    return anchor


def _register(application: Application) -> None:
    wish = command(new_case(application.entropy), "case.registered.v1", FIELDS)
    application.desk.perform(wish, application.key("officer-shen"), "intake")


def _notes(application: Application) -> list[Any]:
    return list(application.ledger.log.select("SELECT size, note FROM checkpoints ORDER BY size", ()))


def test_the_log_key_signs_no_checkpoint_of_a_fork(application: Application, founded: Settings) -> None:
    anchor, key = _anchor(application), application.key("log")
    seen = open_anchor(anchor)
    assert seen is not None
    other = sign_checkpoint(Checkpoint(anchor.origin, seen.size, bytes(32)), key.secret)
    write_anchor(founded.anchor_file, anchor._replace(checkpoint=other))
    _register(application)
    kept, notes = founded.anchor_file.read_bytes(), _notes(application)
    with pytest.raises(CheckFailed, match="history_replaced"):
        advance_anchor(founded.anchor_file, application.ledger)
    assert _notes(application) == notes
    assert founded.anchor_file.read_bytes() == kept


def test_whoever_advances_the_anchor_at_the_same_time_never_moves_it_back(
    application: Application, founded: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One signs, and is held up before writing; the other records more and advances: it has to wait for the first."""
    signed, second = threading.Event(), threading.Thread(target=_record_and_advance, args=(founded,))
    sign = type(application.ledger).checkpoint

    def held_up(ledger: Ledger) -> str:
        note = sign(ledger)
        if ledger is application.ledger and not signed.is_set():
            signed.set()
            second.start()
            second.join(2)
        return note

    monkeypatch.setattr(type(application.ledger), "checkpoint", held_up)
    _register(application)
    advance_anchor(founded.anchor_file, application.ledger)
    second.join()
    seen = open_anchor(_anchor(application))
    assert seen is not None
    assert seen.size == application.ledger.head().size
    assert [path.name for path in founded.home.glob("anchor*")] == ["anchor.json"]


def _record_and_advance(settings: Settings) -> None:
    with open_application(settings) as other:
        _register(other)
        advance_anchor(settings.anchor_file, other.ledger)


def test_an_anchor_that_has_seen_the_head_is_not_written_again(application: Application, founded: Settings) -> None:
    before = founded.anchor_file.stat().st_ino
    advance_anchor(founded.anchor_file, application.ledger)
    assert founded.anchor_file.stat().st_ino == before
    _register(application)
    advance_anchor(founded.anchor_file, application.ledger)
    assert founded.anchor_file.stat().st_ino != before


def test_what_another_left_beside_the_anchor_is_not_in_the_way(application: Application, founded: Settings) -> None:
    founded.anchor_file.with_suffix(".tmp").mkdir()
    _register(application)
    advance_anchor(founded.anchor_file, application.ledger)
