"""The anchor's file on both stores: it only moves forward, and a fork gets no signature of the log key."""

from __future__ import annotations

from typing import Any

import pytest

from api.actions import command, new_case
from api.anchors import advance_anchor, read_anchor, write_anchor
from api.errors import CheckFailed
from api.main import Application
from api.settings import Settings
from audit.anchor import Anchor, open_anchor
from audit.checkpoint import Checkpoint, sign_checkpoint

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
