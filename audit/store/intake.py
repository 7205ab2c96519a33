"""Taking acts in: judge, check the signature outside the lock, append, answer.

A repeated commit is answered like the first. Nothing of a refused act is stored, except that data keys made for it may
stay behind in the key store, unused; that a validly signed one was refused is noted (see `audit.store.refusals`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from audit.entry import parse_entry
from audit.errors import AuditError
from audit.statement import EMPTY_SEEN, NO_PREV, parse_statement
from audit.store.acknowledgement import sign_acknowledgement
from audit.store.acts import prepare_act, to_item
from audit.store.append import Item
from audit.store.disclosures import seal
from audit.store.errors import (
    ActConflict,
    ActRefused,
    LedgerError,
    LedgerExists,
    ReferenceMoved,
)
from audit.store.judge import Judge, Parts
from audit.store.log import Log
from audit.store.model import Acknowledgement, Actor, Draft, Prepared, Wish, is_reference_stream
from audit.store.references import References
from audit.store.refusals import Refusals
from audit.store.streams import Streams, StreamState
from audit.suite import key_id, load_private, public_key

_ATTEMPTS = 8


class Signed(NamedTuple):
    """An act that has been judged and whose signature holds, its item, and the stream it was judged on."""

    prepared: Prepared
    item: Item
    known: StreamState


class Intake:
    """The way in, of one ledger. See `audit.store.ledger.Ledger` for the meaning of each call."""

    def __init__(
        self,
        parts: Parts,
        log: Log,
        references: References,
        streams: Streams,
        save: Callable[[list[Item]], None],
        erase: Callable[[str, int], object],
    ) -> None:
        self._parts = parts
        self._log = log
        self._save = save
        self._erase = erase
        self._log_key = load_private(parts.log_key)
        self._erasing = frozenset(parts.policy.erasing_actions())
        self._references = references
        self._streams = streams
        self._judge = Judge(parts, log, references, streams)
        own = key_id(public_key(parts.log_key))
        self._refusals = Refusals(log, own, self._log_key.sign, parts.random, self.prepare, self.commit)

    def prepare(
        self, command: Any, actor: Actor, act_id: bytes, claimed_at: str, seed: bytes, seen: tuple[int, bytes] | None
    ) -> Prepared:
        """Judge a command as things stand and return what its actor would sign."""
        self._catch_up()
        known = self._streams.fresh(self._parts.policy.stream_of(command))
        size, root = seen if seen is not None else self._newest_seen()
        draft = Draft(command, actor, act_id, claimed_at, seed, known.seq + 1, known.leaf, size, root)
        prepared = self._judge.decide(draft, known, self._references.current)
        self._judge.grant(prepared, known)
        self._judge.keep(prepared)
        return prepared

    def prepare_many(self, wishes: Sequence[Wish]) -> list[Prepared | Exception]:
        """Judge commands as things stand, with few looks at the log for all of them; one answer a wish."""
        self._catch_up()
        self._streams.look_up([self._parts.policy.stream_of(wish.command) for wish in wishes])
        size, root = self._newest_seen()
        answers: list[Prepared | Exception] = []
        for wish in wishes:
            try:
                known = self._streams.cached(self._parts.policy.stream_of(wish.command))
                draft = Draft(*wish, known.seq + 1, known.leaf, size, root)
                prepared = self._judge.decide(draft, known, self._references.current)
                self._judge.grant(prepared, known)
                self._judge.keep(prepared)
                answers.append(prepared)
            except Exception as refusal:
                answers.append(refusal)
        return answers

    def prepare_first(self, command: Any, actor: Actor, act_id: bytes, claimed_at: str, seed: bytes) -> Prepared:
        """Return the first entry for its signers; no key is known yet, so none is checked."""
        known = self._streams.fresh(self._parts.policy.stream_of(command))
        draft = Draft(command, actor, act_id, claimed_at, seed, 1, NO_PREV, *EMPTY_SEEN)
        return self._judge.decide(draft, known, self._references.current)

    def found(self, prepared: Prepared, signatures: Sequence[tuple[bytes, bytes]]) -> Acknowledgement:
        """Record entry 0 with its three signatures."""
        if self._log.head().size:
            raise LedgerExists("this database holds a ledger already")
        stream = prepared.statement.stream
        known = self._streams.fresh(stream)
        item = to_item(prepared, tuple(signatures))
        self._references.try_entry(prepared, signatures)
        self._seal(item, prepared, known)
        self._save([item])
        if item.error is not None:
            raise item.error
        self._references.refresh()
        self._streams.fresh(stream)
        return self._acknowledge(item, repeated=False)

    def commit(self, draft: Draft, signature: bytes) -> Acknowledgement:
        """Record one signed act, or answer as the first time if it was recorded already."""
        error: Exception = ActRefused("the act was not judged")
        for _ in range(_ATTEMPTS):
            try:
                known = self._judge.place(draft)
                prepared = self._judge.decide(draft, known, self._references.current)
                answer = self._record([self._signed(prepared, known, signature)])[0]
            except Exception as refusal:
                answer = refusal
            if isinstance(answer, Acknowledgement):
                return answer
            error = answer
            if not isinstance(answer, ReferenceMoved):
                break
            self._references.refresh()
        try:
            return self._repeated(draft, signature, error)
        except Exception as refusal:
            if refusal is error:
                self._note_refusal(draft, signature, error)
            raise

    def _note_refusal(self, draft: Draft, signature: bytes, refusal: Exception) -> None:
        """Have the refusal noted if the policy keeps such and the refused act was its signer's to sign."""
        policy, reference = self._parts.policy, self._references.current
        command = policy.note_of_refusal(refusal, draft.command, draft.actor, draft.claimed_at)
        decision = policy.undecided(draft.command, reference.value) if command is not None else None
        if decision is None:
            return
        try:
            known = self._judge.place(draft)
            stream = policy.stream_of(draft.command)
            self._judge.check(prepare_act(self._parts.origin, stream, draft, decision, reference.at), known, signature)
        except (LedgerError, AuditError):
            return
        self._refusals.note(command, draft.act_id, self._parts.timekeeper.now())

    def commit_many(self, signed: Sequence[tuple[Prepared, bytes]]) -> list[Acknowledgement | Exception]:
        """Record acts of different streams in one transaction; one answer an act."""
        answers: dict[int, Acknowledgement | Exception] = {}
        ready: list[tuple[int, Signed]] = []
        for place, (prepared, signature) in enumerate(signed):
            try:
                known = self._judge.place(prepared.draft)
                again = self._judge.decide_again(prepared, known, self._references.current)
                ready.append((place, self._signed(again, known, signature)))
            except Exception as refusal:
                answers[place] = refusal
        recorded = self._record([act for _, act in ready])
        answers.update((place, answer) for (place, _), answer in zip(ready, recorded, strict=True))
        return [self._settle(answers[place], *act) for place, act in enumerate(signed)]

    def _settle(
        self, answer: Acknowledgement | Exception, prepared: Prepared, signature: bytes
    ) -> Acknowledgement | Exception:
        """Give an act that failed in a batch what it would get alone: a new judgement, or the first answer again."""
        if isinstance(answer, Acknowledgement):
            return answer
        try:
            if isinstance(answer, ReferenceMoved):
                return self.commit(prepared.draft, signature)
            return self._repeated(prepared.draft, signature, answer)
        except Exception as refusal:
            return refusal

    def _catch_up(self) -> None:
        if self._log.head().reference_at != self._references.current.at:
            self._references.refresh()

    def _newest_seen(self) -> tuple[int, bytes]:
        latest = self._log.latest_checkpoint()
        return (latest[0], latest[1]) if latest else (EMPTY_SEEN.size, EMPTY_SEEN.root)

    def _signed(self, prepared: Prepared, known: StreamState, signature: bytes) -> Signed:
        """Return an act that may be recorded: its key had the right, its signature holds, its entry is small enough."""
        self._judge.check(prepared, known, signature)
        return Signed(prepared, to_item(prepared, ((prepared.draft.actor.key_id, signature),)), known)

    def _record(self, acts: Sequence[Signed]) -> list[Acknowledgement | Exception]:
        """Append acts whose signatures hold, in one transaction, and return an answer for each."""
        self._parts.keystore.provide((act.known.ref, act.item.seq) for act in acts if act.known.ref is not None)
        for act in acts:
            self._seal(act.item, act.prepared, act.known)
        if acts:
            self._save([act.item for act in acts])
        return [self._answer(act.item, act) for act in acts]

    def _seal(self, item: Item, prepared: Prepared, known: StreamState) -> None:
        """Encrypt the act's disclosures under keys that are durable before the act is."""
        keystore, stream = self._parts.keystore, item.stream
        ref = keystore.take_ref() if known.ref is None else known.ref
        keys = keystore.keys_for_writing(ref, item.seq)
        item.disclosures = (ref, seal(prepared.disclosures, keys, stream, item.seq, self._parts.random))

    def _answer(self, item: Item, act: Signed) -> Acknowledgement | Exception:
        if item.error is not None:
            # A conflict may be with this very act, recorded before its connection broke: then its keys are in use.
            unused = isinstance(item.error, ActRefused) and not isinstance(item.error, ActConflict)
            if act.known.ref is None and item.disclosures is not None and unused:
                self._parts.keystore.give_back(item.disclosures[0])
            return item.error
        self._recorded(item, act)
        return self._acknowledge(item, repeated=False)

    def _recorded(self, item: Item, act: Signed) -> None:
        """Fold the recorded act into what is kept for the next one."""
        ref = item.disclosures[0] if item.disclosures is not None else None
        if is_reference_stream(item.stream):
            self._references.refresh()
        known = self._streams.advanced(
            replace(act.known, ref=ref), act.prepared.statement, item.leaf, item.index, item.recorded_at
        )
        self._streams.keep(item.stream, known)
        if item.topic in self._erasing:
            self._erase(item.stream, item.seq)

    def _repeated(self, draft: Draft, signature: bytes, refusal: Exception) -> Acknowledgement:
        """Answer as the first time if this very act is recorded; otherwise raise the refusal."""
        found = self._log.find_act(draft.act_id)
        if found is None:
            raise refusal
        entry = parse_entry(found.entry)
        statement = parse_statement(entry.payload)
        same = (
            statement.stream == self._parts.policy.stream_of(draft.command)
            and (statement.seq, statement.prev) == (draft.seq, draft.prev)
            and [one.signature for one in entry.signatures] == [signature]
        )
        if not same:
            raise ActConflict("an act with this id is recorded already, with other bytes") from refusal
        if statement.action in self._erasing:
            self._erase(statement.stream, statement.seq)
        return self._acknowledge_at(found.index, found.leaf, entry.recorded_at, repeated=True)

    def _acknowledge(self, item: Item, *, repeated: bool) -> Acknowledgement:
        return self._acknowledge_at(item.index, item.leaf, item.recorded_at, repeated=repeated)

    def _acknowledge_at(self, index: int, leaf: bytes, recorded_at: int, *, repeated: bool) -> Acknowledgement:
        parts = self._parts
        signature = sign_acknowledgement(self._log_key, parts.origin, index, leaf, recorded_at)
        return Acknowledgement(parts.origin, index, leaf, recorded_at, signature, repeated)
