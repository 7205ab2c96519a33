"""An operator shows witnesses and readers different histories: witnesses refuse, keep the evidence, and sign one only.

The publisher's asking and the witness are the real ones; only the network between them is in memory.
"""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.publishing.cosigning import Answer, request_body
from api.publishing.evidence import Evidence, check_evidence, parse_evidence
from audit.checkpoint import Checkpoint
from audit.errors import NoteRejected, ProofRejected
from audit.merkle import root
from audit.note import NoteKey, check_note, parse_note
from audit.store.merkle_proofs import consistency_proof
from audit.store.notes import format_note_key, sign_checkpoint, sign_note
from tests.api.publishing.witnesses import Net, make_witness
from tests.attacks.rogue import (
    DAY,
    LOG_KEY,
    anchor_at,
    ask,
    audit,
    bare_anchor,
    cosigned,
    earlier,
    find,
    forged,
    goes_on,
    publish,
    refused,
    rewritten,
    told,
)  # fmt: skip
from tests.audit.published_log import CASE, PublishedLog
from tests.audit.simulated_log import LOG, ORIGIN, private_of

HONEST = told()
SIZE = len(HONEST.rows)
LAST = find(HONEST, CASE, 4)
FORK = rewritten(HONEST, LAST, earlier)
BARE = bare_anchor(HONEST)
FEW = "fewer witnesses have cosigned the checkpoint than the policy's quorum asks for"


@pytest.fixture
def net(tmp_path: Path) -> Iterator[Net]:
    """Three witnesses that watch the log."""
    witnesses = [make_witness(tmp_path / f"{name}.db", name, LOG_KEY) for name in ("east", "north", "west")]
    yield Net(witnesses)
    for one in witnesses:
        one.store.close()


def _told(answers: list[Answer]) -> list[tuple[str, int]]:
    return [(one.outcome, one.status) for one in answers]


def _evidence(net: Net) -> list[list[tuple[bool, bytes]]]:
    return [[(kept.proven, kept.data) for kept in one.store.evidence()] for one in net.witnesses]


def _check_against_the_log(data: bytes) -> tuple[Checkpoint, Checkpoint]:
    """Check evidence with nothing but the log's key; return what the log has said, twice."""
    return check_evidence(parse_evidence(data), [LOG_KEY])


def test_a_fork_for_one_reader_is_cosigned_by_nobody_and_convicts_the_log(net: Net, tmp_path: Path) -> None:
    honest = cosigned(HONEST.note(), ask(HONEST, net))
    answers = ask(FORK, net)
    assert _told(answers) == [("refused", 409)] * 3
    for ((proven, data),) in _evidence(net):
        older, newer = _check_against_the_log(data)
        assert (proven, older.size, newer.size, older.root != newer.root) == (True, SIZE, SIZE, True)
    (tmp_path / "receipt").write_bytes(HONEST.receipt(LAST, honest, SIZE))
    report = audit(tmp_path, "receipt", tmp_path / "receipt", anchor=BARE, policy=net.policy_text(2))
    assert report["witnesses"] == ["east", "north", "west"]
    for_one = FORK.receipt(LAST, cosigned(FORK.note(), answers), SIZE)
    assert refused(tmp_path, "receipt", for_one, BARE, net.policy_text(2)) == ("witnesses", FEW)
    fault = goes_on(tmp_path, honest, FORK.note(), FORK)["first_fault"]
    assert (fault["check"], fault["detail"]) == (
        "consistency",
        f"the tree of the first {SIZE} entries has another root: a fork",
    )


def test_a_fork_that_grew_is_convicted_by_its_own_proof(net: Net, tmp_path: Path) -> None:
    """The operator goes on from the honest size as if nothing had been, with the only proof that the fork has."""
    ask(HONEST, net, size=SIZE - 1)
    grown = rewritten(HONEST, find(HONEST, CASE, 1), earlier)
    answers = ask(grown, net, sizes=_sizes(net, SIZE - 1))
    assert _told(answers) == [("refused", 422)] * 3
    for ((proven, data),) in _evidence(net):
        older, newer = _check_against_the_log(data)
        assert (proven, older.size, newer.size) == (True, SIZE - 1, SIZE)
    fault = goes_on(tmp_path, HONEST.note(size=SIZE - 1), grown.note(), grown)["first_fault"]
    assert fault["detail"] == f"the tree of the first {SIZE - 1} entries has another root: a fork"


