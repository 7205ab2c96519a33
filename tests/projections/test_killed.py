"""Folding that is killed by the machine, at any step of it, goes on where it was, and folds nothing twice."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.projections.histories import StoredRow, append, beginning, cases, create_ledger, stored
from tests.projections.killed import engine_of

EARLIER = stored([*beginning(), *cases(5, 12)])
HISTORY = stored([*beginning(), *cases(5, 12), *cases(6, 16, days=20)])


@pytest.fixture
def behind_url(any_store_url: str) -> str:
    """Views that stand behind a log which has gone on."""
    create_ledger(any_store_url)
    append(any_store_url, EARLIER)
    with engine_of(any_store_url) as engine:
        engine.catch_up()
    append(any_store_url, _later())
    return any_store_url


def _later() -> list[StoredRow]:
    return HISTORY[len(EARLIER) :]


def _killed_at(step: int, what: str, url: str) -> bool:
    """Let a folding process do so many steps, kill it in the next, and say whether it was still at work."""
    command = [sys.executable, "-m", "tests.projections.killed", what, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        told = 0
        while told < step and process.stdout.readline():
            told += 1
            process.stdin.write(b"\n")
            process.stdin.flush()
        process.kill()
    return told == step


def _check_whole(url: str) -> None:
    size = len(HISTORY)
    with engine_of(url) as engine:
        assert engine.digests() == (size, engine.recompute(size))


@pytest.mark.parametrize("what", ["live", "rebuild"])
def test_a_killed_process_is_carried_on_by_the_next(behind_url: str, what: str) -> None:
    assert _killed_at(3, what, behind_url)
    with engine_of(behind_url) as engine:
        before = engine.position()
        assert engine.catch_up() == len(HISTORY) - before
        _check_whole(behind_url)
        engine.rebuild()
    _check_whole(behind_url)


@pytest.mark.soak
@pytest.mark.parametrize("what", ["live", "rebuild"])
def test_killed_again_and_again_it_still_comes_out_right(behind_url: str, what: str) -> None:
    steps = range(1, 5) if what == "live" else range(1, 160, 17)
    killed = sum(_killed_at(step, what, behind_url) for step in steps)
    # A kill falls into a step or behind it: so much work is left for the first three, however fast the machine is.
    assert killed >= 3
    with engine_of(behind_url) as engine:
        engine.catch_up()
        _check_whole(behind_url)
        engine.rebuild()
    _check_whole(behind_url)
