"""A whole small log, made without a store: honest rows, and all the private keys to forge others with."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from audit.anchor import Anchor
from audit.checkpoint import Checkpoint
from audit.entry import Entry, Signature, pae
from audit.merkle import append, leaf_hash, root, root_of
from audit.statement import EMPTY_SEEN, NO_PREV, PAYLOAD_TYPE, Seen, Statement
from audit.store.notes import sign_checkpoint
from audit.store.possession import prove_possession
from audit.store.stored_checks import Head, Stored, StoredCheckpoint, StoredTile
from audit.store.stored_rows import Row
from audit.store.tile_files import tiles_completed_by
from audit.store.verification import DatabaseVerifier, Report
from audit.store.writing import format_entry, format_statement
from audit.suite import SUITE, key_id, public_key, sign
from audit.tiles import WIDTH

ORIGIN = "sundial.example/test"
START = 1_700_000_000_000


def private_of(name: str) -> bytes:
    """A private key for a test: anyone can know it."""
    return sha256(name.encode()).digest()


def is_reference(stream: str) -> bool:
    """Whether other streams depend on this one."""
    return stream == "ledger" or stream.startswith("people/")


@dataclass(frozen=True)
class Signer:
    """Somebody with a key: as what they act, and the private key."""

    actor: str
    office: str
    post: str
    role: str
    private: bytes

    @property
    def raw(self) -> bytes:
        """The raw public key."""
        return public_key(self.private)

    @property
    def key_id(self) -> bytes:
        """The id of the key."""
        return key_id(self.raw)


LOG = Signer("ledger", "", "", "ledger", private_of("log"))
ANNA = Signer("registrar-anna", "registrars", "registrar", "registrar", private_of("anna"))
BERT = Signer("registrar-bert", "registrars", "registrar", "registrar", private_of("bert"))
WANG = Signer("officer-wang", "housing", "desk", "handler", private_of("wang"))


def petitioner(name: str) -> Signer:
    """A petitioner with a key of their own."""
    return Signer("petitioner", "", "", "petitioner", private_of(name))


@dataclass
class SimulatedLog:
    """Rows as an honest store would hold them."""

    rows: list[Row] = field(default_factory=list)
    tails: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    checkpoints: list[StoredCheckpoint] = field(default_factory=list)
    seen: Seen = EMPTY_SEEN
    now: int = START
    frontier: tuple[bytes, ...] = ()

    def statement(self, signer: Signer, stream: str, action: str, public: dict[str, Any], **changes: Any) -> Statement:
        """The next statement of a stream."""
        seq, prev = self.tails.get(stream, (0, NO_PREV))
        return Statement(
            act_id=sha256(f"{stream}{seq}".encode()).digest()[:16],
            action=action,
            actor=signer.actor,
            claimed_at="2024-02-29T10:00:00+08:00",
            key_id=signer.key_id,
            office=signer.office,
            origin=ORIGIN,
            post=signer.post,
            prev=prev,
            public=public,
            role=signer.role,
            sealed=tuple(sha256(f"{stream}{seq}{slot}".encode()).digest() for slot in range(8)),
            seen=self.seen,
            seq=seq + 1,
            stream=stream,
        )._replace(**changes)

    def add(
        self, signer: Signer, stream: str, action: str, public: dict[str, Any], *more: Signer, **changes: Any
    ) -> Row:
        """Sign an act and record it, whatever it is worth."""
        statement = self.statement(signer, stream, action, public, **changes)
        self.now += 3
        return self.record(sealed(statement, self.now, signer, *more), statement)

    def record(self, entry: bytes, statement: Statement) -> Row:
        """Put an entry at the end of the log."""
        index, leaf = len(self.rows), leaf_hash(entry)
        row = Row(index, statement.stream, statement.seq, statement.action, statement.act_id, entry, leaf)
        self.rows.append(row)
        self.tails[statement.stream] = (statement.seq, leaf)
        self.frontier = append(self.frontier, index, leaf)
        return row

    def genesis(self, **changes: Any) -> Row:
        """Entry 0."""
        registrars = [{"id": one.actor, "key": one.raw.hex()} for one in (ANNA, BERT)]
        public = {"origin": ORIGIN, "suite": SUITE, "log_key": LOG.raw.hex(), "registrars": registrars}
        return self.add(LOG, "ledger", "ledger.genesis.v1", public | changes, ANNA, BERT)

    def propose(self, signer: Signer, by: Signer = ANNA, **changes: Any) -> Row:
        """One registrar's proposal of a key."""
        public = {
            "key": signer.raw.hex(),
            "actor": signer.actor,
            "post": signer.post,
            "roles": [signer.role],
            "custody": "device",
            "possession": prove_possession(signer.private, ORIGIN, signer.office, signer.actor).hex(),
        }
        return self.add(by, f"people/{signer.office}", "people.key_proposed.v1", public | changes)

    def confirm(self, proposal: Row, by: Signer = BERT) -> Row:
        """Another registrar's confirmation of it."""
        return self.add(by, proposal.stream, "people.key_confirmed.v1", {"proposal": proposal.leaf.hex()})

    def enrol(self, signer: Signer) -> None:
        """Both acts that it takes."""
        self.confirm(self.propose(signer))

    def checkpoint(self) -> StoredCheckpoint:
        """Sign and keep a checkpoint, and let signers see it from now on."""
        size, tree_root = len(self.rows), root(self.frontier)
        note = sign_checkpoint(Checkpoint(ORIGIN, size, tree_root), LOG.private)
        self.checkpoints.append(StoredCheckpoint(size, tree_root, note))
        self.seen = Seen(size, tree_root)
        return self.checkpoints[-1]

    def anchor(self) -> Anchor:
        """What someone keeps outside."""
        return Anchor(ORIGIN, LOG.raw, self.rows[0].leaf, self.checkpoints[-1].note if self.checkpoints else "")

    def stored(self) -> Stored:
        """What a store keeps beside the rows."""
        return surroundings(self.rows, self.checkpoints)


