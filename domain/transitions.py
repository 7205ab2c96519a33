"""The transition table: which act is lawful in which state, where it leads, and by which article.

One row is one act: the states it may happen in, with the state it leads to from each. A pair that no row
has is refused. Articles are those of the regulation of 2022 unless "2005" stands before them; confidence
C is the primary text, D a design decision of this ledger. `capacity` names what the holding office must
be: the power to accept, to reply and to give an opinion lies with the competent unit (31), not with the
petition office, which registers and routes (22).

Acts that belong beside the procedure (a claimed key, a rating, an erasure) leave the state as it is.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from domain.errors import TransitionRefused
from domain.moves import (
    ACCEPTED,
    AFTER,
    BEGUN,
    CLASSIFIED,
    CONCLUDED,
    CONTESTED,
    DIRECTED,
    HANDLED,
    NEW,
    NOTIFIED,
    OPEN,
    OPINION_ISSUED,
    REDO,
    REGISTERED,
    REPLIED,
    REVIEWED,
    ROUTED_STATUTORY,
    SERVED,
    SUBMITTED,
    TRANSFERRED,
    Transition,
    stay,
    to,
)
from domain.procedure_moves import PROCEDURE
from domain.vocabulary import CAPACITIES, STATES, name_of
from domain.wording import ACTIONS

__all__ = [
    "CODES",
    "NEW",
    "SUBMITTED",
    "TRANSITIONS",
    "Transition",
    "action_of",
    "allowed_at",
    "allowed_in",
    "check_transition",
    "next_state",
]

_UNTOLD = tuple(state for state in OPEN if state != CLASSIFIED)
_LATER = (CLASSIFIED, *CONTESTED, *HANDLED, *AFTER, *REVIEWED, REDO, REPLIED, DIRECTED, ROUTED_STATUTORY, CONCLUDED)

TRANSITIONS: Final[tuple[Transition, ...]] = (
    Transition("case.submitted.v1", to(SUBMITTED, NEW), "17, 21", "C"),
    Transition("case.registered.v1", to(REGISTERED, NEW, SUBMITTED), "22(1), 23(1)", "C"),
    Transition("case.transferred.v1", to(TRANSFERRED, *OPEN), "22(1), 23(1)", "C"),
    # A notice after its time is late, not unlawful: the clock says so, and the duty to tell stays (23, 44(3)).
    Transition("case.notice_served.v1", to(NOTIFIED, *_UNTOLD) | stay(*_LATER), "23", "C"),
    Transition("case.replied.v1", to(REPLIED, *OPEN, ROUTED_STATUTORY), "29, 31(5)", "D", "competent_unit"),
    Transition("case.accepted.v1", to(ACCEPTED, *OPEN, REDO), "31(6)", "C", "competent_unit"),
    Transition("case.opinion_issued.v1", to(OPINION_ISSUED, ACCEPTED), "31(6), 32", "C", "competent_unit"),
    Transition("case.opinion_served.v1", to(SERVED, OPINION_ISSUED), "32, 34", "C", "competent_unit"),
    Transition("case.rated.v1", stay(*AFTER, *REVIEWED, REPLIED, DIRECTED, CONCLUDED), "21(2)", "D"),
    Transition("case.key_claimed.v1", stay(*BEGUN), "21(2)", "D"),
    Transition("case.erased.v1", stay(*BEGUN), "个人信息保护法 47", "D"),
    *PROCEDURE,
)

_MOVES: Final = {(row.action, state): (row, to) for row in TRANSITIONS for state, to in row.moves.items()}
_ROWS: Final = MappingProxyType({row.action: row for row in TRANSITIONS})
CODES: Final = MappingProxyType({row.action: bytes([code]) for code, row in enumerate(TRANSITIONS, 1)})
"""One byte for every act of the table, for a case to remember which acts it had; it is never recorded."""

NO_CODE: Final = b"\0"


def next_state(action: str, state: str, variant: str = "") -> str:
    """Return the state that an act leads to, where a row branches by the act's variant.

    An act outside the table leaves the state, for a replay that goes on.
    """
    move = _MOVES.get((action, state))
    if move is None:
        return state
    return move[0].branches.get(variant, move[1]) if variant else move[1]


def action_of(acts: bytes, seq: int) -> str:
    """Return the act that has this number among the acts of a case, "" if it is none of the table or there is none."""
    code = acts[seq - 1] if 0 < seq <= len(acts) else 0
    return TRANSITIONS[code - 1].action if code else ""


def check_transition(action: str, state: str, capacity: str) -> None:
    """Check that an act is lawful in this state, at an office that holds the case in this capacity.

    Raises TransitionRefused, naming the act, the state, the article and what would be allowed instead.
    """
    move = _MOVES.get((action, state))
    if move is None:
        raise _refuse_state(action, state)
    needed = move[0].capacity
    if needed and capacity != needed:
        raise _refuse_capacity(move[0], state, capacity)


def allowed_in(state: str) -> tuple[str, ...]:
    """Return the acts that are lawful in a state, in the order of the table."""
    return tuple(row.action for row in TRANSITIONS if state in row.moves)


def allowed_at(state: str, capacity: str) -> tuple[str, ...]:
    """Return the acts that are lawful in a state at an office that holds the case in this capacity."""
    return tuple(row.action for row in TRANSITIONS if state in row.moves and row.capacity in ("", capacity))


def _refuse_state(action: str, state: str) -> TransitionRefused:
    allowed = allowed_in(state)
    act, now = name_of(ACTIONS, action), name_of(STATES, state)
    states = tuple(_ROWS[action].moves) if action in _ROWS else ()
    return TransitionRefused(
        "state",
        rule=f"article {_ROWS[action].article}" if action in _ROWS else "transition table",
        zh=f"状态“{now.zh}”({state})下不得“{act.zh}”;此时可以:{_listed(allowed, 0)}。"
        f"“{act.zh}”的前提状态:{'、'.join(name_of(STATES, s).zh for s in states)}",
        en=f'"{act.en}" is not lawful in state {state} ({now.en}); allowed here: {_listed(allowed, 1)}. '
        f"It needs the state: {', '.join(states)}",
        action=action,
        state=state,
        allowed=allowed,
    )


def _refuse_capacity(row: Transition, state: str, capacity: str) -> TransitionRefused:
    act, needed, held = name_of(ACTIONS, row.action), CAPACITIES[row.capacity], name_of(CAPACITIES, capacity)
    allowed = allowed_at(state, capacity)
    return TransitionRefused(
        "capacity",
        rule=f"article {row.article}",
        zh=f"“{act.zh}”应由{needed.zh}作出,现由{held.zh}持有(状态 {state});此时可以:{_listed(allowed, 0)}",
        en=f'"{act.en}" is for the {needed.en}; the case is held by a {held.en} (state {state}); '
        f"allowed here: {_listed(allowed, 1)}",
        action=row.action,
        state=state,
        allowed=allowed,
    )


def _listed(actions: tuple[str, ...], language: int) -> str:
    return ("、", ", ")[language].join(name_of(ACTIONS, action)[language] for action in actions) or "-"