def _sizes(net: Net, size: int) -> dict[str, int]:
    """What a publisher remembers that each witness has seen."""
    return {format_note_key(one.key): size for one in net.witnesses}


def test_a_witness_that_sides_with_the_operator_is_not_a_quorum(net: Net, tmp_path: Path) -> None:
    ask(HONEST, net)
    liar = make_witness(tmp_path / "liar.db", "east", LOG_KEY)  # the key of a witness, and an empty memory
    answers = ask(FORK, Net([liar, *net.witnesses[1:]]))
    liar.store.close()
    assert _told(answers) == [("cosigned", 200), ("refused", 409), ("refused", 409)]
    made = FORK.receipt(LAST, cosigned(FORK.note(), answers), SIZE)
    assert refused(tmp_path, "receipt", made, BARE, net.policy_text(2)) == ("witnesses", FEW)


def test_both_histories_with_their_cosignatures_are_evidence_that_witnesses_were_split(
    net: Net, tmp_path: Path
) -> None:
    """Quorum one, and each witness shown its own history: two readers are satisfied until they compare."""
    east, west = Net(net.witnesses[:1]), Net(net.witnesses[2:])
    notes = cosigned(HONEST.note(), ask(HONEST, east)), cosigned(FORK.note(), ask(FORK, west))
    for log, note in zip((HONEST, FORK), notes, strict=True):
        (tmp_path / "receipt").write_bytes(log.receipt(LAST, note, SIZE))
        assert audit(tmp_path, "receipt", tmp_path / "receipt", anchor=BARE, policy=net.policy_text(1))["ok"]
    older, newer = _check_against_the_log(Evidence(*notes, root(FORK.frontier)).data)
    assert (older.size, newer.size, older.root != newer.root) == (SIZE, SIZE, True)
    fault = goes_on(tmp_path, *notes, FORK)["first_fault"]
    assert "a fork" in fault["detail"]


def test_a_backup_that_was_restored_is_behind_what_the_witnesses_have_seen(net: Net) -> None:
    ask(HONEST, net)
    behind = forged(HONEST, [row.entry for row in HONEST.rows[:9]])
    assert _told(ask(behind, net)) == [("ahead", 409)] * 3
    assert [one.store.latest(ORIGIN)[0] for one in net.witnesses] == [SIZE] * 3


def test_a_stale_checkpoint_is_answered_with_the_size_that_was_seen(net: Net) -> None:
    ask(HONEST, net)
    for one in net.witnesses:
        reply = one.add_checkpoint(request_body(0, [], HONEST.note(size=9)))
        assert (reply.status, reply.media_type, reply.body) == (409, "text/x.tlog.size", f"{SIZE}\n")


def test_a_proof_for_another_size_is_refused_and_proves_nothing_by_itself(net: Net) -> None:
    ask(HONEST, net, size=9)
    wrong = consistency_proof(HONEST.node, 10, SIZE)
    for one in net.witnesses:
        reply = one.add_checkpoint(request_body(9, wrong, HONEST.note()))
        assert (reply.status, "proof" in reply.body) == (422, True)
        assert [kept.proven for kept in one.store.evidence()] == [False]
        assert one.store.latest(ORIGIN)[0] == 9


def test_a_witness_is_not_led_to_another_origin(net: Net, tmp_path: Path) -> None:
    """The same key under another name is another log, and a cosignature of the one is none of the other."""
    (witness, *_) = net.witnesses
    elsewhere = sign_checkpoint(Checkpoint("elsewhere.example", SIZE, root(FORK.frontier)), LOG.private)
    reply = witness.add_checkpoint(request_body(0, [], elsewhere))
    assert (reply.status, reply.body) == (404, "the log is not known here\n")
    text = f"elsewhere.example\n{SIZE}\n{b64encode(root(FORK.frontier)).decode()}\n"
    assert witness.add_checkpoint(request_body(0, [], sign_note(text, ORIGIN, LOG.private))).status == 404
    forger = sign_note(HONEST.note().partition("\n\n")[0] + "\n", "elsewhere.example", LOG.private)
    reply = witness.add_checkpoint(request_body(0, [], forger))
    assert (reply.status, reply.body) == (403, "no trusted key of the log signed the checkpoint\n")
    check, words = refused(tmp_path, "receipt", HONEST.receipt(LAST, elsewhere, SIZE), BARE)
    assert (check, words) == ("checkpoint", f"the checkpoint is of elsewhere.example, the anchor of {ORIGIN}")


