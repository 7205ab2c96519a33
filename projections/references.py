"""What every fold may depend on: the rules and calendars of the ledger, each with the index that made it known."""

from __future__ import annotations

from collections.abc import Iterable

from domain.events import read_event
from domain.reference import Reference, fold_reference
from domain.reference_events import CalendarPublished, CompetencePublished, RulesPublished
from domain.schema import Event
from projections.entries import Entry

# No fold asks who held which post: acts on people are left out, so that a large directory costs nothing here.
_CHANGING = frozenset({CalendarPublished.action, CompetencePublished.action, RulesPublished.action})


def take_in(reference: Reference, entries: Iterable[Entry]) -> Reference:
    """Return the reference once these entries, in log order, are known too."""
    for entry in entries:
        if entry.action in _CHANGING:
            reference = fold_reference(reference, read_entry(entry, reference))
    return reference


def read_entry(entry: Entry, reference: Reference) -> Event:
    """Return the domain event that an entry records.

    Raises EventRefused, from the domain, if the entry is not one of its acts: nothing of the kind can be recorded.
    """
    statement = entry.statement
    return read_event(
        entry.action,
        entry.stream,
        entry.seq,
        entry.index,
        statement["actor"],
        statement["post"],
        statement["office"],
        statement["role"],
        bytes.fromhex(statement["key_id"]),
        statement["claimed_at"],
        entry.recorded_at,
        statement["public"],
        rules=reference.rules,
        calendars=reference.calendars,
    )
