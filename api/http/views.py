"""The views and the log over HTTP: overdue, timeline, checkpoint, proofs, health."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api.axes import parse_as_of, parse_day_end, parse_index
from api.errors import NotThere, UsageRefused
from api.http.models import (
    CheckpointBody,
    ConsistencyBody,
    HealthBody,
    InclusionBody,
    OverdueBody,
    TimelineBody,
)
from api.http.problems import documented
from api.main import Application
from api.positions import parse_known_at
from api.queries import OverdueQuestion, act_row, ask_overdue, ask_timeline, overdue_document, timeline_document
from api.signatures import signature_states
from audit.checkpoint import open_checkpoint

PAGE = 200

AsOf = Annotated[str | None, Query(max_length=40, description="A date (its last instant, +08:00) or an instant.")]
KnownAt = Annotated[str | None, Query(max_length=20, description="A log index, or a date (+08:00).")]
Case = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
Number = Annotated[int, Query(ge=0, lt=2**53)]


def views_router(application: Application) -> APIRouter:
    """The questions to the views."""
    router = APIRouter(prefix="/api", tags=["views"])

    @router.get("/overdue", response_model=OverdueBody, responses=documented(400, 404))
    def overdue(
        as_of: AsOf = None,
        known_at: KnownAt = None,
        unit: Annotated[str | None, Query(max_length=63)] = None,
        clock: Annotated[str | None, Query(max_length=40)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = PAGE,
        cursor: Annotated[str | None, Query(max_length=400)] = None,
    ) -> dict[str, Any]:
        """The open clocks past due, oldest first, in pages."""
        at = parse_as_of(as_of, application.clock())
        question = OverdueQuestion(at, known_size(application, known_at), unit, clock)
        page = ask_overdue(application, question, limit=limit, cursor=cursor)
        return {**overdue_document(application, page), "cursor": page.cursor}

    @router.get("/cases/{case}/timeline", response_model=TimelineBody, responses=documented(400, 404))
    def timeline(case: Case, known_at: KnownAt = None) -> dict[str, Any]:
        """Every act of a case, each with the state of its signature, verified now."""
        told = ask_timeline(application, case, known_size(application, known_at))
        states = signature_states(application, told.case)
        rows = []
        for act in told.acts:
            state = states[act.index]
            rows.append({**act_row(act), "signature": state.told, "custody": state.custody})
        return {**timeline_document(application, told), "acts": rows}

    return router


def log_router(application: Application) -> APIRouter:
    """The log's own endpoints."""
    router = APIRouter(prefix="/api", tags=["log"])
    ledger = application.ledger

    @router.get("/checkpoint", response_model=CheckpointBody, responses=documented(404))
    def checkpoint() -> dict[str, Any]:
        """The newest signed checkpoint."""
        note = ledger.latest_checkpoint()
        if note is None:
            raise NotThere("no_checkpoint")
        log_key = ledger.authority().log_key()
        opened = open_checkpoint(note, ledger.origin, log_key)
        return {"origin": opened.origin, "size": opened.size, "root": opened.root.hex(), "note": note}

    @router.get("/proof/inclusion", response_model=InclusionBody, responses=documented(400, 404))
    def inclusion(index: Number, size: Annotated[int | None, Query(ge=1, lt=2**53)] = None) -> dict[str, Any]:
        """Prove that an entry is among the first size entries; by default among all."""
        total = _size(application, size)
        if index >= total:
            raise NotThere("no_entry")
        proof = [one.hex() for one in ledger.inclusion_proof(index, total)]
        (leaf,) = ledger.log.leaves(index, index + 1)
        return {"index": index, "size": total, "leaf": leaf.hex(), "root": ledger.root(total).hex(), "proof": proof}

    @router.get("/proof/consistency", response_model=ConsistencyBody, responses=documented(400, 404))
    def consistency(
        old: Annotated[int, Query(ge=1, lt=2**53)], new: Annotated[int | None, Query(ge=1, lt=2**53)] = None
    ) -> dict[str, Any]:
        """Prove that the log of size old begins the log of size new; by default the log as it is."""
        total = _size(application, new)
        if old > total:
            raise NotThere("no_entry")
        proof = [one.hex() for one in ledger.consistency_proof(old, total)]
        roots = {"old_root": ledger.root(old).hex(), "new_root": ledger.root(total).hex()}
        return {"old": old, "new": total, **roots, "proof": proof}

    @router.get("/health", response_model=HealthBody, responses=documented())
    def health() -> dict[str, Any]:
        """Whether the ledger answers, and how far its parts stand."""
        latest = ledger.log.latest_checkpoint()
        return {
            "status": "ok",
            "origin": ledger.origin,
            "size": ledger.head().size,
            "views": application.views.position(),
            "checkpoint": latest[0] if latest else 0,
        }

    return router


def known_size(application: Application, text: str | None) -> int | None:
    """Read a position given over HTTP: an index or a date, never a file of the server's."""
    if text is not None and parse_index(text) is None and parse_day_end(text) is None:
        raise UsageRefused("known_at_unreadable")
    return parse_known_at(text, application.ledger)


def _size(application: Application, asked: int | None) -> int:
    size = application.ledger.head().size
    if asked is not None and asked > size:
        raise NotThere("no_entry")
    return size if asked is None else asked
