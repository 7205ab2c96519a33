"""Keys for a batch of acts are made durable together, and are the ones that each act then uses."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from audit.store.errors import KeyStoreRefused
from audit.store.keystore import FIRST_ACTS, FIRST_POOL, POOL, STREAMS_AHEAD, KeyStore
from tests.audit.store.ledgers import counted

BEFORE_LARGE_FILLINGS = FIRST_POOL + 4 * FIRST_POOL + 16 * FIRST_POOL


def _warm(store: KeyStore) -> KeyStore:
    """Take what a store makes in small fillings before its large ones."""
    for _ in range(BEFORE_LARGE_FILLINGS):
        store.take_ref()
    return store


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


def test_a_long_stream_has_the_keys_of_the_next_streams_made_with_its_own(tmp_path: Path) -> None:
    path = str(tmp_path / "keys.db")
    store = _warm(KeyStore(path, bytes(32), counted()))
    long, *begun = (store.take_ref() for _ in range(3))
    given = store.keys_for_writing(long, FIRST_ACTS + 1)
    soon = [store.take_ref() for _ in range(STREAMS_AHEAD + 1)]
    with closing(KeyStore(path, bytes(32), counted())) as other:
        assert other.keys(long, FIRST_ACTS + 1) == given
        assert [other.keys(ref, FIRST_ACTS + 1) is None for ref in begun] == [True, True]
        ahead = [other.keys(ref, FIRST_ACTS + 1) for ref in soon]
        assert [one is None for one in ahead] == [*[False] * STREAMS_AHEAD, True]
        # Whichever process writes, the stream has one set of keys.
        assert ahead[0] == store.keys_for_writing(soon[0], FIRST_ACTS + 1)
        made = other.keys_for_writing(begun[0], FIRST_ACTS + 1)
        assert store.keys_for_writing(begun[0], FIRST_ACTS + 1) == made
    store.close()


def test_keys_that_did_not_become_durable_are_given_to_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = KeyStore(str(tmp_path / "keys.db"), bytes(32), counted())
    ref, soon = store.take_ref(), store.take_ref()
    store.give_back(soon)

    @contextmanager
    def failing() -> Iterator[None]:
        store._database.execute("BEGIN IMMEDIATE")
        yield
        store._database.execute("ROLLBACK")
        raise KeyStoreRefused("the key store failed: the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(store, "_transaction", failing)
        with pytest.raises(KeyStoreRefused, match="disk is full"):
            store.keys_for_writing(ref, FIRST_ACTS + 1)
    assert store.keys(ref, FIRST_ACTS + 1) is None
    given = store.keys_for_writing(ref, FIRST_ACTS + 1)
    with closing(KeyStore(str(tmp_path / "keys.db"), bytes(32), counted())) as other:
        assert other.keys(ref, FIRST_ACTS + 1) == given
    store.close()


def test_the_next_filling_is_durable_before_the_last_one_is_used_up(tmp_path: Path) -> None:
    path = str(tmp_path / "keys.db")
    store = _warm(KeyStore(path, bytes(32), counted()))
    for _ in range(POOL // 2):
        store.take_ref()
    assert store._ahead is not None
    share, filling = store._ahead
    share.finish()
    with closing(KeyStore(path, bytes(32), counted())) as other:
        made = [other.keys(ref, 1) for ref, _ in filling]
    assert None not in made
    for _ in range(POOL - POOL // 2):
        store.take_ref()
    refs = [store.take_ref() for _ in range(2)]
    assert refs == [ref for ref, _ in filling[:2]]
    assert [store.keys_for_writing(ref, 1) for ref in refs] == made[:2]
    store.close()


def test_a_filling_that_failed_is_told_to_whoever_needs_it_and_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = KeyStore(str(tmp_path / "keys.db"), bytes(32), counted())

    def full(self: KeyStore, _: object) -> None:
        raise KeyStoreRefused("the key store failed: disk is full")

    with monkeypatch.context() as patched:
        store.take_ref()
        patched.setattr(KeyStore, "_insert_filling", full)
        for _ in range(FIRST_POOL - 1):
            store.take_ref()
        with pytest.raises(KeyStoreRefused, match="full"):
            store.take_ref()
    ref = store.take_ref()
    assert store.keys(ref, 1) == store.keys_for_writing(ref, 1)
    store.close()


def test_a_process_that_begins_makes_few_keys_ahead_and_one_that_goes_on_makes_many(tmp_path: Path) -> None:
    path = str(tmp_path / "keys.db")
    sizes = []
    with closing(KeyStore(path, bytes(32), counted())) as store, closing(sqlite3.connect(path)) as beside:
        for _ in range(BEFORE_LARGE_FILLINGS + POOL + 1):
            store.take_ref()
            if store._ahead is not None:
                store._ahead[0].finish()
            (streams,) = beside.execute("SELECT count(*) FROM stream_keys").fetchone()
            sizes += [streams] if streams not in sizes else []
    made = [later - earlier for earlier, later in pairwise([0, *sizes])]
    assert made == [FIRST_POOL, 4 * FIRST_POOL, 16 * FIRST_POOL, POOL, POOL]


def test_what_is_given_out_follows_from_what_was_asked_alone(tmp_path: Path) -> None:
    given = []
    for name in ("one", "other"):
        with closing(KeyStore(str(tmp_path / name), bytes(32), counted())) as store:
            refs = []
            for number in range(2 * POOL + 10):
                refs.append(store.take_ref())
                if number % 50 == 0:
                    store.give_back(refs[-1])
            given.append([(ref, store.keys_for_writing(ref, 1)) for ref in refs])
    assert given[0] == given[1]
