"""Taking acts in: judge, check the signature outside the lock, append, answer.

A repeated commit is answered like the first. Nothing of a refused act is stored, except that data keys made for it may
stay behind in the key store, unused; that a validly signed one was refused is noted (see `audit.store.refusals`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from audit.entry import parse_entry
from audit.errors import AuditError
from audit.statement import EMPTY_SEEN, NO_PREV, parse_statement
from audit.store.acknowledging import Acknowledger
from audit.store.acts import prepare_act, to_item
from audit.store.append import Item, Save
from audit.store.errors import (
    ActConflict,
    ActRefused,
    LedgerError,
    LedgerExists,
    ReferenceMoved,
)
from audit.store.group_commit import GroupCommit, interrupted
from audit.store.hands import SecondHand, Share
from audit.store.incoming import Act, Judged, passing
from audit.store.judge import Judge, Parts
from audit.store.log import Log
from audit.store.model import Acknowledgement, Actor, Draft, Outlook, Prepared, Wish, is_reference_stream
from audit.store.references import Reference, References
from audit.store.refusals import Refusals
from audit.store.sealing import Sealing
from audit.store.streams import Streams, nameable
from audit.suite import key_id, load_private, public_key

_ATTEMPTS = 8


class Intake:
    """The way in, of one ledger. See `audit.store.ledger.Ledger` for the meaning of each call."""

    def __init__(
        self,
        parts: Parts,
        log: Log,
        references: References,
        streams: Streams,
        save: Save,
        erase: Callable[[str, int], object],
    ) -> None:
        self._parts = parts
        self._log = log
        self._save = save
        self._erase = erase
        signer = parts.signer or load_private(parts.log_key)
        self._acknowledger = Acknowledger(parts.origin, signer)
        self._erasing = frozenset(parts.policy.erasing_actions())
        self._references = references
        self._streams = streams
        self._judge = Judge(parts, log, references, streams)
        self._sealing = Sealing(parts.keystore, parts.random)
        self._group = GroupCommit(self._take_in)
        self._hand = SecondHand()
        own = key_id(public_key(parts.log_key))
        self._refusals = Refusals(log, own, signer.sign, parts.random, self.prepare, self.commit)

    def close(self) -> None:
        """End the thread that helps."""
        self._hand.close()

    def prepare(
        self, command: Any, actor: Actor, act_id: bytes, claimed_at: str, seed: bytes, seen: tuple[int, bytes] | None
    ) -> Prepared:
        """Judge a command as things stand and return what its actor would sign."""
        stream = self._parts.policy.stream_of(command)
        named = nameable(stream)
        outlook = self._log.outlook(stream if named else "")
        if outlook.reference_at != self._references.current.at:
            self._references.refresh()
        known = self._streams.as_of(stream, outlook.seq) if named else self._streams.fresh(stream)
        size, root = _newest_seen(outlook) if seen is None else seen
        draft = Draft(command, actor, act_id, claimed_at, seed, known.seq + 1, known.leaf, size, root)
        prepared = self._judge.prepare(draft, known, self._references.current)
        self._sealing.ahead(prepared, known.ref)
        return prepared

    def prepare_many(self, wishes: Sequence[Wish]) -> list[Prepared | Exception]:
        """Judge commands as things stand, with few looks at the log for all of them; one answer a wish."""
        outlook = self._log.outlook("")
        if outlook.reference_at != self._references.current.at:
            self._references.refresh()
        self._streams.look_up([self._parts.policy.stream_of(wish.command) for wish in wishes])
        size, root = _newest_seen(outlook)
        answers: list[Prepared | Exception] = []
        for wish in wishes:
            try:
                known = self._streams.cached(self._parts.policy.stream_of(wish.command))
                draft = Draft(*wish, known.seq + 1, known.leaf, size, root)
                answers.append(self._judge.prepare(draft, known, self._references.current))
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
        item.disclosures = self._sealing.seal(prepared, known.ref)
        self._save([item], None)
        if item.error is not None:
            raise item.error
        self._references.refresh()
        self._streams.fresh(stream)
        return self._acknowledger.answer(item)

    def commit(self, draft: Draft, signature: bytes) -> Acknowledgement:
        """Record one signed act, or answer as the first time if it was recorded already."""
        error: Exception = interrupted()
        for _ in range(_ATTEMPTS):
            answer = self._submit([Act(draft, signature)])[0]
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
        answers = self._submit([Act(prepared.draft, signature, prepared) for prepared, signature in signed])
        return [self._settle(answer, *act) for answer, act in zip(answers, signed, strict=True)]

    def _submit(self, acts: list[Act]) -> list[Acknowledgement | Exception]:
        """Have acts taken in together with those of other callers; one answer an act."""
        if acts:
            self._group.submit(acts)
        return [act.error or act.answer or interrupted() for act in acts]

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

    def _take_in(self, acts: Sequence[Act]) -> None:
        """Judge acts, record in one transaction those that are lawful, and give each its answer."""
        if len(acts) == 1:
            self._take_in_one(acts[0])
            return
        reference = self._references.current
        judged: list[Judged] = []
        for act in acts:
            try:
                judged.append(self._judged(act, reference))
            except Exception as refusal:
                act.error = refusal
        # One kind of work after the other, each with all acts: changing with every act would cost a tenth of the speed.
        self._hand.share(judged, self._check).finish()
        signed = [one for one in judged if one.act.error is None]
        places = [(one.known.ref, one.item.seq) for one in signed if one.known.ref is not None]
        self._parts.keystore.provide(places)
        sealed = passing(signed, self._seal)
        if sealed:
            self._save_signing([one.item for one in sealed])
        passing(sealed, self._answer)

    def _take_in_one(self, act: Act) -> None:
        """Do the same for one act, which nobody else can help to judge."""
        try:
            one = self._judged(act, self._references.current)
            self._judge.check(one.prepared, one.known, act.signature)
            self._seal(one)
            self._save_signing([one.item])
            self._answer(one)
        except Exception as refusal:
            act.error = refusal

    def _check(self, one: Judged) -> None:
        try:
            self._judge.check(one.prepared, one.known, one.act.signature)
        except Exception as refusal:
            one.act.error = refusal

    def _save_signing(self, items: list[Item]) -> None:
        """Save, and sign the acknowledgements while the disk writes; nobody is given one before it has."""
        begun: list[Share[Item]] = []

        def meanwhile(taken: Sequence[Item]) -> Callable[[], object]:
            begun.append(self._hand.share(taken, self._acknowledger.sign))
            return begun[-1].finish

        self._save(items, meanwhile)
        for share in begun:
            share.finish()

    def _judged(self, act: Act, reference: Reference) -> Judged:
        """Return an act that the rules let in and whose entry is small enough."""
        judge, draft = self._judge, act.draft
        known = judge.place(draft)
        prepared = judge.decide(draft, known, reference, act.prepared)
        return Judged(act, prepared, to_item(prepared, ((draft.actor.key_id, act.signature),)), known)

    def _seal(self, one: Judged) -> None:
        """Give the act its disclosures, encrypted under keys that are durable before the act is."""
        one.item.disclosures = self._sealing.seal(one.prepared, one.known.ref)

    def _answer(self, one: Judged) -> None:
        item = one.item
        if item.error is not None:
            # A conflict may be with this very act, recorded before its connection broke: then its keys are in use.
            unused = isinstance(item.error, ActRefused) and not isinstance(item.error, ActConflict)
            if one.known.ref is None and item.disclosures is not None and unused:
                self._parts.keystore.give_back(item.disclosures[0])
            raise item.error
        self._recorded(item, one)
        one.act.answer = self._acknowledger.answer(item)

    def _recorded(self, item: Item, one: Judged) -> None:
        """Keep the recorded act for the next one of its stream, and do what it says of disclosures."""
        known = one.known
        if known.ref is None and item.disclosures is not None:
            known = known._replace(ref=item.disclosures[0])
        if is_reference_stream(item.stream):
            self._references.refresh()
        self._streams.recorded(item.stream, known, one.prepared.statement, item.leaf, item.index, item.recorded_at)
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
        return self._acknowledger.answer_again(found.index, found.leaf, entry.recorded_at)


def _newest_seen(outlook: Outlook) -> tuple[int, bytes]:
    if outlook.seen_size is None or outlook.seen_root is None:
        return EMPTY_SEEN
    return outlook.seen_size, bytes(outlook.seen_root)
