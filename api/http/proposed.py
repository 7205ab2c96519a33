"""What the server can fill in of an act before its signer reads it: what follows from the ledger, and nobody types.

A population and a draw are computed exactly as a verification will (`domain.cross_references`); when the act is
recorded they are checked again, so that one which the ledger has overtaken is refused. A bulletin is made as its
documents are, so that the digests are those of the files that the page offers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, Final

from api.axes import parse_day_end
from api.bulletin.contents import gather, wish_for
from api.bulletin.forms import FORMS, write_bulletin
from api.bulletin.issuing import ISSUED
from api.errors import UsageRefused
from api.main import Application
from api.publishing.receipts import read_statement_at
from api.queries import fold_case
from domain.case_state import Case
from domain.clock import civil_day
from domain.cross_references import PREFIX, population
from domain.tracks.draw import draw, population_digest
from domain.tracks.vocabulary import POPULATIONS

USUAL_DRAW: Final = 10
USUAL_DAYS: Final = 30
ASKED: Final[Mapping[str, tuple[str, ...]]] = {
    "mandate.population_fixed.v1": ("members",),
    "mandate.drawn.v1": ("item", "count"),
    "mandate.list_fixed.v1": ("members",),
    ISSUED: ("month", "concerning", "as_of_on", "unit"),
}
"""The fields that other fields of the same act follow from; a list's `members` is asked for and not part of its act."""
_CASES: Final = """
    SELECT originator_id, MAX(notification_id) FROM entries
    WHERE originator_id >= 'case/' AND originator_id < 'case0' GROUP BY originator_id HAVING MIN(notification_id) <= ?
"""


def proposed(application: Application, action: str, state: Any, asked: Mapping[str, str]) -> dict[str, Any]:
    """The public fields of an act that follow from the ledger, given what was asked for; none for most acts."""
    make = _PROPOSALS.get(action)
    return {} if make is None else dict(make(application, state, asked))


def new_mandate(application: Application, word: str) -> str:
    """A name for a mandate that no stream has yet: its kind and the day, and a number if that is taken."""
    name = f"{word or 'inspection'}-{civil_day(application.clock()).isoformat()}"
    taken = (number for number in range(2, 1000) if not _begun(application, f"{name}-{number}"))
    return name if not _begun(application, name) else f"{name}-{next(taken, 1000)}"


def _begun(application: Application, name: str) -> bool:
    return bool(application.ledger.state(f"mandate/{name}").version)


def _mandate(application: Application, state: Any, asked: Mapping[str, str]) -> Mapping[str, Any]:
    today = civil_day(application.clock())
    return {"from_on": today.isoformat(), "until_on": (today + timedelta(days=USUAL_DAYS)).isoformat()}


def _population(application: Application, state: Any, asked: Mapping[str, str]) -> Mapping[str, Any]:
    """All cases of the mandate's units, or those that are open, as they stand now."""
    if state.mandate is None:
        return {}
    members = _chosen(asked, "held")
    cases = _members(application, state, members, application.ledger.head().size)
    return {"population": population_digest(cases), "size": len(cases), "members": members}


def _draw(application: Application, state: Any, asked: Mapping[str, str]) -> Mapping[str, Any]:
    """The cases that the newest checkpoint draws; nothing until one covers the act that fixed the population."""
    fixed = [item for item in state.tracks.of("draw") if item.state == "FIXED"]
    chosen = next((item for item in fixed if str(item.seq) == asked.get("item")), fixed[-1] if fixed else None)
    latest = application.ledger.log.latest_checkpoint()
    if chosen is None or latest is None or latest[0] <= chosen.opened_index or state.mandate is None:
        return {}
    size, root, _ = latest
    told = read_statement_at(application, chosen.opened_index).public
    cases = _members(application, state, told.get("members", ""), chosen.opened_index)
    if population_digest(cases) != chosen.code:
        return {}  # the list is kept elsewhere, and so is the draw
    wanted = asked.get("count", "")
    count = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 4 else USUAL_DRAW
    drawn = draw(cases, max(1, min(count, len(cases), 400)), root)
    return {
        "item": str(chosen.seq),
        "checkpoint_size": size,
        "root": root.hex(),
        "count": len(drawn),
        "drawn": list(drawn),
    }


