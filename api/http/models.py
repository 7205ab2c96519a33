"""What goes over the wire, strictly: every request and answer of the JSON endpoints."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Hex32 = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Hex64 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Hex128 = Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]
Slug = Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9-]{0,62})?$")]


class Strict(BaseModel):
    """Nothing is converted and nothing unknown is taken."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CommandBody(Strict):
    """A wish to record one act."""

    stream: Annotated[str, Field(max_length=120)]
    action: Annotated[str, Field(max_length=120)]
    public: dict[str, Any] = Field(default_factory=dict)
    sealed: dict[str, Any] = Field(default_factory=dict)


class ActorBody(Strict):
    """Who will sign; a petitioner has neither post nor office."""

    actor: Annotated[str, Field(max_length=80)]
    post: Slug = ""
    office: Slug = ""
    role: Annotated[str, Field(max_length=40)]
    key_id: Hex64


class SeenBody(Strict):
    """A checkpoint that the signer has verified."""

    size: Annotated[int, Field(ge=0, lt=2**53)]
    root: Hex64


class PrepareBody(Strict):
    """A dry run of an act. Without act_id, claimed_at or seed the server proposes them."""

    command: CommandBody
    actor: ActorBody
    act_id: Hex32 | None = None
    claimed_at: Annotated[str, Field(max_length=40)] | None = None
    seed: Hex64 | None = None
    seen: SeenBody | None = None


class DraftBody(Strict):
    """All that is needed to rebuild the statement byte for byte; seed is the secret that salts come from."""

    command: CommandBody
    actor: ActorBody
    act_id: Hex32
    claimed_at: Annotated[str, Field(max_length=40)]
    seed: Hex64
    seq: Annotated[int, Field(ge=1, lt=2**53)]
    prev: Hex64
    seen: SeenBody


class DisclosureBody(Strict):
    """What opens one of the eight slots: salt (hex), field, and value as canonical JSON text."""

    slot: int
    salt: Hex64
    field: str
    value: str


class PreparedBody(Strict):
    """What to read, what to check and what to sign: payload is the statement, to_sign base64 of the DSSE bytes."""

    draft: DraftBody
    payload: str
    to_sign: str
    summary_zh: str
    summary_en: str
    disclosures: list[DisclosureBody]


class CommitBody(Strict):
    """A signed act: the draft as prepared, and the signature over its to_sign."""

    draft: DraftBody
    signature: Hex128


class AcknowledgementBody(Strict):
    """The ledger's signed answer; signature is the log key's over origin, index, leaf and recorded_at_ms."""

    origin: str
    index: int
    leaf: Hex64
    recorded_at_ms: int
    recorded_at: str
    signature: Hex128
    repeated: bool
    receipt: str = Field(description="where the act's tlog-proof is, once a published checkpoint covers it")


class PositionBody(Strict):
    """A place in a log."""

    origin: str
    size: int
    root: Hex64


class ActRow(Strict):
    """One act of a timeline."""

    index: int
    seq: int
    action: str
    actor: str
    post: str
    office: str
    role: str
    key_id: Hex64
    claimed_at: str
    recorded_at: str
    effective_at: str
    late_recorded: bool
    imported: bool
    public: dict[str, Any]
    signature: str = Field(description="verified when asked for: good, or what is wrong")
    custody: str


class TimelineBody(Strict):
    """Every act of a case that is known at a position."""

    case: Hex32
    known_at: list[PositionBody]
    acts: list[ActRow]


class CheckpointBody(Strict):
    """The newest checkpoint, as members and as the signed note itself."""

    origin: str
    size: int
    root: Hex64
    note: str
    witnessed: bool
    witnesses: list[str]


class InclusionBody(Strict):
    """That the entry with this index and leaf is among the first size entries; proof as RFC 9162 2.1.3."""

    index: int
    size: int
    leaf: Hex64
    root: Hex64
    proof: list[Hex64]


class ConsistencyBody(Strict):
    """That the first old entries begin the first new ones; proof as RFC 9162 2.1.4."""

    old: int
    new: int
    old_root: Hex64
    new_root: Hex64
    proof: list[Hex64]


class PublishingBody(Strict):
    """What is published, by whom it was cosigned, and since when something waits for its witnesses."""

    size: int
    witnesses: list[str]
    pending_since: str | None
    alarm: bool
    evidence: int


class HealthBody(Strict):
    """Whether the ledger answers, and how far log, views and checkpoint stand."""

    status: str
    origin: str
    size: int
    views: int
    checkpoint: int
    publishing: PublishingBody
