"""The log over HTTP: checkpoint, proofs, health."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.errors import NotThere
from api.http.depends import Opened
from api.http.models import CheckpointBody, ConsistencyBody, HealthBody, InclusionBody
from api.http.problems import documented
from api.positions import log_key_of
from api.publishing.public import public_known_at
from api.publishing.publisher import read_policy, signers
from api.publishing.schedule import standing_document
from api.publishing.standing import Standing
from audit.checkpoint import open_checkpoint

Number = Annotated[int, Query(ge=0, lt=2**53)]
router = APIRouter(prefix="/api", tags=["log"])


@router.get("/checkpoint", response_model=CheckpointBody, responses=documented(404))
def checkpoint(application: Opened) -> dict[str, Any]:
    """The published checkpoint, and who cosigned it."""
    policy = read_policy(application)
    published = Standing(application.settings.published).published()
    # Where witnesses are asked for, what they have not cosigned is not for the public.
    note = published.note if published else None if policy.witnesses else application.ledger.latest_checkpoint()
    if note is None:
        raise NotThere("no_checkpoint")
    opened = open_checkpoint(note, application.ledger.origin, log_key_of(application.ledger, note))
    names = sorted(key.name for key in signers(note, policy))
    told = {"origin": opened.origin, "size": opened.size, "root": opened.root.hex(), "note": note}
    return {**told, "witnessed": bool(names), "witnesses": names}


@router.get("/proof/inclusion", response_model=InclusionBody, responses=documented(400, 404))
def inclusion(
    application: Opened, index: Number, size: Annotated[int | None, Query(ge=1, lt=2**53)] = None
) -> dict[str, Any]:
    """Prove that an entry is among the first size entries; by default among all that the public is told of."""
    total = public_known_at(application, size)
    if index >= total:
        public_known_at(application, index + 1)
        raise NotThere("no_entry")
    proof = [one.hex() for one in application.ledger.inclusion_proof(index, total)]
    (leaf,) = application.ledger.log.leaves(index, index + 1)
    return {
        "index": index,
        "size": total,
        "leaf": leaf.hex(),
        "root": application.ledger.root(total).hex(),
        "proof": proof,
    }


@router.get("/proof/consistency", response_model=ConsistencyBody, responses=documented(400, 404))
def consistency(
    application: Opened,
    old: Annotated[int, Query(ge=1, lt=2**53)],
    new: Annotated[int | None, Query(ge=1, lt=2**53)] = None,
) -> dict[str, Any]:
    """Prove that the log of size old begins the log of size new; by default the log as the public knows it."""
    total = public_known_at(application, new)
    if old > total:
        public_known_at(application, old)
        raise NotThere("no_entry")
    proof = [one.hex() for one in application.ledger.consistency_proof(old, total)]
    roots = {"old_root": application.ledger.root(old).hex(), "new_root": application.ledger.root(total).hex()}
    return {"old": old, "new": total, **roots, "proof": proof}


@router.get("/health", response_model=HealthBody, responses=documented())
def health(application: Opened) -> dict[str, Any]:
    """Whether the ledger answers, and how far its parts stand."""
    latest = application.ledger.log.latest_checkpoint()
    publishing = standing_document(application)
    return {
        "status": "alarm" if publishing["alarm"] else "ok",
        "origin": application.ledger.origin,
        "size": application.ledger.head().size,
        "views": application.views.position(),
        "checkpoint": latest[0] if latest else 0,
        "publishing": publishing,
    }
