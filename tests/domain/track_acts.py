"""One lawful set of public fields for every act of the tracks: the recorded form, which must stay readable for ever.

Rows are only ever added; changing one would mean that entries already signed are no longer read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TRACK_PUBLIC: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "case.supervision_requested.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {"unit": "housing", "trigger": "not_registered"},
    ),
    "case.supervision_opened.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {"unit": "housing", "trigger": "rule_breach_accept", "due_on": "2026-03-02"},
    ),
    "case.supervision_taken_up.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1, "due_on": "2026-03-02"}),
    "case.supervision_declined.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1, "ground": "not_this_unit"}),
    "case.supervision_answered.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1}),
    "case.supervision_returned.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1, "due_on": "2026-03-02"}),
    "case.supervision_closed.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1, "finding": "corrected"}),
    "case.rectification_ordered.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {"unit": "housing", "due_on": "2026-03-02", "about": 1},
    ),
    "case.rectification_reported.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1}),
    "case.rectification_returned.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1, "due_on": "2026-03-02"}),
    "case.rectification_accepted.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1}),
    "case.correction_ordered.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {"unit": "housing", "fault": "43_route", "due_on": "2026-03-02"},
    ),
    "case.correction_reported.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1}),
    "case.correction_returned.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1, "due_on": "2026-03-02"}),
    "case.correction_accepted.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1}),
    "case.escalated.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {"unit": "housing", "step": "talk", "decision": 1, "due_on": "2026-03-02"},
    ),
    "case.escalation_answered.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1}),
    "case.escalation_lifted.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1, "finding": "corrected"}),
    "case.recommendation_issued.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {"recommendation": "improve", "unit": "housing", "concerning": "housing", "due_on": "2026-03-02"},
    ),
    "case.recommendation_replied.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1, "adoption": "adopted"}),
    "case.recommendation_implemented.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1}),
    "case.accountability_decided.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1, "measure": "none"}),
    "case.suggestion_decided.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {"adoption": "adopted", "due_on": "2026-03-02"},
    ),
    "case.suggestion_implemented.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1}),
    "case.package_assigned.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {
            "leader": "officer-wang",
            "leader_post": "housing",
            "leader_office": "housing",
            "package_reason": "major",
            "due_on": "2026-03-02",
        },
    ),
    "case.package_accepted.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1}),
    "case.package_met.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {"item": 1, "form": "received", "place": "hall", "effect": "resolved_there", "posts": ["housing"]},
    ),
    "case.package_investigated.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1}),
    "case.package_conferred.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1, "units": ["housing"]}),
    "case.package_plan_set.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1, "plan_due_on": "2026-03-02"}),
    "case.package_extended.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1, "until_on": "2026-03-02"}),
    "case.package_hand_over_proposed.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {"item": 1, "leader": "officer-wang", "leader_post": "housing", "leader_office": "housing"},
    ),
    "case.package_hand_over_confirmed.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1, "confirmed": 1}),
    "case.package_hand_over_withdrawn.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1}),
    "case.package_reported.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1, "cause": "needs_policy"}),
    "case.package_resolved.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1, "result": "executed"}),
    "case.package_reopened.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {"item": 1, "ground": "not_this_unit", "due_on": "2026-03-02"},
    ),
    "case.instruction_given.v1": ("case/0123456789abcdef0123456789abcdef", {"unit": "housing", "due_on": "2026-03-02"}),
    "case.instruction_reported.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1}),
    "case.instruction_returned.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1, "due_on": "2026-03-02"}),
    "case.instruction_accepted.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1}),
    "case.letter_read.v1": ("case/0123456789abcdef0123456789abcdef", {}),
    "case.report_heard.v1": ("case/0123456789abcdef0123456789abcdef", {"unit": "housing"}),
    "case.dissent_recorded.v1": ("case/0123456789abcdef0123456789abcdef", {"about": 1}),
    "case.dissent_answered.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1, "adoption": "adopted"}),
    "case.rating_reported.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {"of": "petition_office", "office": "housing", "round": 1, "rating": "satisfied", "means": "in_person"},
    ),
    "case.dissatisfaction_followed_up.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {"round": 1, "finding": "corrected"},
    ),
    "case.publication_proposed.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {"scope": "process", "ground": "not_this_unit"},
    ),
    "case.publication_approved.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1}),
    "case.publication_refused.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1, "ground": "not_this_unit"}),
    "case.publication_withdrawn.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1, "ground": "not_this_unit"}),
    "case.exclusion_proposed.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {"figure": "all", "ground": "not_this_unit"},
    ),
    "case.exclusion_approved.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1}),
    "case.exclusion_refused.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1, "ground": "not_this_unit"}),
    "case.exclusion_lifted.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1}),
    "case.coordination_sent.v1": ("case/0123456789abcdef0123456789abcdef", {"unit": "housing", "due_on": "2026-03-02"}),
    "case.coordination_answered.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1}),
    "case.onsite_coordination_called.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {"units": ["housing"], "due_on": "2026-03-02"},
    ),
    "case.onsite_coordination_held.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {"item": 1, "units": ["housing"], "effect": "resolved_there"},
    ),
    "case.onsite_coordination_missed.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {"item": 1, "ground": "not_this_unit"},
    ),
    "case.joint_investigation_opened.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {"unit": "housing", "units": ["housing"], "due_on": "2026-03-02"},
    ),
    "case.joint_investigation_reported.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1}),
    "case.joint_investigation_returned.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {"item": 1, "due_on": "2026-03-02"},
    ),
    "case.joint_investigation_closed.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {"item": 1, "finding": "corrected"},
    ),
    "case.visit_demanded.v1": (
        "case/0123456789abcdef0123456789abcdef",
        {"unit": "housing", "demand": "more_papers"},
    ),
    "case.aid_requested.v1": ("case/0123456789abcdef0123456789abcdef", {"fund": "special"}),
    "case.aid_approved.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1}),
    "case.aid_refused.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1, "ground": "not_this_unit"}),
    "case.aid_paid.v1": ("case/0123456789abcdef0123456789abcdef", {"item": 1}),
    "conference.convened.v1": ("conference/housing", {"form": "full", "due_on": "2026-03-02"}),
    "conference.attended.v1": (
        "conference/housing",
        {"item": 1, "member": "housing", "member_post": "housing", "attendance": "present"},
    ),
    "conference.presided.v1": (
        "conference/housing",
        {
            "item": 1,
            "leader": "officer-wang",
            "leader_post": "housing",
            "leader_office": "housing",
            "delegated_by": "officer-li",
        },
    ),
    "conference.minuted.v1": ("conference/housing", {"item": 1}),
    "conference.decided.v1": (
        "conference/housing",
        {"meeting": 1, "decision": "talk", "case": "d75a980182b10ab7d54bfed3c964073a"},
    ),
    "conference.dissented.v1": ("conference/housing", {"item": 1}),
    "conference.task_set.v1": (
        "conference/housing",
        {"meeting": 1, "unit": "housing", "due_on": "2026-03-02", "case": "d75a980182b10ab7d54bfed3c964073a"},
    ),
    "conference.task_executed.v1": ("conference/housing", {"item": 1}),
    "conference.task_returned.v1": ("conference/housing", {"item": 1, "due_on": "2026-03-02"}),
    "conference.task_accepted.v1": ("conference/housing", {"item": 1}),
    "bulletin.reception_scheduled.v1": (
        "bulletin/housing",
        {
            "leader": "officer-wang",
            "leader_post": "housing",
            "form": "received",
            "place": "hall",
            "due_on": "2026-03-02",
            "units": ["housing"],
        },
    ),
    "bulletin.reception_published.v1": ("bulletin/housing", {"item": 1}),
    "bulletin.reception_held.v1": ("bulletin/housing", {"item": 1, "units": ["housing"]}),
    "bulletin.reception_missed.v1": ("bulletin/housing", {"item": 1, "ground": "not_this_unit"}),
    "bulletin.issued.v1": (
        "bulletin/housing",
        {
            "month": "2026-03",
            "unit": "housing",
            "as_of_on": "2026-03-02",
            "known_at": {"root": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "size": 1},
            "files": [{"digest": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "format": "docx"}],
            "concerning": "housing",
        },
    ),
    "bulletin.served.v1": (
        "bulletin/housing",
        {"item": 1, "leader": "officer-wang", "due_on": "2026-03-02", "copies": ["housing"]},
    ),
    "bulletin.replied.v1": ("bulletin/housing", {"item": 1}),
    "bulletin.returned.v1": ("bulletin/housing", {"item": 1, "due_on": "2026-03-02"}),
    "bulletin.concluded.v1": ("bulletin/housing", {"item": 1, "finding": "corrected"}),
    "bulletin.withdrawn.v1": ("bulletin/housing", {"item": 1, "ground": "not_this_unit"}),
    "mandate.opened.v1": (
        "mandate/housing",
        {"mandate": "special", "units": ["housing"], "from_on": "2026-03-02", "until_on": "2026-03-02"},
    ),
    "mandate.closed.v1": ("mandate/housing", {"item": 1}),
    "mandate.replayed.v1": ("mandate/housing", {"case": "d75a980182b10ab7d54bfed3c964073a", "ground": "not_this_unit"}),
    "mandate.population_fixed.v1": (
        "mandate/housing",
        {
            "population": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "size": 1,
            "members": "held",
        },
    ),
    "mandate.drawn.v1": (
        "mandate/housing",
        {
            "item": 1,
            "checkpoint_size": 1,
            "root": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "count": 1,
            "drawn": ["d75a980182b10ab7d54bfed3c964073a"],
        },
    ),
    "mandate.list_fixed.v1": (
        "mandate/housing",
        {
            "population": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "size": 1,
            "checkpoint_size": 1,
            "root": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        },
    ),
    "mandate.list_closed.v1": ("mandate/housing", {"item": 1}),
    "mandate.list_change_proposed.v1": (
        "mandate/housing",
        {"about": 1, "change": "added", "case": "d75a980182b10ab7d54bfed3c964073a", "ground": "not_this_unit"},
    ),
    "mandate.list_change_confirmed.v1": ("mandate/housing", {"item": 1}),
    "mandate.list_change_refused.v1": ("mandate/housing", {"item": 1}),
    "mandate.visit_planned.v1": ("mandate/housing", {"unit": "housing", "due_on": "2026-03-02"}),
    "mandate.visit_held.v1": ("mandate/housing", {"item": 1}),
    "mandate.visit_found.v1": (
        "mandate/housing",
        {"item": 1, "facts_clear": True, "procedure_right": True, "petitioners_satisfied": True},
    ),
    "mandate.visit_rectified.v1": ("mandate/housing", {"item": 1}),
    "mandate.visit_closed.v1": ("mandate/housing", {"item": 1}),
    "mandate.scheme_frozen.v1": (
        "mandate/housing",
        {
            "from_on": "2026-03-02",
            "until_on": "2026-03-02",
            "criteria": [{"criterion": "timely_acceptance", "weight": 1}],
        },
    ),
    "mandate.assessed.v1": (
        "mandate/housing",
        {
            "item": 1,
            "checkpoint_size": 1,
            "root": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "scores": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        },
    ),
    "mandate.objection_heard.v1": ("mandate/housing", {"item": 1, "unit": "housing", "adoption": "adopted"}),
    "mandate.assessment_closed.v1": ("mandate/housing", {"item": 1}),
    "people.leader_designated.v1": (
        "people/housing",
        {"officer": "officer-li", "post": "desk", "designation": "chief", "from_on": "2026-03-02"},
    ),
    "people.designation_ended.v1": (
        "people/housing",
        {"officer": "officer-li", "designation": "chief", "on": "2026-03-02"},
    ),
}
