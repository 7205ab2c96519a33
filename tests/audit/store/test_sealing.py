"""What was encrypted when an act was prepared is stored if that very act is committed, and nothing else ever is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from audit.store.disclosures import open_sealed, seal
from audit.store.errors import KeyStoreRefused, SignatureRefused, StaleStream
from audit.store.keystore import KeyStore
from audit.store.model import Prepared, Wish
from audit.store.sealing import Sealing
from audit.suite import sign
from tests.audit.store.ledgers import CLAIMED_AT, Bench, case, handler, note, private


@pytest.fixture
def encrypted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The stream and seq of every act whose slots are encrypted, in order."""
    places: list[tuple[str, int]] = []

    def watched(disclosures: Any, keys: Any, stream: str, seq: int, random: Any) -> bytes:
        places.append((stream, seq))
        return seal(disclosures, keys, stream, seq, random)

    monkeypatch.setattr("audit.store.sealing.seal", watched)
    return places


@pytest.fixture
def given_back(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The references that were taken for a stream and serve another one now, in order."""
    refs: list[bytes] = []
    give_back = bench.parts.keystore.give_back

    def watched(ref: bytes) -> None:
        refs.append(ref)
        give_back(ref)

    monkeypatch.setattr(bench.parts.keystore, "give_back", watched)
    return refs


def _texts(bench: Bench, number: int = 1) -> list[bytes]:
    """Return the first disclosed value of every act of a case, as the key store opens it."""
    opened = [bench.ledger.disclosures(entry)[0] for entry in bench.ledger.stream_entries(case(number))]
    return [b"" if one is None else one.value for one in opened]


def _refs(bench: Bench) -> list[bytes]:
    rows = bench.ledger.log.select("SELECT ref FROM disclosures ORDER BY notification_id", ())
    return [bytes(ref) for (ref,) in rows]


def test_an_act_is_encrypted_once_when_it_is_prepared(bench: Bench, encrypted: list[tuple[str, int]]) -> None:
    for seq, text in enumerate(["a roof that leaks", "it still does"], 1):
        prepared = bench.prepare(note(1, text))
        assert encrypted == [(case(), number) for number in range(1, seq + 1)]
        bench.commit(prepared)
        assert len(encrypted) == seq
    assert _texts(bench) == [b'"a roof that leaks"', b'"it still does"']
    assert len(set(_refs(bench)[-2:])) == 1


def test_the_draft_of_a_client_finds_what_was_encrypted_for_it(bench: Bench, encrypted: list[tuple[str, int]]) -> None:
    prepared = bench.prepare(note())
    sent = replace(prepared.draft)
    assert sent == prepared.draft
    assert sent is not prepared.draft
    bench.ledger.commit(sent, sign(private("wang"), prepared.to_sign))
    assert len(encrypted) == 1


def test_an_act_id_that_is_prepared_again_for_other_words_stores_the_words_that_were_signed(bench: Bench) -> None:
    act_id = bench.act_id()
    made = [
        bench.ledger.prepare(note(1, text), handler(), act_id=act_id, claimed_at=CLAIMED_AT, seed=bench.random(32))
        for text in ("the first words", "the second words")
    ]
    bench.commit(made[0])
    assert _texts(bench) == [b'"the first words"']


def test_of_two_acts_that_begin_a_case_one_is_stored_and_the_other_leaves_its_keys_to_another_case(
    bench: Bench,
) -> None:
    one, other = bench.prepare(note(1, "one")), bench.prepare(note(1, "other"))
    bench.commit(other)
    with pytest.raises(StaleStream):
        bench.commit(one)
    for number in range(2, 12):
        bench.act(note(number, f"case {number}"))
    assert _texts(bench) == [b'"other"']
    assert [_texts(bench, number) for number in range(2, 12)] == [[b'"case %d"' % number] for number in range(2, 12)]
    of_cases = _refs(bench)[-11:]
    assert len(set(of_cases)) == 11


def test_a_refused_signature_stores_nothing_and_the_right_one_stores_what_was_signed(bench: Bench) -> None:
    prepared = bench.prepare(note())
    with pytest.raises(SignatureRefused):
        bench.commit(prepared, "li")
    assert bench.ledger.stream_entries(case()) == []
    bench.commit(prepared)
    assert _texts(bench) == [b'"a roof that leaks"']


def test_where_the_key_store_is_out_of_order_preparing_goes_on_and_the_commit_says_so(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: KeyStore) -> bytes:
        raise KeyStoreRefused("the key store failed: disk I/O error")

    with monkeypatch.context() as patched:
        patched.setattr(KeyStore, "take_ref", broken)
        prepared = bench.prepare(note())
        with pytest.raises(KeyStoreRefused, match="I/O"):
            bench.commit(prepared)
    assert bench.ledger.stream_entries(case()) == []
    bench.commit(prepared)
    assert _texts(bench) == [b'"a roof that leaks"']


def test_acts_that_nobody_commits_are_forgotten_and_their_keys_serve_others(
    bench: Bench, given_back: list[bytes]
) -> None:
    keystore = bench.parts.keystore
    made = Sealing(keystore, bench.random, limit=2)
    first, second, third = (bench.prepare(note(number)) for number in (1, 2, 3))
    for one in (first, second, third):
        made.ahead(one, None)
    assert len(given_back) == 1
    kept = made.seal(second, None)
    assert made.seal(first, None)[0] not in (kept[0], made.seal(third, None)[0])
    assert len(given_back) == 1
    made.ahead(second, None)
    made.ahead(second, None)
    assert len(given_back) == 2


def test_what_was_encrypted_for_a_case_whose_keys_were_unknown_is_not_stored_once_they_are_known(
    bench: Bench, encrypted: list[tuple[str, int]], given_back: list[bytes]
) -> None:
    keystore = bench.parts.keystore
    made = Sealing(keystore, bench.random)
    prepared = bench.prepare(note())
    begun, elsewhere = keystore.take_ref(), keystore.take_ref()
    for before, now in ((None, begun), (begun, elsewhere), (begun, None)):
        made.ahead(prepared, before)
        count = len(encrypted)
        ref, sealed = made.seal(prepared, now)
        assert len(encrypted) == count + 1
        assert now is None or ref == now
        keys = keystore.keys(ref, prepared.draft.seq)
        assert keys is not None
        opened = open_sealed(sealed, keys, case(), prepared.draft.seq)
        assert tuple(opened) == prepared.disclosures
    made.ahead(prepared, begun)
    made.ahead(prepared, begun)
    assert len(given_back) == 1
    assert begun not in given_back


def test_preparing_in_bulk_encrypts_nothing_ahead(bench: Bench, encrypted: list[tuple[str, int]]) -> None:
    wishes = [Wish(note(number), handler(), bench.act_id(), CLAIMED_AT, bench.random(32)) for number in (1, 2)]
    prepared = [one for one in bench.ledger.prepare_many(wishes) if isinstance(one, Prepared)]
    assert encrypted == []
    bench.ledger.commit_many([(one, sign(private("wang"), one.to_sign)) for one in prepared])
    assert len(encrypted) == 2
    assert [_texts(bench, number) for number in (1, 2)] == [[b'"a roof that leaks"']] * 2
