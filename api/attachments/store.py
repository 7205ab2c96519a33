"""The folder of files, beside the ledger: `pending/<case>/` until an act names a file, then `kept/<case>/`.

A file's name there is a keyed digest of its case and content, so that the same file sent twice is one, and a name
tells nothing of what is in it. Nobody's own file name is ever kept or used for a path. A file's key lies in the key
store under a reference of its own; erasing destroys the key, then the file.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import shutil
from collections.abc import Collection, Generator
from pathlib import Path
from typing import Final, NamedTuple

from api.actions import Entropy
from api.attachments.kinds import KINDS, MAX_FILE_BYTES, KindCheck
from api.attachments.sealing import Sealer, read_chunks, read_ref
from api.errors import ApiError, NotThere
from audit.store.keystore import KeyStore

MAX_PENDING_FILES: Final = 20
"""How many files may wait for an act of one case."""
MAX_PENDING_BYTES: Final = 2**31
"""How much may wait for acts of all cases together; more is refused until something was swept."""
PENDING_SECONDS: Final = 86_400
SLOTS: Final = range(8)
_CASE: Final = re.compile(r"[0-9a-f]{32}")


class FileRefused(ApiError):
    """A file is too large."""

    status = 413


class FileUnfit(ApiError):
    """A file is empty or not of a kind that is taken."""

    status = 415


class NoRoom(ApiError):
    """Too many files wait for an act already."""

    status = 507


class Filed(NamedTuple):
    """What an act says of a file: its SHA-256 in hex, its bytes, its kind."""

    digest: str
    size: int
    media_type: str


class Incoming:
    """A file that is being taken in; whoever has one ends it with `finish` or `discard`."""

    def __init__(self, folder: Path, number: str, media_type: str, keystore: KeyStore, stream: str) -> None:
        """Begin a file with a key of its own. Raises KeyStoreRefused, or OSError where the disk does not take it."""
        self._keystore, self._media_type = keystore, media_type
        self.ref = keystore.take_ref()
        self.path = folder / f"{number}.part"
        self._file = os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._sealer = Sealer(self._file, keystore.keys_for_writing(self.ref, 1)[0], self.ref, stream)
        self._digest, self._size, self._check = hashlib.sha256(), 0, KindCheck(media_type)

    def write(self, data: bytes) -> None:
        """Take more bytes. Raises FileRefused beyond 20 MiB, FileUnfit if the bytes are of another kind."""
        self._size += len(data)
        if self._size > MAX_FILE_BYTES:
            raise FileRefused("attachment_too_large", most=MAX_FILE_BYTES // 2**20)
        if not self._check.fits(data):
            raise FileUnfit("attachment_unfit")
        self._digest.update(data)
        self._sealer.write(data)

    def finish(self) -> Filed:
        """Have the whole file written. Raises FileUnfit if it is empty or not of its kind."""
        if not self._size or not self._check.fits_whole():
            raise FileUnfit("attachment_unfit")
        self._sealer.finish()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return Filed(self._digest.hexdigest(), self._size, self._media_type)

    def discard(self) -> None:
        """Take nothing: the file and its key are gone."""
        self._file.close()
        self.path.unlink(missing_ok=True)
        self._keystore.erase(self.ref, 1, SLOTS)


class Files:
    """The folder. `secret` keys the names, `entropy(n)` returns n unpredictable bytes. May be shared by threads."""

    def __init__(self, folder: Path, keystore: KeyStore, secret: bytes, entropy: Entropy) -> None:
        """Keep where files are; nothing is created yet."""
        self._folder, self._keystore, self._entropy = folder, keystore, entropy
        self._secret = hmac.digest(secret, b"sundial/f2", "sha256")
        self.swept = 0  # the log position up to which erasures have reached the files

    def begin(self, case: str, media_type: str) -> Incoming:
        """Begin to take in a file for a case. Raises FileUnfit for a kind that is not taken, NoRoom."""
        if media_type not in KINDS:
            raise FileUnfit("attachment_unfit")
        folder = self._place("pending", case)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if len(list(folder.iterdir())) >= MAX_PENDING_FILES or self._pending_bytes() > MAX_PENDING_BYTES:
            raise NoRoom("no_room_for_files")
        return Incoming(folder, self._entropy(16).hex(), media_type, self._keystore, f"case/{case}")

    def file(self, case: str, incoming: Incoming) -> Filed:
        """End a file that was taken in, and have it wait for the act that names it. Raises FileUnfit."""
        filed = incoming.finish()
        name = self._name(case, filed.digest)
        if self._find(case, name) is not None:
            incoming.discard()
        else:
            incoming.path.replace(self._place("pending", case) / name)
        return filed

    def keep(self, case: str, digests: Collection[str]) -> None:
        """Keep the files that an act of the case has named; those that are not here stay away. Can be repeated."""
        for digest in digests:
            name = self._name(case, digest)
            waiting, kept = self._place("pending", case) / name, self._place("kept", case)
            if waiting.is_file():
                kept.mkdir(mode=0o700, parents=True, exist_ok=True)
                waiting.replace(kept / name)

    def has(self, case: str, digest: str) -> bool:
        """Say whether a file of a case is here."""
        return self._find(case, self._name(case, digest)) is not None

    def read(self, case: str, digest: str) -> Generator[bytes, None, None]:
        """Yield the content of a file. Raises NotThere at once if it is not here, FileDamaged while reading."""
        found = self._find(case, self._name(case, digest))
        if found is None:
            raise NotThere("attachment_away")
        file = found.open("rb")
        keys = self._keystore.keys(read_ref(file), 1)
        if keys is None or keys[0] is None:
            file.close()
            raise NotThere("attachment_away")
        key = keys[0]

        def chunks() -> Generator[bytes, None, None]:
            with file:
                yield from read_chunks(file, key, f"case/{case}")

        return chunks()

    def sweep(self, case: str, named: Collection[str], before: float) -> int:
        """Destroy what no act of the case names any more; return how many files.

        Files that wait for an act are left alone if they came after `before`, in Unix seconds.
        """
        names = {self._name(case, digest) for digest in named}
        gone = 0
        for room in ("kept", "pending"):
            folder = self._place(room, case)
            for path in list(folder.iterdir()) if folder.is_dir() else []:
                if path.name not in names and (room == "kept" or path.stat().st_mtime < before):
                    self._destroy(path)
                    gone += 1
        return gone

    def waiting(self, before: float) -> list[str]:
        """The cases of which a file waits for an act since before then, in Unix seconds; old empty folders go."""
        found = []
        for case in self.cases():
            folder = self._place("pending", case)
            times = [path.stat().st_mtime for path in folder.iterdir()]
            if not times and folder.stat().st_mtime < before:
                folder.rmdir()
            elif times and min(times) < before:
                found.append(case)
        return found

    def cases(self, room: str = "pending") -> list[str]:
        """The cases of which files are in a room, `kept` or `pending`."""
        folder = self._folder / room
        found = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        return [name for name in found if _CASE.fullmatch(name)]

    def copy_to(self, folder: Path) -> None:
        """Copy what is kept, still encrypted, to a folder that does not exist yet; nothing where nothing is kept."""
        _copy(self._folder / "kept", folder)

    def copy_from(self, folder: Path) -> None:
        """Take over what `copy_to` wrote, unless files are kept here already."""
        if not (self._folder / "kept").exists():
            self._folder.mkdir(mode=0o700, exist_ok=True)
            _copy(folder, self._folder / "kept")

    def _destroy(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                self._keystore.erase(read_ref(file), 1, SLOTS)
        except ApiError:
            pass  # what was cut off while it came in has no key to destroy
        path.unlink(missing_ok=True)

    def _find(self, case: str, name: str) -> Path | None:
        for room in ("kept", "pending"):
            path = self._place(room, case) / name
            if path.is_file():
                return path
        return None

    def _place(self, room: str, case: str) -> Path:
        if not _CASE.fullmatch(case):
            raise NotThere("attachment_away")
        return self._folder / room / case

    def _name(self, case: str, digest: str) -> str:
        return hmac.digest(self._secret, f"{case}/{digest}".encode(), "sha256").hex()

    def _pending_bytes(self) -> int:
        return sum(path.stat().st_size for path in (self._folder / "pending").glob("*/*"))


def _copy(source: Path, target: Path) -> None:
    """Copy a folder, if it is there; the target is there whole or not at all."""
    if source.is_dir():
        beside = target.with_name(f"{target.name}.part")
        shutil.rmtree(beside, ignore_errors=True)
        shutil.copytree(source, beside)
        beside.replace(target)
