"""Clients of the HTTP application, signed in as whoever a test needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from starlette.testclient import TestClient

from api.access.sessions import COOKIE, Sessions
from api.access.store import AccessStore
from api.access.table import Need
from api.access.viewer import Seat, Viewer
from api.http.app import build_app
from api.looks.journal import Journal, open_journal
from api.main import Application, milliseconds
from domain.people import People

BASE = "http://127.0.0.1"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
WORKING = ("intake", "handler", "head", "leader")


class FixedSessions(Sessions):
    """A door at which everybody is the same viewer; a cookie says which officer that is."""

    def __init__(self, viewer: Viewer) -> None:
        """Take the viewer; what is looked at is written down and forgotten."""
        self.fixed = viewer
        self._looks = open_journal(":memory:")

    @property
    def form_key(self) -> bytes:
        """Return a key that everybody knows."""
        return bytes(32)

    @property
    def looks(self) -> Journal:
        """Return what was looked at."""
        return self._looks

    def viewer(self, token: str | None, people: Callable[[], People], needs: Need = "posts") -> Viewer:
        """Return the viewer."""
        return replace(self.fixed, officer=token) if token else self.fixed


def everywhere(application: Application, officer: str = "") -> Viewer:
    """A viewer with a seat in every office that has none above it: nothing is out of bounds."""
    offices = application.ledger.reference().people.offices.values()
    seats = tuple(Seat(office.slug, "head", WORKING) for office in offices if not office.parent)
    return Viewer("staff", officer=officer, seats=seats)


@contextmanager
def client_of(application: Application, viewer: Viewer | None = None, *, raising: bool = False) -> Iterator[TestClient]:
    """A client that looks as this viewer, by default as one who may look everywhere."""
    app = build_app(application, FixedSessions(viewer or everywhere(application)))
    with TestClient(app, base_url=BASE, raise_server_exceptions=raising) as made:
        yield made


def prepare(client: TestClient, wish: dict[str, Any], **options: Any) -> Any:
    """Ask for a dry run as the officer that the wish names, at a client of `client_of`."""
    client.cookies.set(COOKIE, wish["actor"]["actor"])
    return client.post("/api/acts/prepare", json=wish, **options)


def token_of(client: TestClient, page: str = "/sign-in") -> str:
    """The token of the forms on a page."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get(page).text)
    assert found is not None, f"{page} has no form with a token"
    return found[1]


def enter(client: TestClient, **fields: str) -> Any:
    """Send the form of the door as its page does."""
    return client.post("/sign-in", data={"csrf": token_of(client), **fields})


@contextmanager
def open_door(application: Application, path: Path) -> Iterator[Sessions]:
    """Real sessions with a hasher that costs nothing, in a file of their own."""
    store = AccessStore(path)
    try:
        yield Sessions(store, milliseconds(application.clock), application.entropy, CHEAP)
    finally:
        store.close()


@contextmanager
def signed_in(application: Application, sessions: Sessions, account: str = "", case: str = "") -> Iterator[TestClient]:
    """A client with a real session of an account, or of the case that a query code opened; of nobody without both."""
    app = build_app(application, sessions)
    with TestClient(app, base_url=BASE, raise_server_exceptions=False, follow_redirects=False) as made:
        if account or case:
            made.cookies.set(COOKIE, sessions.open(account=account, case=case))
        yield made