def sealed(statement: Statement, recorded_at: int, *signers: Signer) -> bytes:
    """The entry of a statement."""
    payload = format_statement(statement)
    message = pae(PAYLOAD_TYPE, payload)
    signatures = tuple(Signature(one.key_id, sign(one.private, message)) for one in signers)
    return format_entry(Entry(PAYLOAD_TYPE, payload, signatures, recorded_at))


def surroundings(rows: list[Row], checkpoints: list[StoredCheckpoint]) -> Stored:
    """Head and tiles that agree with the leaves of these rows, whatever these are."""
    frontier: tuple[bytes, ...] = ()
    for index, row in enumerate(rows):
        frontier = append(frontier, index, row.leaf)
    levels = [[row.leaf for row in rows]]
    tiles = []
    for level, number in tiles_completed_by(0, len(rows)):
        if level + 1 == len(levels):
            levels.append([])
        hashes = levels[level][number * WIDTH : (number + 1) * WIDTH]
        levels[level + 1].append(root_of(hashes))
        tiles.append(StoredTile(level, number, b"".join(hashes), root_of(hashes)))
    recorded_at = int.from_bytes(rows[-1].entry[-8:], "big") if rows else 0
    reference_at = max((row.index for row in rows if is_reference(row.stream)), default=-1)
    return Stored(checkpoints, Head(len(rows), frontier, recorded_at, reference_at), tiles)


def verify(rows: list[Row], stored: Stored | None = None, anchor: Anchor | None = None, **options: Any) -> Report:
    """Verify rows as a database would give them: each share in the order of its index."""
    verifier = DatabaseVerifier(anchor, **options)
    ordered = sorted(rows, key=lambda row: row.index)
    references = verifier.read_rows((row for row in ordered if is_reference(row.stream)), references=True)
    streams = verifier.read_rows(row for row in ordered if not is_reference(row.stream))
    return verifier.finish_database(len(rows), [references, streams], stored)


def honest_log(cases: int = 12, acts: int = 4, *, every: int = 10) -> SimulatedLog:
    """A log of some cases whose acts are mixed, with a checkpoint every so many acts and one at the end."""
    log = SimulatedLog()
    log.genesis()
    log.enrol(WANG)
    for act in range(acts):
        for case in range(cases):
            stream = f"case/{case:032x}"
            if act == 0 and case % 3 == 0:
                someone = petitioner(stream)
                public = {"channel": "web", "to_office": "housing", "petitioner_key": someone.raw.hex()}
                log.add(someone, stream, "case.submitted.v1", public)
            else:
                log.add(WANG, stream, "case.accepted.v1", {"category": "31_6"})
            if len(log.rows) % every == 0:
                log.checkpoint()
    log.checkpoint()
    return log
