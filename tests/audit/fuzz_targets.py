"""What is fuzzed: each reader of foreign bytes, with honest examples to begin from. Only our errors may leave them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from audit.anchor import parse_anchor
from audit.bundle import check_bundle, parse_bundle
from audit.canonical import parse_json
from audit.case_proofs import check_proof
from audit.checkpoint import parse_checkpoint
from audit.entry import parse_entry
from audit.errors import AuditError
from audit.merkle import leaf_hash
from audit.note import parse_note, parse_note_key
from audit.proof import check_bulletin, check_receipt, parse_tlog_proof
from audit.published import REFERENCES, read_share
from audit.statement import parse_statement
from audit.store.notes import format_anchor
from audit.trust import Findings, Trust, parse_policy
from audit.verify import LogVerifier
from tests.audit.published_log import files_of, line, pack, told_log
from tests.audit.simulated_log import LOG

TOLD = told_log(others=2)
TOLD.checkpoint()
TOLD.now += 40 * 86_400_000
CENSUS = TOLD.census()
NOTE = TOLD.note("w1.example")
SIZE = len(TOLD.rows)
TRUST = Trust(TOLD.anchor())
FILES = files_of(TOLD, CENSUS, NOTE, SIZE)
_AUTHORITY = TOLD.authority(CENSUS, SIZE)
_AUTHORITY["streams"].append(TOLD.stream("rules", CENSUS, SIZE, named=True))
FILES["authority.json"] = line(_AUTHORITY)
_RECEIPT = TOLD.receipt(5, NOTE, SIZE)
_BUNDLE = b"".join(len(row.entry).to_bytes(2, "big") + row.entry for row in TOLD.rows)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _verify(data: bytes) -> None:
    """Read a published log whose only bundle of entries is this one, and verify it."""
    verifier = LogVerifier(TRUST.anchor)
    read = {f"tile/entries/000.p/{SIZE}": data}.get
    parts = [verifier.read_references(read_share(read, SIZE, REFERENCES, 1))]
    parts.append(verifier.read_streams(read_share(read, SIZE, 0, 1)))
    tree, faults = verifier.finish(SIZE, parts, [NOTE])
    honest = [row.leaf for row in TOLD.rows]
    assert len(faults) or [tree.leaf(index) for index in range(SIZE)] == honest


def _entry(data: bytes) -> None:
    parse_statement(parse_entry(data).payload)
    leaf_hash(data)


# A reader, and bytes that it takes.
TARGETS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "canonical": (parse_json, FILES["disclosures.json"][:400]),
    "statement": (parse_statement, parse_entry(TOLD.rows[1].entry).payload),
    "entry": (_entry, TOLD.rows[1].entry),
    "note": (lambda data: parse_note(_text(data)), NOTE.encode()),
    "checkpoint": (lambda data: parse_checkpoint(_text(data)), NOTE.encode().partition(b"\n\n")[0] + b"\n"),
    "vkey": (lambda data: parse_note_key(_text(data)), b"w1.example+00000000+BAAA"),
    "anchor": (parse_anchor, format_anchor(TOLD.anchor())),
    "policy": (parse_policy, b"witness a x\ngroup g any a\nquorum g\n"),
    "tlog-proof": (parse_tlog_proof, _RECEIPT),
    "receipt": (lambda data: check_receipt(data, TRUST, Findings()), _RECEIPT),
    "receipt without an anchor": (lambda data: check_receipt(data, Trust(None), Findings()), _RECEIPT),
    "bulletin": (lambda data: check_bulletin(b"", data, TRUST, Findings()), _RECEIPT),
    "case": (lambda data: check_proof(data, TRUST, Findings()), line(TOLD.proof(CENSUS, NOTE, SIZE))),
    "silence": (lambda data: check_proof(data, Trust(None), Findings()), line(TOLD.silence(CENSUS, NOTE, SIZE))),
    "archive": (parse_bundle, pack(FILES)),
    "bundle": (lambda data: check_bundle(data, TRUST, Findings()), pack(FILES)),
    "tree": (_verify, _BUNDLE),
}

# The files of a bundle, and the proof files: their members are exchanged for others before they are read.
DOCUMENTS = {
    "proof.json": FILES["proof.json"],
    "authority.json": FILES["authority.json"],
    "disclosures.json": FILES["disclosures.json"],
    "silence.json": line(TOLD.silence(CENSUS, NOTE, SIZE)),
}


def read_document(name: str, data: bytes) -> None:
    """Read one of the documents as a bundle or as a proof file does. Raises AuditError."""
    if name == "silence.json":
        check_proof(data, TRUST, Findings(), LOG.raw)
    else:
        check_bundle(pack(FILES | {name: data}), TRUST, Findings())


def feed(target: str, data: bytes) -> None:
    """Hand bytes to a reader. Whatever leaves this function is a fault of ours."""
    with suppress(AuditError):
        TARGETS[target][0](data)
