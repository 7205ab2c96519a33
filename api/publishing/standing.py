"""What has been published: the last checkpoint, what waits for witnesses, and evidence, in files of the home.

They stand beside the anchor and outside the database, so that a restored backup cannot take them back. The published
checkpoint moves only forward and only under a lock: of two publishers the slower one finds the other's.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.errors import InputRefused
from audit.checkpoint import Checkpoint, parse_checkpoint
from audit.errors import AuditError
from audit.note import parse_note
from audit.suite import hash256

ALARM_MS = 15 * 60 * 1_000
"""How long a checkpoint may wait for its witnesses before it is an alarm: 15 minutes."""
CHECKPOINT, PENDING, SIZES, EVIDENCE = "checkpoint", "pending.json", "witnesses.json", "evidence"
OWNER_ONLY = 0o700
_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Published:
    """The last published checkpoint: the note as it is served, and what it says."""

    note: str
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Pending:
    """A checkpoint that waits for witnesses: since which Unix millisecond something waits, and the newest size."""

    since_ms: int
    size: int

    def is_alarm(self, now_ms: int) -> bool:
        """Say whether it has waited for more than 15 minutes."""
        return now_ms - self.since_ms > ALARM_MS


class Standing:
    """The files of one publisher."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, which is made when something is first written."""
        self.folder = folder

    def published(self) -> Published | None:
        """Return the last published checkpoint, None before the first; raises InputRefused if the file is damaged."""
        data = self._read(CHECKPOINT)
        if data is None:
            return None
        try:
            note = data.decode("utf-8")
            return Published(note, parse_checkpoint(parse_note(note).text))
        except (AuditError, UnicodeDecodeError) as error:
            raise InputRefused("published_malformed") from error

    def pending(self) -> Pending | None:
        """Return what waits for witnesses, if anything does."""
        found = self._read_json(PENDING)
        return Pending(int(found["since_ms"]), int(found["size"])) if found else None

    def sizes(self) -> dict[str, int]:
        """Return the size that each witness, by its key, is thought to have seen."""
        return {name: int(size) for name, size in self._read_json(SIZES).items()}

    def keep_sizes(self, sizes: dict[str, int]) -> None:
        """Remember what the witnesses have seen; only a hint, which their answers correct."""
        self._write(SIZES, json.dumps(sizes, sort_keys=True).encode())

    def put(self, note: str) -> None:
        """Publish a note and forget what waited; for whoever holds the lock."""
        self._write(CHECKPOINT, note.encode())
        (self.folder / PENDING).unlink(missing_ok=True)

    def settle(self, size: int) -> None:
        """Forget what waited if it is covered by what is published; for whoever holds the lock."""
        pending = self.pending()
        if pending is not None and pending.size <= size:
            (self.folder / PENDING).unlink(missing_ok=True)

    def wait(self, size: int, now_ms: int) -> Pending:
        """Note that a checkpoint waits, since now if none did before; for whoever holds the lock."""
        before = self.pending()
        found = Pending(before.since_ms if before else now_ms, size)
        self._write(PENDING, json.dumps({"since_ms": found.since_ms, "size": size}).encode())
        return found

    def keep_evidence(self, data: bytes) -> Path:
        """Keep evidence under a name that its bytes give, once."""
        folder = self.folder / EVIDENCE
        folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
        path = folder / f"{hash256(data).hex()[:16]}.json"
        write_whole(path, data)
        return path

    def evidence(self) -> list[Path]:
        """The files of evidence, by name."""
        return sorted((self.folder / EVIDENCE).glob("*.json"))

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other publishers of this home out while the context lasts."""
        self.folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
        handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _read(self, name: str) -> bytes | None:
        try:
            with (self.folder / name).open("rb") as file:
                return file.read(_MOST_BYTES)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InputRefused("file_unreadable", reason=error.strerror or "") from error

    def _read_json(self, name: str) -> dict[str, int]:
        data = self._read(name)
        try:
            found: dict[str, int] = json.loads(data) if data else {}
        except (ValueError, RecursionError) as error:
            raise InputRefused("published_malformed") from error
        return found

    def _write(self, name: str, data: bytes) -> None:
        self.folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
        write_whole(self.folder / name, data)


def write_whole(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace a file in one step, so that a reader and a power cut find the old bytes or the new ones."""
    beside = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have a folder's names written to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
