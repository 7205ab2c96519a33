"""Who may do the acts of the whole procedure: the rows of the table act × role × relation."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, NamedTuple

from domain.relations import (
    ADDRESSEE,
    AUTHOR,
    AUTHOR_SUPERIOR,
    CASE_KEY,
    EVER_HOLDER,
    HOLDER,
    RECEIVER,
    SENDER,
    SUCCESSOR,
    SUPERIOR,
)

DESK: Final = frozenset({"intake", "handler", "head", "importer"})
HANDLING: Final = frozenset({"handler", "head", "leader", "importer"})
DECIDING: Final = frozenset({"head", "leader", "importer"})
HEAD: Final = frozenset({"head", "importer"})
PEOPLE: Final = frozenset({"intake", "handler", "head"})
PETITIONER: Final = frozenset({"petitioner"})


class Permission(NamedTuple):
    """One row: the roles that may do an act, and the relation to the case that they need.

    `others` are further relations of which one will do as well.
    """

    roles: frozenset[str]
    relation: str
    others: tuple[str, ...] = ()

    @property
    def relations(self) -> tuple[str, ...]:
        """Every relation of which one is enough, the usual one first."""
        return (self.relation, *self.others)


_BY_HOLDER: Final = Permission(DESK, HOLDER)
_ASKED_FOR: Final = Permission(DESK | PETITIONER, CASE_KEY, (EVER_HOLDER, ADDRESSEE))

PROCEDURE_PERMISSIONS: Final = MappingProxyType(
    {
        "case.assigned.v1": _BY_HOLDER,
        "case.report_submitted.v1": Permission(DESK, EVER_HOLDER),
        "case.report_extended.v1": Permission(HEAD | {"leader"}, SENDER, (EVER_HOLDER,)),
        "case.objected.v1": Permission(HANDLING, HOLDER),
        "case.return_approved.v1": Permission(DESK, SENDER),
        "case.objection_rejected.v1": Permission(DESK, SENDER),
        "case.dispute_recorded.v1": Permission(DESK, HOLDER, (SENDER,)),
        "case.designated.v1": Permission(DECIDING, SUPERIOR, (EVER_HOLDER,)),
        "case.reported_urgent.v1": Permission(HANDLING | DESK, HOLDER),
        "case.diverted_judicial.v1": _BY_HOLDER,
        "case.diverted_discipline.v1": _BY_HOLDER,
        "case.not_accepted.v1": _BY_HOLDER,
        "case.no_longer_accepted.v1": _BY_HOLDER,
        "case.directed.v1": _BY_HOLDER,
        "case.transferred_out.v1": _BY_HOLDER,
        "case.out_received.v1": Permission(PEOPLE, HOLDER),
        "case.received_from.v1": Permission(DESK, RECEIVER),
        "case.taken_over.v1": Permission(DESK, SUCCESSOR),
        "case.classified.v1": _BY_HOLDER,
        "case.reclassified.v1": Permission(HANDLING, HOLDER),
        "case.routed_statutory.v1": Permission(HANDLING, HOLDER),
        "case.simplified.v1": _BY_HOLDER,
        "case.simplified_ended.v1": _BY_HOLDER,
        "case.investigated.v1": Permission(HANDLING, HOLDER),
        "case.hearing_opened.v1": Permission(HANDLING, HOLDER),
        "case.hearing_closed.v1": Permission(HANDLING, HOLDER, (EVER_HOLDER,)),
        "case.mediation_referred.v1": Permission(HANDLING, HOLDER),
        "case.mediation_accepted.v1": Permission(HANDLING, HOLDER),
        "case.mediation_result.v1": Permission(HANDLING, HOLDER),
        "case.mediation_returned.v1": Permission(HANDLING, HOLDER),
        "case.mediation_performed.v1": Permission(HANDLING, HOLDER, (EVER_HOLDER,)),
        "case.settled.v1": Permission(HANDLING, HOLDER),
        # Article 34: approved by the head of the unit, nobody else.
        "case.extended.v1": Permission(HEAD, HOLDER),
        "case.execution_begun.v1": Permission(HANDLING, HOLDER),
        "case.execution_done.v1": Permission(HANDLING, HOLDER),
        "case.resolved.v1": Permission(HANDLING, HOLDER),
        "case.responsibility_set.v1": Permission(HEAD | {"leader"}, HOLDER),
        "case.recused.v1": Permission(PEOPLE | {"leader"}, HOLDER),
        "case.attached.v1": Permission(PEOPLE | PETITIONER, CASE_KEY, (EVER_HOLDER,)),
        "case.panel_reviewed.v1": Permission(DESK, EVER_HOLDER),
        "case.review_requested.v1": _ASKED_FOR,
        "case.review_decided.v1": Permission(DECIDING, HOLDER),
        "case.review_served.v1": Permission(DESK, EVER_HOLDER),
        "case.recheck_requested.v1": _ASKED_FOR,
        "case.recheck_decided.v1": Permission(DECIDING, HOLDER),
        "case.recheck_served.v1": Permission(DESK, EVER_HOLDER),
        "case.concluded.v1": Permission(HANDLING | DESK, HOLDER),
        "case.reopened.v1": Permission(HANDLING | DESK, HOLDER, (EVER_HOLDER, SUPERIOR)),
        "case.withdrawn.v1": _ASKED_FOR,
        "case.representative_named.v1": Permission(PEOPLE, EVER_HOLDER),
        "case.merged.v1": _BY_HOLDER,
        "case.linked.v1": Permission(DESK, EVER_HOLDER),
        "case.corrected.v1": Permission(PEOPLE, AUTHOR, (AUTHOR_SUPERIOR,)),
        "case.annotated.v1": Permission(DESK, EVER_HOLDER),
        "case.deadline_claimed.v1": Permission(DESK, EVER_HOLDER),
    }
)
