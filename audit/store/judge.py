"""Judging an act: its place in its stream, what the rules make of it, the right of its key, and its signature.

Nothing is stored here, and no lock is held: that nothing has moved since is for the append to find.
"""

from __future__ import annotations

from dataclasses import dataclass

from audit.case_keys import PETITIONER
from audit.errors import AuthorityRejected, KeyRejected, SignatureRejected
from audit.grants import Grant
from audit.statement import EMPTY_SEEN
from audit.store.acknowledgement import Signer
from audit.store.acts import prepare_act
from audit.store.elsewhere import OtherStreams
from audit.store.errors import AuthorityRefused, SeenRefused, SignatureRefused, StaleStream
from audit.store.keystore import KeyStore, Random
from audit.store.log import Log
from audit.store.model import Decision, Draft, Policy, Prepared, is_reference_stream
from audit.store.prepared import Grounds, PreparedActs, redecided
from audit.store.references import Reference, References, check_log_key
from audit.store.streams import Streams, StreamState
from audit.store.timekeeper import Timekeeper
from audit.suite import Verify, check_signature, public_key


@dataclass(frozen=True, slots=True)
class Parts:
    """What a ledger is composed of, besides its database.

    `log_key` is the raw private key that signs acknowledgements and checkpoints. `random(n)` returns n unpredictable
    bytes. `verify` may be a faster check of signatures that refuses what `audit.suite.check_signature` refuses, and
    `signer` the log key loaded by a faster library.
    """

    origin: str
    policy: Policy
    keystore: KeyStore
    log_key: bytes
    timekeeper: Timekeeper
    random: Random
    verify: Verify = check_signature
    signer: Signer | None = None


class Judge:
    """Judges the acts of one ledger."""

    def __init__(self, parts: Parts, log: Log, references: References, streams: Streams) -> None:
        self._parts = parts
        self._log = log
        self._references = references
        self._streams = streams
        self._log_public = public_key(parts.log_key)
        self._elsewhere = OtherStreams(log, parts.policy, references, streams)
        self._prepared = PreparedActs()
        self._seen: dict[int, bytes] = {EMPTY_SEEN.size: EMPTY_SEEN.root}

    def prepare(self, draft: Draft, known: StreamState, reference: Reference) -> Prepared:
        """Return the act that a draft becomes now, if its key may sign it, and remember it for its commit."""
        grounds = Grounds(known, reference, self._parts.timekeeper.now())
        prepared = self._build(draft, self._ask(draft, grounds), reference)
        self.grant(prepared, known)
        self._prepared.keep(prepared, grounds, self._parts.policy.stands_until(prepared.decision))
        return prepared

    def place(self, draft: Draft) -> StreamState:
        """Return the stream's state if the draft stands right behind it; raises StaleStream if it does not."""
        stream = self._parts.policy.stream_of(draft.command)
        known = self._streams.cached(stream)
        if known.seq + 1 != draft.seq:
            known = self._streams.fresh(stream)
        if (draft.seq, draft.prev) != (known.seq + 1, known.leaf):
            raise StaleStream(f"{stream}: the act was prepared as number {draft.seq}, the next is {known.seq + 1}")
        return known

    def decide(self, draft: Draft, known: StreamState, reference: Reference, given: Prepared | None = None) -> Prepared:
        """Return the act that a draft becomes now; what is known already is neither decided nor built again.

        `given` is what the caller was told that it becomes, if anything.
        """
        grounds = Grounds(known, reference, self._parts.timekeeper.now())
        kept = self._prepared.take(draft)
        if kept is not None and kept.stands(grounds):
            self._check_elsewhere(kept.prepared.decision, grounds)
            return kept.prepared
        decision = self._ask(draft, grounds)
        before = given if kept is None else kept.prepared
        again = None if before is None else redecided(before, decision, reference.at)
        return self._build(draft, decision, reference) if again is None else again

    def _ask(self, draft: Draft, grounds: Grounds) -> Decision:
        decision = self._parts.policy.decide(
            grounds.known.state,
            draft.command,
            draft.actor,
            seq=draft.seq,
            claimed_at=draft.claimed_at,
            recorded_at=grounds.now,
            reference=grounds.reference.value,
        )
        self._check_elsewhere(decision, grounds)
        return decision

    def _check_elsewhere(self, decision: Decision, grounds: Grounds) -> None:
        """Check what an act says of other streams, which may have moved since it was decided."""
        self._parts.policy.check_elsewhere(grounds.known.state, decision, self._elsewhere, grounds.reference.value)

    def _build(self, draft: Draft, decision: Decision, reference: Reference) -> Prepared:
        stream = self._parts.policy.stream_of(draft.command)
        return prepare_act(self._parts.origin, stream, draft, decision, reference.at)

    def _check_seen(self, draft: Draft) -> None:
        root = self._seen.get(draft.seen_size)
        if root is None:
            rows = self._log.select("SELECT root FROM checkpoints WHERE size = ?", (draft.seen_size,))
            if not rows:
                raise SeenRefused(f"no checkpoint of size {draft.seen_size} was ever signed by this ledger")
            root = self._seen[draft.seen_size] = bytes(rows[0][0])
        if root != draft.seen_root:
            raise SeenRefused(f"the checkpoint of size {draft.seen_size} that was seen is not this ledger's")

    def grant(self, prepared: Prepared, known: StreamState) -> Grant:
        """Return the grant under which the act's key may sign it next; whatever key it brings has to be a good one."""
        statement, authority = prepared.statement, self._references.current.authority
        try:
            if statement.role == PETITIONER:
                if statement.origin != authority.origin:
                    raise AuthorityRejected(f"the ledger in this database is not {statement.origin}")
                grant = known.keys.check(known.index + 1, statement, self._parts.verify)
            else:
                grant = authority.check(prepared.reference_at + 1, statement)
            known.keys.after(known.index + 1, statement, grant)
            return grant
        except (AuthorityRejected, SignatureRejected, KeyRejected) as error:
            raise AuthorityRefused(str(error)) from error

    def check(self, prepared: Prepared, known: StreamState, signature: bytes) -> None:
        """Check what the signer has seen, the right of the key, and the signature."""
        check_log_key(self._references.current, self._log_public)
        self._check_seen(prepared.draft)
        grant = self.grant(prepared, known)
        try:
            self._parts.verify(grant.key, prepared.to_sign, signature)
        except (SignatureRejected, KeyRejected) as error:
            raise SignatureRefused("the signature does not hold over this statement") from error
        if is_reference_stream(prepared.statement.stream):
            self._references.try_entry(prepared, [(prepared.statement.key_id, signature)])
