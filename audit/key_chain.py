"""Who held which key: the entries about keys that a case's signatures depend on, from the genesis on.

Streams of offices are shown whole, so that no revocation can be left out. Of the ledger's own stream there
are only the acts on its key: if one were left out, the key that they lead to did not sign the checkpoint.
Source: FORMAT.md section 13.
"""

from __future__ import annotations

import re
from typing import Any

from audit.anchor import check_anchor
from audit.authority import Authority
from audit.canonical import HASH, check_shape, read_line
from audit.case_proofs import ITEM, PLACE, CaseProof, check_included, check_proof, read_hashes
from audit.census import chain, check_mapped
from audit.checkpoint import Checkpoint, parse_checkpoint
from audit.entry import parse_entry
from audit.errors import Malformed, ProofRejected
from audit.grants import REGISTRARS_OFFICE
from audit.merkle import check_inclusion, leaf_hash
from audit.note import parse_note
from audit.proof import read_statement
from audit.stream_checks import StreamChecks
from audit.trust import Findings, Trust

__all__ = ["check_key_chain"]

_SHAPE = {
    "format": re.compile("sundial/authority1"), "included": [PLACE], "ledger": [ITEM],
    "streams": [{"count": int, "entries": [ITEM], "head": HASH, "map": PLACE, "stream": str}],
}  # fmt: skip
_LIMIT = 256 << 20


def check_key_chain(data: bytes, proof: bytes, trust: Trust, findings: Findings) -> CaseProof:
    """Check a case's proof file, and that whoever signed its entries had the right to.

    data is the file of the entries about keys. Raises Malformed or ProofRejected if it is a bad one,
    AuthorityRejected or SignatureRejected at a signer without the right, AnchorRejected if the ledger
    is another one than the anchored, and what check_proof raises.
    """
    findings.begin("keys")
    value = read_line(data, _LIMIT)
    check_shape(value, _SHAPE, "the file on keys")
    note = read_line(proof, _LIMIT).get("checkpoint")
    checkpoint = parse_checkpoint(parse_note(note if isinstance(note, str) else "").text)
    authority = Authority(trust.verify)
    genesis = _apply_ledger(authority, value["ledger"], checkpoint)
    if trust.anchor is not None:
        check_anchor(trust.anchor, authority.origin, genesis, authority.log_key, trust.verify)
    shown = check_proof(proof, trust, findings, authority.log_key(checkpoint.size))
    findings.begin("signatures")
    keys = _read_streams(value["streams"], shown)
    references = StreamChecks(authority, trust.verify, references=True).check(sorted(keys))
    findings.begin("included")
    if len(value["included"]) != len(shown.entries):
        raise Malformed("not as many places as entries")
    entries = []
    for place, entry in zip(value["included"], shown.entries, strict=True):
        check_inclusion(leaf_hash(entry), place["index"], checkpoint.size, read_hashes(place["proof"]), checkpoint.root)
        entries.append((place["index"], entry))
    case = StreamChecks(authority, trust.verify, references=False).check(entries)
    findings.report((*references.faults, *case.faults))
    findings.facts |= {"signatures": references.signatures + case.signatures, "last_index": entries[-1][0]}
    return shown


def _apply_ledger(authority: Authority, items: list[dict[str, Any]], checkpoint: Checkpoint) -> bytes:
    """Take in the acts on the log's key, and return the leaf of the first entry."""
    genesis, before = b"", -1
    for item in items:
        index, data = check_included(item, checkpoint)
        if index <= before:
            raise ProofRejected("the acts on the log's key are not in the order of the log")
        before, genesis = index, genesis or leaf_hash(data)
        authority.apply(index, leaf_hash(data), read_statement(data, checkpoint.origin)[0], parse_entry(data))
    return genesis


def _read_streams(streams: list[dict[str, Any]], shown: CaseProof) -> list[tuple[int, bytes]]:
    """Return the entries of the offices' streams, each of which is whole; that of the registrars must be there.

    A stream without entries is only named, as a neighbour in the map of one that is not there.
    """
    entries: list[tuple[int, bytes]] = []
    places: dict[int, bytes] = {}
    registrars = f"people/{REGISTRARS_OFFICE}"
    whole = False
    for one in streams:
        found = [check_included(item, shown.checkpoint) for item in one["entries"]]
        acts = chain(one["stream"], shown.checkpoint.origin, [data for _, data in found])
        if acts and (len(acts), acts[-1][2].hex()) != (one["count"], one["head"]):
            raise ProofRejected(f"not all entries of {one['stream']} are there")
        index, proof = one["map"]["index"], read_hashes(one["map"]["proof"])
        check_mapped(one["stream"], bytes.fromhex(one["head"]), one["count"], index, shown.census, proof)
        places[index] = one["stream"].encode()
        entries += found
        whole = whole or (bool(acts) and one["stream"] == registrars)
    if not whole and not _leave_out(registrars.encode(), places, shown.census.streams):
        raise ProofRejected(f"{registrars} is neither there nor shown to be absent")
    return entries


def _leave_out(name: bytes, places: dict[int, bytes], streams: int) -> bool:
    """Say whether two neighbours in the map, or one at its end, leave no place between them for a name."""
    return any(
        (index == -1 or places[index] < name) and (index + 1 == streams or places.get(index + 1, b"") > name)
        for index in (-1, *places)
    )
