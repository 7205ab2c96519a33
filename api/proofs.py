"""Proof files: that these are all acts of a case, and that nothing met a clock before a moment.

Whoever holds such a file and the trust anchor needs no database: `sundial-audit proof FILE` checks it.
Source: audit/FORMAT.md section 12.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from api.census import KeptCensus, newest_census
from api.errors import CheckFailed, NotThere, UsageRefused
from api.main import Application
from api.queries import fold_case, parse_case
from audit.canonical import format_json
from audit.checkpoint import parse_checkpoint
from audit.entry import parse_entry
from audit.note import parse_note
from audit.statement import Statement, parse_statement
from audit.store.model import StoredEntry
from audit.suite import SUITE, key_id
from domain.clock import Clock
from domain.due import ONE_DAY, due_of
from domain.effective import from_unix_ms
from domain.reference import Reference
from domain.schema import CIVIL

CASE_FORMAT, SILENCE_FORMAT = "sundial/proof-case1", "sundial/proof-silence1"
SWEEPING = frozenset(
    ("case.diverted_judicial.v1", "case.diverted_discipline.v1", "case.withdrawn.v1", "case.merged.v1")
)
_RULES = "SELECT notification_id FROM entries WHERE originator_id = 'rules' AND topic = ? ORDER BY notification_id DESC"


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof as the members of its file, the census that it rests on, and how many acts of the case it shows."""

    document: Mapping[str, Any]
    census: KeptCensus
    acts: int

    @property
    def data(self) -> bytes:
        """The bytes of the file."""
        return format_json(self.document) + b"\n"


def prove_case(application: Application, case: str, since: int = 0, note: str | None = None) -> Proof:
    """Prove that these are all acts of a case at the newest census; a reader has a checkpoint of size `since`.

    note is the checkpoint to prove it under, by default the newest that is kept.

    Raises NotThere if no census covers the case yet, UsageRefused if the log was never of that size.
    """
    stream = f"case/{parse_case(case)}"
    note, size = _checkpoint(application, note)
    kept = newest_census(application, size)
    if kept is None or kept.key_id != key_id(application.ledger.authority().log_key(size)):
        raise NotThere("census_missing")
    if not 0 <= since <= size:
        raise UsageRefused("since_beyond", size=size)
    mapped = application.views.prove_mapped(kept.census.entries, kept.census.streams, stream)
    if mapped is None:
        raise NotThere("census_missing")
    entries = [one for one in application.ledger.stream_entries(stream) if one.index < kept.census.entries]
    document = {
        "census": included(application, kept.stored, size),
        "checkpoint": note,
        "entries": [b64encode(one.entry).decode() for one in entries],
        "format": CASE_FORMAT,
        "map": {"index": mapped.index, "proof": _hashes(mapped.proof)},
        "since": {"proof": _hashes(application.ledger.consistency_proof(since, size)), "size": since},
        "stream": stream,
        "suite": SUITE,
    }
    return Proof(document, kept, len(entries))


def prove_silence(application: Application, case: str, clock: str, since: int = 0) -> Proof:
    """Prove that nothing that was recorded by the newest census met a clock of the case before it had run out.

    Raises NotThere without such a clock or such a census, CheckFailed naming the act that met the clock.
    """
    proof = prove_case(application, case, since)
    reference: Reference = application.ledger.reference()
    entries = proof.census.census.entries
    state, _ = fold_case(application, parse_case(case), entries, reference)
    found = _clock(state.clocks, clock)
    due = due_of(found, reference.calendars, reference.rules, entries - 1)
    if found.suspended_on is not None or due.on == date.max:
        raise NotThere("clock_undated")
    before = datetime.combine(due.on + ONE_DAY, time(), CIVIL)
    if proof.census.recorded_at < before:
        raise CheckFailed("clock_still_running", due=due.on.isoformat(), census=proof.census.recorded_at.date())
    rules, row = _rules_entry(application, found)
    _check_silent(application.ledger.stream_entries(proof.document["stream"]), found, row, before, entries)
    _, size = _checkpoint(application)
    silence = {
        "before": before.isoformat(),
        "clock": clock,
        "rule": found.rule,
        "rules": included(application, rules, size),
        "started_seq": found.started_seq,
        "unit": found.unit,
    }
    return Proof({**proof.document, "format": SILENCE_FORMAT, "silence": silence}, proof.census, proof.acts)


def names(listed: Sequence[str], statement: Statement) -> bool:
    """Say whether a list of acts names this one, by its action or by action, # and a text of a public field."""
    action = statement.action
    texts = (value for value in statement.public.values() if isinstance(value, str))
    return action in listed or any(f"{action}#{text}" in listed for text in texts)


def _check_silent(
    entries: Sequence[StoredEntry], clock: Clock, row: Mapping[str, Any], before: datetime, size: int
) -> None:
    for stored in entries:
        entry = parse_entry(stored.entry)
        statement = parse_statement(entry.payload)
        moment = min(from_unix_ms(entry.recorded_at), datetime.fromisoformat(statement.claimed_at))
        its_own = statement.office == clock.unit or not clock.unit or statement.action in SWEEPING
        later = stored.seq > clock.started_seq and stored.index < size
        if later and its_own and moment < before and names(row["meets"], statement):
            raise CheckFailed("silence_broken", seq=stored.seq, action=statement.action)


def _clock(clocks: Sequence[Clock], name: str) -> Clock:
    """Return the clock of this name that began last; one that another segment replaced does not count."""
    found = [clock for clock in clocks if clock.clock == name and clock.withdrawn_index is None]
    if not found:
        raise NotThere("clock_absent")
    return max(found, key=lambda clock: (not clock.shadow, clock.started_seq, clock.segment))


def _rules_entry(application: Application, clock: Clock) -> tuple[StoredEntry, Mapping[str, Any]]:
    """Return the entry that published the row a clock runs by, and that row as it was published."""
    for (number,) in application.ledger.log.select(_RULES, ("rules.published.v1",)):
        if number <= clock.started_index:
            (stored,) = application.ledger.log.entries(number - 1, number, 1)
            rows = parse_statement(parse_entry(stored.entry).payload).public["rows"]
            for row in rows:
                if row.get("table") == "clock" and row.get("id") == clock.rule:
                    return stored, row
    raise NotThere("rules_unpublished")


def _checkpoint(application: Application, note: str | None = None) -> tuple[str, int]:
    """Return a checkpoint, by default the newest that is kept, and its size."""
    note = note or application.ledger.latest_checkpoint()
    if note is None:
        raise NotThere("census_missing")
    return note, parse_checkpoint(parse_note(note).text).size


def included(application: Application, stored: StoredEntry, size: int) -> dict[str, Any]:
    """Return an entry with the proof that it is among the first `size`, as members of a proof file."""
    proof = application.ledger.inclusion_proof(stored.index, size)
    return {"entry": b64encode(stored.entry).decode(), "index": stored.index, "proof": _hashes(proof)}


def _hashes(hashes: Sequence[bytes]) -> list[str]:
    return [one.hex() for one in hashes]
