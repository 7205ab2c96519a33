"""The acts of a case, each with its closed set of public fields.

Nothing here can name a petitioner, count their visits or describe their conduct. Text about persons is
sealed: `sealed` lists the names that the disclosures of an act may have, in the order of their slots.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, TypeAlias

from domain import fields, vocabulary
from domain.fields import Imported, Target, choice
from domain.schema import Event, act

Channel: TypeAlias = Annotated[str, choice(vocabulary.CHANNELS)]
Capacity: TypeAlias = Annotated[str, choice(vocabulary.CAPACITIES)]
Means: TypeAlias = Annotated[str, choice(vocabulary.MEANS)]
Office: TypeAlias = Annotated[str, fields.slug]
Area: TypeAlias = Annotated[str, fields.code]
Place: TypeAlias = Annotated[str, fields.code]
Key: TypeAlias = Annotated[str, fields.hex32]
Flag: TypeAlias = Annotated[bool, fields.boolean]
FromFile: TypeAlias = Annotated[
    Imported | None,
    fields.record(Imported, mapping=fields.slug, precision=choice(vocabulary.PRECISIONS)),
]


@act
class CaseSubmitted(Event):
    """The petitioner files online and signs with a key made on the own device, `petitioner_key`.

    `capacity` is what the addressed office is, as the office tree says; absent means a competent unit. It
    stands in the act so that the clocks that a submission starts can be read from the case alone.
    `addressable` is false if the petitioner left no name or address to answer to (article 23(2)). `place` is
    the code of where the matter arose, not of where anybody lives.
    """

    action: ClassVar[str] = "case.submitted.v1"
    sealed: ClassVar[tuple[str, ...]] = ("subject", "text", "name", "contact")

    channel: Channel
    to_office: Office
    petitioner_key: Key
    capacity: Capacity = "competent_unit"
    area: Area = ""
    addressable: Flag = True
    place: Place = ""


@act
class CaseRegistered(Event):
    """An office enters the matter (article 22); `claim_key` is the public key of a code printed for the petitioner."""

    action: ClassVar[str] = "case.registered.v1"
    sealed: ClassVar[tuple[str, ...]] = ("subject", "text", "name", "contact", "source")

    channel: Channel
    capacity: Capacity
    area: Area = ""
    claim_key: Key = ""
    addressable: Flag = True
    imported: FromFile = None
    place: Place = ""


@act
class CaseTransferred(Event):
    """The holder passes the matter on, and it is in the receiver's system from this moment.

    `capacity` is what the receiver is; absent means a competent unit.
    """

    action: ClassVar[str] = "case.transferred.v1"

    to_office: Office
    basis: Annotated[str, choice(vocabulary.BASES)]
    capacity: Capacity = "competent_unit"
    imported: FromFile = None


@act
class CaseNoticeServed(Event):
    """The petitioner was told in writing (article 23)."""

    action: ClassVar[str] = "case.notice_served.v1"
    sealed: ClassVar[tuple[str, ...]] = ("text", "proof")
    varies: ClassVar[str] = "notice"

    notice: Annotated[str, choice(vocabulary.NOTICES)]
    means: Means
    imported: FromFile = None


@act
class CaseReplied(Event):
    """A written reply outside the procedure of article 31(6)."""

    action: ClassVar[str] = "case.replied.v1"
    sealed: ClassVar[tuple[str, ...]] = ("reply", "source")

    means: Means
    imported: FromFile = None


@act
class CaseAccepted(Event):
    """The competent unit takes the matter into the procedure of article 31(6)."""

    action: ClassVar[str] = "case.accepted.v1"

    category: Annotated[str, choice(vocabulary.CATEGORIES)]
    imported: FromFile = None


@act
class CaseOpinionIssued(Event):
    """The handling opinion, with its four parts sealed (article 32)."""

    action: ClassVar[str] = "case.opinion_issued.v1"
    sealed: ClassVar[tuple[str, ...]] = ("claim", "facts", "opinion", "basis")

    outcome: Annotated[str, choice(vocabulary.OUTCOMES)]
    imported: FromFile = None


@act
class CaseOpinionServed(Event):
    """The opinion reached the petitioner, with proof of service; this closes the handling (article 34)."""

    action: ClassVar[str] = "case.opinion_served.v1"
    sealed: ClassVar[tuple[str, ...]] = ("proof",)

    means: Means
    imported: FromFile = None


@act
class CaseRated(Event):
    """The petitioner's own rating of one office in one round of handling.

    The record calls the rated office `office`; here that word is the actor's own, which a petitioner has not.
    """

    action: ClassVar[str] = "case.rated.v1"
    sealed: ClassVar[tuple[str, ...]] = ("comment",)

    of: Capacity
    rated_office: Annotated[str, fields.slug, "office"]
    round: Annotated[int, fields.integer(1, 99)]
    rating: Annotated[str, choice(vocabulary.RATINGS)]


@act
class CaseKeyClaimed(Event):
    """The petitioner turns a printed code into a key of their own; `claim_proof` is made with the code.

    `code_key` is the public key of the code where it is a representative's (article 20), absent for the petitioner's.
    """

    action: ClassVar[str] = "case.key_claimed.v1"

    petitioner_key: Key
    claim_proof: Annotated[str, fields.hex64]
    code_key: Key = ""


@act
class CaseErased(Event):
    """Disclosures of earlier acts are destroyed; the acts themselves and their proofs stay."""

    action: ClassVar[str] = "case.erased.v1"

    targets: Annotated[
        tuple[Target, ...],
        fields.listing(
            fields.record(Target, seq=fields.integer(1, 2**31), slots=fields.listing(fields.integer(0, 7), 1, 8)), 1, 64
        ),
    ]
    basis: Annotated[str, choice(vocabulary.ERASURE_BASES)]
