"""Accounts, sessions, query codes and failures: a small SQLite file of this server's own, beside the ledger.

Nothing in it is evidence and nothing of it is in the log. Secrets are stored as hashes only: passwords by Argon2id,
session ids and query codes (random, at least 128 bits) by SHA-256. The file is readable by its owner alone.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import RLock
from typing import NamedTuple

from api.access.viewer import PUBLIC, Viewer
from api.looks.journal import Journal
from domain.people import People

_SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (
    name TEXT PRIMARY KEY, officer TEXT NOT NULL, secret TEXT NOT NULL, subject TEXT NOT NULL DEFAULT '',
    enabled INTEGER NOT NULL DEFAULT 1) STRICT;
CREATE TABLE IF NOT EXISTS sessions (
    digest BLOB PRIMARY KEY, account TEXT NOT NULL, case_id TEXT NOT NULL, csrf TEXT NOT NULL,
    began_at INTEGER NOT NULL, seen_at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS codes (
    digest BLOB PRIMARY KEY, case_id TEXT NOT NULL, issued_at INTEGER NOT NULL,
    revoked_at INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS attempts (
    digest BLOB PRIMARY KEY, browser BLOB NOT NULL, nonce TEXT NOT NULL, verifier TEXT NOT NULL, onward TEXT NOT NULL,
    until INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS failures (
    source BLOB PRIMARY KEY, count INTEGER NOT NULL, until INTEGER NOT NULL) STRICT;
"""

_SESSION = """
SELECT s.account, s.case_id, s.csrf, s.began_at, s.seen_at, a.* FROM sessions s
    LEFT JOIN accounts a ON a.name = s.account AND a.enabled = 1 WHERE s.digest = ?
"""
MOST_KNOWN = 1_000
"""How many sessions are kept in memory."""

Milliseconds = Callable[[], int]


class Account(NamedTuple):
    """Who may sign in: a name, the officer that stands for it in the directory, an Argon2id hash, an OIDC subject."""

    name: str
    officer: str
    secret: str
    subject: str
    enabled: bool


class Session(NamedTuple):
    """A signed-in browser: an account, or the case that a query code opened; times are Unix milliseconds."""

    account: str
    case: str
    csrf: str
    began_at: int
    seen_at: int


@dataclass(slots=True)
class Known:
    """A session as the file has it, and who that is; `seated` is the same with the posts that one directory gives."""

    session: Session
    viewer: Viewer
    seated: tuple[People, Viewer] | None = None


class Waiting(NamedTuple):
    """An attempt to sign in at the identity provider that has not come back: what to expect, and where to go on."""

    nonce: str
    verifier: str
    onward: str


