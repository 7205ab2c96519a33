"""From the journal into the log: daily, and by `tick`, each body's looks become sealed acts under the ledger's key."""

from __future__ import annotations

import json
from datetime import datetime, time
from typing import Final

from api.actions import ACT_ID_BYTES, command
from api.looks.journal import Batch, Journal
from api.looks.look import parse_look
from api.main import LOG_KEY, Application, milliseconds, open_sessions
from audit.store.errors import ActConflict
from domain.effective import unix_ms
from domain.looks import PREFIX, LooksRecorded
from domain.people import REGISTRARS
from domain.schema import CIVIL

_ENTRIES: Final = (
    "SELECT notification_id FROM entries WHERE originator_id >= 'looks/' AND originator_id < 'looks0'"
    " ORDER BY notification_id"
)


def midnight(application: Application) -> int:
    """The beginning of the civil day, in Unix milliseconds: what is older is written into the log daily."""
    today = application.clock().astimezone(CIVIL).date()
    return unix_ms(datetime.combine(today, time(), CIVIL))


def now_of(application: Application) -> int:
    """The application's time in Unix milliseconds."""
    return milliseconds(application.clock)()


def write_down(application: Application, *, whole: bool = False) -> int:
    """Write the looks of earlier days into the log, with `whole` today's too; return how many acts that took.

    What the log holds and the journal lost is read back. Raises what recording an act raises.
    """
    if not application.settings.access_file.exists():
        return 0
    with open_sessions(application) as sessions:
        recall(application, sessions.looks)
        before = now_of(application) + 1 if whole else midnight(application)
        return write_looks(application, sessions.looks, before)


def write_looks(application: Application, journal: Journal, before: int) -> int:
    """Write all looks from before a moment (Unix ms) into their bodies' streams; return how many acts that took.

    May be interrupted at any point and run by several at once: see `journal`. Raises what recording an act raises.
    """
    written = sum(_settle(application, journal, batch) for batch in journal.begun())
    known = {*application.ledger.reference().people.offices, REGISTRARS}
    for office in journal.waiting(before):
        while office in known and journal.begin(application.entropy(ACT_ID_BYTES), office, before):
            written += sum(_settle(application, journal, batch) for batch in journal.begun())
    return written


def _settle(application: Application, journal: Journal, batch: Batch) -> int:
    """Record a batch unless it is in the log; return 1 if this was who recorded it."""
    log = application.ledger.log
    found = log.find_act(batch.act_id)
    if found is not None:
        journal.finish(batch.act_id, found.index)
        return 0
    said = {"looks": [look.document() for look in batch.looks]}
    wish = command(PREFIX + batch.office, LooksRecorded.action, {}, said)
    try:
        index = application.desk.perform(wish, application.key(LOG_KEY), "ledger", act_id=batch.act_id).index
    except ActConflict:  # somebody else recorded it meanwhile, sealed under another seed
        return _settle(application, journal, batch)
    journal.finish(batch.act_id, index)
    return 1


def recall(application: Application, journal: Journal) -> int:
    """Read back what the log holds and the journal does not, as after its file was lost; return how many looks.

    Looks that stood in entries which the log lost, as by restoring a backup, wait to be written again.
    Raises KeyStoreRefused if something stored was changed.
    """
    ledger, count = application.ledger, 0
    held = {number - 1 for (number,) in ledger.log.select(_ENTRIES, ())}
    known = journal.entries()
    journal.take_back(known - held)
    for index in sorted(held - known):
        (stored,) = ledger.log.entries(index, index + 1, 1)
        office = stored.stream.removeprefix(PREFIX)
        for one in ledger.disclosures(stored):
            if one is not None and one.field:
                looks = [parse_look(office, value) for value in json.loads(one.value)]
                journal.add(looks, index)
                count += len(looks)
    return count
