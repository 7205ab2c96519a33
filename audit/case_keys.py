"""A petitioner's keys: they stand in their own case's stream and nowhere else.

A key comes in one of two ways: made on a device, it arrives in the `submitted` act that it signs;
claimed from a code that an office printed, it arrives in the `key_claimed` act. A code opens once.
Nothing here connects one case to another.
"""

from __future__ import annotations

from typing import NamedTuple

from audit.errors import AuthorityRejected, SignatureRejected
from audit.grants import Grant, read_fields, read_hex, read_key
from audit.possession import check_claim
from audit.statement import Statement
from audit.suite import Verify, check_enrollable, check_signature, key_id

__all__ = ["ACTIONS", "NO_KEYS", "PETITIONER", "REGISTERED", "CaseKeys"]

PETITIONER = "petitioner"

_SUBMITTED = "case.submitted.v1"
REGISTERED = "case.registered.v1"
_CLAIMED = "case.key_claimed.v1"
ACTIONS = frozenset({_SUBMITTED, REGISTERED, _CLAIMED})


class CaseKeys(NamedTuple):
    """The petitioner's keys of one case, after some of its acts; the claim key is open until used."""

    grants: tuple[Grant, ...] = ()
    claim_key: bytes | None = None

    def check(self, index: int, statement: Statement, verify: Verify = check_signature) -> Grant:
        """Return the grant under which a petitioner's key may have made the statement as entry index.

        An act that brings its own key is checked for what lets it in.
        Raises AuthorityRejected if the key is not one of this case or the statement names an office,
        a post or another role, and Malformed or KeyRejected for a bad new key.
        """
        who = (statement.actor, statement.role, statement.office, statement.post)
        if who != (PETITIONER, PETITIONER, "", "") or not statement.stream.startswith("case/"):
            raise AuthorityRejected("a petitioner acts in a case, without office and post")
        if statement.action in (_SUBMITTED, _CLAIMED):
            return self._bring(index, statement, verify)
        for grant in self.grants:
            if grant.from_index < index and key_id(grant.key) == statement.key_id:
                return grant
        raise AuthorityRejected(f"key {statement.key_id.hex()[:16]} is not one of this case's petitioner")

    def _bring(self, index: int, statement: Statement, verify: Verify) -> Grant:
        """Return the grant of the key that an act brings and is signed by."""
        raw = read_key(statement.public.get("petitioner_key"), "petitioner_key")
        check_enrollable(raw)
        if key_id(raw) != statement.key_id:
            raise AuthorityRejected("the act is not signed by the key that it brings")
        if statement.action == _SUBMITTED:
            if statement.seq != 1:
                raise AuthorityRejected("a submission is the first act of its case")
            return Grant(raw, PETITIONER, "", "", (PETITIONER,), "device", index)
        _, proof = read_fields(statement.public, ("petitioner_key", "claim_proof"))
        if self.claim_key is None:
            raise AuthorityRejected("this case has no unused code to claim a key with")
        signature = read_hex(proof, 64, "claim_proof")
        try:
            check_claim(self.claim_key, signature, statement.origin, statement.stream, raw, verify)
        except SignatureRejected:
            raise AuthorityRejected("the proof that someone holds the printed code is not good") from None
        return Grant(raw, PETITIONER, "", "", (PETITIONER,), "printed", index)

    def after(self, index: int, statement: Statement, grant: Grant | None) -> CaseKeys:
        """Return the keys after an act of this case that was checked to be made under this grant.

        The grant matters only where the act brings a petitioner's key, and may be None elsewhere.

        Raises Malformed or KeyRejected if a registration brings a claim key that is none.
        """
        if statement.action not in ACTIONS:
            return self
        if statement.action == REGISTERED:
            if "claim_key" not in statement.public:
                return self
            claim_key = read_key(statement.public["claim_key"], "claim_key")
            check_enrollable(claim_key)
            return self._replace(claim_key=claim_key)
        claim_key_left = None if statement.action == _CLAIMED else self.claim_key
        return CaseKeys((*self.grants, grant) if grant is not None else self.grants, claim_key_left)


NO_KEYS = CaseKeys()
