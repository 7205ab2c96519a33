"""`kill -9` during an import, on both stores: nothing acknowledged is lost, nothing stands twice, and it goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from api.main import open_log
from api.settings import Settings
from tests.api.boards import board_row, write_board
from tests.api.conftest import Run

ROWS = 1_500
WAIT_SECONDS = 60.0


def _size(settings: Settings) -> int:
    log = open_log(settings)
    try:
        return log.head().size
    finally:
        log.close()


@pytest.mark.parametrize(
    "grown_by",
    [
        pytest.param(1, id="at the first window", marks=pytest.mark.soak),
        pytest.param(500, id="in the middle"),
    ],
)
def test_an_import_that_was_killed_is_completed_by_the_next(
    run: Run, founded: Settings, tmp_path: Path, grown_by: int
) -> None:
    board = write_board(tmp_path / "board.csv", (board_row(number) for number in range(1, ROWS + 1)))
    before = _size(founded)
    places = ["--home", str(founded.home), "--database", founded.database]
    command = [sys.executable, "-m", "api.cli", "import", str(board), "--mapping", "message-board", *places]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + WAIT_SECONDS
    while _size(founded) < before + 5 + grown_by and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    acknowledged = _size(founded)
    acts = sum(2 if number % 3 else 1 for number in range(1, ROWS + 1))
    assert before < acknowledged < before + 4 + acts

    completed = run("import", board, "--mapping", "message-board", "--json")
    assert completed.code == 0
    assert completed.json["rows_rejected"] == 0
    verified = run("verify", "--json").json
    assert verified["ok"]
    assert verified["size"] == before + 4 + acts == acknowledged + completed.json["acts_added"]
    assert run("import", board, "--mapping", "message-board", "--json").json["acts_added"] == 0
