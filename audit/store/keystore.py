"""The key store: the keys that open disclosures, in a SQLite file of its own, apart from the log's database.

Three layers: the master key (given from outside) wraps one key a stream; a stream's key wraps the eight data keys of
each of its acts; a data key encrypts one slot. Destroying a wrapped key makes what it opened unreadable everywhere,
backups of the log included. Keys are made ahead, in blocks, so that recording an act waits for no second disk; a key
exists durably here before anything it encrypts is stored. While one half of what was made for new streams is given out,
another thread makes the next. `journal_mode=DELETE` and `secure_delete=ON` leave no old copies behind.

What is made ahead: the first keys of several streams at once, and with the keys of a stream that goes on those of the
streams that begin next, so that in the middle of long cases only one act in two hundred waits for this disk. What a
process leaves unused no other one uses: it begins with the keys of four streams, and fills up by four times as many.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from struct import Struct
from threading import Lock, RLock

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audit.commitments import SLOTS
from audit.store.errors import KeyStoreRefused
from audit.store.hands import SecondHand, Share

KEY = 32
_NONCE = 12
_REF = 16
_ACT = KEY * SLOTS
_ERASED = bytes(KEY)
FIRST_POOL = 4
POOL = 256
FIRST_ACTS = 4
MORE_ACTS = 8
AHEAD = 3
STREAMS_AHEAD = 7
_CACHED_BLOCKS = 8_192

# What is drawn for a new stream: a nonce and the stream's key, a nonce and the data keys of its first acts.
_FILLED = Struct(f"{_NONCE}s{KEY}s{_NONCE}s{_ACT * FIRST_ACTS}s")
_KEYS = Struct(f"{KEY}s" * SLOTS)
_Filling = list[tuple[bytes, bytes]]

# A block holds the data keys of `acts` acts of a stream, from act number `first` on, wrapped as one. It is too long
# for a table without rowid, where each would take up another page of its own.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS stream_keys (ref BLOB PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS data_keys (
    ref BLOB, first INTEGER, wrapped BLOB NOT NULL, PRIMARY KEY (ref, first)
);
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
        self._filled = 0
        self._taking = Lock()
        self._hand = SecondHand()
        self._ahead: tuple[Share[_Filling], _Filling] | None = None
        self._stream_keys: dict[bytes, AESGCM] = {}
        self._fresh: OrderedDict[tuple[bytes, int], bytes] = OrderedDict()
        with _refusing():
            self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=20)
            for pragma in ("journal_mode = DELETE", "secure_delete = ON", "synchronous = FULL"):
                self._database.execute(f"PRAGMA {pragma}").fetchall()
            self._database.executescript(_SCHEMA)

    def take_ref(self) -> bytes:
        """Return a reference for a new stream; its first keys are durable already."""
        with self._taking:
            if not self._pool:
                self._fill_pool()
            ref = self._pool.popleft()
            if len(self._pool) == self._filled // 2 and self._ahead is None:
                self._ahead = self._fill_ahead()
            return ref

    def give_back(self, ref: bytes) -> None:
        """Return a reference that was taken and not used."""
        with self._taking:
            self._pool.append(ref)

    def keys_for_writing(self, ref: bytes, seq: int) -> tuple[bytes, ...]:
        """Return the eight data keys for act number seq of a stream, making them durable first."""
        first, acts = _block(seq)
        # What is known needs no lock: whoever has it may be waiting for this disk.
        block = self._fresh.get((ref, first))
        if block is None:
            with self._lock:
                block = self._read(ref, first) or self._add_block(ref, first, acts)
                self._keep_fresh(ref, first, block)
        keys = _of_act(block, seq - first)
        if _ERASED in keys:
            raise KeyStoreRefused("the keys for this act have been erased")
        return keys

    def provide(self, places: Iterable[tuple[bytes, int]]) -> None:
        """Make the keys of several acts, each (ref, seq), durable at once, so that a batch waits for the disk once."""
        with self._lock:
            wanted = {(ref, *_block(seq)) for ref, seq in places}
            missing = [
                one for one in sorted(wanted) if one[:2] not in self._fresh and self._read(one[0], one[1]) is None
            ]
            if len(missing) < 2:
                return
            self._add_blocks(missing)

    def keys(self, ref: bytes, seq: int) -> tuple[bytes | None, ...] | None:
        """Return the data keys of an act, None for each that was erased; None if there are none at all."""
        first, _ = _block(seq)
        with self._lock:
            block = self._read(ref, first)
        if block is None:
            return None
        return tuple(key if any(key) else None for key in _of_act(block, seq - first))

    def erase(self, ref: bytes, seq: int, slots: Iterable[int]) -> int:
        """Destroy the data keys of these slots of an act; return how many were there to destroy."""
        first, _ = _block(seq)
        # In one transaction, or a second process that erases beside this one would put back what it had read before.
        with self._lock, self._transaction():
            block, cipher = self._read(ref, first), self._stream_key(ref)
            if block is None or cipher is None:
                return 0
            keys = bytearray(block)
            gone = 0
            for slot in slots:
                at = (seq - first) * _ACT + slot * KEY
                gone += any(keys[at : at + KEY])
                keys[at : at + KEY] = bytes(KEY)
            wrapped = self._wrap(cipher, bytes(keys), _bound(ref, first))
            self._database.execute(
                "UPDATE data_keys SET wrapped = ? WHERE ref = ? AND first = ?", (wrapped, ref, first)
            )
            self._fresh.pop((ref, first), None)
            return gone

    def close(self) -> None:
        """Close the file."""
        self._hand.close()
        with self._lock:
            self._database.close()

    def _fill_pool(self) -> None:
        """Fill the empty pool with references whose first keys are durable, most often for a while already."""
        (share, filling), self._ahead = self._ahead or self._fill_ahead(), None
        share.finish()
        self._filled = len(filling)
        for ref, drawn in filling:
            self._pool.append(ref)
            self._keep_fresh(ref, 1, _FILLED.unpack(drawn)[-1])

    def _fill_ahead(self) -> tuple[Share[_Filling], _Filling]:
        """Have the next filling made durable by another thread.

        All randomness is drawn here, and what is made comes into the pool when it is empty: what is given out follows
        from what was asked, however fast the other thread is.
        """
        # References of one filling begin alike, so that its rows lie side by side in the file.
        alike = self._random(_REF - 4)
        size = min(4 * self._filled, POOL) or FIRST_POOL
        filling = [(alike + number.to_bytes(4, "big"), self._random(_FILLED.size)) for number in range(size)]
        return self._hand.share([filling], self._insert_filling), filling

    def _insert_filling(self, filling: _Filling) -> None:
        parts = [(ref, *_FILLED.unpack(drawn)) for ref, drawn in filling]
        with self._lock, self._transaction():
            self._database.executemany(
                "INSERT INTO stream_keys VALUES (?, ?)",
                [(ref, nonce + self._master.encrypt(nonce, key, ref)) for ref, nonce, key, _, _ in parts],
            )
            self._database.executemany(
                "INSERT INTO data_keys VALUES (?, 1, ?)",
                [
                    (ref, nonce + AESGCM(key).encrypt(nonce, block, _bound(ref, 1)))
                    for ref, _, key, nonce, block in parts
                ],
            )

    def _add_block(self, ref: bytes, first: int, acts: int) -> bytes:
        """Add the block of an act, with it what the streams to come will need if they go on as long; return it."""
        soon = list(islice(self._pool, STREAMS_AHEAD))
        unused = [other for other in soon if (other, FIRST_ACTS + 1) not in self._fresh]
        self._add_blocks([(ref, first, acts), *[(other, FIRST_ACTS + 1, MORE_ACTS) for other in unused]])
        block = self._fresh.get((ref, first)) or self._read(ref, first)
        if block is None:
            raise KeyStoreRefused("the key store did not keep the keys that it was given")
        return block

    def _add_blocks(self, blocks: Sequence[tuple[bytes, int, int]]) -> None:
        """Add these blocks and the next ones in one transaction; what it made is kept once it is durable."""
        made: list[tuple[bytes, int, bytes]] = []
        with self._transaction():
            for ref, first, acts in blocks:
                made += self._insert_blocks(ref, first, acts)
        for one in made:
            self._keep_fresh(*one)

    def _insert_blocks(self, ref: bytes, first: int, acts: int) -> Iterator[tuple[bytes, int, bytes]]:
        """Insert the block of an act and the next ones, and yield those that nobody had inserted before.

        A case that goes on for long waits seldom for this disk.
        """
        cipher = self._stream_key(ref)
        if cipher is None:
            raise KeyStoreRefused("the key of this stream is not in the key store")
        for place in (first, *(first + acts + number * MORE_ACTS for number in range(AHEAD - 1))):
            size = acts if place == first else MORE_ACTS
            keys = self._random(_ACT * size)
            wrapped = self._wrap(cipher, keys, _bound(ref, place))
            row = (ref, place, wrapped)
            if self._database.execute("INSERT OR IGNORE INTO data_keys VALUES (?, ?, ?)", row).rowcount == 1:
                yield ref, place, keys

    def _keep_fresh(self, ref: bytes, first: int, block: bytes) -> None:
        self._fresh[ref, first] = block
        if len(self._fresh) > _CACHED_BLOCKS:
            self._fresh.popitem(last=False)

    def _read(self, ref: bytes, first: int) -> bytes | None:
        with _refusing():
            row = self._database.execute(
                "SELECT wrapped FROM data_keys WHERE ref = ? AND first = ?", (ref, first)
            ).fetchone()
            cipher = self._stream_key(ref) if row is not None else None
        if row is None or cipher is None:
            return None
        return _unwrap(cipher, row[0], _bound(ref, first))

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


def _block(seq: int) -> tuple[int, int]:
    """Return the first act and the number of acts of the block that holds act number seq."""
    if seq <= FIRST_ACTS:
        return 1, FIRST_ACTS
    return seq - (seq - FIRST_ACTS - 1) % MORE_ACTS, MORE_ACTS


def _bound(ref: bytes, first: int) -> bytes:
    return ref + first.to_bytes(8, "big")


def _of_act(block: bytes, place: int) -> tuple[bytes, ...]:
    return _KEYS.unpack_from(block, place * _ACT)


def _unwrap(cipher: AESGCM, wrapped: bytes, bound: bytes) -> bytes:
    try:
        return cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], bound)
    except (InvalidTag, ValueError, TypeError):  # the column may hold anything
        raise KeyStoreRefused("a key in the key store is damaged or was wrapped by another master key") from None


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise KeyStoreRefused(f"the key store failed: {error}") from error
