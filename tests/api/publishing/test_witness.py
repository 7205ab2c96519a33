"""A witness answers with every status that the specification names, and keeps what contradicts what it has seen."""

from __future__ import annotations

import threading
from base64 import b64encode
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.publishing.cosigning import read_cosignature, request_body
from api.publishing.evidence import check_evidence, parse_evidence
from api.witness.protocol import MOST_BYTES, Witness
from api.witness.server import build_witness
from api.witness.trusted import parse_trusted
from audit import merkle
from audit.errors import Malformed, ProofRejected
from audit.note import ED25519, NoteKey, cosigned_at
from audit.store.merkle_proofs import consistency_proof
from audit.store.notes import format_note_key, sign_note
from audit.suite import public_key
from tests.api.publishing.witnesses import make_witness

LOG, SECRET, OTHER = "log.example/one", bytes(range(32)), bytes(range(1, 33))
KEY = NoteKey(LOG, ED25519, public_key(SECRET))


class Tree:
    """A log of so many entries that all say the same word; other words, other roots."""

    def __init__(self, word: str, size: int = 40, shared: int = 0) -> None:
        self.leaves = [
            merkle.leaf_hash(f"{'a' if number < shared else word} {number}".encode()) for number in range(size)
        ]

    def note(self, size: int, secret: bytes = SECRET, origin: str = LOG, more: str = "") -> str:
        text = f"{origin}\n{size}\n{b64encode(merkle.root_of(self.leaves[:size])).decode()}\n{more}"
        return sign_note(text, origin, secret)

    def proof(self, old: int, new: int) -> list[bytes]:
        if old in (0, new):
            return []
        return consistency_proof(lambda level, at: merkle.root_of(self.leaves[at << level : at + 1 << level]), old, new)

    def body(self, old: int, size: int) -> bytes:
        return request_body(old, self.proof(old, size), self.note(size))


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return make_witness(tmp_path / "witness.db", "witness.example", KEY)


HONEST, FORKED = Tree("a"), Tree("b", shared=3)


def test_what_goes_on_is_cosigned_and_remembered(witness: Witness, tmp_path: Path) -> None:
    for old, size in ((0, 5), (5, 5), (5, 8), (8, 33)):
        reply = witness.add_checkpoint(HONEST.body(old, size))
        assert reply.status == 200, reply
        signature = read_cosignature(reply.body.encode(), HONEST.note(size), witness.key)
        assert signature is not None
        assert cosigned_at(signature) == 1_800_000_000
    again = make_witness(tmp_path / "witness.db", "witness.example", KEY)
    assert again.store.latest(LOG)[0] == 33


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (request_body(0, [], HONEST.note(5, origin="log.example/two")), 404),
        (request_body(0, [], HONEST.note(5, OTHER)), 403),
        (request_body(5, [], HONEST.note(5).replace("— log.example/one", "— log.example/six")), 403),
        (request_body(7, [], HONEST.note(5)), 400),
        (b"old 0\n", 400),
        (b"\xff", 400),
        (b"old -1\n\n" + HONEST.note(5).encode(), 400),
        (b"old 05\n\n" + HONEST.note(5).encode(), 400),
        (b"old 0\nnonsense\n\n" + HONEST.note(5).encode(), 400),
        (b"old 5\nAAAA\n\n" + HONEST.note(5).encode(), 400),
        (b"old 0\n\n" + sign_note("one line\n", LOG, SECRET).encode(), 400),
        (request_body(5, [bytes(32)] * 64, HONEST.note(9)), 400),
        (HONEST.body(4, 9), 409),
        (HONEST.body(0, 9), 409),
        (FORKED.body(5, 5), 409),
        (request_body(5, [], HONEST.note(9)), 422),
        (request_body(5, HONEST.proof(6, 9), HONEST.note(9)), 422),
        (FORKED.body(5, 9), 422),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_every_other_request_is_refused_with_its_status(witness: Witness, body: bytes, status: int) -> None:
    witness.add_checkpoint(HONEST.body(0, 5))
    reply = witness.add_checkpoint(body)
    assert reply.status == status, reply
    if status == 409:
        assert (reply.media_type, reply.body) == ("text/x.tlog.size", "5\n")
    assert witness.store.latest(LOG) == (5, merkle.root_of(HONEST.leaves[:5]))


