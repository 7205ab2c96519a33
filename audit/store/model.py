"""What passes through the write path: who acts, drafts, prepared acts, answers, and the rules' interface."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from audit.statement import Statement


@dataclass(frozen=True, slots=True)
class Actor:
    """Who signs: an officer in a post of an office and a role, with the key to be used (32-byte key id)."""

    actor: str
    post: str
    office: str
    role: str
    key_id: bytes


class Disclosure(NamedTuple):
    """What opens one of the eight slots of an act: its salt (32 bytes), field and value.

    `value` is canonical JSON bytes; an unused slot has the field "" and the value b"".
    """

    slot: int
    salt: bytes
    field: str
    value: bytes


class Decision(Protocol):
    """What the rules made of a command: the act to be signed and two summaries for its signer."""

    @property
    def action(self) -> str: ...
    @property
    def public(self) -> Mapping[str, Any]: ...
    @property
    def sealed(self) -> Sequence[tuple[str, Any]]: ...
    @property
    def summary_zh(self) -> str: ...
    @property
    def summary_en(self) -> str: ...


class Policy(Protocol):
    """The rules of the house, as the generic ledger sees them; `api/main.py` hands in the domain's.

    States, events, commands and references are opaque here. `reference` is what every stream may depend on: people,
    rules and calendars, folded from the streams `ledger`, `people/…`, `rules` and `calendar`. `read` and `fold` are
    given one that knows at least everything before the entry, and may know more. `check_elsewhere` checks what a
    decided act says of other streams (`audit.store.elsewhere.OtherStreams`). `stands_until` is the last `recorded_at`
    at which `decide`, given the same but for that, would decide the same; 0 where that is not sure. `erasure` names
    what an act erases, as (seq, slots). `undecided` is what a refused command's signer signed, and `note_of_refusal`
    the command by which the ledger notes, under its own key, that a validly signed act was refused; None where none is
    kept.
    """

    def initial(self, stream: str) -> Any: ...
    def read(self, statement: Statement, index: int, recorded_at: int, reference: Any) -> Any: ...
    def fold(self, state: Any, event: Any, reference: Any) -> Any: ...
    def initial_reference(self) -> Any: ...
    def fold_reference(self, reference: Any, event: Any) -> Any: ...
    def stream_of(self, command: Any) -> str: ...
    def erasing_actions(self) -> Sequence[str]: ...
    def erasure(self, event: Any) -> Sequence[tuple[int, Sequence[int]]]: ...
    def decide(
        self, state: Any, command: Any, actor: Actor, *, seq: int, claimed_at: str, recorded_at: int, reference: Any
    ) -> Decision: ...
    def stands_until(self, decision: Any) -> int: ...
    def check_elsewhere(self, state: Any, decision: Any, elsewhere: Any, reference: Any) -> None: ...
    def undecided(self, command: Any, reference: Any) -> Decision | None: ...
    def note_of_refusal(self, refusal: Exception, command: Any, actor: Actor, claimed_at: str) -> Any | None: ...


class Wish(NamedTuple):
    """What somebody asks to have prepared: see `Draft` for the parts."""

    command: Any
    actor: Actor
    act_id: bytes
    claimed_at: str
    seed: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """All that is needed to rebuild a statement byte for byte.

    `act_id` is 16 bytes and names the act for retries; `claimed_at` is RFC 3339 with offset; `seed` is 32 bytes from
    which the salts come and is never stored; `seen` is the checkpoint that the signer's client has verified.
    """

    command: Any
    actor: Actor
    act_id: bytes
    claimed_at: str
    seed: bytes
    seq: int
    prev: bytes
    seen_size: int
    seen_root: bytes


@dataclass(frozen=True, slots=True)
class Prepared:
    """A dry run: the statement, what to sign, what a person reads before signing, and what opens its slots.

    The summaries are the decision's, which may write them only when they are read.
    """

    draft: Draft
    statement: Statement
    payload: bytes
    to_sign: bytes
    decision: Decision
    disclosures: tuple[Disclosure, ...]
    reference_at: int

    @property
    def summary_zh(self) -> str:
        """The act in words, in Chinese."""
        return self.decision.summary_zh

    @property
    def summary_en(self) -> str:
        """The act in words, in English."""
        return self.decision.summary_en


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The ledger's signed answer: the act is entry `index`, with this leaf, recorded at this Unix millisecond.

    `signature` is the log key's. `repeated` says that the act had been recorded before this call.
    """

    origin: str
    index: int
    leaf: bytes
    recorded_at: int
    signature: bytes
    repeated: bool


class Head(NamedTuple):
    """Where the log stands: its size, frontier, last `recorded_at`, and the last entry that changed references.

    `frontier` lists the roots of the perfect subtrees, left to right; `reference_at` is that entry's index, or -1.
    """

    size: int
    frontier: tuple[bytes, ...]
    recorded_at: int
    reference_at: int


EMPTY_HEAD = Head(0, (), 0, -1)


class Outlook(NamedTuple):
    """What an act that is being prepared has to know of the log, read at one moment.

    `reference_at` is as in `Head`; `seq` is the number of the stream's last act, 0 if it has none; `seen_size` and
    `seen_root` are the newest checkpoint kept, None if there is none.
    """

    reference_at: int
    seq: int
    seen_size: int | None
    seen_root: bytes | None


class StoredEntry(NamedTuple):
    """One row of the log as the database holds it; nothing in it is trusted."""

    index: int  # type: ignore[assignment]  # a row is never searched as a tuple
    stream: str
    seq: int
    action: str
    entry: bytes
    leaf: bytes


def is_reference_stream(stream: str) -> bool:
    """Return whether every other stream depends on this one: keys, people, rules and calendars."""
    return stream.startswith("people/") or stream in ("ledger", "rules", "calendar")
