"""The entries about keys on which a case's signatures depend, with the proofs that none of them is left out.

Source: audit/FORMAT.md section 13.
"""

from __future__ import annotations

from typing import Any

from api.main import Application
from api.proofs import Proof, included
from audit.canonical import format_json
from audit.census import Census
from audit.checkpoint import parse_checkpoint
from audit.entry import parse_entry
from audit.grants import REGISTRARS_OFFICE
from audit.note import parse_note
from audit.statement import parse_statement
from audit.store.model import StoredEntry

FORMAT = "sundial/authority1"
_REGISTRARS = f"people/{REGISTRARS_OFFICE}"
_LOG_KEYS = (
    "SELECT notification_id FROM entries WHERE originator_id = 'ledger'"
    " AND topic IN ('ledger.genesis.v1', 'ledger.key_rotated.v1') ORDER BY notification_id"
)
_BEFORE, _AFTER = (
    "SELECT originator_id FROM entries WHERE originator_version = 1 AND notification_id <= ?"
    f" AND originator_id {side} ? ORDER BY originator_id {order} LIMIT 1"
    for side, order in (("<", "DESC"), (">", "ASC"))
)


def authority_file(application: Application, proof: Proof, size: int, case: list[StoredEntry]) -> bytes:
    """Return the file of the entries about keys for a case's proof, all under the checkpoint of this size."""
    census = proof.census.census
    offices = {parse_statement(parse_entry(one.entry).payload).office for one in case}
    names = {_REGISTRARS, *(f"people/{office}" for office in offices if office)}
    document = {
        "format": FORMAT,
        "included": [_place(included(application, one, size)) for one in case],
        "ledger": [included(application, one, size) for one in _log_keys(application, size)],
        "streams": sorted(
            (found for name in names for found in _stream(application, census, name, size)),
            key=lambda one: one["map"]["index"],
        ),
    }
    return format_json(document) + b"\n"


def keys_of(application: Application, proof: Proof) -> bytes:
    """Return the file on keys that goes with a proof file, under the same checkpoint."""
    size = parse_checkpoint(parse_note(proof.document["checkpoint"]).text).size
    rows = application.ledger.stream_entries(proof.document["stream"])
    return authority_file(application, proof, size, rows[: proof.acts])


def _log_keys(application: Application, size: int) -> list[StoredEntry]:
    """Return the first entry and those that rotated the log's key, below a size."""
    numbers = [number for (number,) in application.ledger.log.select(_LOG_KEYS, ()) if number <= size]
    return [application.ledger.log.entries(number - 1, number, 1)[0] for number in numbers]


def _stream(application: Application, census: Census, name: str, size: int) -> list[dict[str, Any]]:
    """Return a stream as a whole; its neighbours in the map if the registrars' own is not there."""
    found = _mapped(application, census, name, size, whole=True)
    if found is not None or name != _REGISTRARS:
        return [found] if found is not None else []
    log = application.ledger.log
    beside = [row[0] for sql in (_BEFORE, _AFTER) for row in log.select(sql, (census.entries, name))]
    shown = (_mapped(application, census, one, size, whole=False) for one in beside)
    return [one for one in shown if one is not None]


def _mapped(application: Application, census: Census, name: str, size: int, *, whole: bool) -> dict[str, Any] | None:
    mapped = application.views.prove_mapped(census.entries, census.streams, name)
    if mapped is None:
        return None
    rows = [one for one in application.ledger.stream_entries(name) if one.index < census.entries]
    return {
        "count": len(rows),
        "entries": [included(application, one, size) for one in rows] if whole else [],
        "head": rows[-1].leaf.hex(),
        "map": {"index": mapped.index, "proof": [one.hex() for one in mapped.proof]},
        "stream": name,
    }


def _place(item: dict[str, Any]) -> dict[str, Any]:
    return {"index": item["index"], "proof": item["proof"]}
