"""The trust anchor's file: what this machine has seen of its ledger, kept outside the database.

It only ever moves forward. A checkpoint that does not contain the last one seen is refused and the file
stays as it is, because then the database was rolled back or replaced.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.errors import CheckFailed, InputRefused
from api.positions import log_key_of
from audit.anchor import Anchor, open_anchor, parse_anchor
from audit.checkpoint import Checkpoint, open_checkpoint
from audit.errors import AuditError
from audit.merkle import check_consistency, root
from audit.store.ledger import Ledger
from audit.store.notes import format_anchor

MAX_ANCHOR_BYTES = 65_536


def read_anchor(path: Path) -> Anchor | None:
    """Read the anchor, or None if there is no file; raises InputRefused if the file is not an anchor."""
    try:
        with path.open("rb") as file:
            return parse_anchor(file.read(MAX_ANCHOR_BYTES))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputRefused("file_unreadable", reason=error.strerror or "") from error
    except AuditError as error:
        raise InputRefused("anchor_malformed") from error


def write_anchor(path: Path, anchor: Anchor) -> None:
    """Replace the anchor's file in one step; whoever reads it sees the old one or the new one, after a power cut too.

    What is written beside it has a name of its own, so that two who write at once do not mix.
    """
    beside = path.with_name(f"{path.name}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(format_anchor(anchor))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    with _folder(path) as folder:
        os.fsync(folder)


def advance_anchor(path: Path, ledger: Ledger) -> None:
    """Sign a checkpoint of the ledger's head and remember it, if it contains the one seen before.

    The log key signs only after the ledger was found to go on from the anchor; a fork gets no signature of its own.
    Whoever advances the same anchor meanwhile waits, so it never moves backwards. A home without an anchor stays
    without: it cannot be made up from the database it should judge.
    Raises CheckFailed if the ledger contradicts the anchor.
    """
    with _folder(path) as folder:
        fcntl.flock(folder, fcntl.LOCK_EX)
        anchor = read_anchor(path)
        if anchor is None:
            ledger.checkpoint()
            return
        seen = open_anchor(anchor)
        check_contains(ledger, seen)
        note = ledger.checkpoint()
        log_key = log_key_of(ledger, note)
        new = open_checkpoint(note, anchor.origin, log_key)
        if seen is not None:
            _check_goes_on(ledger, seen, new.size, new.root)
        if seen is None or new.size > seen.size:
            write_anchor(path, anchor._replace(log_key=log_key, checkpoint=note))


@contextmanager
def _folder(path: Path) -> Iterator[int]:
    """Open the folder that the anchor stands in, to lock it or to have it written; closing it ends the lock."""
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield handle
    finally:
        os.close(handle)


def check_anchored(path: Path, ledger: Ledger) -> None:
    """Check before anything is recorded that the ledger is the anchored one; without an anchor nothing is checked.

    Raises CheckFailed if it is not.
    """
    anchor = read_anchor(path)
    if anchor is not None:
        check_contains(ledger, open_anchor(anchor))


def check_contains(ledger: Ledger, seen: Checkpoint | None) -> None:
    """Check that the ledger's head contains the checkpoint that the anchor has seen, with nothing signed.

    Raises CheckFailed if it does not: the database was rolled back, or its history replaced.
    """
    head = ledger.head()
    if head.size < (seen.size if seen else 1):
        raise CheckFailed("rolled_back")
    if seen is not None:
        _check_goes_on(ledger, seen, head.size, root(head.frontier))


def _check_goes_on(ledger: Ledger, seen: Checkpoint, size: int, new_root: bytes) -> None:
    try:
        if ledger.root(seen.size) != seen.root:
            raise CheckFailed("history_replaced")
        check_consistency(seen.size, size, ledger.consistency_proof(seen.size, size), seen.root, new_root)
    except AuditError as error:
        raise CheckFailed("history_replaced") from error
