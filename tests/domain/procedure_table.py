"""The transition table of the whole procedure once more, as a lawyer would draw it: act, states before, state after.

"=" after an act's states means that the state stays.
"""

from __future__ import annotations

from collections.abc import Mapping

FIRST = "REGISTERED TRANSFERRED ASSIGNED NOTIFIED RETURNED"
OPEN = f"{FIRST} OBJECTION_REJECTED DESIGNATED CLASSIFIED REPORTED_URGENT REOPENED"
HANDLED = "ACCEPTED OPINION_ISSUED"
AFTER = "SERVED EXECUTING EXECUTED"
REVIEW = "REVIEW_REQUESTED REVIEW_DECIDED REVIEW_SERVED RECHECK_REQUESTED RECHECK_DECIDED"
ALIVE = f"{OPEN} OBJECTED DISPUTED {HANDLED} {AFTER} {REVIEW} REDO REPLIED DIRECTED ROUTED_STATUTORY TRANSFERRED_OUT"
OVER = "CONCLUDED WITHDRAWN MERGED OUT_RECEIVED NOT_ACCEPTED NO_LONGER_ACCEPTED DIVERTED_JUDICIAL DIVERTED_DISCIPLINE"
BEGUN = f"SUBMITTED {ALIVE} {OVER}"
UNDECIDED = f"{OPEN} ACCEPTED REDO"

LAWFUL: Mapping[str, tuple[tuple[str, str], ...]] = {
    "case.assigned.v1": ((OPEN, "ASSIGNED"),),
    "case.report_submitted.v1": ((f"{ALIVE} CONCLUDED", "="),),
    "case.report_extended.v1": ((ALIVE, "="),),
    "case.objected.v1": (("TRANSFERRED ASSIGNED NOTIFIED", "OBJECTED"),),
    "case.return_approved.v1": (("OBJECTED", "RETURNED"),),
    "case.objection_rejected.v1": (("OBJECTED", "OBJECTION_REJECTED"),),
    "case.dispute_recorded.v1": (("OBJECTED OBJECTION_REJECTED RETURNED", "DISPUTED"),),
    "case.designated.v1": (("DISPUTED", "DESIGNATED"),),
    "case.reported_urgent.v1": (
        ("REGISTERED", "REPORTED_URGENT"),
        (f"{OPEN.removeprefix('REGISTERED ')} {HANDLED}", "="),
    ),
    "case.diverted_judicial.v1": ((OPEN, "DIVERTED_JUDICIAL"),),
    "case.diverted_discipline.v1": ((ALIVE, "DIVERTED_DISCIPLINE"),),
    "case.not_accepted.v1": ((OPEN, "NOT_ACCEPTED"),),
    "case.no_longer_accepted.v1": ((OPEN, "NO_LONGER_ACCEPTED"),),
    "case.directed.v1": ((OPEN, "DIRECTED"),),
    "case.transferred_out.v1": ((OPEN, "TRANSFERRED_OUT"),),
    "case.out_received.v1": (("TRANSFERRED_OUT", "OUT_RECEIVED"),),
    "case.received_from.v1": (("NEW", "REGISTERED"),),
    "case.taken_over.v1": ((BEGUN, "="),),
    "case.classified.v1": ((OPEN, "CLASSIFIED"),),
    "case.reclassified.v1": (("CLASSIFIED ROUTED_STATUTORY ACCEPTED", "CLASSIFIED"),),
    "case.routed_statutory.v1": ((OPEN, "ROUTED_STATUTORY"),),
    "case.simplified.v1": ((OPEN, "="),),
    "case.simplified_ended.v1": ((f"{OPEN} {HANDLED}", "="),),
    "case.investigated.v1": ((f"{OPEN} {HANDLED} REDO REVIEW_REQUESTED RECHECK_REQUESTED ROUTED_STATUTORY", "="),),
    "case.hearing_opened.v1": (("ACCEPTED RECHECK_REQUESTED", "="),),
    "case.hearing_closed.v1": ((f"{HANDLED} SERVED RECHECK_REQUESTED RECHECK_DECIDED REDO", "="),),
    "case.mediation_referred.v1": ((UNDECIDED, "="),),
    "case.mediation_accepted.v1": ((UNDECIDED, "="),),
    "case.mediation_result.v1": ((UNDECIDED, "="),),
    "case.mediation_returned.v1": ((UNDECIDED, "="),),
    "case.mediation_performed.v1": ((f"{UNDECIDED} {AFTER} REPLIED CONCLUDED", "="),),
    "case.settled.v1": ((UNDECIDED, "="),),
    "case.extended.v1": ((HANDLED, "="),),
    "case.execution_begun.v1": (("SERVED REVIEW_SERVED", "EXECUTING"), ("CONCLUDED", "=")),
    "case.execution_done.v1": (("SERVED REVIEW_SERVED EXECUTING", "EXECUTED"), ("CONCLUDED", "=")),
    "case.resolved.v1": ((f"{ALIVE} CONCLUDED", "="),),
    "case.responsibility_set.v1": ((ALIVE, "="),),
    "case.recused.v1": ((ALIVE, "="),),
    "case.attached.v1": ((BEGUN, "="),),
    "case.panel_reviewed.v1": ((f"REPLIED {AFTER} {REVIEW} CONCLUDED", "="),),
    "case.review_requested.v1": ((AFTER, "REVIEW_REQUESTED"),),
    "case.review_decided.v1": (("REVIEW_REQUESTED", "REVIEW_DECIDED"),),
    "case.review_served.v1": (("REVIEW_DECIDED", "REVIEW_SERVED"), (f"REDO {HANDLED} SERVED", "=")),
    "case.recheck_requested.v1": (("REVIEW_SERVED EXECUTING EXECUTED", "RECHECK_REQUESTED"),),
    "case.recheck_decided.v1": (("RECHECK_REQUESTED", "RECHECK_DECIDED"),),
    "case.recheck_served.v1": (("RECHECK_DECIDED", "CONCLUDED"), (f"REDO {HANDLED} SERVED", "=")),
    "case.concluded.v1": ((f"{OPEN} ACCEPTED REPLIED DIRECTED ROUTED_STATUTORY EXECUTED", "CONCLUDED"),),
    "case.reopened.v1": (
        (f"{AFTER} REVIEW_SERVED REPLIED DIRECTED ROUTED_STATUTORY CONCLUDED WITHDRAWN NOT_ACCEPTED", "REOPENED"),
    ),
    "case.withdrawn.v1": ((f"SUBMITTED {ALIVE}", "WITHDRAWN"),),
    "case.representative_named.v1": ((f"SUBMITTED {ALIVE}", "="),),
    "case.merged.v1": ((OPEN, "MERGED"),),
    "case.linked.v1": ((BEGUN, "="),),
    "case.corrected.v1": ((BEGUN, "="),),
    "case.annotated.v1": ((BEGUN, "="),),
    "case.deadline_claimed.v1": ((BEGUN, "="),),
}
ONLY_UNITS = {
    f"case.{act}.v1"
    for act in (
        *("objected", "reclassified", "routed_statutory", "simplified", "simplified_ended", "extended"),
        *("hearing_opened", "hearing_closed", "execution_begun", "execution_done"),
        *("review_decided", "recheck_decided"),
    )
}


def lawful_after(action: str, state: str) -> str | None:
    """The state that an act leads to, None where it is not lawful."""
    for before, after in LAWFUL[action]:
        if state in before.split():
            return state if after == "=" else after
    return None