def _list(application: Application, state: Any, asked: Mapping[str, str]) -> Mapping[str, Any]:
    """The cases of the mandate's units at the newest checkpoint; nothing until there is one."""
    at = _newest(application)
    if not at or state.mandate is None:
        return {}
    cases = _members(application, state, _chosen(asked, "open"), at["checkpoint_size"])
    return {**at, "population": population_digest(cases), "size": len(cases)}


def listed(application: Application, state: Any, given: Mapping[str, Any]) -> list[str]:
    """The numbers of the cases on a list that is proposed, so that its signer can read what its digest stands for."""
    if state.mandate is None or "checkpoint_size" not in given:
        return []
    return _members(application, state, _chosen(given, "open"), given["checkpoint_size"])


def _assessment(application: Application, state: Any, asked: Mapping[str, str]) -> Mapping[str, Any]:
    """The newest checkpoint; the scores are the office's own, and the page takes the digest of their file."""
    return _newest(application)


def _newest(application: Application) -> dict[str, Any]:
    latest = application.ledger.log.latest_checkpoint()
    return {} if latest is None else {"checkpoint_size": latest[0], "root": latest[1].hex()}


def _chosen(asked: Mapping[str, Any], usual: str) -> str:
    members = str(asked.get("members") or "")
    return members if members in POPULATIONS else usual


def _bulletin(application: Application, state: Any, asked: Mapping[str, str]) -> Mapping[str, Any]:
    """The bulletin of a month that is asked for, else of the last one that is over, with the digest of each document.

    Raises UsageRefused for a month or a day that is none, QuestionRefused of projections for an unknown unit.
    """
    month = asked.get("month") or _last_month(civil_day(application.clock()))
    day = parse_day_end(asked["as_of_on"]) if asked.get("as_of_on") else None
    if asked.get("as_of_on") and day is None:
        raise UsageRefused("day_unreadable")
    on = None if day is None or not day.date().isoformat().startswith(month) else day.date()
    made = gather(application, wish_for(application, month, asked.get("concerning") or None, on))
    files = {form: write_bulletin(application, made, form, asked.get("lang") or "zh") for form in sorted(FORMS)}
    return {
        "month": month,
        "unit": asked.get("unit") or asked.get("concerning") or "",
        "as_of_on": made.wish.as_of_on.isoformat(),
        "known_at": {"root": made.root.hex(), "size": made.wish.known_at},
        "files": [{"digest": sha256(data).hexdigest(), "format": form} for form, data in files.items()],
        "concerning": made.wish.unit or "",
    }


def _last_month(today: date) -> str:
    return (today.replace(day=1) - timedelta(days=1)).isoformat()[:7]


def _confirmation(application: Application, state: Any, asked: Mapping[str, str]) -> Mapping[str, Any]:
    """The hand-over that waits for its second act."""
    package = state.tracks.package
    return {} if package is None or package.proposal is None else {"confirmed": package.proposal.seq}


def _members(application: Application, state: Any, members: str, index: int) -> list[str]:
    """The numbers of the cases that a mandate's population has before a log index."""
    reference = application.ledger.reference()
    cases: list[Case] = []
    for stream, last in application.ledger.log.select(_CASES, (index,)):
        known = int(last) <= index
        cases.append(
            application.ledger.state(stream)
            if known
            else fold_case(application, stream.removeprefix(PREFIX), index, reference)[0]
        )
    return population(cases, state.mandate.units, members or "held", reference.people, index)


_PROPOSALS: Final[Mapping[str, Callable[[Application, Any, Mapping[str, str]], Mapping[str, Any]]]] = {
    "mandate.opened.v1": _mandate,
    "mandate.population_fixed.v1": _population,
    "mandate.drawn.v1": _draw,
    "mandate.list_fixed.v1": _list,
    "mandate.assessed.v1": _assessment,
    ISSUED: _bulletin,
    "case.package_hand_over_confirmed.v1": _confirmation,
}
