"""One lawful set of public fields for every act of the whole procedure, as `acts.py` has them for the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CASE = "case/" + "1" * 32
OTHER = "2" * 32
IMPORTED = {"mapping": "message-board", "precision": "day"}
KEY = "5a" * 32
DUE = "2026-05-01"
_ORIGIN = "sundial.example/province"

_FIELDS: Mapping[str, Mapping[str, Any]] = {
    "case.assigned.v1": {
        "to_office": "housing",
        "basis": "22_1",
        "report_due_on": DUE,
        "capacity": "competent_unit",
    },
    "case.report_submitted.v1": {},
    "case.report_extended.v1": {"days": 10},
    "case.objected.v1": {"objection": "not_competent"},
    "case.return_approved.v1": {},
    "case.objection_rejected.v1": {},
    "case.dispute_recorded.v1": {"with_office": "roads"},
    "case.designated.v1": {"to_office": "housing", "designator": "conference", "capacity": "competent_unit"},
    "case.reported_urgent.v1": {},
    "case.diverted_judicial.v1": {"body": "court"},
    "case.diverted_discipline.v1": {},
    "case.not_accepted.v1": {"cause": "19_3", "other_case": OTHER},
    "case.no_longer_accepted.v1": {"other_case": OTHER},
    "case.directed.v1": {"means": "in_person", "on_the_spot": True},
    "case.transferred_out.v1": {"system": "ledger", "origin": _ORIGIN},
    "case.out_received.v1": {"leaf": KEY},
    "case.received_from.v1": {
        "system": "region",
        "origin": _ORIGIN,
        "channel": "letter",
        "capacity": "competent_unit",
        "leaf": KEY,
        "area": "housing.repair",
        "place": "430100",
        "addressable": True,
    },
    "case.taken_over.v1": {"from_office": "housing"},
    "case.classified.v1": {"category": "31_6"},
    "case.reclassified.v1": {"category": "31_5"},
    "case.routed_statutory.v1": {"category": "31_4"},
    "case.simplified.v1": {"ground": "clear"},
    "case.simplified_ended.v1": {"exclusion": "may_not_support"},
    "case.investigated.v1": {"method": "heard"},
    "case.hearing_opened.v1": {"stage": "handling"},
    "case.hearing_closed.v1": {"stage": "handling"},
    "case.mediation_referred.v1": {"mediator": "people"},
    "case.mediation_accepted.v1": {},
    "case.mediation_result.v1": {"result": "agreed"},
    "case.mediation_returned.v1": {},
    "case.mediation_performed.v1": {},
    "case.settled.v1": {},
    "case.extended.v1": {"days": 30, "because": "complicated"},
    "case.execution_begun.v1": {},
    "case.execution_done.v1": {},
    "case.resolved.v1": {"resolution": "executed"},
    "case.responsibility_set.v1": {"post": "desk", "measure": "investigate", "measure_on": DUE},
    "case.recused.v1": {"officer": "officer-li"},
    "case.attached.v1": {"to_seq": 1},
    "case.panel_reviewed.v1": {"panel": "lawyers", "finding": "proper"},
    "case.review_requested.v1": {"to_office": "housing", "way": "key"},
    "case.review_decided.v1": {"decision": "change", "changed_to": "support"},
    "case.review_served.v1": {"means": "post"},
    "case.recheck_requested.v1": {"to_office": "housing", "way": "paper"},
    "case.recheck_decided.v1": {"decision": "change", "changed_to": "explain"},
    "case.recheck_served.v1": {"means": "post"},
    "case.concluded.v1": {"conclusion": "answered"},
    "case.reopened.v1": {"reopening": "dissatisfied"},
    "case.withdrawn.v1": {"way": "key"},
    "case.representative_named.v1": {"code_key": KEY},
    "case.merged.v1": {"into": OTHER},
    "case.linked.v1": {"other_case": OTHER, "link": "same_matter"},
    "case.corrected.v1": {"seq": 1, "act": "case.registered.v1", "field": "area", "to": "housing.title"},
    "case.annotated.v1": {"activity": "phone-call"},
    "case.deadline_claimed.v1": {"covers": "handling", "due_on": DUE},
}
UNMARKED = frozenset(
    {
        "case.out_received.v1",
        "case.recused.v1",
        "case.attached.v1",
        "case.representative_named.v1",
        "case.corrected.v1",
    }
)
"""The acts that no file brings."""

PROCEDURE_PUBLIC: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "people.office_closed.v1": ("people/housing", {"successor": "roads", "ending": "office_merged"}),
    **{
        action: (CASE, fields if action in UNMARKED else {**fields, "imported": IMPORTED})
        for action, fields in _FIELDS.items()
    },
}

_ALSO: Mapping[str, frozenset[str]] = {
    "case.assigned.v1": frozenset({"capacity"}),
    "case.designated.v1": frozenset({"capacity"}),
    "case.not_accepted.v1": frozenset({"other_case"}),
    "case.no_longer_accepted.v1": frozenset({"other_case"}),
    "case.directed.v1": frozenset({"on_the_spot"}),
    "case.received_from.v1": frozenset({"leaf", "area", "place", "addressable"}),
    "case.responsibility_set.v1": frozenset({"measure_on"}),
    "case.attached.v1": frozenset({"to_seq"}),
    "case.review_decided.v1": frozenset({"changed_to"}),
    "case.recheck_decided.v1": frozenset({"changed_to"}),
}
PROCEDURE_OPTIONAL: Mapping[str, frozenset[str]] = {
    action: _ALSO.get(action, frozenset()) | (frozenset() if action in UNMARKED else {"imported"}) for action in _FIELDS
}
