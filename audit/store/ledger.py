"""The ledger: an `eventsourcing` application that takes signed acts in and answers with signed acknowledgements.

    prepare → (the actor signs) → commit → acknowledgement

`prepare` is a dry run and stores nothing. `commit` builds the same bytes again, checks the signature over them outside
the lock, and appends. What an act is allowed to be is the policy's to say; who may sign it is the authority's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from eventsourcing.application import Application
from eventsourcing.persistence import InfrastructureFactory, Mapper
from eventsourcing.utils import Environment, EnvType

from audit import merkle
from audit.authority import Authority
from audit.checkpoint import Checkpoint
from audit.commitments import SLOTS
from audit.entry import parse_entry
from audit.statement import parse_statement
from audit.store.append import Item, Meanwhile
from audit.store.disclosures import open_sealed
from audit.store.erasure import Eraser, ErasureReport
from audit.store.errors import LedgerError, LedgerMissing
from audit.store.intake import Intake
from audit.store.judge import Parts
from audit.store.log import Log
from audit.store.mapper import EntryMapper
from audit.store.model import Acknowledgement, Actor, Disclosure, Draft, Head, Prepared, StoredEntry, Wish
from audit.store.notes import sign_checkpoint
from audit.store.recorder import LogRecorder
from audit.store.references import References, check_log_key
from audit.store.roots import Roots
from audit.store.streams import Streams
from audit.store.tree import TreeReader
from audit.suite import public_key

__all__ = ["Ledger", "Parts"]


class Ledger(Application[str]):
    """One ledger in one database. `env` names the persistence module and its database; nothing else is read."""

    name = "Ledger"

    def __init__(self, env: EnvType, parts: Parts) -> None:
        self._parts = parts
        super().__init__(env)
        self._log: Log = cast(LogRecorder, self.recorder).log
        self._references = References(self._log, parts.policy)
        self._references.refresh()
        self._streams = Streams(self._log, parts.policy, self._references)
        self._tree = TreeReader(self._log)
        self._roots = Roots(self._tree)
        self._eraser = Eraser(self._log, parts.keystore)
        self._intake = Intake(parts, self._log, self._references, self._streams, self._save, self._erase_for)

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Take the given settings and nothing of the process's environment."""
        return Environment(name, {"ORIGINATOR_ID_TYPE": "text", "CREATE_TABLE": "no", **(env or {})})

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        """Construct the store's factory and give it this ledger's clock."""
        factory = super().construct_factory(env)
        factory.timekeeper = self._parts.timekeeper  # type: ignore[attr-defined]
        return factory

    def construct_mapper(self) -> Mapper[str]:
        """Map entries by the closed table, never by resolving topics."""
        read = self._parts.policy.read
        return EntryMapper(lambda statement, index, at: read(statement, index, at, self._references.current.value))

    def _save(self, items: list[Item], meanwhile: Meanwhile | None) -> None:
        cast(LogRecorder, self.recorder).append_signed(items, meanwhile)

    def close(self) -> None:
        """Close every connection."""
        self._intake.close()
        super().close()

    # Taking acts in

    def prepare(
        self,
        command: Any,
        actor: Actor,
        *,
        act_id: bytes,
        claimed_at: str,
        seed: bytes,
        seen: tuple[int, bytes] | None = None,
    ) -> Prepared:
        """Return what an actor would sign for this command as things stand; nothing is stored.

        `act_id` is 16 bytes, `claimed_at` RFC 3339 with offset, `seed` 32 secret random bytes, `seen` the (size, root)
        of the checkpoint that the signer has verified (by default the newest one kept).
        Raises whatever the policy refuses, and AuthorityRefused if the key may not sign this act now.
        """
        return self._intake.prepare(command, actor, act_id, claimed_at, seed, seen)

    def prepare_many(self, wishes: Sequence[Wish]) -> list[Prepared | Exception]:
        """Prepare acts of different streams, as `prepare` would each of them, with few looks at the database for all.

        A stream that this process knows is taken as known; if it has moved on, committing the act says so.
        """
        return self._intake.prepare_many(wishes)

    def commit(self, draft: Draft, signature: bytes) -> Acknowledgement:
        """Record a signed act and return the ledger's acknowledgement; a repeated call is answered like the first.

        An act that erases disclosures has destroyed their keys when this returns.
        Raises ActConflict, StaleStream, SignatureRefused, AuthorityRefused, SeenRefused or EntryTooLarge, or what the
        policy refuses, with nothing stored; DatabaseUnavailable if it cannot be known whether something was.
        """
        return self._intake.commit(draft, signature)

    def commit_many(self, signed: Sequence[tuple[Prepared, bytes]]) -> list[Acknowledgement | Exception]:
        """Record acts of different streams in one transaction; each has its own answer, in their order.

        The rules are asked again for each, as by `commit`; an act that is refused keeps none of the others back.
        """
        return self._intake.commit_many(signed)

    def prepare_first(self, command: Any, actor: Actor, *, act_id: bytes, claimed_at: str, seed: bytes) -> Prepared:
        """Return the first entry for its signers."""
        return self._intake.prepare_first(command, actor, act_id, claimed_at, seed)

    def found(self, prepared: Prepared, signatures: Sequence[tuple[bytes, bytes]]) -> Acknowledgement:
        """Record entry 0, signed by the log key and the registrars: (key id, signature) in that order.

        Raises LedgerExists if there is an entry already, AuthorityRejected or SignatureRejected if it is not lawful.
        """
        return self._intake.found(prepared, signatures)

    # Reading

    @property
    def origin(self) -> str:
        """The ledger's name."""
        return self._parts.origin

    @property
    def log(self) -> Log:  # type: ignore[override]
        """The log itself, for readers that trust nothing in it."""
        return self._log

    def head(self) -> Head:
        """Return the log's head."""
        return self._log.head()

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first `size` entries; over all by default."""
        return merkle.root(self._log.head().frontier) if size is None else self._tree.root(size)

    def known_root(self, size: int) -> bytes:
        """Return the root over the first `size` entries as this process may have computed it before.

        Raises ProofRejected if there are not so many.
        """
        return self._roots.root(size)

    def entries(self, start: int = 0, stop: int | None = None, batch: int = 1000) -> Iterator[StoredEntry]:
        """Yield the entries with start <= index < stop in order, reading `batch` at a time."""
        end = self._log.head().size if stop is None else stop
        while start < end:
            rows = self._log.entries(start, end, batch)
            if not rows:
                return
            yield from rows
            start = rows[-1].index + 1

    def stream_entries(self, stream: str) -> list[StoredEntry]:
        """Return the entries of a stream in order."""
        return self._log.stream_entries(stream, 0)

    def state(self, stream: str) -> Any:
        """Return the policy's state of a stream as of now."""
        self.reference()
        return self._streams.fresh(stream).state

    def reference(self) -> Any:
        """Return the policy's reference (people, rules, calendars) as of now."""
        return self._references.refresh().value

    def authority(self) -> Authority:
        """Return who may sign what, as of now."""
        return self._references.refresh().authority

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """Return the proof that entry `index` is among the first `size`. Raises ProofRejected if it is not."""
        return self._tree.inclusion_proof(index, size)

    def consistency_proof(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the first `old` entries begin the first `new`. Raises ProofRejected if not."""
        return self._tree.consistency_proof(old, new)

    # Checkpoints

    def checkpoint(self) -> str:
        """Sign the head as a note, keep it and return it; the same size gives the same note.

        Erasures that were recorded since the last one have been carried out when it returns.
        Raises LedgerMissing if the log is empty, LedgerError if the log does not extend the newest checkpoint kept,
        or goes on under another log key than this ledger's.
        """
        head = self._log.head()
        if head.size == 0:
            raise LedgerMissing("there is no ledger in this database: `sundial init` founds one")
        latest = self._log.latest_checkpoint()
        if latest is not None and (latest[0] > head.size or self._tree.root(latest[0]) != latest[1]):
            raise LedgerError(
                f"the log does not extend its checkpoint of size {latest[0]}: it was changed or rolled back"
            )
        if latest is not None and latest[0] == head.size:
            return latest[2]
        check_log_key(self._references.refresh(), public_key(self._parts.log_key))
        # Whoever recorded an erasure may have been killed before the keys were destroyed: no checkpoint passes over it.
        self._reapply(latest[0] if latest else 0, head.size)
        root = merkle.root(head.frontier)
        note = sign_checkpoint(Checkpoint(self.origin, head.size, root), self._parts.log_key)
        self._log.add_checkpoint(head.size, root, note)
        return note

    def latest_checkpoint(self) -> str | None:
        """Return the newest checkpoint kept, as a note."""
        latest = self._log.latest_checkpoint()
        return latest[2] if latest else None

    # What is sealed

    def disclosures(self, entry: StoredEntry) -> list[Disclosure | None]:
        """Return what opens an entry's eight slots, in order; None for each that was erased.

        Raises KeyStoreRefused if the stored form was changed.
        """
        stored = self._log.disclosure(entry.index)
        keys = self._parts.keystore.keys(stored[0], entry.seq) if stored is not None else None
        if stored is None or keys is None:
            return [None] * SLOTS
        return open_sealed(stored[1], keys, entry.stream, entry.seq)

    def _erase_for(self, stream: str, seq: int) -> ErasureReport | None:
        """Destroy what the act with this seq says is to be erased."""
        rows = self._log.stream_entries(stream, seq - 1)[:1]
        return self._eraser.erase(stream, self._targets(rows[0])) if rows else None

    def _targets(self, row: StoredEntry) -> Sequence[tuple[int, Sequence[int]]]:
        entry = parse_entry(row.entry)
        policy = self._parts.policy
        event = policy.read(
            parse_statement(entry.payload), row.index, entry.recorded_at, self._references.current.value
        )
        return policy.erasure(event)

    def reapply_erasures(self) -> ErasureReport:
        """Erase again everything that any act ever erased, as a restored copy needs it before it is served."""
        return self._reapply(0, self._log.head().size)

    def _reapply(self, start: int, stop: int) -> ErasureReport:
        report = ErasureReport(0, 0, 0)
        for action in self._parts.policy.erasing_actions():
            for stream, seq in self._log.select(
                "SELECT originator_id, originator_version FROM entries"
                " WHERE topic = ? AND notification_id > ? AND notification_id <= ? ORDER BY notification_id",
                (action, start, stop),
            ):
                report = report.plus(self._erase_for(stream, seq))
        return report
