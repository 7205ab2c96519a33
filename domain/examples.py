"""One valid example of every act, made from the closed table itself: for the OpenAPI, act files and readers.

An example has every public field that an act can have, except the mark of an import, and every sealed
field by name. It parses; whether it is lawful depends on the state that it meets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from domain.calendar_notices import published_acts
from domain.clocks import rows_digest
from domain.commands import Command
from domain.competences import competence_act
from domain.events import EVENTS, public_kinds
from domain.practice import NATIONAL, load_profile, profile_act
from domain.samples import KEY, sample_of
from domain.schema import SINGLE_STREAMS

CASE: Final = "case/0123456789abcdef0123456789abcdef"
OFFICE: Final = "housing"
_LEFT_OUT: Final = frozenset({"imported"})
_SEALED: Final[Mapping[str, Any]] = {
    "attachments": [{"digest": KEY, "size": 48213, "media_type": "application/pdf"}],
    "looks": [{"kind": "look", "case": "0123456789abcdef0123456789abcdef"}],
}


def stream_of(action: str) -> str:
    """Return a stream that can hold the act."""
    family = action.partition(".")[0]
    if family in SINGLE_STREAMS:
        return family
    return CASE if family == "case" else f"{family}/{OFFICE}"


def example_of(action: str) -> Command:
    """Return an example of one act of the closed table; KeyError if there is no such act."""
    whole = _WHOLE.get(action)
    public = whole() if whole is not None else _public(action)
    sealed = {name: _SEALED.get(name, f"({name})") for name in EVENTS[action].sealed}
    return Command(stream_of(action), action, public, sealed)


def role_of(action: str, roles: Mapping[str, frozenset[str]]) -> str:
    """Return a role that may do the act, where `roles` knows; a registrar's or the ledger's act else."""
    usual = ("handler", "intake", "head", "leader", "supervisor", "inspector", "petitioner", "registrar")
    able = roles.get(action, frozenset())
    first = next((role for role in usual if role in able), "")
    return first or ("ledger" if action.startswith(("ledger.", "refused.", "looks.")) else "registrar")


def _public(action: str) -> dict[str, Any]:
    return {name: sample_of(kind, name) for name, kind in public_kinds(action) if name not in _LEFT_OUT}


def _genesis() -> dict[str, Any]:
    registrars = [{"id": f"registrar-{name}", "key": KEY} for name in ("qian", "zhao")]
    return {"origin": "sundial.example/city", "suite": "ed25519-sha256", "log_key": KEY, "registrars": registrars}


def _rules() -> dict[str, Any]:
    act = profile_act(load_profile(NATIONAL))
    rows = act["rows"][:2]
    return {"version": act["version"], "digest": rows_digest(rows), "rows": rows}


def _calendar() -> dict[str, Any]:
    return dict(published_acts()[-1])


def _competence() -> dict[str, Any]:
    profile = load_profile("example-city")
    return competence_act(profile.region, profile.version, profile.competence[:2])


_WHOLE: Final = {
    "ledger.genesis.v1": _genesis,
    "rules.published.v1": _rules,
    "rules.competence_published.v1": _competence,
    "calendar.published.v1": _calendar,
}
"""Examples that a field alone cannot give."""
