"""The form of a track's table: one row an act, with the states it moves between and who may do it.

A pair of act and state that no row has is refused. Articles are those of the regulation of 2022; `source`
says where the row is written or why it is so, confidence C is the primary text, S a secondary source, L local
practice, D a design decision of this ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

NONE: Final = "NONE"
"""The state of what has not been opened."""

REGULATION: Final = "信访工作条例(2022)"


_NO_TURNS: Final[Mapping[str, str]] = MappingProxyType({})


class Basis(NamedTuple):
    """Where a row is written: article, source and how sure we are of it."""

    article: str
    source: str
    confidence: str


class Row(NamedTuple):
    """One act of a track.

    `moves` gives the next state for every state in which the act is lawful; from NONE it opens an item. `roles`
    may do it, standing in one of `relations`. `second` asks for a person who has not moved this item yet. `code`
    and `about` name the fields that give the item its word and the act that it is about. `clock` names the clock
    that the act's `due_on` sets; `meets` says that the act fulfils it. Where the field `turn` has one of the words
    of `turns`, the act leads to the state that stands there instead.
    """

    action: str
    track: str
    moves: Mapping[str, str]
    basis: Basis
    roles: frozenset[str]
    relations: tuple[str, ...]
    second: bool = False
    code: str = ""
    about: str = ""
    clock: str = ""
    meets: bool = False
    turn: str = ""
    turns: Mapping[str, str] = _NO_TURNS

    def target(self, state: str, event: Any) -> str:
        """Return the state that the act leads to from this one."""
        other = self.turns.get(getattr(event, self.turn)) if self.turn else None
        return other or self.moves[state]

    @property
    def opens(self) -> bool:
        """Whether the act opens an item instead of moving one."""
        return NONE in self.moves


def opens(state: str) -> Mapping[str, str]:
    """The move of an act that opens an item."""
    return {NONE: state}


def moves(to: str, *sources: str) -> Mapping[str, str]:
    """The moves of an act that leads from any of the states to one."""
    return dict.fromkeys(sources, to)


def law(article: str) -> Basis:
    """A basis read in the regulation itself."""
    return Basis(article, f"{REGULATION}第 {article} 条", "C")


def practice(article: str, source: str) -> Basis:
    """A basis in local practice under an article."""
    return Basis(article, source, "L")


def decision(article: str, source: str) -> Basis:
    """A design decision of this ledger under an article."""
    return Basis(article, source, "D")


OFFICERS: Final = frozenset({"intake", "handler", "head", "leader", "supervisor"})
HEADS: Final = frozenset({"head", "leader"})
SUPERVISORS: Final = frozenset({"supervisor", "head", "leader"})
LEADERS: Final = frozenset({"leader"})
PETITIONER: Final = frozenset({"petitioner"})
