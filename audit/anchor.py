"""The trust anchor: what a verifier remembers outside the database.

Whoever rules the database can write another log that is consistent with itself. The anchor names
the one that was meant: its origin, the leaf hash of its first entry, and the last checkpoint that
was seen. It is a line of canonical JSON, so that two copies are equal or differ.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from audit.canonical import HASH, check_shape, read_line
from audit.checkpoint import Checkpoint, open_checkpoint
from audit.errors import AnchorRejected, AuditError, Malformed
from audit.statement import check_origin
from audit.suite import Verify, check_signature

__all__ = ["Anchor", "check_anchor", "open_anchor", "parse_anchor"]

_SHAPE = {"checkpoint": str, "genesis": HASH, "log_key": HASH, "origin": str}


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
    value = read_line(data.removesuffix(b"\n") + b"\n", 1 << 22)
    check_shape(value, _SHAPE, "an anchor")
    check_origin(value["origin"])
    log_key, genesis = bytes.fromhex(value["log_key"]), bytes.fromhex(value["genesis"])
    anchor = Anchor(value["origin"], log_key, genesis, value["checkpoint"])
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


def check_anchor(
    anchor: Anchor, origin: str, genesis_hash: bytes, log_key: Callable[[int], bytes], verify: Verify = check_signature
) -> Checkpoint | None:
    """Check that a log of this origin and first leaf can be the anchored one, and return the anchored checkpoint.

    log_key gives the log's key in force at a size. Whether the log contains the anchored root is for
    its tree to say. Raises AnchorRejected naming what differs, and what log_key raises.
    """
    checkpoint = open_anchor(anchor, verify)
    if origin != anchor.origin:
        raise AnchorRejected(f"the log is {origin}, the anchor is of {anchor.origin}")
    if genesis_hash != anchor.genesis_hash:
        raise AnchorRejected("the first entry is not the anchored one")
    if log_key(checkpoint.size if checkpoint else 0) != anchor.log_key:
        raise AnchorRejected("the log's key is not the anchored one")
    return checkpoint
