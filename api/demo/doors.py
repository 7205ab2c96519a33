"""Who may sign in at a demonstration: one account a role, and the query code of one case.

Their passwords are drawn when the demonstration is first opened and told to whoever opens the sign-in page, so a
demonstration is served on this machine alone. A ledger that is no demonstration has none of this.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final, NamedTuple

from api.access.sessions import Sessions
from api.errors import UsageRefused
from api.main import Application
from api.settings import Settings
from domain.people import NOW, People

PASSWORD_BYTES: Final = 9


class Place(NamedTuple):
    """An account of a demonstration: its name, and the post whose last holder signs in with it."""

    account: str
    office: str
    post: str


PLACES: Final = (
    Place("mayor", "guicheng", "mayor"),
    Place("supervisor", "supervision", "supervisor"),
    Place("inspector", "discipline", "inspector"),
    Place("leader", "petitions", "deputy"),
    Place("head", "renewal", "head"),
    Place("handler", "renewal", "handler"),
    Place("intake", "petitions", "window"),
)


@dataclass(frozen=True, slots=True)
class Account:
    """A way in: the name and password of an officer at a post."""

    name: str
    password: str
    officer: str
    office: str
    post: str


@dataclass(frozen=True, slots=True)
class Doors:
    """All ways into a demonstration; `code` opens `case` to its petitioner, both are "" where there is no case."""

    accounts: tuple[Account, ...] = ()
    case: str = ""
    code: str = ""


def open_doors(application: Application, sessions: Sessions, case: str) -> Doors:
    """Make the accounts of a demonstration and a query code for a case, or find them made.

    Raises UsageRefused if the ledger is no demonstration, or if its accounts cannot be read.
    """
    settings = application.settings
    if not settings.demo_marker.exists():
        raise UsageRefused("not_a_demo")
    found = doors_of(settings)
    if found.accounts:
        return found
    people = application.ledger.reference().people
    accounts = tuple(
        Account(place.account, application.entropy(PASSWORD_BYTES).hex(), officer, place.office, place.post)
        for place in PLACES
        if (officer := _holder(people, place))
    )
    for account in accounts:
        sessions.set_password(account.name, account.officer, account.password)
    doors = Doors(accounts, case, sessions.issue_code(case) if case else "")
    settings.demo_doors.touch(mode=0o600)
    settings.demo_doors.write_text(json.dumps(asdict(doors)) + "\n", "utf-8")
    return doors


def doors_of(settings: Settings) -> Doors:
    """The ways into a demonstration; none where the ledger is not one. Raises UsageRefused if they cannot be read."""
    if not settings.demo_marker.exists() or not settings.demo_doors.exists():
        return Doors()
    try:
        told = json.loads(settings.demo_doors.read_text("utf-8"))
        return Doors(tuple(Account(**one) for one in told["accounts"]), str(told["case"]), str(told["code"]))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsageRefused("demo_unfinished") from error


def _holder(people: People, place: Place) -> str:
    """Who was appointed to a post last and still holds it; "" if nobody does."""
    holders = [
        officer
        for (office, post, officer), tenures in people.tenures.items()
        if (office, post) == (place.office, place.post) and tenures[-1].until == NOW
    ]
    return holders[-1] if holders else ""
