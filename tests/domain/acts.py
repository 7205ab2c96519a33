"""One lawful set of public fields for every act: the recorded form, which must stay readable for ever.

Rows are only ever added; changing one would mean that entries already signed are no longer read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.calendars import published_acts
from domain.clocks import published_rules
from domain.examples import example_of
from tests.domain.procedure_acts import PROCEDURE_OPTIONAL, PROCEDURE_PUBLIC
from tests.domain.track_acts import TRACK_PUBLIC
from tests.domain.track_optional import TRACK_OPTIONAL

KEY = "5a" * 32
SIGNATURE = "6b" * 64
IMPORTED = {"mapping": "message-board", "precision": "day"}

PUBLIC: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    **PROCEDURE_PUBLIC,
    **TRACK_PUBLIC,
    "ledger.genesis.v1": (
        "ledger",
        {
            "origin": "sundial.example/city",
            "suite": "ed25519-sha256",
            "log_key": KEY,
            "registrars": [{"id": "registrar-a", "key": KEY}, {"id": "registrar-b", "key": "5b" * 32}],
        },
    ),
    "ledger.key_rotated.v1": ("ledger", {"key": KEY, "possession": SIGNATURE}),
    "ledger.census.v1": (
        "ledger",
        {"entries": 7, "streams": 3, "map": KEY, "views": [{"digest": KEY, "name": "clocks", "version": 1}]},
    ),
    "people.office_opened.v1": (
        "people/housing",
        {"name_zh": "住房局", "name_en": "Housing", "kind": "competent_unit", "parent": "city", "region": "430100"},
    ),
    "people.post_opened.v1": (
        "people/housing",
        {"post": "desk", "name_zh": "窗口", "name_en": "Desk", "duties": ["intake", "handler"]},
    ),
    "people.officer_appointed.v1": (
        "people/housing",
        {"officer": "officer-li", "post": "desk", "from_on": "2020-02-29"},
    ),
    "people.tenure_ended.v1": ("people/housing", {"officer": "officer-li", "post": "desk", "on": "2026-01-31"}),
    "people.key_proposed.v1": (
        "people/housing",
        {
            "key": KEY,
            "actor": "officer-li",
            "post": "desk",
            "roles": ["intake"],
            "custody": "file",
            "possession": SIGNATURE,
        },
    ),
    "people.key_confirmed.v1": ("people/housing", {"proposal": KEY}),
    "people.key_rotated.v1": ("people/housing", {"key": KEY, "possession": SIGNATURE}),
    "people.key_revoked.v1": ("people/housing", {"key_id": KEY, "reason": "lost"}),
    "rules.published.v1": ("rules", published_rules()),
    "rules.competence_published.v1": ("rules", example_of("rules.competence_published.v1").public),
    "calendar.published.v1": ("calendar", published_acts()[0]),
    "case.submitted.v1": (
        "case/" + "1" * 32,
        {
            "channel": "online",
            "to_office": "bureau",
            "petitioner_key": KEY,
            "capacity": "petition_office",
            "area": "housing.repair",
            "addressable": True,
            "place": "430100",
        },
    ),
    "case.registered.v1": (
        "case/" + "1" * 32,
        {
            "channel": "letter",
            "capacity": "competent_unit",
            "area": "housing.repair",
            "claim_key": KEY,
            "addressable": False,
            "imported": IMPORTED,
            "place": "430100",
        },
    ),
    "case.transferred.v1": (
        "case/" + "1" * 32,
        {"to_office": "housing", "basis": "22_1", "capacity": "competent_unit", "imported": IMPORTED},
    ),
    "case.notice_served.v1": ("case/" + "1" * 32, {"notice": "received", "means": "post", "imported": IMPORTED}),
    "case.replied.v1": ("case/" + "1" * 32, {"means": "online", "imported": IMPORTED}),
    "case.accepted.v1": ("case/" + "1" * 32, {"category": "31_6", "imported": IMPORTED}),
    "case.opinion_issued.v1": ("case/" + "1" * 32, {"outcome": "not_support", "imported": IMPORTED}),
    "case.opinion_served.v1": ("case/" + "1" * 32, {"means": "in_person", "imported": IMPORTED}),
    "case.rated.v1": (
        "case/" + "1" * 32,
        {"of": "petition_office", "office": "bureau", "round": 1, "rating": "basically_satisfied"},
    ),
    "case.key_claimed.v1": ("case/" + "1" * 32, {"petitioner_key": KEY, "claim_proof": SIGNATURE, "code_key": KEY}),
    "case.erased.v1": ("case/" + "1" * 32, {"targets": [{"seq": 1, "slots": [0, 7]}], "basis": "request"}),
    "refused.noted.v1": (
        "refused/housing",
        {
            "actor": "officer-li",
            "post": "desk",
            "role": "intake",
            "office": "housing",
            "act": "case.accepted.v1",
            "rule": "state",
            "at": "2026-03-02T09:00:00+08:00",
        },
    ),
    "looks.recorded.v1": ("looks/housing", {}),
}

OPTIONAL: Mapping[str, frozenset[str]] = {
    **PROCEDURE_OPTIONAL,
    **TRACK_OPTIONAL,
    "people.office_opened.v1": frozenset({"name_en", "parent", "region"}),
    "people.post_opened.v1": frozenset({"name_en"}),
    "case.submitted.v1": frozenset({"capacity", "area", "addressable", "place"}),
    "case.registered.v1": frozenset({"area", "claim_key", "addressable", "imported", "place"}),
    "case.transferred.v1": frozenset({"capacity", "imported"}),
    "case.notice_served.v1": frozenset({"imported"}),
    "case.replied.v1": frozenset({"imported"}),
    "case.accepted.v1": frozenset({"imported"}),
    "case.opinion_issued.v1": frozenset({"imported"}),
    "case.opinion_served.v1": frozenset({"imported"}),
    "case.key_claimed.v1": frozenset({"code_key"}),
}
