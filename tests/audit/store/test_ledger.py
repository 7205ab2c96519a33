"""Taking acts in, on both stores: what is answered, what is refused, and that nothing refused leaves a trace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from audit import merkle
from audit.checkpoint import open_checkpoint
from audit.commitments import check_commitment
from audit.entry import parse_entry
from audit.errors import Malformed, ProofRejected
from audit.statement import parse_statement
from audit.store.acknowledgement import check_acknowledgement
from audit.store.erasure import Eraser
from audit.store.errors import (
    ActConflict,
    AuthorityRefused,
    EntryTooLarge,
    LedgerError,
    LedgerExists,
    SeenRefused,
    SignatureRefused,
    StaleStream,
)
from audit.store.ledger import Ledger
from audit.store.model import Actor
from audit.store.possession import prove_possession
from audit.suite import key_id, public_key, sign
from tests.audit.store.ledgers import CLAIMED_AT, Bench, Wish, case, handler, note, private, settings


def test_an_act_is_acknowledged_under_the_log_key(bench: Bench) -> None:
    answer = bench.act(note())
    check_acknowledgement(
        public_key(private("log")), answer.signature, answer.origin, answer.index, answer.leaf, answer.recorded_at
    )
    stored = next(iter(bench.ledger.entries(answer.index)))
    assert merkle.leaf_hash(stored.entry) == stored.leaf == answer.leaf
    assert not answer.repeated


def test_a_second_ledger_cannot_be_founded_on_the_first(bench: Bench) -> None:
    with pytest.raises(LedgerExists):
        bench.found()


def test_a_repeated_commit_gets_the_first_answer_and_adds_nothing(bench: Bench) -> None:
    prepared = bench.prepare(note())
    signature = sign(private("wang"), prepared.to_sign)
    first = bench.ledger.commit(prepared.draft, signature)
    bench.act(note(2))
    again = bench.ledger.commit(prepared.draft, signature)
    assert (again.index, again.leaf, again.signature) == (first.index, first.leaf, first.signature)
    assert again.repeated
    assert bench.ledger.head().size == first.index + 2


def test_the_same_act_id_with_other_bytes_is_a_conflict(bench: Bench) -> None:
    first = bench.prepare(note())
    bench.ledger.commit(first.draft, sign(private("wang"), first.to_sign))
    other = bench.prepare(note(2))
    draft = replace(other.draft, act_id=first.draft.act_id)
    with pytest.raises(ActConflict):
        bench.ledger.commit(draft, _sign_again(bench, draft))


def _sign_again(bench: Bench, draft: object) -> bytes:
    """Sign a changed draft as its client would: over the statement rebuilt from it."""
    from audit.store.acts import prepare_act

    prepared = prepare_act(bench.ledger.origin, draft.command.stream, draft, draft.command, 0)  # type: ignore[attr-defined, arg-type]
    return sign(private("wang"), prepared.to_sign)


def test_two_acts_prepared_for_the_same_place_leave_one(bench: Bench) -> None:
    one, other = bench.prepare(note(1, "one")), bench.prepare(note(1, "other"))
    bench.ledger.commit(one.draft, sign(private("wang"), one.to_sign))
    size = bench.ledger.head().size
    with pytest.raises(StaleStream, match="the next is 2"):
        bench.ledger.commit(other.draft, sign(private("wang"), other.to_sign))
    assert bench.ledger.head().size == size


def test_a_batch_answers_each_act_on_its_own(bench: Bench) -> None:
    acts = [bench.prepare(note(number)) for number in (1, 2, 2, 3)]
    signed = [(one, sign(private("wang"), one.to_sign)) for one in acts]
    signed[0] = (acts[0], bytes(64))
    answers = bench.ledger.commit_many(signed)
    assert [type(one).__name__ for one in answers] == [
        "SignatureRefused",
        "Acknowledgement",
        "StaleStream",
        "Acknowledgement",
    ]
    assert bench.ledger.head().size == 5


def test_a_signature_over_other_bytes_is_refused(bench: Bench) -> None:
    prepared, other = bench.prepare(note()), bench.prepare(note(2))
    with pytest.raises(SignatureRefused):
        bench.ledger.commit(prepared.draft, sign(private("wang"), other.to_sign))
    assert bench.ledger.head().size == 3


def test_an_unknown_key_is_refused_before_anything_is_signed(bench: Bench) -> None:
    with pytest.raises(AuthorityRefused, match="granted nothing"):
        bench.prepare(note(), handler("nobody"))


def test_a_key_cannot_act_for_another_office(bench: Bench) -> None:
    with pytest.raises(AuthorityRefused, match="office"):
        bench.prepare(note(), replace(handler(), office="roads"))


@pytest.mark.parametrize("claim_key", ["00" * 32, "01" + "00" * 31, "02" * 32])
def test_a_claim_key_that_is_none_is_refused_before_it_is_recorded(bench: Bench, claim_key: str) -> None:
    size = bench.ledger.head().size
    with pytest.raises(AuthorityRefused):
        bench.prepare(Wish(case(), "case.registered.v1", {"claim_key": claim_key}))
    good = Wish(case(), "case.registered.v1", {"claim_key": public_key(private("code")).hex()})
    prepared = bench.prepare(good)
    draft = replace(prepared.draft, command=replace(good, public={"claim_key": claim_key}))
    with pytest.raises((AuthorityRefused, SignatureRefused)):
        bench.ledger.commit(draft, sign(private("wang"), prepared.to_sign))
    assert bench.ledger.head().size == size
    assert bench.act(good).index == size


def test_a_petitioner_cannot_act_in_a_database_of_another_ledger(bench: Bench, any_store_url: str) -> None:
    parts = replace(bench.parts, origin="ledger.example/other")
    raw = private("petitioner")
    actor = Actor("petitioner", "", "", "petitioner", key_id(public_key(raw)))
    wish = Wish(case(), "case.submitted.v1", {"petitioner_key": public_key(raw).hex()})
    other = Ledger(settings(any_store_url), parts)
    try:
        with pytest.raises(AuthorityRefused):
            other.prepare(wish, actor, act_id=bytes(16), claimed_at=CLAIMED_AT, seed=bytes(32))
    finally:
        other.close()
    prepared = bench.prepare(wish, actor)
    assert bench.ledger.commit(prepared.draft, sign(raw, prepared.to_sign)).index == 3


def test_after_the_log_key_was_rotated_the_old_one_signs_nothing_more(bench: Bench, any_store_url: str) -> None:
    note_before = bench.ledger.checkpoint()
    proof = prove_possession(private("log 2"), bench.ledger.origin, "", "ledger")
    public = {"key": public_key(private("log 2")).hex(), "possession": proof.hex()}
    log = Actor("ledger", "", "", "ledger", key_id(public_key(private("log"))))
    bench.act(Wish("ledger", "ledger.key_rotated.v1", public), "log", log)
    size = bench.ledger.head().size
    with pytest.raises(LedgerError, match="log's key was rotated"):
        bench.ledger.checkpoint()
    with pytest.raises(LedgerError, match="log's key was rotated"):
        bench.act(note())
    assert (bench.ledger.head().size, bench.ledger.latest_checkpoint()) == (size, note_before)
    after = Ledger(settings(any_store_url), replace(bench.parts, log_key=private("log 2")))
    try:
        assert open_checkpoint(after.checkpoint(), after.origin, public_key(private("log 2"))).size == size
        prepared = after.prepare(note(), handler(), act_id=bytes(16), claimed_at=CLAIMED_AT, seed=bytes(32))
        assert after.commit(prepared.draft, sign(private("wang"), prepared.to_sign)).index == size
    finally:
        after.close()


def test_a_stream_that_no_statement_can_name_never_reaches_the_database(bench: Bench) -> None:
    for name in ("case/\0", "case/" + "g" * 32, "elsewhere", ""):
        with pytest.raises(Malformed):
            bench.prepare(Wish(name, "case.noted.v1"))


def test_a_revoked_key_is_refused_though_its_act_was_prepared_before(bench: Bench) -> None:
    prepared = bench.prepare(note())
    bench.revoke("wang")
    with pytest.raises(AuthorityRefused, match="ended by entry"):
        bench.ledger.commit(prepared.draft, sign(private("wang"), prepared.to_sign))


def test_one_registrar_alone_grants_nothing(bench: Bench) -> None:
    from audit.store.possession import prove_possession
    from tests.audit.store.ledgers import ORIGIN, registrar

    public = {
        "key": public_key(private("li")).hex(),
        "actor": "officer-li",
        "post": "clerk",
        "roles": ["handler"],
        "custody": "file",
        "possession": prove_possession(private("li"), ORIGIN, "housing", "officer-li").hex(),
    }
    proposed = bench.act(Wish("people/housing", "people.key_proposed.v1", public), "a", registrar("a"))
    with pytest.raises(AuthorityRefused, match="cannot confirm"):
        bench.act(
            Wish("people/housing", "people.key_confirmed.v1", {"proposal": proposed.leaf.hex()}), "a", registrar("a")
        )
    with pytest.raises(AuthorityRefused):
        bench.prepare(note(), handler("li"))


def test_a_checkpoint_that_was_never_signed_cannot_have_been_seen(bench: Bench) -> None:
    prepared = bench.prepare(note())
    draft = replace(prepared.draft, seen_size=2, seen_root=bytes(32))
    with pytest.raises(SeenRefused):
        bench.ledger.commit(draft, sign(private("wang"), prepared.to_sign))


def test_an_act_names_the_newest_checkpoint_as_seen(bench: Bench) -> None:
    bench.ledger.checkpoint()
    answer = bench.act(note())
    entry = next(iter(bench.ledger.entries(answer.index)))
    seen = parse_statement(parse_entry(entry.entry).payload).seen
    assert seen == (3, bench.ledger.root(3))


def test_an_entry_that_is_too_large_is_refused(bench: Bench) -> None:
    with pytest.raises(EntryTooLarge, match="65535"):
        bench.act(Wish(case(), "case.noted.v1", {"long": "x" * 65_000}))
    assert bench.ledger.head().size == 3


def test_every_slot_opens_to_its_commitment(bench: Bench) -> None:
    answer = bench.act(note(1, "房顶漏水"))
    row = next(iter(bench.ledger.entries(answer.index)))
    statement = parse_statement(parse_entry(row.entry).payload)
    opened = bench.ledger.disclosures(row)
    assert opened[0] is not None
    assert (opened[0].field, opened[0].value.decode()) == ("text", '"房顶漏水"')
    for commitment, one in zip(statement.sealed, opened, strict=True):
        assert one is not None
        check_commitment(
            commitment, one.salt, statement.origin, statement.stream, statement.seq, one.slot, one.field, one.value
        )


def test_erasure_destroys_what_opened_a_slot_and_leaves_the_others(bench: Bench) -> None:
    answer = bench.act(note())
    bench.act(Wish(case(), "case.erased.v1", {"targets": [{"seq": 1, "slots": [0]}]}))
    row = next(iter(bench.ledger.entries(answer.index)))
    opened = bench.ledger.disclosures(row)
    assert opened[0] is None
    assert all(one is not None for one in opened[1:])
    report = bench.ledger.reapply_erasures()
    assert (report.erased, report.already, report.missing) == (0, 1, 0)


def test_an_erasure_whose_recorder_was_killed_is_carried_out_before_the_next_checkpoint(
    bench: Bench, any_store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = bench.act(note())
    bench.ledger.checkpoint()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    erase = Wish(case(), "case.erased.v1", {"targets": [{"seq": 1, "slots": [0, 5]}]})
    with monkeypatch.context() as patched:
        patched.setattr(Eraser, "erase", killed)
        with pytest.raises(KeyboardInterrupt):
            bench.act(erase)
    next_one = Ledger(settings(any_store_url), bench.parts)
    try:
        (stored,) = next_one.entries(recorded.index, recorded.index + 1)
        assert None not in next_one.disclosures(stored)
        next_one.checkpoint()
        opened = next_one.disclosures(stored)
    finally:
        next_one.close()
    assert [place for place, one in enumerate(opened) if one is None] == [0, 5]


def test_proofs_hold_at_every_size_over_a_tile_border(bench: Bench) -> None:
    for start in range(0, 300, 100):
        acts = [bench.prepare(note(number)) for number in range(start, start + 100)]
        bench.ledger.commit_many([(one, sign(private("wang"), one.to_sign)) for one in acts])
    leaves = [row.leaf for row in bench.ledger.entries()]
    for size in (1, 2, 255, 256, 257, 303):
        root = merkle.root_of(leaves[:size])
        assert bench.ledger.root(size) == root
        for index in {0, size // 2, size - 1}:
            proof = bench.ledger.inclusion_proof(index, size)
            merkle.check_inclusion(leaves[index], index, size, proof, root)
        merkle.check_consistency(size, 303, bench.ledger.consistency_proof(size, 303), root, merkle.root_of(leaves))
    with pytest.raises(ProofRejected):
        bench.ledger.inclusion_proof(0, 304)


def test_roots_that_are_kept_are_those_of_the_leaves_in_whatever_order_they_are_asked_for(bench: Bench) -> None:
    asked: list[int] = []
    for start in range(0, 600, 100):
        acts = [bench.prepare(note(number)) for number in range(start, start + 100)]
        bench.ledger.commit_many([(one, sign(private("wang"), one.to_sign)) for one in acts])
        size = bench.ledger.head().size
        asked += [size - 7, size, 0, size // 2, size - 1, size]
        leaves = [row.leaf for row in bench.ledger.entries()]
        for one in asked:
            assert bench.ledger.known_root(one) == merkle.root_of(leaves[:one])
    for beyond in (size + 1, size + 300):
        with pytest.raises(ProofRejected):
            bench.ledger.known_root(beyond)
    assert bench.ledger.known_root(size) == bench.ledger.root(size)


def test_both_stores_hold_the_same_bytes(sqlite_url: str, postgres_url: str, tmp_path: Path) -> None:
    roots = []
    for name, url in (("a", sqlite_url), ("b", postgres_url)):
        folder = tmp_path / name
        folder.mkdir()
        bench = Bench(url, folder)
        for number in range(40):
            bench.act(note(number % 7, f"text {number}"))
        acts = [bench.prepare(note(100 + number)) for number in range(300)]
        bench.ledger.commit_many([(one, sign(private("wang"), one.to_sign)) for one in acts])
        roots.append(([row.entry for row in bench.ledger.entries()], bench.ledger.root(), bench.ledger.checkpoint()))
        bench.ledger.close()
    assert roots[0] == roots[1]


def test_an_act_too_large_keeps_none_of_its_batch_back(bench: Bench) -> None:
    acts = [bench.prepare(note(1)), bench.prepare(Wish(case(2), "case.noted.v1", {"long": "x" * 65_000}))]
    answers = bench.ledger.commit_many([(one, sign(private("wang"), one.to_sign)) for one in acts])
    assert [type(one).__name__ for one in answers] == ["Acknowledgement", "EntryTooLarge"]


def test_a_draft_changed_after_it_was_prepared_is_not_taken_for_the_prepared_one(bench: Bench) -> None:
    prepared = bench.prepare(note())
    changed = replace(prepared.draft, command=note(1, "another text"))
    with pytest.raises(SignatureRefused):
        bench.ledger.commit(changed, sign(private("wang"), prepared.to_sign))
    assert bench.ledger.commit(prepared.draft, sign(private("wang"), prepared.to_sign)).index == 3
