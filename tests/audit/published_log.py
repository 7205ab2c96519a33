"""A small log with all that leaves a ledger: receipts, proof files, bundles, published trees. Keys are anybody's."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from audit.bundle import CHECKS, format_bundle
from audit.canonical import format_json
from audit.census import map_leaf, map_root
from audit.checkpoint import Checkpoint
from audit.commitments import ABSENT, SLOTS
from audit.merkle import root_of
from audit.note import NoteSignature, parse_note
from audit.proof import TlogProof
from audit.store.merkle_proofs import consistency_proof, inclusion_proof
from audit.store.notes import format_note, format_tlog_proof, sign_checkpoint, sign_cosignature
from audit.store.stored_rows import Row
from audit.store.writing import commit_act, derive_salt
from audit.suite import SUITE, hash256
from audit.tiles import ENTRIES, HEIGHT, WIDTH, tile_path, tile_width
from tests.audit.simulated_log import ANNA, BERT, LOG, ORIGIN, WANG, Signer, SimulatedLog, petitioner, private_of

CASE = "case/" + "0123456789abcdef" * 2
WITNESSES = {f"w{number}.example": private_of(f"witness {number}") for number in (1, 2, 3)}
SECOND = Signer(WANG.actor, WANG.office, WANG.post, WANG.role, private_of("wang's second"))
LETTER = "房屋漏水三年,多次反映未果。".encode()
_ATTACHED = [{"digest": hash256(LETTER).hex(), "media_type": "text/plain", "size": len(LETTER)}]
DUE = "2023-11-16T00:00:00+08:00"
_RULE = {
    "clock": "acceptance",
    "id": "2022.ACCEPTANCE",
    "meets": ["case.accepted.v1", "case.replied.v1#final"],
    "starts": ["case.submitted.v1", "case.registered.v1"],
    "table": "clock",
}


@dataclass
class PublishedLog(SimulatedLog):
    """A simulated log that remembers what opens its commitments."""

    openings: dict[int, list[tuple[bytes, str, bytes]]] = field(default_factory=dict)

    def act(self, signer: Signer, stream: str, action: str, public: dict[str, Any], *sealed: tuple[str, object]) -> Row:
        """Record an act whose first slots hold these fields, and the others nothing."""
        seq = self.tails.get(stream, (0, b""))[0] + 1
        seed = hash256(f"{stream}#{seq}".encode())
        values = [(name, format_json(value)) for name, value in sealed]
        values += [ABSENT] * (SLOTS - len(values))
        opened = [(derive_salt(seed, slot), *value) for slot, value in enumerate(values)]
        row = self.add(signer, stream, action, public, sealed=commit_act(ORIGIN, stream, seq, opened))
        self.openings[row.index] = opened
        return row

    @property
    def leaves(self) -> list[bytes]:
        """The leaves in order."""
        return [row.leaf for row in self.rows]

    def node(self, level: int, index: int) -> bytes:
        """A node of the tree."""
        return root_of(self.leaves[index << level : (index + 1) << level])

    def map(self, size: int | None = None) -> list[tuple[str, bytes, int]]:
        """Streams, heads and counts of the first entries, sorted."""
        heads = {row.stream: (row.leaf, row.seq) for row in self.rows[:size]}
        return sorted((stream, *head) for stream, head in heads.items())

    def census(self) -> Row:
        """Take a census of everything so far."""
        streams, root = map_root(self.map())
        public = {"entries": len(self.rows), "map": root.hex(), "streams": streams, "views": []}
        return self.act(LOG, "ledger", "ledger.census.v1", public)

    def note(self, *witnesses: str, size: int | None = None) -> str:
        """A checkpoint with these witnesses' cosignatures."""
        size = len(self.rows) if size is None else size
        text = sign_checkpoint(Checkpoint(ORIGIN, size, root_of(self.leaves[:size])), LOG.private)
        note = parse_note(text)
        added: list[NoteSignature] = [
            sign_cosignature(note.text, name, WITNESSES[name], 1_700_000_100 + place)
            for place, name in enumerate(witnesses)
        ]
        return format_note(note._replace(signatures=(*note.signatures, *added)))

    def hashes(self, index: int, size: int) -> list[bytes]:
        """The inclusion proof of an entry."""
        return inclusion_proof(self.node, index, size)

    def receipt(self, index: int, note: str, size: int) -> bytes:
        """The receipt of an entry under a checkpoint of this size."""
        return format_tlog_proof(TlogProof(index, tuple(self.hashes(index, size)), note, self.rows[index].entry))

    def item(self, index: int, size: int) -> dict[str, Any]:
        """An entry and its inclusion, as files hold them."""
        return {"entry": base64(self.rows[index].entry), **self.place(index, size)}

    def place(self, index: int, size: int) -> dict[str, Any]:
        """A place in the tree and the proof of it."""
        return {"index": index, "proof": texts(self.hashes(index, size))}

    def mapped(self, stream: str, entries: int) -> dict[str, Any]:
        """A stream's place in the map of so many entries."""
        listed = self.map(entries)
        leaves = [map_leaf(*one) for one in listed]
        at = [name for name, _, _ in listed].index(stream)
        proof = inclusion_proof(
            lambda level, index: root_of(leaves[index << level : (index + 1) << level]), at, len(leaves)
        )
        return {"index": at, "proof": texts(proof)}

    def proof(self, census: Row, note: str, size: int, since: int = 0) -> dict[str, Any]:
        """The proof file of the case at a census."""
        return {
            "census": self.item(census.index, size),
            "checkpoint": note,
            "entries": [base64(row.entry) for row in self.rows[: census.index] if row.stream == CASE],
            "format": "sundial/proof-case1",
            "map": self.mapped(CASE, census.index),
            "since": {"proof": texts(consistency_proof(self.node, since, size)), "size": since},
            "stream": CASE,
            "suite": SUITE,
        }

    def silence(self, census: Row, note: str, size: int) -> dict[str, Any]:
        """The proof file that nothing met the acceptance clock."""
        rules = next(row.index for row in self.rows if row.stream == "rules")
        told = {"before": DUE, "clock": "acceptance", "rule": "2022.ACCEPTANCE", "rules": self.item(rules, size)}
        silence = {**told, "started_seq": 1, "unit": WANG.office}
        return {**self.proof(census, note, size), "format": "sundial/proof-silence1", "silence": silence}

    def stream(self, name: str, census: Row, size: int, *, named: bool = False) -> dict[str, Any]:
        """A stream of an office as the file on keys holds it; only named, as a neighbour, if one says so."""
        head, count = next((head, count) for stream, head, count in self.map(census.index) if stream == name)
        rows = [row for row in self.rows[: census.index] if row.stream == name and not named]
        return {
            "count": count,
            "entries": [self.item(row.index, size) for row in rows],
            "head": head.hex(),
            "map": self.mapped(name, census.index),
            "stream": name,
        }

    def authority(self, census: Row, size: int) -> dict[str, Any]:
        """The file on keys that goes with the proof file."""
        ledger = [row.index for row in self.rows[:size] if row.action in ("ledger.genesis.v1", "ledger.key_rotated.v1")]
        case = [row.index for row in self.rows[: census.index] if row.stream == CASE]
        offices = [name for name, _, _ in self.map(census.index) if name.startswith("people/")]
        return {
            "format": "sundial/authority1",
            "included": [self.place(index, size) for index in case],
            "ledger": [self.item(index, size) for index in ledger],
            "streams": [self.stream(name, census, size) for name in offices],
        }

    def disclosures(self, census: Row, withheld: Sequence[tuple[int, int]] = ()) -> dict[str, Any]:
        """What opens the slots of the case's acts, but for some (seq, slot)."""
        acts = []
        for row in (row for row in self.rows[: census.index] if row.stream == CASE):
            opened = [
                {"withheld": "audience"}
                if (row.seq, slot) in withheld
                else {"field": name, "salt": salt.hex(), "value": value.decode()}
                for slot, (salt, name, value) in enumerate(self.openings[row.index])
            ]
            acts.append(opened)
        return {"acts": acts}

    def tree(self, note: str, *, entries: bool = True) -> dict[str, bytes]:
        """The published files of the log."""
        size = len(self.rows)
        files = {"checkpoint": note.encode()}
        level = 0
        while size >> HEIGHT * level:
            nodes = [self.node(HEIGHT * level, index) for index in range(size >> HEIGHT * level)]
            for number in range(-(-len(nodes) // WIDTH)):
                part = nodes[number * WIDTH : (number + 1) * WIDTH]
                files[tile_path(level, number, len(part))] = b"".join(part)
            level += 1
        for number in range(-(-size // WIDTH) if entries else 0):
            rows = self.rows[number * WIDTH : (number + 1) * WIDTH]
            data = b"".join(len(row.entry).to_bytes(2, "big") + row.entry for row in rows)
            files[tile_path(ENTRIES, number, tile_width(0, number, size))] = data
        return files


def texts(hashes: Sequence[bytes]) -> list[str]:
    """Hashes in hexadecimal."""
    return [one.hex() for one in hashes]


def base64(data: bytes) -> str:
    """Bytes in base64."""
    return b64encode(data).decode()


def line(value: object) -> bytes:
    """A file of one line of canonical JSON."""
    return format_json(value) + b"\n"


def pack(files: dict[str, bytes], audience: str = "inspector", **changes: Any) -> bytes:
    """A bundle of these files, with the manifest that they need."""
    manifest = {
        "audience": audience,
        "checks": {name: list(one) for name, one in CHECKS.items()},
        "files": {name: {"digest": hash256(one).hex(), "size": len(one)} for name, one in sorted(files.items())},
        "format": "sundial/bundle1",
        "origin": ORIGIN,
        "stream": CASE,
        "suite": SUITE,
    }
    return format_bundle(files | {"manifest.json": line(manifest | changes)})


def told_log(others: int = 6) -> PublishedLog:
    """A case of four acts beside some others, whose office later lost a key, and a census after the clock ran out."""
    log = PublishedLog()
    log.genesis()
    log.enrol(WANG)
    log.act(LOG, "rules", "rules.published.v1", {"rows": [_RULE]})
    someone = petitioner("device")
    public = {"channel": "web", "petitioner_key": someone.raw.hex(), "to_office": "housing"}
    log.act(someone, CASE, "case.submitted.v1", public, ("text", "房屋漏水"), ("attachments", _ATTACHED))
    for number in range(others):
        log.act(WANG, f"case/{number:032x}", "case.registered.v1", {"channel": "letter"})
    log.act(WANG, CASE, "case.notice_served.v1", {"notice": "receipt"}, ("reason", "转相关单位"))
    log.now += 1_000
    log.propose(SECOND)
    log.confirm(log.rows[-1], BERT)
    log.add(ANNA, "people/housing", "people.key_revoked.v1", {"key_id": WANG.key_id.hex(), "reason": "replaced"})
    log.act(SECOND, CASE, "case.investigated.v1", {"way": "visit"})
    log.act(someone, CASE, "case.attached.v1", {}, ("text", "补充照片"))
    return log


def files_of(log: PublishedLog, census: Row, note: str, size: int) -> dict[str, bytes]:
    """The files of the case's bundle for an inspector, without the manifest."""
    return {
        "attachments/" + hash256(LETTER).hex(): LETTER,
        "authority.json": line(log.authority(census, size)),
        "disclosures.json": line(log.disclosures(census)),
        "proof.json": line(log.proof(census, note, size)),
        "timeline.html": "<!doctype html><title>时间线</title>".encode(),
        "timeline.pdf": b"%PDF-1.7",
    }
