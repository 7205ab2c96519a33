"""What broke off can be finished, and what is not the anchored ledger gets no further act."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.anchors import read_anchor, write_anchor
from api.errors import CheckFailed
from api.keyfiles import keep_key, list_keys, new_key
from api.main import Application
from api.registrars import rotate
from api.settings import Settings
from audit.anchor import open_anchor
from audit.checkpoint import Checkpoint
from audit.store.notes import sign_checkpoint
from tests.api.boards import board_row, write_board
from tests.api.conftest import Run

ACT = ("--action", "case.registered.v1", "--key", "officer-shen", "--role", "intake")
FIELDS = ("--public", "channel=letter", "--public", "capacity=competent_unit")


def _see_another_history(application: Application) -> None:
    path = application.settings.anchor_file
    anchor = read_anchor(path)
    assert anchor is not None
    seen = open_anchor(anchor)
    assert seen is not None
    note = sign_checkpoint(Checkpoint(anchor.origin, seen.size, bytes(32)), application.key("log").secret)
    write_anchor(path, anchor._replace(checkpoint=note))


def test_nothing_is_recorded_in_a_ledger_that_contradicts_the_anchor(
    run: Run, application: Application, tmp_path: Path
) -> None:
    board = write_board(tmp_path / "board.csv", [board_row(1)])
    _see_another_history(application)
    before = application.ledger.head().size
    for words in (("act", *ACT, *FIELDS), ("import", board, "--mapping", "message-board")):
        answer = run(*words)
        assert (answer.code, answer.out) == (1, "")
        assert "history was rewritten" in answer.err
    assert run("keys", "rotate", "officer-shen", "--role", "handler").code == 1
    assert application.ledger.head().size == before


@pytest.mark.parametrize("command", ["act", "import"])
def test_acknowledgements_are_out_before_the_anchor_moves(
    run: Run, founded: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def refuse(*_: object) -> None:
        raise CheckFailed("history_replaced")

    for module in ("acting", "importing"):
        monkeypatch.setattr(f"api.commands.{module}.advance_anchor", refuse)
    board = write_board(tmp_path / "board.csv", [board_row(1)])
    words = {"act": ("act", *ACT, *FIELDS), "import": ("import", board, "--mapping", "message-board")}[command]
    answer = run(*words, "--json")
    assert answer.code == 1
    assert answer.json["acts"][0]["signature"] if command == "act" else answer.json["acts_added"]


@pytest.mark.parametrize("renamed", [False, True])
def test_a_rotation_that_broke_off_after_its_act_is_finished(
    run: Run, application: Application, founded: Settings, renamed: bool
) -> None:
    old = application.key("officer-shen")
    staged = keep_key(
        founded.keys, "officer-shen-next", lambda: new_key("officer", old.actor, old.office, old.post), None
    )
    answer = rotate(application.desk, old, staged, "handler")
    archived = f"officer-shen-{old.key_id.hex()[:8]}"
    if renamed:
        (founded.keys / "officer-shen.json").rename(founded.keys / f"{archived}.json")
    size = application.ledger.head().size
    done = run("keys", "rotate", "officer-shen", "--role", "handler", "--json").json
    assert (done["key_id"], done["old_key_id"]) == (staged.key_id.hex(), old.key_id.hex())
    assert (done["index"], done["leaf"]) == (answer.index, answer.leaf.hex())
    assert application.ledger.head().size == size
    assert {"officer-shen", archived} <= {*list_keys(founded.keys)}
    assert "officer-shen-next" not in list_keys(founded.keys)
    assert run("act", *ACT, *FIELDS).code == 0
    again = run("keys", "rotate", "officer-shen", "--role", "handler", "--json").json
    assert again["old_key_id"] == staged.key_id.hex()
