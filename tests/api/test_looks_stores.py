"""Looks are written into the log and read back the same on both stores."""

from __future__ import annotations

from api.looks.batches import now_of, recall, write_looks
from api.looks.journal import MOST, open_journal
from api.looks.look import Look
from api.main import Application


def test_a_journal_that_was_lost_is_read_back_from_either_store(application: Application) -> None:
    kept, lost = open_journal(":memory:"), open_journal(":memory:")
    at = now_of(application) - 1_000
    numbers = range(MOST + 1)
    kept.add(Look(f"{number:032x}", at, "housing", "officer-shen", "handler", "look", "/x") for number in numbers)
    assert write_looks(application, kept, now_of(application) + 1) == 2
    assert recall(application, lost) == MOST + 1
    assert lost.of_offices(["housing"], 2**53, MOST * 2) == kept.of_offices(["housing"], 2**53, MOST * 2)
