"""A small ledger on SQLite, founded once and copied for each test, with a clock that the test moves."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.access.viewer import PUBLIC, Viewer
from api.founding import parse_plan
from api.http.app import build_app
from api.initialise import initialise
from api.main import Application, open_application
from api.settings import Settings, load_settings
from tests.api.clients import BASE, FixedSessions, everywhere
from tests.api.conftest import PLAN
from tests.api.publishing.witnesses import Net, log_key, make_witness


class Looking:
    """One HTTP application over a ledger, at which the viewer can be changed; building one takes a second."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.sessions = FixedSessions(PUBLIC)
        self.client = TestClient(build_app(application, self.sessions), base_url=BASE, raise_server_exceptions=False)

    def as_viewer(self, viewer: Viewer | None = None) -> TestClient:
        """A client that looks as this viewer, by default as one who may look everywhere."""
        self.sessions.fixed = viewer or everywhere(self.application)
        return self.client


class Watch:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


def _settings(home: Path) -> Settings:
    return load_settings(home=home, language="en", environment={})


@pytest.fixture(scope="session")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("small") / "home"
    initialise(_settings(home), parse_plan(PLAN.encode()))
    return home


@pytest.fixture
def small(small_home: Path, tmp_path: Path) -> Settings:
    """The settings of a ledger of one's own with two offices and two officers; its database is in the home."""
    shutil.copytree(small_home, tmp_path / "home")
    return _settings(tmp_path / "home")


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def ledger(small: Settings, watch: Watch) -> Iterator[Application]:
    with open_application(small, clock=watch) as opened:
        yield opened


@pytest.fixture
def net(ledger: Application, tmp_path: Path) -> Iterator[Net]:
    key = log_key(ledger)
    witnesses = [make_witness(tmp_path / f"{name}.db", name, key) for name in ("east", "west")]
    yield Net(witnesses)
    for one in witnesses:
        one.store.close()
