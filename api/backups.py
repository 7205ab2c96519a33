"""`backup` and `restore`: the log in one file, the key store in another, so that they can be kept apart.

FILE is a ZIP of manifest.json and one NDJSON file a table, the same from either store and for either store;
bytes stand in it as base64. FILE.keys is a copy of the key store's SQLite file, whose keys are wrapped by
the master key, which is in neither. FILE.files holds the files that acts name, as they lie encrypted in the home, if
there are any. Each is written under another name first and renamed when complete.
"""

from __future__ import annotations

import io
import json
import os
import sqlite3
import zipfile
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.attachments.cases import sweep
from api.errors import CheckFailed, InputRefused, UsageRefused
from api.keyfiles import read_key
from api.main import LOG_KEY, MASTER_KEY, Application, open_application, open_log
from api.settings import Settings
from audit import merkle
from audit.entry import parse_entry
from audit.statement import parse_statement
from audit.store.errors import LedgerExists
from audit.store.keystore import KeyStore
from audit.store.queries import split_frontier
from domain.case_events import CaseErased
from projections.database import Session
from projections.open import open_database
from projections.tables import Column, Row, Table

FORMAT = "sundial-backup/1"
FILES = ".files"
BATCH = 2_000
MAX_LINE = 2**26  # a row of disclosures holds whole texts
HEAD = "SELECT size, frontier, recorded_at, reference_at FROM log_head"
SET_HEAD = """
    UPDATE log_head SET size = :size, frontier = :frontier, recorded_at = :recorded_at, reference_at = :reference_at
"""
ERASING = "SELECT state FROM entries WHERE topic = :action"
REF = """
    SELECT d.ref FROM disclosures d JOIN entries e ON e.notification_id = d.notification_id
    WHERE e.originator_id = :stream AND e.originator_version = :seq
"""
TABLES = (
    Table(
        "entries",
        1,
        (
            Column("notification_id", "big"),
            Column("originator_id", "text"),
            Column("originator_version", "big"),
            Column("topic", "text"),
            Column("state", "blob"),
            Column("leaf", "blob"),
            Column("act_id", "blob"),
        ),
    ),
    Table(
        "tiles", 2, (Column("level", "integer"), Column("idx", "big"), Column("hashes", "blob"), Column("root", "blob"))
    ),
    Table("disclosures", 1, (Column("notification_id", "big"), Column("ref", "blob"), Column("sealed", "blob"))),
    Table("checkpoints", 1, (Column("size", "big"), Column("root", "blob"), Column("note", "text"))),
)


