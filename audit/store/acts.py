"""Building an act: from a draft and a decision to the statement's bytes, its disclosures and its entry."""

from __future__ import annotations

from audit.canonical import format_json
from audit.commitments import ABSENT, SLOTS
from audit.entry import pae
from audit.statement import PAYLOAD_TYPE, Seen, Statement
from audit.store.append import Item, entry_prefix
from audit.store.errors import ActRefused
from audit.store.model import Decision, Disclosure, Draft, Prepared
from audit.store.writing import commit_act, derive_salts, format_statement


def prepare_act(origin: str, stream: str, draft: Draft, decision: Decision, reference_at: int) -> Prepared:
    """Return the dry run of an act: its statement's bytes follow from the draft and the decision alone.

    Raises ActRefused if more than eight fields are to be sealed, Malformed if a field is out of bounds.
    """
    disclosures = _disclosures(draft.seed, decision)
    statement = Statement(
        act_id=draft.act_id,
        action=decision.action,
        actor=draft.actor.actor,
        claimed_at=draft.claimed_at,
        key_id=draft.actor.key_id,
        office=draft.actor.office,
        origin=origin,
        post=draft.actor.post,
        prev=draft.prev,
        public=decision.public,
        role=draft.actor.role,
        sealed=commit_act(origin, stream, draft.seq, [one[1:] for one in disclosures]),
        seen=Seen(draft.seen_size, draft.seen_root),
        seq=draft.seq,
        stream=stream,
    )
    payload = format_statement(statement)
    return Prepared(
        draft,
        statement,
        payload,
        pae(PAYLOAD_TYPE, payload),
        decision,
        disclosures,
        reference_at,
    )


def _disclosures(seed: bytes, decision: Decision) -> tuple[Disclosure, ...]:
    sealed = decision.sealed
    if len(sealed) > SLOTS:
        raise ActRefused(f"an act seals at most {SLOTS} fields, not {len(sealed)}")
    salts = derive_salts(seed)
    opened = [Disclosure(slot, salts[slot], field, format_json(value)) for slot, (field, value) in enumerate(sealed)]
    return (*opened, *[Disclosure(slot, salts[slot], *ABSENT) for slot in range(len(opened), SLOTS)])


def to_item(prepared: Prepared, signatures: tuple[tuple[bytes, bytes], ...]) -> Item:
    """Return a signed act as an item for the log, without its disclosures.

    Raises EntryTooLarge if the entry would exceed 65,535 bytes.
    """
    statement = prepared.statement
    return Item(
        stream=statement.stream,
        seq=statement.seq,
        topic=statement.action,
        prefix=entry_prefix(PAYLOAD_TYPE, prepared.payload, signatures),
        act_id=statement.act_id,
        prev=statement.prev,
        reference_at=prepared.reference_at,
    )
