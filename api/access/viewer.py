"""Who is looking: nobody in particular, a petitioner with the code of one case, or an officer with posts.

What an officer is comes out of the ledger's own directory each time, so that a post that ended opens nothing any more.
A session never signs: it lets somebody look and prepare; every act needs the key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from domain.people import NOW, People

Kind = Literal["public", "petitioner", "staff"]


class Seat(NamedTuple):
    """One post that an officer holds now, and the roles that are its duties."""

    office: str
    post: str
    duties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks. `case` is the one case that a query code opened; `csrf` is the session's token, "" without one."""

    kind: Kind = "public"
    account: str = ""
    officer: str = ""
    seats: tuple[Seat, ...] = ()
    case: str = ""
    csrf: str = ""
    roles: frozenset[str] = field(init=False, repr=False, compare=False)
    """The roles that rows of the table can be for; everybody is also the public."""

    def __post_init__(self) -> None:
        """Say once which roles these are."""
        own = ("petitioner",) if self.kind == "petitioner" else (duty for seat in self.seats for duty in seat.duties)
        object.__setattr__(self, "roles", frozenset({"public", *own}))

    def offices(self, role: str) -> tuple[str, ...]:
        """The offices in which the viewer has a role, each once."""
        return tuple(dict.fromkeys(seat.office for seat in self.seats if role in seat.duties))


PUBLIC = Viewer()


def seats_of(people: People, officer: str) -> tuple[Seat, ...]:
    """The posts that an officer holds at the head of the log, in the order of the directory."""
    found = []
    for (office, post, holder), tenures in people.tenures.items():
        if holder == officer and tenures[-1].until == NOW:
            described = people.post(office, post)
            if described is not None and people.office(office):
                found.append(Seat(office, post, described.duties))
    return tuple(found)
