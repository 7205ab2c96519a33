"""A malicious operator's desk: a log rewritten so that everything agrees, and what an auditor says of it.

Leaves, tiles and a checkpoint under the log's own key are made anew. Readers have an anchor of the first day, or the
newest checkpoint. Nobody has a copy of the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from audit.anchor import Anchor
from audit.entry import parse_entry
from audit.published import REFERENCES, check_tiles, read_share
from audit.statement import parse_statement
from audit.store.stored_rows import Row
from audit.store.writing import format_entry
from audit.trust import Findings, Trust
from audit.verify import LogVerifier
from tests.audit.published_log import CASE, SECOND, PublishedLog, told_log
from tests.audit.simulated_log import LOG, WANG, Signer, private_of, sealed

HONEST = told_log()
SIZE = len(HONEST.rows)
HONEST.checkpoint()
FIRST_DAY = HONEST.anchor()._replace(checkpoint="")
NEWEST = HONEST.anchor()
NOTICE, INVESTIGATED, ATTACHED = (row.index for row in HONEST.rows if row.stream == CASE and row.seq > 1)
GRANTED = next(row.index for row in HONEST.rows if row.seq == 4 and row.stream == "people/housing")
STRANGER = Signer(WANG.actor, WANG.office, WANG.post, WANG.role, private_of("stranger"))

Faults = list[tuple[str, str]]
Tiles = Mapping[str, bytes]
Check = Callable[[bytes, Trust, Findings], object]


def log_of(entries: Iterable[bytes]) -> PublishedLog:
    """A log of these entries, in which all that is computed from them agrees."""
    log = PublishedLog()
    for data in entries:
        log.record(data, parse_statement(parse_entry(data).payload))
    return log


def rewritten(change: Callable[[list[bytes]], object], log: PublishedLog = HONEST) -> PublishedLog:
    """The log after the operator has changed its entries."""
    entries = [row.entry for row in log.rows]
    change(entries)
    return log_of(entries)


def judge(log: PublishedLog, anchor: Anchor = FIRST_DAY, note: str = "", tiles: Tiles = MappingProxyType({})) -> Faults:
    """What an auditor with this anchor says of a published log, some tiles exchanged: kinds of faults, and words."""
    files = {**log.tree(note or log.note()), **tiles}
    verifier = LogVerifier(anchor)
    references = verifier.read_references(read_share(files.get, len(log.rows), REFERENCES, 1))
    parts = [references, verifier.read_streams(read_share(files.get, len(log.rows), 0, 1))]
    tree, faults = verifier.finish(len(log.rows), parts, [files["checkpoint"].decode()])
    check_tiles(files.get, tree)
    return [(fault.kind, fault.detail) for fault in (*faults, *tree.faults)]


def changed(row: Row, signer: Signer | None = None, **changes: Any) -> bytes:
    """An entry whose statement says something else: under the old signature, or signed again."""
    entry = parse_entry(row.entry)
    statement = parse_statement(entry.payload)._replace(**changes)
    made = sealed(statement, entry.recorded_at, signer or LOG)
    return made if signer else format_entry(parse_entry(made)._replace(signatures=entry.signatures))


def signed_twice(row: Row) -> bytes:
    """An entry under its signature, which is there twice."""
    entry = parse_entry(row.entry)
    return format_entry(entry._replace(signatures=entry.signatures * 2))


def at_another_time(data: bytes, milliseconds: int) -> bytes:
    """An entry with another time of recording, which no actor signs."""
    entry = parse_entry(data)
    return format_entry(entry._replace(recorded_at=entry.recorded_at + milliseconds))


def put(index: int, data: bytes) -> Callable[[list[bytes]], object]:
    """Put other bytes in the place of an entry."""
    return lambda entries: entries.__setitem__(index, data)


def swap(one: int, other: int) -> Callable[[list[bytes]], object]:
    """Exchange two entries, each with the time of the other, so that the clock shows nothing."""

    def change(entries: list[bytes]) -> None:
        times = [parse_entry(entries[at]).recorded_at for at in (one, other)]
        entries[one], entries[other] = (
            at_another_time(entries[other], times[0] - times[1]),
            at_another_time(entries[one], times[1] - times[0]),
        )

    return change


def granted_too_late() -> PublishedLog:
    """A log in which a key acts before the registrars grant it."""
    log = log_of(row.entry for row in HONEST.rows[:NOTICE])
    log.act(SECOND, CASE, "case.investigated.v1", {"way": "visit"})
    log.confirm(log.propose(SECOND))
    return log


def with_another(signer: Signer, stream: str, action: str, public: dict[str, Any]) -> PublishedLog:
    """The log and one more act."""
    log = rewritten(lambda entries: None)
    log.act(signer, stream, action, public)
    return log


def regrown() -> PublishedLog:
    """The log from a backup, which went on otherwise up to the size that it had."""
    log = log_of(row.entry for row in HONEST.rows[:INVESTIGATED])
    while len(log.rows) < SIZE:
        log.act(SECOND, CASE, "case.investigated.v1", {"way": "call"})
    return log
