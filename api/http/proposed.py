"""What the server can fill in of an act before its signer reads it: what follows from the ledger, and nobody types.

A population and a draw are computed exactly as a verification will (`domain.cross_references`); when the act is
recorded they are checked again, so that one which the ledger has overtaken is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

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
}
"""The fields that other fields of the same act follow from."""
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
    members = asked.get("members") if asked.get("members") in POPULATIONS else "held"
    cases = _members(application, state, str(members), application.ledger.head().size)
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
    "case.package_hand_over_confirmed.v1": _confirmation,
}
