"""Receipts, and what they certify beside themselves: a bulletin's digest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from audit.entry import parse_entry
from audit.errors import AnchorRejected, Malformed, ProofRejected
from audit.merkle import check_inclusion, leaf_hash
from audit.proof import parse_tlog_proof
from audit.statement import PAYLOAD_TYPE, Statement, parse_statement
from audit.suite import hash256
from audit.trust import Findings, Opened, Trust

__all__ = ["check_bulletin", "check_receipt", "read_statement"]


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
