"""The rows of the transition table for the whole procedure: routing, handling, review, and the ends of a case."""

from __future__ import annotations

from typing import Final

from domain.moves import (
    ACCEPTED,
    AFTER,
    ALIVE,
    ASSIGNED,
    BEGUN,
    CLASSIFIED,
    CONCLUDED,
    DESIGNATED,
    DIRECTED,
    DISPUTED,
    DIVERTED_DISCIPLINE,
    DIVERTED_JUDICIAL,
    EXECUTED,
    EXECUTING,
    HANDLED,
    MERGED,
    NEW,
    NO_LONGER_ACCEPTED,
    NOT_ACCEPTED,
    NOTIFIED,
    OBJECTED,
    OBJECTION_REJECTED,
    OPEN,
    OUT_RECEIVED,
    RECHECK_DECIDED,
    RECHECK_REQUESTED,
    REDO,
    REGISTERED,
    REOPENED,
    REPLIED,
    REPORTED_URGENT,
    RETURNED,
    REVIEW_DECIDED,
    REVIEW_REQUESTED,
    REVIEW_SERVED,
    REVIEWED,
    ROUTED_STATUTORY,
    SERVED,
    TRANSFERRED,
    TRANSFERRED_OUT,
    WITHDRAWN,
    Transition,
    stay,
    to,
)

UNIT: Final = "competent_unit"
_REMANDED: Final = {"revoke": REDO, "redo": REDO}
_UNDECIDED: Final = (*OPEN, ACCEPTED, REDO)
_HEARD: Final = (*OPEN, *HANDLED, REDO, REVIEW_REQUESTED, RECHECK_REQUESTED, ROUTED_STATUTORY)

ROUTING: Final = (
    Transition("case.assigned.v1", to(ASSIGNED, *OPEN), "22(3)", "C"),
    Transition("case.report_submitted.v1", stay(*ALIVE, CONCLUDED), "22(3)", "C"),
    Transition("case.report_extended.v1", stay(*ALIVE), "22(3)", "L"),
    Transition("case.objected.v1", to(OBJECTED, TRANSFERRED, ASSIGNED, NOTIFIED), "23(3)", "C", UNIT),
    Transition("case.return_approved.v1", to(RETURNED, OBJECTED), "23(3)", "C"),
    Transition("case.objection_rejected.v1", to(OBJECTION_REJECTED, OBJECTED), "23(3)", "C"),
    Transition("case.dispute_recorded.v1", to(DISPUTED, OBJECTED, OBJECTION_REJECTED, RETURNED), "24", "C"),
    Transition("case.designated.v1", to(DESIGNATED, DISPUTED), "24", "C"),
    Transition(
        "case.reported_urgent.v1",
        to(REPORTED_URGENT, REGISTERED) | stay(*(s for s in OPEN if s != REGISTERED), *HANDLED),
        "22(1), 25",
        "C",
    ),
    Transition("case.diverted_judicial.v1", to(DIVERTED_JUDICIAL, *OPEN), "22, 28", "C"),
    # An accusation may come to light late; whatever the state, it is handed over and nothing else is said (30).
    Transition("case.diverted_discipline.v1", to(DIVERTED_DISCIPLINE, *ALIVE), "22, 30", "C"),
    Transition("case.not_accepted.v1", to(NOT_ACCEPTED, *OPEN), "19(3)", "C"),
    Transition("case.no_longer_accepted.v1", to(NO_LONGER_ACCEPTED, *OPEN), "36(3)", "C"),
    Transition("case.directed.v1", to(DIRECTED, *OPEN), "23(1)", "C"),
    Transition("case.transferred_out.v1", to(TRANSFERRED_OUT, *OPEN), "22(2)", "D"),
    Transition("case.out_received.v1", to(OUT_RECEIVED, TRANSFERRED_OUT), "22(2)", "D"),
    Transition("case.received_from.v1", to(REGISTERED, NEW), "22(1), 23(3)", "D"),
    Transition("case.taken_over.v1", stay(*BEGUN), "24(2)", "C"),
)

