"""Counts told ahead: what everybody asks first is counted once a server starts, and again when a day begins.

Counts of a whole city are kept between questions and brought forward (`projections.tallies`); those about "now" hold
for the rest of the civil day. Somebody has to wait for the first of them: a thread, before the first reader comes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

from api.background import in_background
from api.lists.catalogue import BY_NAME
from api.lists.overdue_lines import GROUPS
from api.main import Application
from domain.clock import civil_day
from projections.figures_lists import BANDS
from projections.figures_series import MONTHLY
from projections.overdue import count_overdue
from projections.packages_answers import count_packages
from projections.satisfaction_lists import count_unfollowed

WORTH_ENTRIES: Final = 100_000
"""Below so many entries a first question is not slow."""

SOON_DAYS: Final = 7
PAUSE_SECONDS = 30.0
FIRST: Final[tuple[tuple[str, Mapping[str, Any]], ...]] = (
    *(("overdue-counts", {"by": by}) for by in GROUPS),
    *((name, {}) for name in ("workload", "package-board", "patrol-counts", "satisfaction")),
    *(("bands", {"of": of}) for of in BANDS),
    ("figures", {}),
    *(("series", {"figure": figure}) for figure in MONTHLY),
)
"""The lists of the overview and of the figures' page that count everything, with their filters."""


def warm(application: Application, stopped: threading.Event) -> None:
    """Ask what is asked first, as of now, over the whole city; raises what the lists raise."""
    reader, now = application.reader, application.clock()
    count_overdue(reader, now, soon=SOON_DAYS)
    count_overdue(reader, now)
    count_packages(reader, now)
    count_unfollowed(reader, now)
    for name, filters in FIRST:
        if stopped.is_set():
            return
        listing = BY_NAME[name]
        listing.question(reader, now, None, filters, limit=1 if listing.paged else None)


@contextmanager
def warming(application: Application, pause: float = PAUSE_SECONDS) -> Iterator[None]:
    """While the context lasts, ask ahead now and whenever a civil day has begun.

    What fails is tried again: whoever asks themselves is told why.
    """

    def repeat(stopped: threading.Event) -> None:
        done: date | None = None
        while True:
            today = civil_day(application.clock())
            if today != done and _ask_ahead(application, stopped):
                done = today
            if stopped.wait(pause):
                return

    with in_background("warm", repeat):
        yield


def _ask_ahead(application: Application, stopped: threading.Event) -> bool:
    """Ask if it is worth it; say whether there is no more to be asked today."""
    try:
        if application.views.position() >= WORTH_ENTRIES:
            warm(application, stopped)
    except Exception:  # the views may be rebuilt, or the database away: the next round may find them
        return False
    return True