def test_a_log_with_extension_lines_and_a_name_of_its_own_is_a_log_too(tmp_path: Path) -> None:
    key = NoteKey("sum.example", ED25519, public_key(OTHER))
    trusted = parse_trusted(f"# logs\nlog {format_note_key(key)} go.example database tree\n".encode())
    text = f"go.example database tree\n5\n{b64encode(merkle.root_of(HONEST.leaves[:5])).decode()}\nextension 1\n"
    witness = make_witness(tmp_path / "w.db", "w", key)
    witness = Witness(witness.name, witness.private, trusted, witness.store, witness.clock)
    assert witness.add_checkpoint(request_body(0, [], sign_note(text, "sum.example", OTHER))).status == 200


def test_two_roots_of_one_size_are_kept_as_evidence_that_needs_nobodys_word(witness: Witness) -> None:
    witness.add_checkpoint(HONEST.body(0, 5))
    witness.add_checkpoint(FORKED.body(5, 5))
    witness.add_checkpoint(FORKED.body(5, 5))
    (kept,) = witness.store.evidence()
    older, newer = check_evidence(parse_evidence(kept.data), [KEY])
    assert (kept.proven, older.size, newer.size, older.root != newer.root) == (True, 5, 5, True)


def test_a_larger_tree_over_another_history_is_evidence_by_its_own_proof(witness: Witness) -> None:
    witness.add_checkpoint(HONEST.body(0, 7))
    witness.add_checkpoint(FORKED.body(7, 13))
    (kept,) = witness.store.evidence()
    evidence = parse_evidence(kept.data)
    assert kept.proven
    assert [one.size for one in check_evidence(evidence, [KEY])] == [7, 13]
    with pytest.raises(ProofRejected):
        check_evidence(evidence._replace(root=bytes(32)), [KEY])


def test_a_proof_that_is_merely_wrong_is_kept_but_proves_nothing(witness: Witness) -> None:
    witness.add_checkpoint(HONEST.body(0, 5))
    witness.add_checkpoint(request_body(5, HONEST.proof(6, 9), HONEST.note(9)))
    assert [one.proven for one in witness.store.evidence()] == [False]


def test_evidence_that_agrees_is_none(witness: Witness) -> None:
    witness.add_checkpoint(HONEST.body(0, 7))
    witness.add_checkpoint(FORKED.body(7, 13))
    (kept,) = witness.store.evidence()
    evidence = parse_evidence(kept.data)
    agreeing = evidence._replace(
        newer=HONEST.note(13), root=merkle.root_of(HONEST.leaves[:7]), proof=tuple(HONEST.proof(7, 13))
    )
    with pytest.raises(ProofRejected, match="do not contradict"):
        check_evidence(agreeing, [KEY])


def test_of_two_histories_sent_at_once_one_is_cosigned(tmp_path: Path) -> None:
    first = make_witness(tmp_path / "w.db", "w", KEY)
    second = make_witness(tmp_path / "w.db", "w", KEY)
    first.add_checkpoint(HONEST.body(0, 3))
    for size in range(4, 12):
        barrier = threading.Barrier(2)
        replies: list[int] = []
        old = first.store.latest(LOG)[0]

        def send(witness: Witness, body: bytes, barrier: threading.Barrier, replies: list[int]) -> None:
            barrier.wait()
            replies.append(witness.add_checkpoint(body).status)

        bodies = (HONEST.body(old, size), request_body(old, HONEST.proof(old, size), FORKED.note(size)))
        threads = [
            threading.Thread(target=send, args=(one, body, barrier, replies))
            for one, body in zip((first, second), bodies, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(replies) in ([200, 409], [200, 422])


def test_over_http_it_says_who_it_is_and_takes_no_endless_request(witness: Witness) -> None:
    with TestClient(build_witness(witness)) as client:
        assert client.get("/").text == f"{format_note_key(witness.key)}\n"
        assert client.post("/add-checkpoint", content=HONEST.body(0, 5)).status_code == 200
        conflict = client.post("/add-checkpoint", content=HONEST.body(4, 9))
        assert (conflict.status_code, conflict.headers["content-type"], conflict.text) == (
            409,
            "text/x.tlog.size",
            "5\n",
        )
        assert client.post("/add-checkpoint", content=bytes(MOST_BYTES + 1)).status_code == 413
        assert client.get("/add-checkpoint").status_code == 405


@pytest.mark.parametrize("line", ["log nonsense", "witness " + format_note_key(KEY), "log"])
def test_a_wrong_line_of_the_trusted_logs_is_named(line: str) -> None:
    with pytest.raises(Malformed, match="line 2"):
        parse_trusted(f"# logs\n{line}\n".encode())
