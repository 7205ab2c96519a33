"""The shared fixture: a ledger of 200,000 cases and 1,000,000 entries: `python -m tests.benchmarks.fixture [FOLDER]`.

It is founded the ordinary way; then the acts are really signed, by the officers' keys, and written in bulk in the order
of their recording. What is sealed has no disclosures: commitments to nothing that anybody kept. Always the same acts.
It is made beside its place and moved there when it is whole; what stands there already is used.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import datetime
from hashlib import sha256, shake_256
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import psycopg
from nacl.bindings import crypto_sign, crypto_sign_seed_keypair

from api.anchors import advance_anchor
from api.initialise import initialise
from api.keyfiles import read_key
from api.main import open_application, open_log
from api.settings import Settings
from audit.canonical import format_json
from audit.merkle import EMPTY_ROOT, append, root_of
from audit.statement import PAYLOAD_TYPE
from audit.tiles import HEIGHT, WIDTH
from domain.clocks import published_rules
from domain.schema import CIVIL
from tests.benchmarks import fixture_stories
from tests.benchmarks.city import settings_for
from tests.benchmarks.fixture_standing import count_standing
from tests.benchmarks.fixture_stories import FIRST, PLAN, Planned, case_id, public_of, schedule

CASES, ENTRIES = 200_000, 1_000_000
FOLDER = Path("var/bench-data")
_AT_ONCE = 5_000
_TABLES = {
    "entries": ["bigint", "text", "bigint", "text", "bytea", "bytea", "bytea"],
    "log_head": ["integer", "bigint", "bytea", "bigint", "bigint"],
    "tiles": ["integer", "bigint", "bytea", "bytea"],
    "checkpoints": ["bigint", "bytea", "text"],
}

Row = tuple[int, str, int, str, bytes, bytes, bytes]


class Fixture(NamedTuple):
    """The finished fixture: settings that open it, and what it holds."""

    settings: Settings
    entries: int
    cases: int
    open: int
    overdue: int

    @property
    def told(self) -> str:
        """The counts in one line."""
        return (
            f"{self.entries:,} entries, {self.cases:,} cases: {self.open:,} with a duty running on the last day, "
            f"{self.overdue:,} overdue clocks"
        )


class Entropy:
    """Bytes that look random and are the same each time."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, size: int) -> bytes:
        """Return the next bytes."""
        self._count += 1
        return shake_256(b"fixture %d" % self._count).digest(size)


class Signer:
    """An officer's key and the constant parts of what it signs."""

    def __init__(self, settings: Settings, office: str) -> None:
        key = read_key(settings.keys, f"officer-{office}", None)
        self.key_id = key.key_id
        self.key_hex = key.key_id.hex()
        self.office = office
        _, self._secret = crypto_sign_seed_keypair(key.secret)

    def sign(self, message: bytes) -> bytes:
        """Sign with libsodium; 64 bytes."""
        return crypto_sign(message, self._secret)[:64]


class Writer:
    """Turns planned acts into rows of the log; it knows each case's last leaf."""

    def __init__(self, settings: Settings, size: int) -> None:
        self._signers: dict[str, Signer] = {}
        self._settings = settings
        self._heads: dict[int, str] = {}
        self._size = size
        self.recorded_at = 0

    def row(self, planned: Planned) -> Row:
        """Sign the next act and return its row."""
        stream = f"case/{case_id(planned.case)}"
        signer = self._signers.get(planned.office) or self._enrol(planned.office)
        identity = shake_256(f"{stream} {planned.seq}".encode()).hexdigest(16 + 8 * 32)
        payload = self._payload(planned, stream, signer, identity).encode()
        signature = signer.sign(b"DSSEv1 %d %b %d %b" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE, len(payload), payload))
        self.recorded_at = planned.recorded_ms
        state = (
            len(PAYLOAD_TYPE).to_bytes(2, "big") + PAYLOAD_TYPE + len(payload).to_bytes(4, "big") + payload + b"\x01"
            + signer.key_id + signature + planned.recorded_ms.to_bytes(8, "big")
        )  # fmt: skip
        leaf = sha256(b"\x00" + state).digest()
        self._heads[planned.case] = leaf.hex()
        self._size += 1
        return self._size, stream, planned.seq, planned.step.action, state, leaf, bytes.fromhex(identity[:32])

    def _payload(self, planned: Planned, stream: str, signer: Signer, identity: str) -> str:
        """Return the statement; every value but the public fields is ASCII without escapes."""
        claimed_at = datetime.fromtimestamp(planned.recorded_ms // 1000, CIVIL).isoformat()
        prev = self._heads.get(planned.case, "0" * 64)
        sealed = '","'.join(identity[at : at + 64] for at in range(32, len(identity), 64))
        return (
            f'{{"act_id":"{identity[:32]}","action":"{planned.step.action}","actor":"officer-{signer.office}",'
            f'"claimed_at":"{claimed_at}","key_id":"{signer.key_hex}","office":"{signer.office}",'
            f'"origin":"{PLAN.origin}","post":"desk","prev":"{prev}","public":{self._public(planned)},'
            f'"role":"{planned.step.role}","schema":1,"sealed":["{sealed}"],'
            f'"seen":{{"root":"{EMPTY_ROOT.hex()}","size":0}},"seq":{planned.seq},"stream":"{stream}"}}'
        )

    @staticmethod
    def _public(planned: Planned) -> str:
        return json.dumps(public_of(planned), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def _enrol(self, office: str) -> Signer:
        return self._signers.setdefault(office, Signer(self._settings, office))


def make_fixture(folder: Path = FOLDER, cases: int = CASES, entries: int = ENTRIES) -> Fixture:
    """Return the fixture in a folder, made anew if there is no whole one of these numbers."""
    home = folder / f"ledger-{cases}-{entries}-{_edition()}"
    known = home / "fixture.json"
    settings = settings_for(home, f"sqlite:///{home.absolute() / 'ledger.db'}")
    if not known.exists():
        folder.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix="new-", dir=folder))
        made = _make(settings_for(beside, f"sqlite:///{beside.absolute() / 'ledger.db'}"), cases, entries)
        (beside / known.name).write_text(json.dumps(made))
        with suppress(OSError):  # whoever else made the same was faster
            beside.rename(home)
        shutil.rmtree(beside, ignore_errors=True)
    counts = json.loads(known.read_text())
    return Fixture(settings, entries, cases, counts["open"], counts["overdue"])


