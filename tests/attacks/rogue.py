"""A malicious operator: server, database and the log's own private key are theirs, and they publish what they like.

Whatever they write, leaves, tiles, chains of hashes and checkpoints agree, and the log's key has signed it. What they
do not have: the private keys of officers and petitioners, what readers have carried away (an anchor, a checkpoint, a
receipt), and the witnesses' keys. Every history is a small one, told in memory and published to a folder; the auditor
that judges it is the command `sundial-audit`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from api import auditor
from api.publishing.cosigning import Answer, Cosigners
from audit.anchor import Anchor
from audit.census import CENSUS
from audit.entry import Entry, parse_entry
from audit.note import ED25519, NoteKey, parse_note
from audit.statement import Statement, parse_statement
from audit.store.merkle_proofs import consistency_proof
from audit.store.notes import format_anchor, format_note
from audit.store.writing import format_entry, format_statement
from tests.api.publishing.witnesses import Net
from tests.audit.published_log import PublishedLog, told_log
from tests.audit.simulated_log import LOG, ORIGIN

LOG_KEY = NoteKey(ORIGIN, ED25519, LOG.raw)
OTHER_CASE = "case/" + "0" * 32
DAY = 86_400_000


def told() -> PublishedLog:
    """An honest history: two offices' worth of acts, one key ended and replaced, a census behind them."""
    log = told_log()
    log.now += 40 * DAY
    log.census()
    return log


def entries_of(log: PublishedLog) -> list[bytes]:
    """The entries in their order."""
    return [row.entry for row in log.rows]


def forged(log: PublishedLog, entries: Iterable[bytes]) -> PublishedLog:
    """The history that the operator makes of these entries: of one piece, a new census by the log's key included."""
    made = PublishedLog(now=log.now, openings=dict(log.openings))
    statements = [(data, parse_statement(parse_entry(data).payload)) for data in entries]
    for data, statement in statements:
        if statement.action != CENSUS:
            made.record(data, statement)
    made.census()
    return made


def rewritten(log: PublishedLog, index: int, change: Callable[[Entry, Statement], bytes]) -> PublishedLog:
    """The history with one entry changed, everything else as it was signed."""
    entries = entries_of(log)
    entry = parse_entry(entries[index])
    entries[index] = change(entry, parse_statement(entry.payload))
    return forged(log, entries)


def restated(entry: Entry, statement: Statement) -> bytes:
    """An entry with another statement under the signature that it had."""
    return format_entry(entry._replace(payload=format_statement(statement)))


def earlier(entry: Entry, _: Statement) -> bytes:
    """An entry with an earlier time of recording, which its actor has not signed."""
    return format_entry(entry._replace(recorded_at=entry.recorded_at - 1))


def find(log: PublishedLog, stream: str, seq: int) -> int:
    """The index of an act."""
    return next(row.index for row in log.rows if (row.stream, row.seq) == (stream, seq))


def bare_anchor(log: PublishedLog) -> Anchor:
    """What a reader has who knows the ledger's first entry and key, and has never seen a checkpoint."""
    return Anchor(ORIGIN, LOG.raw, log.rows[0].leaf, "")


def anchor_at(log: PublishedLog, size: int | None = None) -> Anchor:
    """What a reader has who has seen a checkpoint of this size, by default the newest."""
    return bare_anchor(log)._replace(checkpoint=log.note(size=size))


def publish(log: PublishedLog, folder: Path, *, note: str | None = None, entries: bool = True) -> Path:
    """Write a history as a static folder, under another checkpoint if one is given."""
    for name, data in log.tree(note or log.note(), entries=entries).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def audit(folder: Path, command: str, *arguments: str | Path, anchor: Anchor, policy: str = "") -> dict[str, Any]:
    """Run `sundial-audit` under an anchor and a policy, which are written to the folder; return its report."""
    (folder / "anchor.json").write_bytes(format_anchor(anchor))
    options = ["--anchor", str(folder / "anchor.json"), "--json"]
    if command == "tree":
        options += ["--processes", "1"]
    if policy:
        (folder / "policy").write_text(policy)
        options += ["--policy", str(folder / "policy")]
    with redirect_stdout(StringIO()) as out:
        code = auditor.main([command, *map(str, arguments), *options])
    report: dict[str, Any] = json.loads(out.getvalue())
    assert code == (0 if report["ok"] else 1), report
    return report


def seen_in_tree(log: PublishedLog, folder: Path, anchor: Anchor) -> tuple[str, int, str]:
    """Publish a forged history and return what the auditor saw: the kind of fault, its first index, and the words."""
    report = audit(folder, "tree", publish(log, folder / "www"), anchor=anchor)
    assert report["first_fault"], "the auditor saw nothing"
    fault = report["first_fault"]
    return fault["kind"], fault["index"], fault["detail"]


def refused(folder: Path, command: str, data: bytes, anchor: Anchor, policy: str = "") -> tuple[str, str]:
    """Hand the auditor a forged file and return the check that failed, and the words."""
    (folder / "file").write_bytes(data)
    report = audit(folder, command, folder / "file", anchor=anchor, policy=policy)
    assert report["first_fault"], "the auditor saw nothing"
    return report["first_fault"]["check"], report["first_fault"]["detail"]


def goes_on(folder: Path, old: str, new: str, tree: PublishedLog) -> dict[str, Any]:
    """Ask the auditor whether the log of one checkpoint begins that of another, by the tiles of a history."""
    (folder / "old").write_text(old)
    (folder / "new").write_text(new)
    served = publish(tree, folder / "served", entries=False)
    files = (folder / "old", folder / "new", "--tree", served)
    return audit(folder, "consistency", *files, anchor=bare_anchor(tree))


def ask(log: PublishedLog, net: Net, size: int | None = None, sizes: dict[str, int] | None = None) -> list[Answer]:
    """Have the operator's publisher ask every witness to cosign a history; sizes are what it thinks they have seen."""
    size = len(log.rows) if size is None else size
    cosigners = Cosigners(net.policy(len(net.witnesses)), sizes or {}, net.transport)
    try:
        answers = cosigners.collect(log.note(size=size), size, lambda old: consistency_proof(log.node, old, size))
    finally:
        cosigners.close()
    return sorted(answers, key=lambda one: one.witness.name)


def cosigned(note: str, answers: Sequence[Answer]) -> str:
    """A checkpoint with the cosignatures that were got for it."""
    opened = parse_note(note)
    lines = tuple(one.signature for one in answers if one.signature is not None)
    return format_note(opened._replace(signatures=(*opened.signatures, *lines)))
