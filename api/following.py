"""Following the log while a server runs: a thread folds what is new, so that no question waits for the fold."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.background import in_background
from api.errors import describe
from api.wording import Wording
from projections.engine import Engine

PAUSE_SECONDS = 0.2
OBJECTS_A_COLLECTION = 10_000
"""After so many new objects cycles are looked for: a page makes some thousand, and none of them."""


@contextmanager
def following(
    views: Engine, wording: Wording, note: Callable[[str], None], pause: float = PAUSE_SECONDS
) -> Iterator[None]:
    """Fold new entries at most `pause` seconds after they were recorded; a failure is told once and tried again."""

    def follow(stopped: threading.Event) -> None:
        told = ""
        while not stopped.wait(pause):
            try:
                views.catch_up()
                told = ""
            except Exception as error:  # the next round may find the database again
                line = describe(error, wording).line
                if line != told:
                    note(line)
                told = line

    with views.followed(), _collecting_what_is_new(), in_background("follow", follow):
        yield


@contextmanager
def _collecting_what_is_new() -> Iterator[None]:
    """Look for cycles among what is new alone: what stands now stays while we serve.

    A search through all that a server imports takes a tenth of a second, in which nobody is answered.
    """
    thresholds = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_A_COLLECTION, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
