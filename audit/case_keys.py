"""A petitioner's keys: they stand in their own case's stream and nowhere else.

A key comes in one of two ways: made on a device, it arrives in the `submitted` act that it signs;
claimed from a code that an office printed, it arrives in the `key_claimed` act. A code opens once.
A code is the petitioner's, printed at registration, or that of one of the representatives of several.
Nothing here connects one case to another.
"""

from __future__ import annotations

from typing import NamedTuple

from audit.canonical import HASH, SIGNATURE, read_hash
from audit.errors import AuthorityRejected, SignatureRejected
from audit.grants import Grant, check_claim, read_public
from audit.statement import Statement
from audit.suite import Verify, check_enrollable, check_signature, key_id

__all__ = ["ACTIONS", "NO_KEYS", "PETITIONER", "PRINTING", "CaseKeys"]

PETITIONER = "petitioner"

_SUBMITTED = "case.submitted.v1"
_REGISTERED = "case.registered.v1"
_NAMED = "case.representative_named.v1"
_CLAIMED = "case.key_claimed.v1"
PRINTING = frozenset({_REGISTERED, _NAMED})
"""The acts of an office that may bring the key of a printed code."""
ACTIONS = PRINTING | {_SUBMITTED, _CLAIMED}


class CaseKeys(NamedTuple):
    """The petitioner's keys of one case, after some of its acts.

    The claim key is open until used, and so is each of the code keys, which are the representatives'.
    """

    grants: tuple[Grant, ...] = ()
    claim_key: bytes | None = None
    code_keys: tuple[bytes, ...] = ()

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
        raw = read_hash(statement.public.get("petitioner_key"), "petitioner_key")
        check_enrollable(raw)
        if key_id(raw) != statement.key_id:
            raise AuthorityRejected("the act is not signed by the key that it brings")
        if statement.action == _SUBMITTED:
            if statement.seq != 1:
                raise AuthorityRejected("a submission is the first act of its case")
            return Grant(raw, PETITIONER, "", "", (PETITIONER,), "device", index)
        code, proof = self._code(statement)
        try:
            check_claim(code, proof, statement.origin, statement.stream, raw, verify)
        except SignatureRejected:
            raise AuthorityRejected("the proof that someone holds the printed code is not good") from None
        return Grant(raw, PETITIONER, "", "", (PETITIONER,), "printed", index)

    def _code(self, statement: Statement) -> tuple[bytes, bytes]:
        """Return the unused key of the code that a claim names, anybody's of the case, and the claim's proof."""
        shape = {"claim_proof": SIGNATURE, "petitioner_key": HASH}
        if "code_key" in statement.public:
            proof, _, named = read_public(statement.public, shape | {"code_key": HASH})
            code = named if named in self.code_keys else None
        else:
            (proof, _), code = read_public(statement.public, shape), self.claim_key
        if code is None:
            raise AuthorityRejected("this case has no unused code to claim a key with")
        return code, proof

    def after(self, index: int, statement: Statement, grant: Grant | None) -> CaseKeys:
        """Return the keys after an act of this case that was checked to be made under this grant.

        The grant matters only where the act brings a petitioner's key, and may be None elsewhere.

        Raises Malformed or KeyRejected if an office's act brings a code key that is none.
        """
        if statement.action not in ACTIONS:
            return self
        if statement.action in PRINTING:
            return self._printed(statement)
        grants = (*self.grants, grant) if grant is not None else self.grants
        if statement.action != _CLAIMED:
            return self._replace(grants=grants)
        if "code_key" not in statement.public:
            return CaseKeys(grants, None, self.code_keys)
        used = read_hash(statement.public["code_key"], "code_key")
        return CaseKeys(grants, self.claim_key, tuple(key for key in self.code_keys if key != used))

    def _printed(self, statement: Statement) -> CaseKeys:
        name = "claim_key" if statement.action == _REGISTERED else "code_key"
        if name not in statement.public:
            return self
        key = read_hash(statement.public[name], name)
        check_enrollable(key)
        return self._replace(claim_key=key) if name == "claim_key" else self._replace(code_keys=(*self.code_keys, key))


NO_KEYS = CaseKeys()
