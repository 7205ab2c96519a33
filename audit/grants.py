"""Grants, and the public data of the acts by which keys come and go.

The functions here only read what a statement says; what it is worth is decided in `audit.authority`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from audit.canonical import HASH, SIGNATURE, check_shape
from audit.errors import Malformed
from audit.statement import SLUG
from audit.suite import Verify, check_signature, frame

__all__ = [
    "CUSTODIES", "Grant", "Proposal", "check_claim", "check_possession", "claim_message", "possession_message",
    "read_genesis", "read_proposal", "read_public", "read_revocation",
]  # fmt: skip

# Where a private key lives. The first key of the log and of its registrars states none.
CUSTODIES = frozenset({"device", "file", "hardware", "service", "system", "printed"})

REASONS = frozenset({"lost", "compromised", "tenure_ended", "replaced"})

# Roles that no proposal may grant: the log's key comes with its genesis, petitioners' keys with their case.
RESERVED = frozenset({"ledger", "petitioner"})

REGISTRARS_OFFICE = "registrars"
REGISTRARS_POST = "registrar"
REGISTRAR = "registrar"

_ROLE = re.compile("[a-z][a-z_]{0,31}")
_REGISTRAR = re.compile(f"registrar-{SLUG}")
# The public fields of the acts on keys.
_GENESIS = {"origin": str, "suite": str, "log_key": HASH, "registrars": [{"id": _REGISTRAR, "key": HASH}]}
_REVOCATION = {"key_id": HASH, "reason": re.compile("|".join(sorted(REASONS)))}
_PROPOSAL = {
    "key": HASH, "actor": re.compile(f"[a-z]+-{SLUG}"), "post": re.compile(SLUG), "roles": [_ROLE],
    "custody": re.compile("|".join(sorted(CUSTODIES))), "possession": SIGNATURE,
}  # fmt: skip


class Grant(NamedTuple):
    """A key's right to act: for whom, from where, in which roles, and in which part of the log.

    The grant covers the entries after from_index up to and including until_index, which is the entry
    that ended it, or None while it lasts.
    """

    key: bytes
    actor: str
    office: str
    post: str
    roles: tuple[str, ...]
    custody: str
    from_index: int
    until_index: int | None = None


class Proposal(NamedTuple):
    """A key that one registrar proposed: the proposer's actor and key id, and what would be granted."""

    proposer: str
    proposer_key: bytes
    grant: Grant


def read_public(public: Mapping[str, Any], shape: Mapping[str, Any]) -> list[Any]:
    """Return an act's public fields in the order of the shape, hexadecimal ones as bytes.

    Raises Malformed if they have another shape or there are others.
    """
    check_shape(public, shape, "the act's public data")
    return [bytes.fromhex(public[name]) if one in (HASH, SIGNATURE) else public[name] for name, one in shape.items()]


def read_revocation(public: Mapping[str, Any]) -> bytes:
    """Return the id of the key that an act revokes. Raises Malformed unless it gives one of the reasons."""
    revoked: bytes = read_public(public, _REVOCATION)[0]
    return revoked


def read_genesis(public: Mapping[str, Any]) -> tuple[str, str, bytes, tuple[tuple[str, bytes], ...]]:
    """Return origin, suite, log key and the two registrars' (id, key) of a genesis act.

    Raises Malformed if it has other fields, not two registrars, or one of them twice.
    """
    origin, suite, log_key, registrars = read_public(public, _GENESIS)
    pairs = [(one["id"], bytes.fromhex(one["key"])) for one in registrars]
    if len({name for name, _ in pairs}) != 2 or len({log_key, *(key for _, key in pairs)}) != 3 or len(pairs) != 2:
        raise Malformed("the log and its two registrars are three, with three keys")
    return origin, suite, log_key, tuple(pairs)


def read_proposal(public: Mapping[str, Any], office: str) -> tuple[Grant, bytes]:
    """Return the grant that an act proposes for a key of this office, and the proof of possession.

    Raises Malformed if a field is missing, unknown or out of bounds, or a role may not be granted.
    """
    key, actor, post, roles, custody, possession = read_public(public, _PROPOSAL)
    if not 1 <= len(roles) <= 16 or len(set(roles)) != len(roles) or RESERVED & set(roles):
        raise Malformed("a key is granted 1 to 16 roles, each once, and none that cannot be granted")
    registrar = (office == REGISTRARS_OFFICE, REGISTRAR in roles, bool(_REGISTRAR.fullmatch(actor)))
    if any(registrar) and not (all(registrar) and roles == [REGISTRAR] and post == REGISTRARS_POST):
        raise Malformed("a registrar's key has the actor, the office, the post and the one role of a registrar")
    return Grant(key, actor, office, post, tuple(roles), custody, 0), possession


_CLAIM = b"sundial/k2"
_POSSESSION = b"sundial/p1"


def possession_message(origin: str, office: str, actor: str, raw: bytes) -> bytes:
    """Return what a new key, raw, signs to show that its holder asks for this enrolment."""
    return frame(_POSSESSION, origin.encode(), office.encode(), actor.encode(), raw)


def check_possession(
    raw: bytes, proof: bytes, origin: str, office: str, actor: str, verify: Verify = check_signature
) -> None:
    """Check that the holder of this raw public key asked to be enrolled as this actor of this office.

    The log's own key is that of actor "ledger" and the empty office.
    Raises SignatureRejected if the proof does not hold.
    """
    verify(raw, possession_message(origin, office, actor, raw), proof)


def claim_message(origin: str, stream: str, raw: bytes) -> bytes:
    """Return what a claim key signs to hand this case to the petitioner's new key, raw."""
    return frame(_CLAIM, origin.encode(), stream.encode(), raw)


def check_claim(
    claim_key: bytes, proof: bytes, origin: str, stream: str, raw: bytes, verify: Verify = check_signature
) -> None:
    """Check that the holder of the printed code handed this case to the new key, raw.

    Raises SignatureRejected if the proof does not hold.
    """
    verify(claim_key, claim_message(origin, stream, raw), proof)
