"""The public fields that acts of the tracks can do without."""

from __future__ import annotations

from collections.abc import Mapping

TRACK_OPTIONAL: Mapping[str, frozenset[str]] = {
    "case.supervision_opened.v1": frozenset({"due_on"}),
    "case.supervision_taken_up.v1": frozenset({"due_on"}),
    "case.supervision_returned.v1": frozenset({"due_on"}),
    "case.rectification_ordered.v1": frozenset({"about"}),
    "case.escalated.v1": frozenset({"decision", "due_on"}),
    "case.recommendation_issued.v1": frozenset({"concerning", "due_on"}),
    "case.suggestion_decided.v1": frozenset({"due_on"}),
    "case.package_met.v1": frozenset({"posts"}),
    "case.package_plan_set.v1": frozenset({"plan_due_on"}),
    "conference.presided.v1": frozenset({"delegated_by"}),
    "mandate.population_fixed.v1": frozenset({"members"}),
    "conference.decided.v1": frozenset({"case"}),
    "conference.task_set.v1": frozenset({"case"}),
    "bulletin.reception_scheduled.v1": frozenset({"units"}),
    "bulletin.issued.v1": frozenset({"concerning"}),
    "bulletin.served.v1": frozenset({"copies"}),
    "bulletin.reception_held.v1": frozenset({"units"}),
}
