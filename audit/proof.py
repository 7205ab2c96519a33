"""Proofs that an entry is in a log, as files that need nothing else but keys: tlog-proof@v1, and what uses it.

    c2sp.org/tlog-proof@v1
    extra <base64>
    index <decimal>
    <base64 hash>…
    (an empty line)
    <the checkpoint, a signed note>

A receipt of this ledger is such a file whose extra data are the bytes of the entry. A bulletin is believed
on the word of the receipt beside it.
Source: C2SP tlog-proof.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from audit.entry import parse_entry
from audit.errors import AnchorRejected, Malformed, OtherKind, ProofRejected
from audit.merkle import check_inclusion, leaf_hash
from audit.note import decode_base64
from audit.statement import PAYLOAD_TYPE, Statement, parse_statement
from audit.suite import hash256
from audit.trust import Findings, Opened, Trust

__all__ = ["TlogProof", "check_bulletin", "check_receipt", "parse_tlog_proof", "read_statement"]

HEADER = "c2sp.org/tlog-proof@v1\n"
_INDEX = re.compile("index (0|[1-9][0-9]{0,15})", re.ASCII)
# A note has at most a million characters, an entry 65,535 bytes.
_MAX_SIZE = 4_200_000


class TlogProof(NamedTuple):
    """A proof as it was read: the entry's index, the hashes from the leaf upwards, the note, and extra data."""

    index: int  # type: ignore[assignment]  # a proof is never searched as a tuple
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""


def parse_tlog_proof(data: bytes) -> TlogProof:
    """Return the proof in a file's bytes, its checkpoint unread.

    Raises OtherKind if they do not begin as one, and Malformed if they do not go on as one.
    """
    if not data.startswith(HEADER.encode()):
        raise OtherKind("not a tlog-proof")
    if len(data) > _MAX_SIZE:
        raise Malformed(f"a tlog-proof has at most {_MAX_SIZE} bytes")
    try:
        head, separator, checkpoint = data[len(HEADER) :].decode("utf-8").partition("\n\n")
    except UnicodeDecodeError as error:
        raise Malformed(f"not UTF-8 at byte {error.start}") from None
    lines = head.split("\n")
    extra = decode_base64(lines.pop(0)[6:]) if lines[0].startswith("extra ") else None
    matched = _INDEX.fullmatch(lines.pop(0)) if lines else None
    hashes = tuple(decode_base64(line) for line in lines)
    if not separator or not matched or extra == b"" or len(hashes) > 63 or any(len(one) != 32 for one in hashes):
        raise Malformed("a tlog-proof is a header, extra data, an index, up to 63 hashes, and a checkpoint")
    return TlogProof(int(matched[1]), hashes, checkpoint, extra or b"")


def read_statement(data: bytes, origin: str) -> tuple[Statement, int]:
    """Return the statement of an entry's bytes and its recorded_at. Raises Malformed if it is of another origin."""
    entry = parse_entry(data)
    statement = parse_statement(entry.payload)
    if entry.payload_type != PAYLOAD_TYPE or statement.origin != origin:
        raise Malformed(f"not an entry of {origin}")
    return statement, entry.recorded_at


def check_receipt(data: bytes, trust: Trust, findings: Findings) -> tuple[Statement, int, Opened]:
    """Check that the entry in a receipt is in the log; return its statement, index and the checkpoint.

    Whether its signer had the right to it is for a bundle or the whole log to say.
    Raises OtherKind or Malformed if it is no receipt, and what Trust.open and check_inclusion raise.
    """
    proof = parse_tlog_proof(data)
    opened = trust.open(proof.checkpoint, findings)
    findings.begin("entry")
    statement, recorded_at = read_statement(proof.extra, opened.checkpoint.origin)
    leaf = leaf_hash(proof.extra)
    findings.begin("included")
    check_inclusion(leaf, proof.index, opened.checkpoint.size, proof.hashes, opened.checkpoint.root)
    if trust.anchor is not None and proof.index == 0 and leaf != trust.anchor.genesis_hash:
        raise AnchorRejected("the first entry is not the anchored one")
    findings.facts |= {"index": proof.index, "leaf": leaf.hex(), "recorded_at_ms": recorded_at}
    findings.facts |= {"stream": statement.stream, "seq": statement.seq, "action": statement.action}
    return statement, proof.index, opened


def check_bulletin(document: bytes, receipt: bytes, trust: Trust, findings: Findings) -> None:
    """Check that a signed act of a stream `bulletin/…` names the digest of a document and a checkpoint.

    The act's public data hold the digest as a text and the checkpoint as an object of root and size,
    at any depth. Raises ProofRejected if they do not, and what check_receipt raises.
    """
    statement, index, (checkpoint, _) = check_receipt(receipt, trust, findings)
    findings.begin("digest")
    values = list(_walk(statement.public))
    digest = hash256(document).hex()
    if not statement.stream.startswith("bulletin/") or digest not in values:
        raise ProofRejected("the act in the receipt is not about this document")
    findings.facts["digest"] = digest
    findings.begin("bound")
    bound = [one for one in values if isinstance(one, dict) and one.keys() >= {"root", "size"}]
    for one in bound:
        same = checkpoint.root.hex() if one["size"] == checkpoint.size else one["root"]
        if type(one["size"]) is not int or one["size"] > index or one["root"] != same:
            raise ProofRejected("the act names a checkpoint that the log did not have before it")
    if not bound:
        raise ProofRejected("the act names no checkpoint")
    findings.facts["bound_to"] = [{"root": one["root"], "size": one["size"]} for one in bound]


def _walk(value: Any) -> Iterator[Any]:
    """Yield a JSON value and all that it holds."""
    yield value
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _walk(one)
