"""Keys for a batch of acts are made durable together, and are the ones that each act then uses."""

from __future__ import annotations

from pathlib import Path

from audit.store.keystore import FIRST_ACTS, KeyStore
from tests.audit.store.ledgers import counted


def test_the_keys_of_a_batch_are_durable_before_its_acts_and_found_by_another_process(tmp_path: Path) -> None:
    store = KeyStore(str(tmp_path / "keys.db"), bytes(32), counted())
    refs = [store.take_ref() for _ in range(3)]
    places = [(ref, FIRST_ACTS + 1) for ref in refs] + [(refs[0], FIRST_ACTS + 20), (refs[1], 1)]
    store.provide(places)
    other = KeyStore(str(tmp_path / "keys.db"), bytes(32), counted())
    for ref, seq in places:
        provided = other.keys(ref, seq)
        assert provided is not None
        assert provided == store.keys_for_writing(ref, seq)
    assert len({key for ref, seq in places for key in store.keys_for_writing(ref, seq)}) == 8 * len(places)
    store.provide(places)
    assert other.keys(*places[0]) == store.keys_for_writing(*places[0])
    store.close()
    other.close()