def test_a_cosignature_of_another_log_put_under_ours_does_not_hold(net: Net, tmp_path: Path) -> None:
    other = make_witness(tmp_path / "other.db", "east", NoteKey("elsewhere.example", LOG_KEY.kind, LOG.raw))
    elsewhere = sign_checkpoint(Checkpoint("elsewhere.example", SIZE, root(FORK.frontier)), LOG.private)
    line = other.add_checkpoint(request_body(0, [], elsewhere)).body
    other.store.close()
    moved = FORK.receipt(LAST, FORK.note() + line, SIZE)
    found = refused(tmp_path, "receipt", moved, BARE, Net(net.witnesses[:1]).policy_text(1))
    assert found == ("checkpoint", "the signature by east does not hold")


def test_of_two_publishers_that_race_with_two_histories_one_gets_the_quorum_at_most(net: Net) -> None:
    for size in range(6, SIZE + 1):
        barrier, got = threading.Barrier(2), dict[str, list[Answer]]()

        def run(
            name: str, log: PublishedLog, size: int, barrier: threading.Barrier, got: dict[str, list[Answer]]
        ) -> None:
            barrier.wait()
            got[name] = ask(log, net, size=size)

        logs = {"honest": HONEST, "fork": rewritten(HONEST, size - 1, earlier)}
        threads = [threading.Thread(target=run, args=(*one, size, barrier, got)) for one in logs.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        won = {
            name: {one.witness.name for one in answers if one.outcome == "cosigned"} for name, answers in got.items()
        }
        assert won["honest"].isdisjoint(won["fork"])
        assert sum(len(one) >= 2 for one in won.values()) <= 1
        if won["fork"]:
            break  # from here on the honest history is the one that these witnesses refuse
    for log in logs.values():  # both are on their way again, whoever came second in the race
        ask(log, net, size=size)
    found = [data for kept in _evidence(net) for proven, data in kept if proven]
    assert found
    for data in found:
        older, newer = _check_against_the_log(data)
        assert older.size <= newer.size


def test_a_second_genesis_is_not_the_log_that_the_witnesses_know(net: Net, tmp_path: Path) -> None:
    ask(HONEST, net)
    other = PublishedLog(now=HONEST.now + DAY)
    other.genesis()
    while len(other.rows) < SIZE:
        other.census()
    assert audit(tmp_path, "tree", publish(other, tmp_path / "own"), anchor=bare_anchor(other))["ok"]
    assert _told(ask(other, net)) == [("refused", 409)] * 3
    for ((proven, data),) in _evidence(net):
        assert proven
        assert [one.size for one in _check_against_the_log(data)] == [SIZE, SIZE]
    made = other.receipt(0, other.note(), SIZE)
    assert refused(tmp_path, "receipt", made, BARE) == ("included", "the first entry is not the anchored one")


def test_evidence_convicts_the_log_and_nobody_else(net: Net) -> None:
    evidence = Evidence(HONEST.note(), FORK.note(), root(FORK.frontier))
    _check_against_the_log(evidence.data)
    stranger = NoteKey(ORIGIN, LOG_KEY.kind, private_of("somebody"))
    with pytest.raises(NoteRejected):
        check_evidence(evidence, [stranger])
    with pytest.raises(ProofRejected, match="do not contradict"):
        _check_against_the_log(Evidence(HONEST.note(), HONEST.note(), root(HONEST.frontier)).data)
    unsigned = Evidence(HONEST.note(), _by_somebody_else(), root(FORK.frontier))
    with pytest.raises(NoteRejected):
        _check_against_the_log(unsigned.data)
    assert check_note(parse_note(HONEST.note()), [LOG_KEY]) == (LOG_KEY,)


def _by_somebody_else() -> str:
    """The fork's checkpoint under another key of the log's name."""
    return sign_checkpoint(Checkpoint(ORIGIN, SIZE, root(FORK.frontier)), private_of("somebody"))


def test_a_reader_with_an_anchor_sees_the_fork_without_any_witness(tmp_path: Path) -> None:
    check, words = refused(tmp_path, "receipt", FORK.receipt(LAST, FORK.note(), SIZE), anchor_at(HONEST))
    assert (check, words) == (
        "checkpoint",
        "the checkpoint has another root than the anchored one of the same size: a fork",
    )
