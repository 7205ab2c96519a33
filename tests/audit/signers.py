"""Logs whose signers come, change their keys and go, for the tests of authority."""

from __future__ import annotations

from typing import Any

from audit.authority import Authority
from audit.entry import parse_entry
from audit.statement import parse_statement
from audit.store.possession import prove_possession
from audit.store.stored_rows import Row
from tests.audit.simulated_log import ORIGIN, Signer, SimulatedLog, private_of

CASE = "case/" + "0" * 32
CARL = Signer("registrar-carl", "registrars", "registrar", "registrar", private_of("carl"))
WANG_2 = Signer("officer-wang", "housing", "desk", "handler", private_of("wang-2"))


def apply_row(authority: Authority, row: Row) -> None:
    """Take one row into the authority."""
    entry = parse_entry(row.entry)
    authority.apply(row.index, row.leaf, parse_statement(entry.payload), entry)


def fold_log(log: SimulatedLog) -> Authority:
    """Return the authority that a log gives."""
    authority = Authority()
    for row in log.rows:
        apply_row(authority, row)
    return authority


def log_of(*signers: Signer) -> SimulatedLog:
    """Return a log with its genesis and these signers enrolled."""
    log = SimulatedLog()
    log.genesis()
    for signer in signers:
        log.enrol(signer)
    return log


def check_signer(authority: Authority, index: int, signer: Signer, **changes: Any) -> None:
    """Check an act that a signer would place at an index; raises what `Authority.check` raises."""
    log = SimulatedLog()
    authority.check(index, log.statement(signer, CASE, "case.accepted.v1", {}, **changes))


def possession(signer: Signer, **changes: str) -> str:
    """Return a signer's proof that it holds its key, in hex."""
    place = {"origin": ORIGIN, "office": signer.office, "actor": signer.actor} | changes
    return prove_possession(signer.private, **place).hex()
