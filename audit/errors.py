"""The reasons for which a check of this package can refuse.

    AuditError
    ├── Malformed            bytes that are not what they claim to be
    │   └── OtherKind        bytes that do not even begin as what was asked for
    ├── KeyRejected          a public key that must not be enrolled
    ├── SignatureRejected    a signature that does not hold
    ├── AuthorityRejected    a good signature by someone who had no right to make it
    ├── LinkRejected         an entry that does not follow from the entry before it
    ├── CommitmentRejected   a disclosure that does not open its commitment
    ├── ProofRejected        a Merkle proof that does not lead to the root
    ├── NoteRejected         a signed note or checkpoint that is not to be believed
    └── AnchorRejected       a log that is not the one that was anchored

Every check raises one of these and returns nothing. No other exception leaves this package because
of what the examined bytes contain.
"""

from __future__ import annotations

__all__ = [
    "AnchorRejected", "AuditError", "AuthorityRejected", "CommitmentRejected", "KeyRejected", "LinkRejected",
    "Malformed", "NoteRejected", "OtherKind", "ProofRejected", "SignatureRejected",
]  # fmt: skip


class AuditError(Exception):
    """Something that was to be checked does not hold; the message names what and why."""


class Malformed(AuditError):
    """The bytes are not a canonical encoding of the thing that they claim to be."""


class OtherKind(Malformed):
    """The bytes are those of something else than what was asked for."""


class KeyRejected(AuditError):
    """The public key is not canonical, not of prime order, or not a key at all."""


class SignatureRejected(AuditError):
    """The signature was not made by this key over these bytes."""


class AuthorityRejected(AuditError):
    """The key had no right to this act at this position of the log."""


class LinkRejected(AuditError):
    """The entry does not continue its stream: wrong sequence number or wrong previous leaf."""


class CommitmentRejected(AuditError):
    """The salt, field and value do not open the commitment."""


class ProofRejected(AuditError):
    """The proof is too short, too long, or leads to another root."""


class NoteRejected(AuditError):
    """The note lacks the signature that was asked for, or carries a bad one."""


class AnchorRejected(AuditError):
    """The log contradicts the trust anchor that was kept outside of it."""
