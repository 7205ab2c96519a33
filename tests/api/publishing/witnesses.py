"""Witnesses without a network: real ones behind a transport, which a test can take away."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from api.census import take_census
from api.main import Application
from api.witness.protocol import Witness
from api.witness.store import WitnessStore
from audit.note import ED25519, NoteKey
from audit.store.notes import format_note_key
from audit.trust import Policy, parse_policy


def log_key(application: Application) -> NoteKey:
    """The key by which the ledger's checkpoints are checked."""
    return NoteKey(application.ledger.origin, ED25519, application.key("log").public)


def make_witness(path: Path, name: str, *keys: NoteKey, clock: Callable[[], int] = lambda: 1_800_000_000) -> Witness:
    """A witness that watches the logs of these keys."""
    trusted = {key.name: (key,) for key in keys}
    return Witness(name, hashlib.sha256(name.encode()).digest(), trusted, WitnessStore(path), clock)


@dataclass
class Net:
    """A network with witnesses at http://<name>/; those in `down` cannot be reached."""

    witnesses: list[Witness]
    down: set[str] = field(default_factory=set)
    asked: list[tuple[str, int]] = field(default_factory=list)

    @property
    def transport(self) -> httpx.MockTransport:
        """The way there."""
        return httpx.MockTransport(self._answer)

    def policy(self, quorum: int) -> Policy:
        """A policy by which so many of the witnesses have to cosign."""
        return parse_policy(self.policy_text(quorum).encode())

    def policy_text(self, quorum: int, url: str = "http://{name}/") -> str:
        """The policy as a file."""
        lines = [f"witness {one.name} {format_note_key(one.key)} {url.format(name=one.name)}" for one in self.witnesses]
        group = f"group all {quorum} {' '.join(one.name for one in self.witnesses)}"
        return "\n".join([*lines, group, "quorum all", ""])

    def _answer(self, request: httpx.Request) -> httpx.Response:
        (witness,) = (one for one in self.witnesses if one.name == request.url.host)
        if witness.name in self.down:
            raise httpx.ConnectError("down", request=request)
        reply = witness.add_checkpoint(request.content)
        self.asked.append((witness.name, reply.status))
        return httpx.Response(reply.status, headers={"content-type": reply.media_type}, text=reply.body)


def record(application: Application, acts: int = 1) -> int:
    """Record so many acts by the log's key; return the size of the log."""
    for _ in range(acts):
        take_census(application)
    return application.ledger.head().size