@dataclass(frozen=True, slots=True)
class Backup:
    """What was written: the key store's file, and the size and root of the log in the other."""

    keys: Path
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: size and root, slots erased again, slots not reached, and where the keys came from."""

    size: int
    root: bytes
    erased: int
    missing: int
    keys_restored: str


def back_up(application: Application, file: Path) -> Backup:
    """Write the log to file and the key store beside it.

    Raises UsageRefused if either exists already or cannot be written.
    """
    keys, files = file.with_name(file.name + ".keys"), file.with_name(file.name + FILES)
    if file.exists() or keys.exists() or files.exists():
        raise UsageRefused("backup_exists")
    beside = file.with_name(file.name + ".part")
    try:
        _make_private(beside)
        size, root = _write_log(application.settings.database, application.ledger.origin, beside)
        # After the log: every key that the copied log needs was durable before its entry was.
        application.files.copy_to(files)
        _copy_database(application.settings.keystore_file, keys)
        beside.replace(file)
    except OSError as error:
        raise UsageRefused("backup_unwritable", reason=error.strerror or "") from error
    return Backup(keys, size, root)


def restore_backup(settings: Settings, file: Path) -> Restored:
    """Restore a backup into a database without entries; a key store that stands in the home stays.

    The home has to hold the log key and the master key. All erasures that the log tells of are done again
    before anything is served. Raises LedgerExists, InputRefused for what is no backup, CheckFailed if its
    entries do not add up to its root.
    """
    for name in (LOG_KEY, MASTER_KEY):
        if not (settings.keys / f"{name}.json").exists():
            raise UsageRefused("restore_needs_keys", name=name)
    log = open_log(settings, create=True)
    try:
        log.migrate()
        if log.head().size:
            raise LedgerExists("the database is not empty")
    finally:
        log.close()
    manifest, keys_restored, gone = _read_log(settings, file)
    with open_application(settings, origin=str(manifest["origin"])) as application:
        erased = application.ledger.reapply_erasures()
        application.files.copy_from(file.with_name(file.name + FILES))
        sweep(application)
        application.views.rebuild()
    root = bytes.fromhex(manifest["root"])
    return Restored(int(manifest["size"]), root, gone + erased.erased, erased.missing, keys_restored)


def _write_log(url: str, origin: str, path: Path) -> tuple[int, bytes]:
    with closing(open_database(url)) as database, database.read() as session:
        size, frontier, recorded_at, reference_at = session.query(HEAD)[0]
        root = merkle.root(split_frontier(bytes(frontier)))
        head = {
            "size": size,
            "frontier": bytes(frontier).hex(),
            "recorded_at": recorded_at,
            "reference_at": reference_at,
        }
        manifest = {"format": FORMAT, "origin": origin, "root": root.hex(), **head}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("manifest.json", json.dumps(manifest, indent=1))
            for table in TABLES:
                with archive.open(f"{table.name}.ndjson", "w", force_zip64=True) as lines:
                    for row in session.iterate(
                        f"SELECT {table.column_names} FROM {table.name} ORDER BY {table.key_names}"
                    ):
                        lines.write(json.dumps([_to_text(cell) for cell in row]).encode() + b"\n")
    return size, root


def _read_log(settings: Settings, file: Path) -> tuple[dict[str, Any], str, int]:
    """Load every table in one transaction, which stands only if the entries lead to the manifest's root.

    The keys are restored, and erased again, before it ends: a restore that breaks off leaves an empty database, or one
    whose erasures hold. Returns the manifest, where the keys came from, and how many were erased again.
    """
    url = settings.database
    try:
        with zipfile.ZipFile(file) as archive, closing(open_database(url)) as database, database.write() as session:
            manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
            if manifest["format"] != FORMAT:
                raise InputRefused("not_a_backup")
            for table in TABLES:
                _load(session, table, archive)
            session.run(SET_HEAD, {**_head(manifest)})
            _check_root(session, manifest)
            keys_restored = _restore_keys(settings, file)
            try:
                return manifest, keys_restored, _erase_keys(session, settings)
            except BaseException:
                if keys_restored == "copied":
                    settings.keystore_file.unlink()
                raise
    except OSError as error:
        raise InputRefused("file_unreadable", reason=error.strerror or "") from error
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, RecursionError) as error:
        raise InputRefused("not_a_backup") from error


def _load(session: Session, table: Table, archive: zipfile.ZipFile) -> None:
    with archive.open(f"{table.name}.ndjson") as lines:
        batch: list[Row] = []
        for row in _rows(table, io.BufferedReader(lines)):  # type: ignore[arg-type]
            batch.append(row)
            if len(batch) == BATCH:
                session.load(table, table.name, batch)
                batch = []
        if batch:
            session.load(table, table.name, batch)


def _rows(table: Table, lines: io.BufferedReader) -> Iterator[Row]:
    while line := lines.readline(MAX_LINE):
        cells = json.loads(line)
        if not isinstance(cells, list) or len(cells) != len(table.columns):
            raise InputRefused("not_a_backup")
        yield tuple(
            b64decode(cell, validate=True) if column.kind == "blob" and cell is not None else cell
            for column, cell in zip(table.columns, cells, strict=True)
        )


def _head(manifest: dict[str, Any]) -> dict[str, Any]:
    numbers = {name: int(manifest[name]) for name in ("size", "recorded_at", "reference_at")}
    return {**numbers, "frontier": bytes.fromhex(manifest["frontier"])}


def _check_root(session: Session, manifest: dict[str, Any]) -> None:
    states = (bytes(row[0]) for row in session.iterate("SELECT state FROM entries ORDER BY notification_id"))
    leaves = [merkle.leaf_hash(state) for state in states]
    told = merkle.root(split_frontier(bytes.fromhex(manifest["frontier"])))
    if len(leaves) != manifest["size"] or not merkle.root_of(leaves).hex() == told.hex() == manifest["root"]:
        raise CheckFailed("backup_damaged")


def _restore_keys(settings: Settings, file: Path) -> str:
    """Keep the home's key store, where keys that were erased since the backup stay erased; else take the copy."""
    if settings.keystore_file.exists():
        return "kept"
    copy = file.with_name(file.name + ".keys")
    if not copy.exists():
        return "missing"
    _copy_database(copy, settings.keystore_file)
    return "copied"


def _erase_keys(session: Session, settings: Settings) -> int:
    """Destroy the keys of all that the log says was erased; return how many were there."""
    master = read_key(settings.keys, MASTER_KEY, settings.passphrase)
    with closing(KeyStore(str(settings.keystore_file), master.secret, os.urandom)) as keystore:
        gone = 0
        for (state,) in session.query(ERASING, {"action": CaseErased.action}):
            statement = parse_statement(parse_entry(bytes(state)).payload)
            for target in statement.public["targets"]:
                for (ref,) in session.query(REF, {"stream": statement.stream, "seq": target["seq"]}):
                    gone += keystore.erase(bytes(ref), target["seq"], target["slots"])
        return gone


def _copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite file; the target is there whole or not at all."""
    beside = target.with_name(target.name + ".part")
    try:
        _make_private(beside)
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(beside)) as new,
        ):
            old.backup(new)
    except sqlite3.Error as error:
        beside.unlink()
        raise InputRefused("not_a_backup") from error
    os.sync()
    beside.replace(target)


def _make_private(path: Path) -> None:
    """Make an empty file that only its owner can read, in place of what an interrupted attempt left."""
    path.unlink(missing_ok=True)
    path.touch(0o600, exist_ok=False)


def _to_text(cell: Any) -> Any:
    return b64encode(cell).decode() if isinstance(cell, bytes | memoryview | bytearray) else cell
