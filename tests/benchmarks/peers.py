"""The peers that run in the same rounds: plain unsigned `eventsourcing`, UmaDB, and nothing but Ed25519."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import umadb
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

_START_SECONDS = 15.0


class Petition(Aggregate):
    """A petition as the library's own aggregate: unsigned, personal text in the event, times from the library."""

    @event("Registered")
    def __init__(self, channel: str, office: str, text: dict[str, str]) -> None:
        self.channel = channel
        self.office = office
        self.text = text
        self.replies: list[str] = []

    @event("Replied")
    def reply(self, means: str, text: dict[str, str]) -> None:
        """Record that a reply was given."""
        self.replies.append(means)


class PlainLedger(Application[UUID]):
    """The library's application with its default transcoder and its default, locked insert."""


def plain_environment(url: str) -> dict[str, str]:
    """Return the library's settings for a SQLite file or a PostgreSQL database: named, and nothing else changed."""
    if url.startswith("sqlite:///"):
        return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": url.removeprefix("sqlite:///")}
    parts = urlsplit(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.path.lstrip("/"),
        "POSTGRES_HOST": str(parts.hostname),
        "POSTGRES_PORT": str(parts.port),
        "POSTGRES_USER": str(parts.username),
        "POSTGRES_PASSWORD": "",
        "POSTGRES_POOL_SIZE": "8",
    }


def plain_ledger(url: str) -> PlainLedger:
    """Return a plain application on a SQLite file or a PostgreSQL database."""
    return PlainLedger(plain_environment(url))


class UmaServer:
    """The server that the `umadb` wheel ships, on a free port of 127.0.0.1, in a folder of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        program = Path(sys.executable).with_name("umadb")
        command = [str(program), "--listen", f"127.0.0.1:{port}", "--db-path", str(folder / "uma.db")]
        self.url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                umadb.Client(self.url).head()
                return
            except Exception:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    self.close()
                    raise
                time.sleep(0.05)

    def client(self) -> umadb.Client:
        """Return a new client; each caller has one of its own."""
        return umadb.Client(self.url)

    def close(self) -> None:
        """End the server."""
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)


def uma_event(stream: str, action: str, data: bytes) -> umadb.Event:
    """Return one act as UmaDB holds it: an event tagged with its stream."""
    return umadb.Event(event_type=action, data=data, tags=[stream])


def check_signatures(items: Sequence[tuple[Ed25519PublicKey, bytes, bytes]]) -> int:
    """Check each (key, signature, message) and nothing else: the most that any verifier on one core could do."""
    for key, signature, message in items:
        key.verify(signature, message)
    return len(items)


def petitions(count: int, texts: Sequence[dict[str, Any]]) -> list[Petition]:
    """Return so many new petitions, not yet saved."""
    return [Petition(channel="letter", office="bureau", text=texts[number % len(texts)]) for number in range(count)]