HANDLING: Final = (
    Transition("case.classified.v1", to(CLASSIFIED, *OPEN), "29, 30, 31", "C"),
    Transition("case.reclassified.v1", to(CLASSIFIED, CLASSIFIED, ROUTED_STATUTORY, ACCEPTED), "29, 30, 31", "D", UNIT),
    Transition("case.routed_statutory.v1", to(ROUTED_STATUTORY, *OPEN), "31(1)-(5)", "C", UNIT),
    Transition("case.simplified.v1", stay(*OPEN), "2016 trial rule 4", "S", UNIT),
    Transition("case.simplified_ended.v1", stay(*OPEN, *HANDLED), "2016 trial rule 5", "S", UNIT),
    Transition("case.investigated.v1", stay(*_HEARD), "31(6)", "C"),
    Transition("case.hearing_opened.v1", stay(ACCEPTED, RECHECK_REQUESTED), "31(6), 36(2)", "C", UNIT),
    Transition(
        "case.hearing_closed.v1", stay(*HANDLED, SERVED, RECHECK_REQUESTED, RECHECK_DECIDED, REDO), "31(6)", "C", UNIT
    ),
    Transition("case.mediation_referred.v1", stay(*_UNDECIDED), "33, 37", "C"),
    Transition("case.mediation_accepted.v1", stay(*_UNDECIDED), "33, 37", "D"),
    Transition("case.mediation_result.v1", stay(*_UNDECIDED), "33", "C"),
    Transition("case.mediation_returned.v1", stay(*_UNDECIDED), "33, 37", "D"),
    Transition("case.mediation_performed.v1", stay(*_UNDECIDED, *AFTER, REPLIED, CONCLUDED), "33", "D"),
    Transition("case.settled.v1", stay(*_UNDECIDED), "33", "C"),
    Transition("case.extended.v1", stay(*HANDLED), "34", "C", UNIT),
    Transition("case.execution_begun.v1", to(EXECUTING, SERVED, REVIEW_SERVED) | stay(CONCLUDED), "32", "C", UNIT),
    Transition(
        "case.execution_done.v1", to(EXECUTED, SERVED, REVIEW_SERVED, EXECUTING) | stay(CONCLUDED), "32", "C", UNIT
    ),
    Transition("case.resolved.v1", stay(*ALIVE, CONCLUDED), "32, 33, 31(5), 29", "D"),
    Transition("case.responsibility_set.v1", stay(*ALIVE), "5(3)", "D"),
    Transition("case.recused.v1", stay(*ALIVE), "28", "C"),
    Transition("case.attached.v1", stay(*BEGUN), "21(2)", "D"),
    Transition("case.panel_reviewed.v1", stay(REPLIED, *AFTER, *REVIEWED, CONCLUDED), "15(2), 37", "L"),
)

REVIEW: Final = (
    Transition("case.review_requested.v1", to(REVIEW_REQUESTED, *AFTER), "35", "C"),
    Transition("case.review_decided.v1", to(REVIEW_DECIDED, REVIEW_REQUESTED), "35", "C", UNIT, _REMANDED),
    # A remanded matter is handled anew at once; the written reply to the petitioner is owed all the same.
    Transition("case.review_served.v1", to(REVIEW_SERVED, REVIEW_DECIDED) | stay(REDO, *HANDLED, SERVED), "35", "C"),
    Transition("case.recheck_requested.v1", to(RECHECK_REQUESTED, REVIEW_SERVED, EXECUTING, EXECUTED), "36", "C"),
    Transition("case.recheck_decided.v1", to(RECHECK_DECIDED, RECHECK_REQUESTED), "36", "C", UNIT, _REMANDED),
    Transition("case.recheck_served.v1", to(CONCLUDED, RECHECK_DECIDED) | stay(REDO, *HANDLED, SERVED), "36", "C"),
    Transition(
        "case.concluded.v1", to(CONCLUDED, *OPEN, ACCEPTED, REPLIED, DIRECTED, ROUTED_STATUTORY, EXECUTED), "34", "D"
    ),
    Transition(
        "case.reopened.v1",
        to(REOPENED, *AFTER, REVIEW_SERVED, REPLIED, DIRECTED, ROUTED_STATUTORY, CONCLUDED, WITHDRAWN, NOT_ACCEPTED),
        "45",
        "D",
    ),
    Transition("case.withdrawn.v1", to(WITHDRAWN, "SUBMITTED", *ALIVE), "17", "D"),
    Transition("case.representative_named.v1", stay("SUBMITTED", *ALIVE), "20(3)", "C"),
    Transition("case.merged.v1", to(MERGED, *OPEN), "19(3)", "D"),
    Transition("case.linked.v1", stay(*BEGUN), "19(3)", "D"),
    Transition("case.corrected.v1", stay(*BEGUN), "46(4)", "D"),
    Transition("case.annotated.v1", stay(*BEGUN), "21(2)", "D"),
    Transition("case.deadline_claimed.v1", stay(*BEGUN), "21(2)", "D"),
)

PROCEDURE: Final = (*ROUTING, *HANDLING, *REVIEW)
