"""The rows of the table of rights, by room."""

from __future__ import annotations

from typing import Final

from api.access.table import DESKS, EVERYBODY, OFFICES, SIGNED_IN, Grant, _get, _post, make_table
from api.lists.catalogue import LISTS

_LOG: Final = [
    *_get(EVERYBODY, "/api/checkpoint", "/api/proof/inclusion", "/api/proof/consistency", "/api/health"),
    *_get(EVERYBODY, "/openapi.json", "/static/{name}"),
    *_get((Grant("public", "local"),), "/metrics"),
    *_get(EVERYBODY, "/checkpoint", "/tile/{path:path}"),
    # Entries tell of people in small places: only for who may look into every unit, which the route checks.
    *_get((*OFFICES, Grant("registrar", "own_office")), "/tile/entries/{path:path}"),
]
_RECEIPTS: Final = [
    # Who holds the act's id may have its receipt; without it, who may look into the case.
    *_get((*EVERYBODY, *OFFICES, Grant("petitioner", "own_case")), "/api/receipts/{index}", "/receipts/{index}"),
    *_get(EVERYBODY, "/static/check.html", "/static/check.js", "/static/receipt.css"),
]
_ACTS: Final = [
    # A dry run tells the rules' answer about a case: an officer's is for that officer. A commit is its signature's.
    *_post((Grant("public", "own_actor"),), "/api/acts/prepare"),
    *_post(EVERYBODY, "/api/acts/commit"),
]
_SIGN_IN: Final = [*_get(EVERYBODY, "/sign-in"), *_post(EVERYBODY, "/sign-in"), *_post(SIGNED_IN, "/sign-out")]
_CASES: Final = [
    *_get(OFFICES, "/api/cases/{case}/timeline", "/cases/{case}", "/cases/{case}/replay", "/cases/{case}/compare"),
    *_get(OFFICES, *(f"/api/cases/{{case}}/{told}" for told in ("replay", "explain", "compare")), "/api/hints"),
]
_FIGURES: Final = [
    *_get(OFFICES, "/api/diff", "/api/recompute"),
    *_get(OFFICES, "/api/bulletins", "/api/bulletins/{month}.{form}", "/api/xes"),
    # The rules and the competence rows are published for everybody.
    *_get(EVERYBODY, "/api/rules", "/api/competence"),
]
# What has been published and nothing else: the routes tell what publication decisions and issued bulletins allow.
_FEEDS: Final = _get(
    (Grant("public", "published"),),
    *(f"/feeds/{name}.{form}" for name in ("cases", "figures") for form in ("json", "atom")),
)
_PUBLIC: Final = [
    *_get((Grant("public", "published"),), "/public", "/public/figures.csv", "/public/rules", "/public/glossary"),
    *_get((Grant("public", "published"),), "/public/log", "/public/anchor.json"),
    *_get(EVERYBODY, "/check"),
]
_MY_CASE: Final = _get((Grant("petitioner", "own_case"),), "/my-case")
_DESK: Final = [
    # Who watches acts too: opens supervision, draws, meets; which acts a role may do is said by the domain's tables.
    *_get(OFFICES, "/desk", "/desk/act", "/desk/cases/{case}", "/desk/cases/{case}/acts/{action}"),
    *_get(OFFICES, "/desk/streams/{kind}/{name}"),
    *_get(DESKS, "/desk/register"),
    *_post(DESKS, "/desk/cases/{case}/code"),
]
_LISTS: Final = [
    *_get(OFFICES, *(f"/api/{listing.name}{form}" for listing in LISTS for form in ("", ".csv", ".xlsx"))),
    *_get(OFFICES, "/", "/figures", "/lists", "/lists/{name}"),
]

TABLE: Final = make_table(
    [*_LOG, *_RECEIPTS, *_ACTS, *_SIGN_IN, *_CASES, *_FIGURES, *_FEEDS, *_DESK, *_PUBLIC, *_MY_CASE, *_LISTS]
)
