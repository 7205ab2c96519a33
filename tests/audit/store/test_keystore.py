"""The key store beside a second process, and with anything at all in its columns."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audit.store.errors import KeyStoreRefused
from audit.store.keystore import KeyStore

MASTER = bytes(32)


def test_two_processes_that_erase_in_one_block_both_erase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "keys.db")
    with closing(KeyStore(path, MASTER, os.urandom)) as one, closing(KeyStore(path, MASTER, os.urandom)) as other:
        ref = one.take_ref()
        beside = threading.Thread(target=lambda: other.erase(ref, 1, [0]))
        wrap = one._wrap

        def slowly(cipher: AESGCM, key: bytes, bound: bytes) -> bytes:
            beside.start()
            beside.join(0.3)
            return wrap(cipher, key, bound)

        monkeypatch.setattr(one, "_wrap", slowly)
        assert one.erase(ref, 2, [0]) == 1
        beside.join(10)
        for seq in (1, 2):
            keys = one.keys(ref, seq)
            assert keys is not None
            assert [key is None for key in keys] == [True, *[False] * 7]


@pytest.mark.parametrize("table", ["stream_keys", "data_keys"])
@pytest.mark.parametrize("value", ["'text'", "5", "x''", "CAST(x'ff' AS TEXT)"])
def test_a_column_with_anything_else_in_it_is_refused_in_our_terms(tmp_path: Path, table: str, value: str) -> None:
    path = str(tmp_path / "keys.db")
    with closing(KeyStore(path, MASTER, os.urandom)) as made:
        ref = made.take_ref()
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"UPDATE {table} SET wrapped = {value}")
        database.commit()
    with closing(KeyStore(path, MASTER, os.urandom)) as store, pytest.raises(KeyStoreRefused):
        store.keys(ref, 1)