class AccessStore:
    """The file. May be shared by threads; every method is one transaction."""

    def __init__(self, path: Path) -> None:
        """Open or create the file; raises sqlite3.Error if it cannot be used."""
        path.touch(mode=0o600, exist_ok=True)
        self._lock = RLock()
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=20)
        self._database.execute("PRAGMA journal_mode = WAL").fetchall()
        self._database.executescript(_SCHEMA)
        self._known: dict[bytes, Known] = {}
        self._known_at = -1
        self.looks = Journal(self._database, self._lock)

    def close(self) -> None:
        """Close the file, when nobody uses it."""
        with self._lock:
            self._database.close()

    def put_account(self, name: str, officer: str, secret: str, subject: str = "") -> bool:
        """Add an account, or give one another officer, secret or subject; its sessions end.

        Return False, with nothing changed, if another account has the subject.
        """
        with self._write() as run:
            others = "SELECT 1 FROM accounts WHERE subject <> '' AND subject = ? AND name <> ?"
            if run.execute(others, (subject, name)).fetchone() is not None:
                return False
            run.execute("INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?, 1)", (name, officer, secret, subject))
            run.execute("DELETE FROM sessions WHERE account = ?", (name,))
        return True

    def disable_account(self, name: str) -> bool:
        """Let an account no longer sign in, and end its sessions; return whether there was one."""
        with self._write() as run:
            found = run.execute("UPDATE accounts SET enabled = 0 WHERE name = ?", (name,)).rowcount
            run.execute("DELETE FROM sessions WHERE account = ?", (name,))
        return found > 0

    def account(self, name: str) -> Account | None:
        """The account of this name, if it may sign in."""
        return self._account("SELECT * FROM accounts WHERE enabled = 1 AND name = ?", name)

    def account_of_subject(self, subject: str) -> Account | None:
        """The account that an identity provider knows under this subject, if it may sign in."""
        return self._account("SELECT * FROM accounts WHERE enabled = 1 AND subject <> '' AND subject = ?", subject)

    def accounts(self) -> list[Account]:
        """All accounts by name, disabled ones too."""
        with self._lock:
            rows = self._database.execute("SELECT * FROM accounts ORDER BY name").fetchall()
        return [_account_of(row) for row in rows]

    def add_session(self, token: str, session: Session) -> None:
        """Keep a session under the hash of its token."""
        with self._write() as run:
            run.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)", (digest(token), *session))

    def session(self, token: str, now: int, idle_ms: int, lasting_ms: int, *, newest: bool = True) -> Known | None:
        """The session of a token that is neither idle for too long nor too old, and its account; it is seen now.

        What another process did to it since it was last asked for is seen if `newest`.
        """
        key = digest(token)
        with self._lock:
            known = (None if newest else self._known.get(key)) or self._session(key)
            found = None if known is None else known.session
            if found is None or now - found.seen_at > idle_ms or now - found.began_at > lasting_ms:
                return None
            if now - found.seen_at > idle_ms // 20:
                self._database.execute("UPDATE sessions SET seen_at = ? WHERE digest = ?", (now, key))
                self._known.pop(key, None)
        return known

    def _session(self, key: bytes) -> Known | None:
        """What the file says of a session, kept in memory while nobody writes to the file what could change it.

        SQLite counts what other connections commit; what this one writes forgets everything, in `_write`.
        Source: SQLite, PRAGMA data_version.
        """
        (version,) = self._database.execute("PRAGMA data_version").fetchone()
        if version != self._known_at or len(self._known) >= MOST_KNOWN:
            self._known.clear()
            self._known_at = version
        known = self._known.get(key)
        if known is None:
            row = self._database.execute(_SESSION, (key,)).fetchone()
            if row is None:
                return None
            session = Session(*row[:5])
            account = None if row[5] is None else _account_of(row[5:])
            known = self._known[key] = Known(session, _viewer_of(session, account))
        return known

    def end_session(self, token: str) -> None:
        """Forget a session."""
        with self._write() as run:
            run.execute("DELETE FROM sessions WHERE digest = ?", (digest(token),))

    def add_attempt(self, state: str, browser: str, waiting: Waiting, now: int, until: int) -> None:
        """Keep an attempt under the hashes of its state and of the browser that makes it; those that are over go."""
        with self._write() as run:
            run.execute("DELETE FROM attempts WHERE until < ?", (now,))
            run.execute(
                "INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?)", (digest(state), digest(browser), *waiting, until)
            )

    def take_attempt(self, state: str, browser: str, now: int) -> Waiting | None:
        """The attempt of a state, once: whoever asks, it is over. None if it is another browser's, or too old."""
        with self._write() as run:
            row = run.execute(
                "DELETE FROM attempts WHERE digest = ? RETURNING browser, nonce, verifier, onward, until",
                (digest(state),),
            ).fetchone()
        if row is None or row[4] < now or not hmac.compare_digest(row[0], digest(browser)):
            return None
        return Waiting(*row[1:4])

    def add_code(self, code: str, case: str, now: int) -> None:
        """Let a query code open a case."""
        with self._write() as run:
            run.execute("INSERT INTO codes VALUES (?, ?, ?, 0)", (digest(code), case, now))

    def case_of_code(self, code: str) -> str | None:
        """The case that a query code opens, if it was not revoked."""
        asked = digest(code)
        with self._lock:
            row = self._database.execute(
                "SELECT digest, case_id FROM codes WHERE digest = ? AND revoked_at = 0", (asked,)
            ).fetchone()
        return str(row[1]) if row is not None and hmac.compare_digest(row[0], asked) else None

    def revoke_codes(self, case: str, now: int) -> int:
        """Revoke every query code of a case, end their sessions, and return how many codes there were."""
        with self._write() as run:
            count = run.execute(
                "UPDATE codes SET revoked_at = ? WHERE case_id = ? AND revoked_at = 0", (now, case)
            ).rowcount
            run.execute("DELETE FROM sessions WHERE case_id = ? AND account = ''", (case,))
        return count

    def secret(self, name: str, make: Callable[[], bytes]) -> bytes:
        """This server's own secret of a name; it is made when it is first asked for."""
        with self._lock:
            row = self._database.execute("SELECT value FROM secrets WHERE name = ?", (name,)).fetchone()
            if row is None:
                self._database.execute("INSERT OR IGNORE INTO secrets VALUES (?, ?)", (name, make()))
                row = self._database.execute("SELECT value FROM secrets WHERE name = ?", (name,)).fetchone()
        return bytes(row[0])

    def waiting_until(self, source: str) -> int:
        """Until when (Unix milliseconds) attempts of a source are refused; 0 if they are not."""
        with self._lock:
            row = self._database.execute("SELECT until FROM failures WHERE source = ?", (digest(source),)).fetchone()
        return 0 if row is None else int(row[0])

    def note_failure(self, source: str, now: int, free: int, first_ms: int, most_ms: int) -> None:
        """Count a failure of a source; beyond `free` of them each doubles the wait, from first_ms up to most_ms."""
        with self._write() as run:
            row = run.execute("SELECT count FROM failures WHERE source = ?", (digest(source),)).fetchone()
            count = 1 + (int(row[0]) if row else 0)
            wait = 0 if count <= free else min(first_ms << min(count - free - 1, 30), most_ms)
            run.execute("INSERT OR REPLACE INTO failures VALUES (?, ?, ?)", (digest(source), count, now + wait))

    def forget_failures(self, source: str) -> None:
        """Begin to count a source anew."""
        with self._write() as run:
            run.execute("DELETE FROM failures WHERE source = ?", (digest(source),))

    def _account(self, sql: str, value: str) -> Account | None:
        with self._lock:
            row = self._database.execute(sql, (value,)).fetchone()
        return None if row is None else _account_of(row)

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._known.clear()
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")


def _viewer_of(session: Session, account: Account | None) -> Viewer:
    """Who looks, as far as the file tells; the public where the account is disabled."""
    if session.case:
        return Viewer("petitioner", case=session.case, csrf=session.csrf)
    if account is None:
        return PUBLIC
    return Viewer("staff", account.name, account.officer, csrf=session.csrf)


def _account_of(row: tuple[str, str, str, str, int]) -> Account:
    name, officer, secret, subject, enabled = row
    return Account(name, officer, secret, subject, bool(enabled))


def digest(secret: str) -> bytes:
    """The hash under which a random secret, or the name of a source of failures, is stored."""
    return sha256(secret.encode()).digest()
