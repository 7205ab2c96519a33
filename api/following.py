"""Following the log while a server runs: a thread folds what is new, so that no question waits for the fold."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.background import in_background
from api.collecting import collecting_what_is_new
from api.errors import describe
from api.wording import Wording
from projections.engine import Engine

PAUSE_SECONDS = 0.2


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

    with views.followed(), collecting_what_is_new(), in_background("follow", follow):
        yield
