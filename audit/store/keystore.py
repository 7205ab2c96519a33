"""The key store: the keys that open disclosures, in a SQLite file of its own, apart from the log's database.

Three layers: the master key (given from outside) wraps one key a stream; a stream's key wraps the eight data keys of
each of its acts; a data key encrypts one slot. Destroying a wrapped key makes what it opened unreadable everywhere,
backups of the log included. Keys are made ahead, in blocks, so that recording an act waits for no second disk; a key
exists durably here before anything it encrypts is stored. `journal_mode=DELETE` and `secure_delete=ON` leave no old
copies behind.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import RLock

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audit.commitments import SLOTS
from audit.store.errors import KeyStoreRefused

KEY = 32
_NONCE = 12
_REF = 16
POOL = 256
FIRST_ACTS = 4
MORE_ACTS = 8
_CACHED_ACTS = 16_384

_SCHEMA = """
CREATE TABLE IF NOT EXISTS stream_keys (ref BLOB PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS data_keys (
    ref BLOB, seq INTEGER, wrapped BLOB NOT NULL, PRIMARY KEY (ref, seq)
) WITHOUT ROWID;
"""

Random = Callable[[int], bytes]


class KeyStore:
    """Keeps wrapped keys in one SQLite file. `master` is 32 bytes, `random(n)` returns n unpredictable bytes.

    Every method may raise KeyStoreRefused if the file cannot be used or a key does not unwrap.
    """

    def __init__(self, path: str, master: bytes, random: Random) -> None:
        self._lock = RLock()
        self._random = random
        self._master = AESGCM(master)
        self._pool: deque[bytes] = deque()
        self._stream_keys: dict[bytes, AESGCM] = {}
        self._unused: OrderedDict[tuple[bytes, int], tuple[bytes, ...]] = OrderedDict()
        with _refusing():
            self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=20)
            for pragma in ("journal_mode = DELETE", "secure_delete = ON", "synchronous = FULL"):
                self._database.execute(f"PRAGMA {pragma}").fetchall()
            self._database.executescript(_SCHEMA)

    def take_ref(self) -> bytes:
        """Return a reference for a new stream; its first keys are durable already."""
        with self._lock:
            if not self._pool:
                self._fill_pool()
            return self._pool.popleft()

    def give_back(self, ref: bytes) -> None:
        """Return a reference that was taken and not used."""
        with self._lock:
            self._pool.append(ref)

    def keys_for_writing(self, ref: bytes, seq: int) -> tuple[bytes, ...]:
        """Return the eight data keys for act number seq of a stream, making them durable first."""
        with self._lock:
            cached = self._unused.get((ref, seq))
            if cached is not None:
                return cached
            keys = self.keys(ref, seq)
            if keys is None:
                self._add_keys(ref, range(seq, seq + MORE_ACTS))
                keys = self.keys(ref, seq)
            whole = tuple(key for key in keys or () if key is not None)
            if len(whole) != SLOTS:
                raise KeyStoreRefused("the keys for this act have been erased")
            return whole

    def keys(self, ref: bytes, seq: int) -> tuple[bytes | None, ...] | None:
        """Return the data keys of an act, None for each that was erased; None if there are none at all."""
        with self._lock, _refusing():
            row = self._database.execute(
                "SELECT wrapped FROM data_keys WHERE ref = ? AND seq = ?", (ref, seq)
            ).fetchone()
            cipher = self._stream_key(ref)
            if row is None or cipher is None:
                return None
            joined = _unwrap(cipher, row[0], ref + seq.to_bytes(8, "big"))
            return tuple(part if any(part) else None for part in _split(joined))

    def used(self, ref: bytes, seq: int) -> None:
        """Forget the cached keys of an act that has been recorded."""
        with self._lock:
            self._unused.pop((ref, seq), None)

    def erase(self, ref: bytes, seq: int, slots: Iterable[int]) -> int:
        """Destroy the data keys of these slots of an act; return how many were there to destroy."""
        with self._lock:
            keys = self.keys(ref, seq)
            cipher = self._stream_key(ref)
            if keys is None or cipher is None:
                return 0
            gone = {slot for slot in slots if keys[slot] is not None}
            left = b"".join(bytes(KEY) if slot in gone else key or bytes(KEY) for slot, key in enumerate(keys))
            wrapped = self._wrap(cipher, left, ref + seq.to_bytes(8, "big"))
            with _refusing():
                self._database.execute(
                    "UPDATE data_keys SET wrapped = ? WHERE ref = ? AND seq = ?", (wrapped, ref, seq)
                )
            self._unused.pop((ref, seq), None)
            return len(gone)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def _fill_pool(self) -> None:
        made = [(self._random(_REF), self._random(KEY)) for _ in range(POOL)]
        with self._transaction():
            self._database.executemany(
                "INSERT INTO stream_keys VALUES (?, ?)",
                [(ref, self._wrap(self._master, key, ref)) for ref, key in made],
            )
            for ref, key in made:
                self._insert_keys(AESGCM(key), ref, range(1, 1 + FIRST_ACTS), fresh=True)
        for ref, _ in made:
            self._pool.append(ref)

    def _add_keys(self, ref: bytes, seqs: range) -> None:
        cipher = self._stream_key(ref)
        if cipher is None:
            raise KeyStoreRefused("the key of this stream is not in the key store")
        with self._transaction():
            self._insert_keys(cipher, ref, seqs)

    def _insert_keys(self, cipher: AESGCM, ref: bytes, seqs: range, *, fresh: bool = False) -> None:
        rows = []
        for seq in seqs:
            joined = self._random(KEY * SLOTS)
            rows.append((ref, seq, self._wrap(cipher, joined, ref + seq.to_bytes(8, "big"))))
            if fresh:
                self._unused[ref, seq] = _split(joined)
        while len(self._unused) > _CACHED_ACTS:
            self._unused.popitem(last=False)
        self._database.executemany("INSERT OR IGNORE INTO data_keys VALUES (?, ?, ?)", rows)

    def _stream_key(self, ref: bytes) -> AESGCM | None:
        cipher = self._stream_keys.get(ref)
        if cipher is None:
            row = self._database.execute("SELECT wrapped FROM stream_keys WHERE ref = ?", (ref,)).fetchone()
            if row is None:
                return None
            cipher = AESGCM(_unwrap(self._master, row[0], ref))
            if len(self._stream_keys) >= 65_536:
                self._stream_keys.clear()
            self._stream_keys[ref] = cipher
        return cipher

    def _wrap(self, cipher: AESGCM, key: bytes, bound: bytes) -> bytes:
        nonce = self._random(_NONCE)
        return nonce + cipher.encrypt(nonce, key, bound)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with _refusing():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                self._database.execute("ROLLBACK")
                raise


def _split(joined: bytes) -> tuple[bytes, ...]:
    return tuple(joined[at : at + KEY] for at in range(0, KEY * SLOTS, KEY))


def _unwrap(cipher: AESGCM, wrapped: bytes, bound: bytes) -> bytes:
    try:
        return cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], bound)
    except (InvalidTag, ValueError):
        raise KeyStoreRefused("a key in the key store is damaged or was wrapped by another master key") from None


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise KeyStoreRefused(f"the key store failed: {error}") from error
