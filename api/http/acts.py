"""Prepare and commit over HTTP: the server computes what is to be signed and never sees the key."""

from __future__ import annotations

import os
from base64 import b64encode
from typing import Any

from fastapi import APIRouter

from api.access.guard import Passed, SignInNeeded
from api.actions import ACT_ID_BYTES, SEED_BYTES, acknowledgement_document, write_instant
from api.attachments.cases import keep_files, sweep_case
from api.http.depends import Opened
from api.http.models import (
    AcknowledgementBody,
    ActorBody,
    CommandBody,
    CommitBody,
    DisclosureBody,
    DraftBody,
    PrepareBody,
    PreparedBody,
    SeenBody,
)
from api.http.problems import documented
from audit.store.model import Actor, Draft, Prepared
from domain.case_events import CaseErased
from domain.commands import Command

router = APIRouter(prefix="/api/acts", tags=["acts"])


@router.post("/prepare", response_model=PreparedBody, responses=documented(400, 401, 403, 409, 413))
def prepare(body: PrepareBody, application: Opened, passed: Passed) -> PreparedBody:
    """Dry-run an act: nothing is stored. Recompute the commitments from the disclosures before signing."""
    if body.actor.role != "petitioner" and body.actor.actor != passed.viewer.officer:
        raise SignInNeeded("sign_in_as_actor")
    prepared = application.ledger.prepare(
        _command(body.command),
        _actor(body.actor),
        act_id=bytes.fromhex(body.act_id) if body.act_id else os.urandom(ACT_ID_BYTES),
        claimed_at=body.claimed_at or write_instant(application.clock()),
        seed=bytes.fromhex(body.seed) if body.seed else os.urandom(SEED_BYTES),
        seen=(body.seen.size, bytes.fromhex(body.seen.root)) if body.seen else None,
    )
    return _prepared(body, prepared)


@router.post("/commit", response_model=AcknowledgementBody, responses=documented(400, 403, 409, 413, 507))
def commit(body: CommitBody, application: Opened) -> dict[str, Any]:
    """Record a signed act; sending it again answers with the same acknowledgement, and where its receipt will be."""
    answer = application.ledger.commit(_draft(body.draft), bytes.fromhex(body.signature))
    command = body.draft.command
    keep_files(application, command.stream, command.sealed)
    if command.action == CaseErased.action:
        sweep_case(application, command.stream.removeprefix("case/"))
    # The id of the act, which its signer alone holds, opens the receipt to them without a session.
    return {**acknowledgement_document(answer), "receipt": f"/api/receipts/{answer.index}?act_id={body.draft.act_id}"}


def _prepared(body: PrepareBody, prepared: Prepared) -> PreparedBody:
    draft = prepared.draft
    return PreparedBody(
        draft=DraftBody(
            command=body.command,
            actor=body.actor,
            act_id=draft.act_id.hex(),
            claimed_at=draft.claimed_at,
            seed=draft.seed.hex(),
            seq=draft.seq,
            prev=draft.prev.hex(),
            seen=SeenBody(size=draft.seen_size, root=draft.seen_root.hex()),
        ),
        payload=prepared.payload.decode(),
        to_sign=b64encode(prepared.to_sign).decode(),
        summary_zh=prepared.summary_zh,
        summary_en=prepared.summary_en,
        disclosures=[
            DisclosureBody(slot=one.slot, salt=one.salt.hex(), field=one.field, value=one.value.decode())
            for one in prepared.disclosures
        ],
    )


def _command(body: CommandBody) -> Command:
    return Command(body.stream, body.action, body.public, body.sealed)


def _actor(body: ActorBody) -> Actor:
    return Actor(body.actor, body.post, body.office, body.role, bytes.fromhex(body.key_id))


def _draft(body: DraftBody) -> Draft:
    return Draft(
        _command(body.command),
        _actor(body.actor),
        bytes.fromhex(body.act_id),
        body.claimed_at,
        bytes.fromhex(body.seed),
        body.seq,
        bytes.fromhex(body.prev),
        body.seen.size,
        bytes.fromhex(body.seen.root),
    )
