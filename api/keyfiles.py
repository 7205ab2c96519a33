"""Key files: 32 secret bytes a file, owner-only, encrypted where a passphrase is set.

One JSON file a key under the home's keys folder: registrars, officers, office services and the log sign
with theirs; the master key wraps the key store and the import secret names imported acts. With a
passphrase the secret is sealed with ChaCha20-Poly1305 under scrypt (RFC 7914, N = 2^15, r = 8, p = 1),
the public members bound as associated data; without one the file's permissions are the only protection.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from api.errors import KeyFileRefused
from api.libsodium import PrivateKey
from audit import suite

FORMAT = "sundial-key/1"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
SECRET_SIZE = 32
SALT_SIZE = 16
NONCE = bytes(12)  # every file has its own salt and so its own key, which seals exactly once
COST, BLOCK, LANES = 2**15, 8, 1
MAX_FILE = 8192
LABELS = ("kind", "actor", "office", "post", "custody", "public")


@dataclass(frozen=True)
class Key:
    """A secret and what it is for; kind is log, registrar, officer, service, petitioner, master or import.

    public is the raw Ed25519 public key, empty for the kinds that do not sign.
    """

    kind: str
    secret: bytes
    actor: str = ""
    office: str = ""
    post: str = ""
    custody: str = "file"

    @cached_property
    def public(self) -> bytes:
        """The raw 32-byte public key, or nothing for a master key or an import secret."""
        return b"" if self.kind in ("master", "import") else suite.public_key(self.secret)

    @cached_property
    def key_id(self) -> bytes:
        """SHA-256 of the raw public key."""
        return suite.key_id(self.public)

    def sign(self, message: bytes) -> bytes:
        """Sign message with the secret; 64 bytes."""
        return self._private.sign(message)

    @cached_property
    def _private(self) -> PrivateKey:
        return PrivateKey(self.secret)

    def __repr__(self) -> str:
        """Name the key without its secret."""
        return f"Key(kind={self.kind!r}, actor={self.actor!r})"


def write_key(folder: Path, name: str, key: Key, passphrase: bytes | None) -> Path:
    """Write key to folder/name.json, readable by its owner alone, and return the path.

    Raises KeyFileRefused if the name is not a slug, the file is already there, or it cannot be written.
    """
    path = _path(folder, name)
    labels = _labels(key)
    document: dict[str, Any] = {"format": FORMAT, **labels}
    if passphrase is None:
        document["secret"] = key.secret.hex()
    else:
        salt = os.urandom(SALT_SIZE)
        sealed = _cipher(passphrase, salt).encrypt(NONCE, key.secret, _bound(labels))
        document["sealed"] = {"salt": salt.hex(), "secret": sealed.hex()}
    try:
        _write_new(path, json.dumps(document, indent=1).encode() + b"\n")
    except FileExistsError as error:
        raise KeyFileRefused("key_exists", name=name) from error
    except OSError as error:
        raise KeyFileRefused("key_unwritable", name=name, reason=error.strerror or "") from error
    return path


def _write_new(path: Path, data: bytes) -> None:
    """Write a file that is there whole and for good, or not at all; raises FileExistsError if there is one already."""
    beside = path.with_name(f".{path.stem}.{os.urandom(8).hex()}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    _sync(path.parent)


def read_key(folder: Path, name: str, passphrase: bytes | None) -> Key:
    """Read the key that write_key stored.

    Raises KeyFileRefused if it is missing, readable by others, not a key file, or sealed with another
    passphrase.
    """
    path = _path(folder, name)
    try:
        mode = path.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            raise KeyFileRefused("key_open_to_others", name=name)
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except FileNotFoundError as error:
        raise KeyFileRefused("key_missing", name=name) from error
    except OSError as error:
        raise KeyFileRefused("key_unreadable", name=name, reason=error.strerror or "") from error
    return _parse(name, data, passphrase)


def read_public(folder: Path, name: str) -> bytes:
    """Read the public key that a key file names, empty for one that does not sign; nothing is decrypted.

    Raises KeyFileRefused if the file is missing or not a key file.
    """
    try:
        public: bytes = bytes.fromhex(json.loads(_path(folder, name).read_bytes())["public"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise KeyFileRefused("key_malformed", name=name) from error
    return public


def list_keys(folder: Path) -> list[str]:
    """The names of the key files in folder, sorted."""
    return sorted(path.stem for path in folder.glob("*.json") if NAME.fullmatch(path.stem))


def new_key(
    kind: str,
    actor: str = "",
    office: str = "",
    post: str = "",
    custody: str = "file",
    *,
    entropy: Callable[[int], bytes] = os.urandom,
) -> Key:
    """Make a key from 32 fresh bytes of entropy."""
    return Key(kind, entropy(SECRET_SIZE), actor, office, post, custody)


def keep_key(folder: Path, name: str, make: Callable[[], Key], passphrase: bytes | None) -> Key:
    """Read the key file of this name, or make the key and write it, so that a second attempt finds the first's key."""
    if (folder / f"{name}.json").exists():
        return read_key(folder, name, passphrase)
    key = make()
    write_key(folder, name, key, passphrase)
    return key


def replace_key(folder: Path, name: str, old_id: bytes) -> None:
    """Put the key file NAME-next in the place of NAME, which goes on under a name with its id; can be repeated."""
    current = _path(folder, name)
    if current.exists() and suite.key_id(read_public(folder, name)) == old_id:
        current.rename(_path(folder, f"{name}-{old_id.hex()[:8]}"))
    _path(folder, f"{name}-next").rename(current)
    _sync(folder)


def _sync(folder: Path) -> None:
    """Have a folder's names written."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _parse(name: str, data: bytes, passphrase: bytes | None) -> Key:
    try:
        document = json.loads(data)
        labels = {label: str(document[label]) for label in LABELS}
        sealed = document.get("sealed")
        if document["format"] != FORMAT or len(data) > MAX_FILE:
            raise ValueError
        secret = bytes.fromhex(document["secret"]) if sealed is None else _unseal(name, sealed, labels, passphrase)
        key = Key(labels["kind"], secret, labels["actor"], labels["office"], labels["post"], labels["custody"])
        if len(secret) != SECRET_SIZE or key.public.hex() != labels["public"]:
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise KeyFileRefused("key_malformed", name=name) from error
    return key


def _unseal(name: str, sealed: dict[str, str], labels: dict[str, str], passphrase: bytes | None) -> bytes:
    if passphrase is None:
        raise KeyFileRefused("key_locked", name=name)
    cipher = _cipher(passphrase, bytes.fromhex(sealed["salt"]))
    try:
        return cipher.decrypt(NONCE, bytes.fromhex(sealed["secret"]), _bound(labels))
    except InvalidTag as error:
        raise KeyFileRefused("key_wrong_passphrase", name=name) from error


def _cipher(passphrase: bytes, salt: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(Scrypt(salt=salt, length=32, n=COST, r=BLOCK, p=LANES).derive(passphrase))


def _labels(key: Key) -> dict[str, str]:
    return {
        "kind": key.kind,
        "actor": key.actor,
        "office": key.office,
        "post": key.post,
        "custody": key.custody,
        "public": key.public.hex(),
    }


def _bound(labels: dict[str, str]) -> bytes:
    return json.dumps([labels[label] for label in LABELS]).encode()


def _path(folder: Path, name: str) -> Path:
    if not NAME.fullmatch(name):
        raise KeyFileRefused("key_name_malformed")
    return folder / f"{name}.json"
