"""Receipts: an act's entry with the proof that it is in the published log, as one tlog-proof@v1 file.

Whoever holds the file and the trust anchor needs nobody else: `sundial-audit receipt FILE`, or the page
`check.html`, which needs no server. Source: C2SP tlog-proof; audit/FORMAT.md section 15.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.errors import NotThere
from api.main import Application
from api.publishing.public import public_checkpoint
from api.publishing.publisher import read_policy, signers
from audit.entry import parse_entry
from audit.proof import TlogProof
from audit.statement import Statement, parse_statement
from audit.store.notes import format_tlog_proof
from domain.effective import from_unix_ms
from domain.schema import CIVIL

SUFFIX = ".tlog-proof"
MEDIA_TYPE = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt as a file, and what people are told of it; witnesses are the names of those that cosigned."""

    data: bytes
    index: int
    statement: Statement
    recorded_at: datetime
    leaf: bytes
    size: int
    root: bytes
    witnesses: tuple[str, ...]

    @property
    def name(self) -> str:
        """The file's name."""
        return f"{self.index}{SUFFIX}"


def read_statement_at(application: Application, index: int) -> Statement:
    """Return the statement of entry `index`; raises NotThere if the log has none."""
    rows = application.ledger.log.entries(index, index + 1, 1)
    if not rows:
        raise NotThere("no_entry")
    return parse_statement(parse_entry(rows[0].entry).payload)


def receipts_until(application: Application) -> int:
    """How many entries the published checkpoint covers: for these there are receipts, for later ones not yet."""
    published = public_checkpoint(application)
    return 0 if published is None else published.checkpoint.size


def make_receipt(application: Application, index: int) -> Receipt:
    """Make the receipt of entry `index` under the published checkpoint.

    Raises NotThere if the log has no such entry, or no published checkpoint with its witnesses covers it yet.
    """
    rows = application.ledger.log.entries(index, index + 1, 1)
    if not rows:
        raise NotThere("no_entry")
    published = public_checkpoint(application)
    if published is None or published.checkpoint.size <= index:
        raise NotThere("receipt_pending")
    size = published.checkpoint.size
    hashes = tuple(application.ledger.inclusion_proof(index, size))
    data = format_tlog_proof(TlogProof(index, hashes, published.note, rows[0].entry))
    entry = parse_entry(rows[0].entry)
    names = sorted(key.name for key in signers(published.note, read_policy(application)))
    return Receipt(
        data,
        index,
        parse_statement(entry.payload),
        from_unix_ms(entry.recorded_at).astimezone(CIVIL),
        rows[0].leaf,
        size,
        published.checkpoint.root,
        tuple(names),
    )
