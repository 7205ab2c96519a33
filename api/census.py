"""Taking the census: the ledger's key signs what every stream holds and what every view says, at one place.

Daily, by `tick`, and whenever somebody asks. A day on which nothing was recorded needs none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.anchors import advance_anchor, check_anchored
from api.main import LOG_KEY, Application
from audit.census import CENSUS, Census, read_census
from audit.entry import parse_entry
from audit.statement import parse_statement
from audit.store.model import Acknowledgement, StoredEntry
from domain.commands import Command
from domain.effective import from_unix_ms
from domain.schema import CIVIL
from projections.census import Taken

_CENSUSES = (
    "SELECT notification_id FROM entries WHERE originator_id = 'ledger' AND topic = ? ORDER BY notification_id DESC"
)


@dataclass(frozen=True, slots=True)
class KeptCensus:
    """A census in the log: its entry, what it commits to, when it was recorded, and by which key."""

    stored: StoredEntry
    census: Census
    recorded_at: datetime
    key_id: bytes


def take_census(application: Application) -> tuple[Taken, Acknowledgement]:
    """Record a census of everything that is in the log now, then sign a checkpoint that covers it.

    Raises DomainRefused, DatabaseUnavailable, and CheckFailed if the ledger contradicts its anchor.
    """
    check_anchored(application.settings.anchor_file, application.ledger)
    application.views.catch_up()
    taken = application.views.census()
    answer = application.desk.perform(census_command(taken), application.key(LOG_KEY), "ledger")
    application.views.catch_up()
    advance_anchor(application.settings.anchor_file, application.ledger)
    return taken, answer


def census_command(taken: Taken) -> Command:
    """Return the act that commits to a census."""
    views = [
        {"digest": digest.hex(), "name": name, "version": version} for name, (version, digest) in taken.views.items()
    ]
    public = {"entries": taken.entries, "streams": taken.streams, "map": taken.root.hex(), "views": views}
    return Command("ledger", CENSUS, public)


def is_due(application: Application) -> bool:
    """Say whether the day's census is still to be taken: none today, and something was recorded since the last."""
    newest = newest_census(application)
    if newest is None:
        return True
    today = application.clock().astimezone(CIVIL).date()
    return newest.recorded_at.date() < today and application.ledger.head().size > newest.stored.index + 1


def newest_census(application: Application, below: int | None = None) -> KeptCensus | None:
    """Return the newest census, or the newest with an index below a size of the log; None if there is none."""
    for (number,) in application.ledger.log.select(_CENSUSES, (CENSUS,)):
        if below is None or number <= below:
            (stored,) = application.ledger.log.entries(number - 1, number, 1)
            entry = parse_entry(stored.entry)
            statement = parse_statement(entry.payload)
            recorded_at = from_unix_ms(entry.recorded_at).astimezone(CIVIL)
            return KeptCensus(stored, read_census(statement), recorded_at, statement.key_id)
    return None
