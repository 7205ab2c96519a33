"""The rows of the table of rights, by room."""

from __future__ import annotations

from typing import Final

from api.access.table import (
    DESKS,
    EVERYBODY,
    OFFICES,
    OVERSEEING,
    SIGNED_IN,
    Grant,
    Row,
    _get,
    _post,
    make_table,
)
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
    Row("POST", "/api/acts/prepare", (Grant("public", "own_actor"),), needs="session"),
    Row("POST", "/api/acts/commit", EVERYBODY, needs="caller"),
]
_SIGN_IN: Final = [
    *_get(EVERYBODY, "/sign-in", "/sign-in/oidc", "/sign-in/oidc/callback"),
    *_post(EVERYBODY, "/sign-in"),
    *_post(SIGNED_IN, "/sign-out"),
]
_CASES: Final = [
    *_get(OFFICES, "/api/cases/{case}/timeline", "/cases/{case}", "/cases/{case}/replay", "/cases/{case}/compare"),
    *_get(OFFICES, *(f"/api/cases/{{case}}/{told}" for told in ("replay", "explain", "compare")), "/api/hints"),
    # Which audience's bundle may be taken is said by the role in which the case is looked at.
    *_get((*OFFICES, Grant("petitioner", "own_case")), "/api/cases/{case}/bundle", "/api/cases/{case}/timeline.pdf"),
    *_get(OFFICES, "/api/cases/{case}/xes"),
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
_OWN: Final = (Grant("petitioner", "own_case"),)
_MY_CASE: Final = [
    *_get(_OWN, "/my-case", "/my-case/acts/{action}"),
    *_post(_OWN, "/my-case/code"),
    # Anybody may file a matter or claim a printed code; the key of a case opens it as its query code does.
    *_get(EVERYBODY, "/submit", "/claim", "/api/door"),
    *_post(EVERYBODY, "/api/door"),
]
_FILES: Final = [
    # Files come before the act that names them: from anybody for a case that has not begun; the route checks the rest.
    *_post((*EVERYBODY, *OFFICES, *_OWN), "/api/files/{case}"),
    *_get((*OFFICES, *_OWN), "/cases/{case}/acts/{seq}/files/{number}"),
]
_DESK: Final = [
    # Who watches acts too: opens supervision, draws, meets; which acts a role may do is said by the domain's tables.
    *_get(OFFICES, "/desk", "/desk/act", "/desk/cases/{case}", "/desk/cases/{case}/acts/{action}"),
    *_get(OFFICES, "/desk/streams/{kind}/{name}"),
    *_get(DESKS, "/desk/register", "/desk/cases/{case}/texts"),
    *_post(DESKS, "/desk/cases/{case}/code", "/api/codes/{case}"),
]
_TAMPERING: Final = [
    # The exercise of a demonstration copies and changes files: for who sits at this machine.
    *_get((Grant("public", "local"),), "/tampering"),
    *_post((Grant("public", "local"),), "/tampering"),
]
_LOOKS: Final = [
    # A body's looks are for who answers for them there: never for an office above, below or supervised.
    *_get(OVERSEEING, "/looks", "/api/looks"),
    *_get(OFFICES, "/cases/{case}/reason"),
]
_LISTS: Final = [
    *_get(OFFICES, *(f"/api/{listing.name}{form}" for listing in LISTS for form in ("", ".csv", ".xlsx"))),
    *_get(OFFICES, "/", "/figures", "/bulletin", "/changes", "/lists", "/lists/{name}"),
]

_ROOMS: Final = (
    _LOG,
    _RECEIPTS,
    _ACTS,
    _SIGN_IN,
    _CASES,
    _FIGURES,
    _FEEDS,
    _DESK,
    _PUBLIC,
    _MY_CASE,
    _FILES,
    _LISTS,
    _LOOKS,
    _TAMPERING,
)

TABLE: Final = make_table(row for room in _ROOMS for row in room)
