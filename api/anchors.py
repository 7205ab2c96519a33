"""The trust anchor's file: what this machine has seen of its ledger, kept outside the database.

It only ever moves forward. A checkpoint that does not contain the last one seen is refused and the file
stays as it is, because then the database was rolled back or replaced.
"""

from __future__ import annotations

import os
from pathlib import Path

from api.errors import CheckFailed, InputRefused
from audit.anchor import Anchor, format_anchor, open_anchor, parse_anchor
from audit.checkpoint import open_checkpoint
from audit.errors import AuditError
from audit.merkle import check_consistency
from audit.store.ledger import Ledger

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
    """Replace the anchor's file in one step; whoever reads it sees the old one or the new one."""
    beside = path.with_suffix(".tmp")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(format_anchor(anchor))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def advance_anchor(path: Path, ledger: Ledger) -> None:
    """Sign a checkpoint of the ledger's head and remember it, if it contains the one seen before.

    A home without an anchor stays without: it cannot be made up from the database it should judge.
    Raises CheckFailed if the ledger contradicts the anchor.
    """
    anchor = read_anchor(path)
    if anchor is None:
        ledger.checkpoint()
        return
    if ledger.head().size < (seen.size if (seen := open_anchor(anchor)) else 1):
        raise CheckFailed("rolled_back")
    log_key = ledger.authority().log_key()
    note = ledger.checkpoint()
    new = open_checkpoint(note, anchor.origin, log_key)
    if seen is not None:
        try:
            proof = ledger.consistency_proof(seen.size, new.size)
            check_consistency(seen.size, new.size, proof, seen.root, new.root)
        except AuditError as error:
            raise CheckFailed("history_replaced") from error
    write_anchor(path, anchor._replace(log_key=log_key, checkpoint=note))
