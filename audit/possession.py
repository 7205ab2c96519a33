"""Proofs that someone holds a private key: at enrolment, and when a printed code is claimed.

Every message here starts with a tag of its own and length-prefixes its parts, so that no signature
of one kind is one of another kind, of a statement, or of another ledger, office, actor or case.
"""

from __future__ import annotations

from audit.suite import Verify, check_signature, frame

__all__ = ["check_claim", "check_possession", "claim_message", "possession_message"]

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
