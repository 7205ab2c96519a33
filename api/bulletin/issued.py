"""The bulletins that were issued: what became of each, and whether it can be made again as it was.

Read from the streams `bulletin/…`, which are few and short: no view is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from api.bulletin.contents import Wish, gather
from api.bulletin.forms import write_bulletin
from api.main import Application
from domain.clock import civil_day
from domain.schema import Event
from domain.tracks.bulletin_events import BulletinIssued, BulletinServed
from domain.tracks.rows import ROWS
from projections.entries import log_size, read_range
from projections.references import read_entry

_FIRST, _LAST = "bulletin/", "bulletin0"
_LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class IssuedBulletin:
    """One bulletin as it stood: act `item` of `stream` issued it, `index` is that act's place in the log.

    `files` are the digests by form. `due_on` is the day for the reply, with `overdue_days` since while none came;
    `finding` what came of it, "" so far.
    """

    stream: str
    item: int
    index: int
    month: str
    unit: str
    concerning: str
    state: str
    issued_on: date
    as_of_on: date
    known_at: int
    files: dict[str, str]
    leader: str = ""
    copies: tuple[str, ...] = ()
    due_on: date | None = None
    replied_on: date | None = None
    overdue_days: int = 0
    finding: str = ""


@dataclass(frozen=True, slots=True)
class MadeAgain:
    """Whether one form of an issued bulletin, made again now, has the digest that was signed."""

    stream: str
    item: int
    form: str
    digest: str
    same: bool


def issued_bulletins(
    application: Application, as_of: datetime, known_at: int | None = None, month: str | None = None
) -> list[IssuedBulletin]:
    """Return the bulletins issued by a moment as far as known, of one month or all, in the order of their streams."""
    found: dict[tuple[str, int], IssuedBulletin] = {}
    for event in _events(application, known_at):
        given: Any = event
        if event.effective_at > as_of:
            continue
        key = (event.originator_id, getattr(event, "item", event.originator_version))
        if isinstance(event, BulletinIssued):
            found[key] = _opened(event)
        elif key in found:
            found[key] = _moved(found[key], given)
    today = civil_day(as_of)
    return [_aged(one, today) for one in found.values() if month in (None, one.month)]


def make_again(application: Application, issued: IssuedBulletin) -> list[MadeAgain]:
    """Make an issued bulletin again, from both axes that its act names, and hold every form against its digest."""
    wish = Wish(issued.month, issued.concerning or None, issued.as_of_on, issued.known_at)
    bulletin = gather(application, wish)
    told = []
    for form, digest in issued.files.items():
        written = (write_bulletin(application, bulletin, form, language) for language in _LANGUAGES)
        same = any(sha256(data).hexdigest() == digest for data in written)
        told.append(MadeAgain(issued.stream, issued.item, form, digest, same))
    return told


def _events(application: Application, known_at: int | None) -> Iterator[Event]:
    """Yield the acts about bulletins, stream by stream; receptions stand in the same streams."""
    reader, reference = application.reader, application.ledger.reference()
    with reader.database.read() as session:
        size = log_size(session) if known_at is None else known_at
        for entry in read_range(session, reader.decode, _FIRST, _LAST, size):
            row = ROWS.get(entry.action)
            if row is not None and row.track == "bulletin":
                yield read_entry(entry, reference)


def _opened(event: BulletinIssued) -> IssuedBulletin:
    return IssuedBulletin(
        event.originator_id,
        event.originator_version,
        event.index,
        event.month,
        event.unit,
        event.concerning,
        "ISSUED",
        civil_day(event.effective_at),
        event.as_of_on,
        event.known_at.size,
        {file.format: file.digest for file in event.files},
    )


def _moved(before: IssuedBulletin, event: Any) -> IssuedBulletin:
    row = ROWS[event.action]
    if before.state not in row.moves:
        return before
    after = replace(before, state=row.target(before.state, event), finding=getattr(event, "finding", before.finding))
    if isinstance(event, BulletinServed):
        after = replace(after, leader=event.leader, copies=event.copies)
    if event.action == "bulletin.replied.v1":
        return replace(after, replied_on=civil_day(event.effective_at))
    due_on = getattr(event, "due_on", None)
    return after if due_on is None else replace(after, due_on=due_on, replied_on=None)


def _aged(one: IssuedBulletin, today: date) -> IssuedBulletin:
    waits = one.state == "SERVED" and one.due_on is not None
    late = (today - one.due_on).days if waits and one.due_on is not None else 0
    return replace(one, overdue_days=max(0, late))
