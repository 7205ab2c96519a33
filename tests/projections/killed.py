"""A process that folds, step by step, and is there to be killed: `python -m tests.projections.killed live URL`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

import orjson

from projections import rebuild
from projections.engine import Engine
from projections.open import open_database

BATCH, RANGE = 7, 5


@contextmanager
def engine_of(url: str) -> Iterator[Engine]:
    """Open an engine with every view and small batches."""
    with closing(open_database(url)) as database:
        yield Engine(database, decode=orjson.loads, encode=orjson.dumps, batch=BATCH)


def say(step: object) -> None:
    """Say that a step is done, and begin the next when told to."""
    print(step, flush=True)
    sys.stdin.readline()


def live(engine: Engine) -> None:
    """Fold what is new, a batch a step."""
    until = engine.position()
    while True:
        until += BATCH
        if not engine.catch_up(until):
            return
        say(until)


def anew(engine: Engine) -> None:
    """Rebuild every view, a few streams a step."""
    rebuild.ENTRIES_A_RANGE = RANGE
    engine.rebuild(progress=lambda done, total: say(done))


if __name__ == "__main__":
    with engine_of(sys.argv[2]) as opened:
        {"live": live, "rebuild": anew}[sys.argv[1]](opened)
