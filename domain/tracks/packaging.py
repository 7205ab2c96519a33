"""Which cases must have a leader package, and for how many days they have had none.

The conditions are rows of the ledger's rules (`RuleSet.packaging`), published and changed like any other; a ledger
that has none yet goes by the packaged ones (`conditions_at`). What a case shows is a mapping from a fact's word to
the moment since when it holds: `facts_of` reads those that the case itself knows, a caller adds what only views know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from domain.clock import civil_day
from domain.clocks import Rules, national_rules
from domain.packaging_rows import PackagingRow

if TYPE_CHECKING:
    from domain.case_state import Case


class Unpackaged(NamedTuple):
    """A condition that a case meets without having a package: since which day, and for how many days."""

    condition: str
    since: date
    days: int


def must_be_packaged(
    facts: Mapping[str, datetime], packaged: bool, conditions: Sequence[PackagingRow], as_of: datetime
) -> tuple[Unpackaged, ...]:
    """Return the conditions that ask for a package which the case has not, the oldest first.

    `facts` gives for each fact's word since when it holds; a fact that begins after `as_of` does not count yet.
    """
    if packaged:
        return ()
    today = civil_day(as_of)
    found = []
    for condition in conditions:
        began = facts.get(condition.fact)
        if began is None or began > as_of:
            continue
        since = max(civil_day(began) + timedelta(days=condition.after_days), condition.in_force_from)
        if since <= today and condition.in_force(today):
            found.append(Unpackaged(condition.id, since, (today - since).days))
    return tuple(sorted(found, key=lambda one: (one.since, one.condition)))


def conditions_at(rules: Rules, index: int) -> tuple[PackagingRow, ...]:
    """Return the conditions known at a log index: the ledger's own, or the packaged ones where it has none."""
    return rules.at(index).packaging or national_rules().latest.packaging


def facts_of(case: Case) -> Mapping[str, datetime]:
    """Return the facts that the case itself knows, each with the moment since when it holds."""
    facts = dict(case.tracks.marks)
    if case.began_at is not None:
        facts["open"] = case.began_at
    return facts


def is_packaged(case: Case) -> bool:
    """Say whether a leader answers for the case now, or did until it was resolved."""
    return case.tracks.package is not None
