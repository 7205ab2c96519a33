"""The trust anchor: what a verifier remembers outside the database.

Whoever rules the database can write another log that is consistent with itself. The anchor names
the one that was meant: its origin, the leaf hash of its first entry, and the last checkpoint that
was seen. It is a line of canonical JSON, so that two copies are equal or differ.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from audit.canonical import parse_json
from audit.checkpoint import Checkpoint, open_checkpoint
from audit.errors import AnchorRejected, AuditError, Malformed
from audit.statement import check_origin
from audit.suite import Verify, check_signature

__all__ = ["Anchor", "check_anchor", "open_anchor", "parse_anchor"]

_HASH = re.compile("[0-9a-f]{64}")
_KEYS = ["checkpoint", "genesis", "log_key", "origin"]


class Anchor(NamedTuple):
    """What is known of a log beforehand.

    log_key is the raw public key that signed the checkpoint, or the log's first key as long as the
    checkpoint is empty. genesis_hash is the leaf hash of entry 0. checkpoint is the text of a note.
    """

    origin: str
    log_key: bytes
    genesis_hash: bytes
    checkpoint: str


def parse_anchor(data: bytes) -> Anchor:
    """Return the anchor in a file's bytes.

    Raises Malformed if it is not one, a checkpoint that its log key did not sign included.
    """
    value = parse_json(data.removesuffix(b"\n"))
    if not isinstance(value, dict) or list(value) != _KEYS or not all(isinstance(one, str) for one in value.values()):
        raise Malformed(f"an anchor has the fields {', '.join(_KEYS)}, all of them text")
    for name in ("genesis", "log_key"):
        if not _HASH.fullmatch(value[name]):
            raise Malformed(f"the anchor's {name} is not 32 bytes in lower-case hexadecimal")
    check_origin(value["origin"])
    anchor = Anchor(
        value["origin"], bytes.fromhex(value["log_key"]), bytes.fromhex(value["genesis"]), value["checkpoint"]
    )
    open_anchor(anchor)
    return anchor


def open_anchor(anchor: Anchor, verify: Verify = check_signature) -> Checkpoint | None:
    """Return the anchored checkpoint, or None if none was seen yet.

    Raises Malformed if the anchor's own key did not sign it.
    """
    if not anchor.checkpoint:
        return None
    try:
        return open_checkpoint(anchor.checkpoint, anchor.origin, anchor.log_key, verify)
    except AuditError as error:
        raise Malformed(f"the anchor's checkpoint is not to be believed: {error}") from None


def check_anchor(anchor: Anchor, origin: str, genesis_hash: bytes, log_key: bytes, size: int) -> None:
    """Check that a log of this origin, first leaf and size can be the anchored one.

    log_key is the log's key in force at the size of the anchored checkpoint, or its first key if
    there is none. Whether the log contains the anchored root is for its tree to say.

    Raises AnchorRejected naming what differs.
    """
    if origin != anchor.origin:
        raise AnchorRejected(f"the log is {origin}, the anchor is of {anchor.origin}")
    if genesis_hash != anchor.genesis_hash:
        raise AnchorRejected("the first entry is not the anchored one")
    if log_key != anchor.log_key:
        raise AnchorRejected("the log's key is not the anchored one")
    checkpoint = open_anchor(anchor)
    if checkpoint is not None and checkpoint.size > size:
        raise AnchorRejected(f"the log has {size} entries, but {checkpoint.size} were seen: it was rolled back")