def _edition() -> str:
    """Return eight digits that change with the stories and with the packaged rules."""
    told = Path(fixture_stories.__file__).read_bytes() + format_json(published_rules())
    return sha256(told).hexdigest()[:8]


def _make(settings: Settings, cases: int, entries: int) -> dict[str, int]:
    entropy = Entropy()
    initialise(settings, PLAN, clock=lambda: FIRST, entropy=entropy)
    with closing(sqlite3.connect(settings.database_file, isolation_level=None)) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA cache_size = -400000")
        (size,) = database.execute("SELECT size FROM log_head").fetchone()
        writer = Writer(settings, size)
        planned = schedule(cases, entries - size)
        while rows := [writer.row(one) for one in islice(planned, _AT_ONCE)]:
            database.execute("BEGIN")
            database.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            database.execute("COMMIT")
        _write_tree(database, writer.recorded_at)
    last = max(FIRST, datetime.fromtimestamp(writer.recorded_at / 1000 + 1, CIVIL))
    with open_application(settings, clock=lambda: last, entropy=entropy) as application:
        advance_anchor(settings.anchor_file, application.ledger)
        reference = application.ledger.reference()
    # Without a key store nobody expects what was sealed to be opened.
    settings.keystore_file.unlink()
    found = count_standing(schedule(cases, entries - size), reference, size)
    return {"open": found.open, "overdue": found.overdue}


def _write_tree(database: sqlite3.Connection, recorded_at: int) -> None:
    """Write the full tiles and the head over all leaves."""
    leaves = [leaf for (leaf,) in database.execute("SELECT leaf FROM entries ORDER BY notification_id")]
    frontier: tuple[bytes, ...] = ()
    for size, leaf in enumerate(leaves):
        frontier = append(frontier, size, leaf)
    total, level, hashes = len(leaves), 0, leaves
    database.execute("BEGIN")
    while len(hashes) >= WIDTH:
        full = [hashes[at : at + WIDTH] for at in range(0, len(hashes) - WIDTH + 1, WIDTH)]
        roots = [root_of(tile) for tile in full]
        made = ((level, index, b"".join(tile), top) for index, (tile, top) in enumerate(zip(full, roots, strict=True)))
        database.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", made)
        hashes, level = roots, level + 1
    assert total >> HEIGHT * level < WIDTH
    database.execute(
        "UPDATE log_head SET size = ?, frontier = ?, recorded_at = ?", (total, b"".join(frontier), recorded_at)
    )
    database.execute("COMMIT")


def rows_of(fixture: Fixture, table: str) -> Iterator[tuple[object, ...]]:
    """Yield the rows of one table of the log in the order of its key."""
    with closing(sqlite3.connect(fixture.settings.database_file)) as database:
        yield from database.execute(f"SELECT * FROM {table} ORDER BY 1, 2")


def copy_to_postgres(fixture: Fixture, url: str) -> None:
    """Copy the log into an empty PostgreSQL database, its rows in the order of the log."""
    log = open_log(settings_for(fixture.settings.home, url))
    log.migrate()
    log.close()
    with psycopg.connect(url) as server, server.cursor() as cursor:
        server.execute("DELETE FROM log_head")
        for table, types in _TABLES.items():
            with cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(types)
                for row in rows_of(fixture, table):
                    copy.write_row(row)
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("VACUUM (ANALYZE) entries")


def main(arguments: list[str]) -> int:
    """Make the fixture, or find it whole, and print what it holds."""
    parser = argparse.ArgumentParser(description="Make the shared fixture of the benchmarks.")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    given = parser.parse_args(arguments)
    started = time.perf_counter()
    fixture = make_fixture(given.folder, given.cases, given.entries)
    print(f"{fixture.settings.database_file}: {fixture.told}; {time.perf_counter() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
