"""A ledger for tests: rules that allow everything, deterministic time and randomness, keys by name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audit.store.judge import Parts
from audit.store.keystore import KeyStore
from audit.store.ledger import Ledger
from audit.store.model import Acknowledgement, Actor, Prepared
from audit.store.possession import prove_possession
from audit.store.timekeeper import Timekeeper
from audit.suite import SUITE, key_id, public_key, sign

ORIGIN = "ledger.example/test"
START_MS = 1_750_000_000_000
CLAIMED_AT = "2025-06-15T23:06:40+08:00"


@dataclass(frozen=True)
class Wish:
    """A command of the permissive rules."""

    stream: str
    action: str
    public: Mapping[str, Any] = field(default_factory=dict)
    sealed: Sequence[tuple[str, Any]] = ()
    summary_zh: str = "行为"
    summary_en: str = "an act"


class Permissive:
    """Rules that allow every act; a state is the tuple of the acts so far."""

    def initial(self, stream: str) -> Any:
        return ()

    def read(self, statement: Any, index: int, recorded_at: int, reference: Any) -> Any:
        return statement, index, recorded_at

    def fold(self, state: Any, event: Any, reference: Any) -> Any:
        return (*state, event[0].action)

    def initial_reference(self) -> Any:
        return ()

    def fold_reference(self, reference: Any, event: Any) -> Any:
        return (*reference, event[0].action)

    def stream_of(self, command: Any) -> str:
        return str(command.stream)

    def erasing_actions(self) -> Sequence[str]:
        return ("case.erased.v1",)

    def erasure(self, event: Any) -> Sequence[tuple[int, Sequence[int]]]:
        statement = event[0]
        if statement.action != "case.erased.v1":
            return ()
        return [(one["seq"], one["slots"]) for one in statement.public["targets"]]

    def decide(
        self, state: Any, command: Any, actor: Actor, *, seq: int, claimed_at: str, recorded_at: int, reference: Any
    ) -> Any:
        return command

    def stands_until(self, decision: Any) -> int:
        return 0

    def check_elsewhere(self, state: Any, decision: Any, elsewhere: Any, reference: Any) -> None:
        return None

    def undecided(self, command: Any, reference: Any) -> Any:
        return command

    def note_of_refusal(self, refusal: Exception, command: Any, actor: Actor, claimed_at: str) -> Any:
        return None


class Ticks:
    """A wall clock that goes on by a millisecond each time it is read, unless it is set."""

    def __init__(self) -> None:
        self.now = START_MS

    def __call__(self) -> int:
        self.now += 1
        return self.now


def counted() -> Callable[[int], bytes]:
    """Return bytes that look random and are the same in every run."""
    count = 0

    def take(size: int) -> bytes:
        nonlocal count
        count += 1
        return hashlib.shake_256(b"test" + count.to_bytes(8, "big")).digest(size)

    return take


def private(name: str) -> bytes:
    """Return the private key of somebody."""
    return hashlib.sha256(b"key of " + name.encode()).digest()


def registrar(name: str) -> Actor:
    return Actor(f"registrar-{name}", "registrar", "registrars", "registrar", key_id(public_key(private(name))))


def handler(name: str = "wang") -> Actor:
    return Actor(f"officer-{name}", "clerk", "housing", "handler", key_id(public_key(private(name))))


def settings(url: str) -> dict[str, str]:
    """Return the application's settings for a database URL."""
    if url.startswith("sqlite"):
        return {"PERSISTENCE_MODULE": "audit.store.sqlite", "SQLITE_DBNAME": url.removeprefix("sqlite:///")}
    return {"PERSISTENCE_MODULE": "audit.store.postgres", "POSTGRES_URL": url}


class Bench:
    """A founded ledger with one handler's key, and short ways to act on it."""

    def __init__(self, url: str, folder: Path, *, found: bool = True, clock: Callable[[], int] | None = None) -> None:
        self.clock = clock or Ticks()
        self.random = counted()
        keystore = KeyStore(str(folder / "keys.db"), bytes(range(32)), self.random)
        self.parts = Parts(ORIGIN, Permissive(), keystore, private("log"), Timekeeper(self.clock), self.random)
        self.ledger = Ledger({**settings(url), "CREATE_TABLE": "yes"}, self.parts)
        self._acts = 0
        if found:
            self.found()
            self.enrol("wang")

    def act_id(self) -> bytes:
        self._acts += 1
        return self._acts.to_bytes(16, "big")

    def found(self) -> Acknowledgement:
        pairs = [("registrar-a", private("a")), ("registrar-b", private("b"))]
        public = {
            "origin": ORIGIN,
            "suite": SUITE,
            "log_key": public_key(private("log")).hex(),
            "registrars": [{"id": name, "key": public_key(key).hex()} for name, key in pairs],
        }
        actor = Actor("ledger", "", "", "ledger", key_id(public_key(private("log"))))
        prepared = self.ledger.prepare_first(
            Wish("ledger", "ledger.genesis.v1", public),
            actor,
            act_id=self.act_id(),
            claimed_at=CLAIMED_AT,
            seed=self.random(32),
        )
        signers = [private("log"), private("a"), private("b")]
        return self.ledger.found(prepared, [(key_id(public_key(key)), sign(key, prepared.to_sign)) for key in signers])

    def enrol(self, name: str, roles: Sequence[str] = ("handler",)) -> Acknowledgement:
        raw = public_key(private(name))
        public = {
            "key": raw.hex(),
            "actor": f"officer-{name}",
            "post": "clerk",
            "roles": list(roles),
            "custody": "file",
            "possession": prove_possession(private(name), ORIGIN, "housing", f"officer-{name}").hex(),
        }
        proposed = self.act(Wish("people/housing", "people.key_proposed.v1", public), "a", registrar("a"))
        wish = Wish("people/housing", "people.key_confirmed.v1", {"proposal": proposed.leaf.hex()})
        return self.act(wish, "b", registrar("b"))

    def revoke(self, name: str) -> Acknowledgement:
        public = {"key_id": key_id(public_key(private(name))).hex(), "reason": "lost"}
        return self.act(Wish("people/housing", "people.key_revoked.v1", public), "a", registrar("a"))

    def prepare(self, wish: Wish, actor: Actor | None = None) -> Prepared:
        return self.ledger.prepare(
            wish, actor or handler(), act_id=self.act_id(), claimed_at=CLAIMED_AT, seed=self.random(32)
        )

    def act(self, wish: Wish, name: str = "wang", actor: Actor | None = None) -> Acknowledgement:
        return self.commit(self.prepare(wish, actor), name)

    def commit(self, prepared: Prepared, name: str = "wang") -> Acknowledgement:
        return self.ledger.commit(prepared.draft, sign(private(name), prepared.to_sign))


def case(number: int = 1) -> str:
    """Return the stream of a case."""
    return f"case/{number:032x}"


def note(number: int = 1, text: str = "a roof that leaks") -> Wish:
    """Return an act on a case that seals a text."""
    return Wish(case(number), "case.noted.v1", {"number": number}, (("text", text),))
