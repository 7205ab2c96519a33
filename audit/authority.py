"""Key authority: who may sign what, decided by log position alone.

`Authority` is the fold of the few acts that change it: the genesis, the log key's rotation, and the
proposals, confirmations, rotations and revocations of keys. A grant remembers the part of the log
that it covers, so the finished fold still answers for every earlier index, and the entries of other
streams can be checked in any order. A petitioner's keys live in their case: see `audit.case_keys`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy

from audit import grants
from audit.canonical import HASH, SIGNATURE
from audit.entry import Entry, check_envelope
from audit.errors import AuthorityRejected, SignatureRejected
from audit.grants import REGISTRAR, Grant
from audit.statement import NO_PREV, Statement
from audit.suite import SUITE, Verify, check_enrollable, check_signature, key_id

__all__ = ["AUTHORITY_ACTIONS", "GENESIS", "LEDGER", "Authority", "Grant", "genesis_keys"]

GENESIS = "ledger.genesis.v1"
LEDGER = "ledger"

_LOG_KEY_ROTATED = "ledger.key_rotated.v1"
_PROPOSED = "people.key_proposed.v1"
_CONFIRMED = "people.key_confirmed.v1"
_ROTATED = "people.key_rotated.v1"
_REVOKED = "people.key_revoked.v1"


def genesis_keys(statement: Statement) -> tuple[bytes, ...]:
    """Return the raw public keys that must sign a genesis: the log's, then the two registrars'.

    Raises Malformed if the statement's public data are not those of a genesis.
    """
    _, _, log_key, registrars = grants.read_genesis(statement.public)
    return (log_key, *(key for _, key in registrars))


class Authority:
    """The keys of one ledger: which were granted what, where in the log that began, where it ended.

    Changed only by `apply`, which either takes an act in or raises and changes nothing. `copy` gives
    an independent one, to try a batch of acts on. No two grants ever have the same key.
    """

    def __init__(self, verify: Verify = check_signature) -> None:
        """Begin before the genesis, with an empty origin. verify checks signatures and proofs of possession."""
        self._verify = verify
        self.origin = ""
        self._grants: dict[bytes, Grant] = {}
        self._log_keys: list[tuple[int, bytes]] = []
        self._proposals: dict[bytes, grants.Proposal] = {}

    @property
    def grants(self) -> Mapping[bytes, Grant]:
        """Every grant there ever was, by key id."""
        return dict(self._grants)

    def copy(self) -> Authority:
        """Return an authority of the same state that changes by itself."""
        other = copy(self)
        other._grants = self._grants.copy()
        other._log_keys = self._log_keys.copy()
        other._proposals = self._proposals.copy()
        return other

    def log_key(self, size: int | None = None) -> bytes:
        """Return the log's raw public key in force after size entries; without size, the latest.

        Raises AuthorityRejected before the genesis.
        """
        for index, raw in reversed(self._log_keys):
            if size is None or index < max(size, 1):
                return raw
        raise AuthorityRejected("there is no ledger before its genesis")

    def check(self, index: int, statement: Statement) -> Grant:
        """Return the grant under which the statement's key may have made it as entry index.

        Raises AuthorityRejected if the key is unknown, not yet or no longer valid at that index, or
        granted to another actor, office, post or role, or if the statement is another ledger's.
        """
        grant = self._grants.get(statement.key_id)
        if grant is not None:
            _, actor, office, post, roles, _, from_index, until_index = grant
            lasts = from_index < index and (until_index is None or index <= until_index)
            theirs = actor == statement.actor and post == statement.post and office == statement.office
            if lasts and theirs and statement.role in roles and statement.origin == self.origin:
                return grant
        raise AuthorityRejected(self._refusal(grant, index, statement))

    def _refusal(self, grant: Grant | None, index: int, statement: Statement) -> str:
        """Say why a key has no right to a statement at an index."""
        name = f"key {statement.key_id.hex()[:16]}"
        if statement.origin != self.origin:
            return f"the statement is of the ledger {statement.origin}, not of {self.origin or 'any'}"
        if grant is None:
            return f"{name} was granted nothing before entry {index}"
        if index <= grant.from_index:
            return f"{name} is valid only after entry {grant.from_index}"
        if grant.until_index is not None and index > grant.until_index:
            return f"{name} was ended by entry {grant.until_index}"
        had = f"{grant.actor}, {grant.post} of {grant.office}, as {'/'.join(grant.roles)}"
        asked = f"{statement.actor}, {statement.post} of {statement.office}, as {statement.role}"
        return f"{name} belongs to {had}, not to {asked}"

    def apply(self, index: int, leaf: bytes, statement: Statement, entry: Entry) -> None:
        """Take in entry index: its leaf, the statement in its payload, and the entry for its signatures.

        Acts that are none of the authority's are passed over.
        Raises AuthorityRejected if the act was not the signer's to make or lacks a proof of
        possession, SignatureRejected if a signature is missing or does not hold, Malformed if its
        public data are out of bounds, and KeyRejected if its new key may not be enrolled.
        """
        act = _ACTS.get(statement.action)
        if act is not None:
            act(self, index, leaf, statement, entry)

    def _genesis(self, index: int, _leaf: bytes, statement: Statement, entry: Entry) -> None:
        """Begin: three keys, each of which has signed entry 0."""
        if index or self._log_keys:
            raise AuthorityRejected("a ledger has one genesis, entry 0")
        origin, suite, log_key, registrars = grants.read_genesis(statement.public)
        expected = statement._replace(
            actor=LEDGER, key_id=key_id(log_key), office="", origin=origin, post="", prev=NO_PREV, role=LEDGER, seq=1
        )
        if suite != SUITE or statement != expected._replace(stream=LEDGER):
            raise AuthorityRejected(f"a genesis is the log's first act in the stream {LEDGER}, in the suite {SUITE}")
        keys = genesis_keys(statement)
        for raw in keys:
            check_enrollable(raw)
        check_envelope(entry, keys, self._verify)
        self.origin = origin
        self._enrol(Grant(log_key, LEDGER, "", "", (LEDGER,), "", 0))
        self._log_keys.append((0, log_key))
        for actor, raw in registrars:
            self._enrol(Grant(raw, actor, grants.REGISTRARS_OFFICE, grants.REGISTRARS_POST, (REGISTRAR,), "", 0))

    def _signed(self, index: int, statement: Statement, entry: Entry) -> Grant:
        """Check that the statement's key had the right to it and signed it. Return its grant."""
        grant = self.check(index, statement)
        check_envelope(entry, (grant.key,), self._verify)
        return grant

    def _rotated(self, index: int, _leaf: bytes, statement: Statement, entry: Entry) -> None:
        """Let a key be followed by another of the same holder, on the old key's word; so with the log's own."""
        old = self._signed(index, statement, entry)
        ours = statement.action == _LOG_KEY_ROTATED
        if statement.stream != (LEDGER if ours else f"people/{old.office}") or ours != (old.actor == LEDGER):
            raise AuthorityRejected(f"a key of {old.office or 'the log'} is not rotated so in {statement.stream}")
        raw, proof = grants.read_public(statement.public, {"key": HASH, "possession": SIGNATURE})
        self._check_new(raw, proof, old)
        self._grants[statement.key_id] = old._replace(until_index=index)
        self._enrol(old._replace(key=raw, from_index=index, until_index=None))
        if ours:
            self._log_keys.append((index, raw))

    def _registrar(self, index: int, statement: Statement, entry: Entry) -> str:
        """Check that a registrar acts in a people stream, and return the office whose stream it is."""
        self._signed(index, statement, entry)
        kind, _, office = statement.stream.partition("/")
        if statement.role != REGISTRAR or kind != "people":
            raise AuthorityRejected("keys are granted and revoked by registrars, in the stream of the key's office")
        return office

    def _proposed(self, index: int, leaf: bytes, statement: Statement, entry: Entry) -> None:
        """Remember what one registrar proposes. It grants nothing yet."""
        office = self._registrar(index, statement, entry)
        grant, proof = grants.read_proposal(statement.public, office)
        self._check_new(grant.key, proof, grant)
        self._proposals[leaf] = grants.Proposal(statement.actor, statement.key_id, grant)

    def _confirmed(self, index: int, _leaf: bytes, statement: Statement, entry: Entry) -> None:
        """Grant what another registrar had proposed, from here on."""
        office = self._registrar(index, statement, entry)
        (leaf,) = grants.read_public(statement.public, {"proposal": HASH})
        proposal = self._proposals.get(leaf)
        if proposal is None or proposal.grant.office != office:
            raise AuthorityRejected(f"no open proposal of {statement.stream} has the leaf {leaf.hex()[:16]}")
        if proposal.proposer == statement.actor or proposal.proposer_key == statement.key_id:
            raise AuthorityRejected("the registrar who proposed a key cannot confirm it")
        if self._grants[proposal.proposer_key].until_index is not None:
            raise AuthorityRejected("the key that proposed has ended since: propose again")
        self._check_unused(proposal.grant.key)
        self._enrol(proposal.grant._replace(from_index=index))
        del self._proposals[leaf]

    def _revoked(self, index: int, _leaf: bytes, statement: Statement, entry: Entry) -> None:
        """End a key of this office, from here on."""
        office = self._registrar(index, statement, entry)
        revoked = grants.read_revocation(statement.public)
        grant = self._grants.get(revoked)
        if grant is None or grant.office != office or grant.actor == LEDGER:
            raise AuthorityRejected(f"{statement.stream} has no key {revoked.hex()[:16]}")
        if grant.until_index is not None:
            raise AuthorityRejected(f"key {revoked.hex()[:16]} was ended by entry {grant.until_index} already")
        self._grants[revoked] = grant._replace(until_index=index)

    def _check_new(self, raw: bytes, proof: bytes, grant: Grant) -> None:
        """Check that a key may be enrolled, never was, and is held by whoever is to have the grant."""
        check_enrollable(raw)
        self._check_unused(raw)
        try:
            grants.check_possession(raw, proof, self.origin, grant.office, grant.actor, self._verify)
        except SignatureRejected:
            raise AuthorityRejected("the proof that someone holds the new key is not good") from None

    def _check_unused(self, raw: bytes) -> None:
        if key_id(raw) in self._grants:
            raise AuthorityRejected(f"key {key_id(raw).hex()[:16]} was enrolled before")

    def _enrol(self, grant: Grant) -> None:
        self._grants[key_id(grant.key)] = grant


# The acts that change the authority, a closed table.
_ACTS: Mapping[str, Callable[[Authority, int, bytes, Statement, Entry], None]] = {
    GENESIS: Authority._genesis, _LOG_KEY_ROTATED: Authority._rotated, _PROPOSED: Authority._proposed,
    _CONFIRMED: Authority._confirmed, _ROTATED: Authority._rotated, _REVOKED: Authority._revoked,
}  # fmt: skip
AUTHORITY_ACTIONS = frozenset(_ACTS)
"""The acts that are folded into the authority."""
