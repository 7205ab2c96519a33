"""A small ledger on either store, and the command line to try on it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api import cli
from api.founding import Plan, parse_plan
from api.initialise import initialise
from api.main import Application, open_application
from api.settings import Settings, load_settings
from tests.postgres_server import PostgresServer

PLAN = """
origin = "test.example/city"
registrars = ["registrar-qin", "registrar-yao"]
offices = [
  { office = "petitions", kind = "petition_office", name_zh = "信访局", name_en = "Petition office" },
  { office = "housing", kind = "competent_unit", name_zh = "住建局", name_en = "Housing bureau" },
]
posts = [
  { office = "petitions", post = "window", name_zh = "窗口", duties = ["intake"] },
  { office = "housing", post = "window", name_zh = "窗口", duties = ["intake", "handler"] },
]
officers = [
  { officer = "officer-lin", office = "petitions", post = "window", from_on = 2024-01-01, name = "林" },
  { officer = "officer-shen", office = "housing", post = "window", from_on = 2024-01-01, name = "沈" },
]
"""


@dataclass(frozen=True)
class Answer:
    """What a command printed and ended with."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


Run = Callable[..., Answer]


@pytest.fixture
def settings(tmp_path: Path, any_store_url: str) -> Settings:
    """Settings of a home that does not exist yet, on either store."""
    return load_settings(home=tmp_path / "home", database=any_store_url, language="en", environment={})


@pytest.fixture(scope="session")
def founded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A ledger with two offices and two officers, founded once a process on SQLite, to be copied only."""
    folder = tmp_path_factory.mktemp("founded")
    return found(folder / "home", f"sqlite:///{folder / 'sundial.db'}")


@pytest.fixture(scope="session")
def founded_postgres(tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer) -> Settings:
    """The same on PostgreSQL."""
    return found(tmp_path_factory.mktemp("founded") / "home", postgres_server.create_database())


def found(home: Path, url: str, plan: Plan | None = None) -> Settings:
    """Found a ledger by a plan, by default that of two offices and two officers."""
    settings = load_settings(home=home, database=url, language="en", environment={})
    initialise(settings, plan or parse_plan(PLAN.encode()))
    return settings


@pytest.fixture
def founded_postgres_url(told_postgres: Settings, postgres_server: PostgresServer) -> Iterator[str]:
    """A new database that is a copy of the founded one."""
    url = postgres_server.copy_database(told_postgres.database)
    yield url
    postgres_server.drop_database(url)


@pytest.fixture(params=["sqlite", "postgres"])
def any_store_url(request: pytest.FixtureRequest) -> str:
    """The same test on both stores; on PostgreSQL the database is founded already where the test asks for `founded`."""
    found = "founded" in request.fixturenames and request.param == "postgres"
    return str(request.getfixturevalue("founded_postgres_url" if found else f"{request.param}_url"))


@pytest.fixture
def founded(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """The settings of a ledger of one's own with two offices and two officers: a copy, which costs a tenth."""
    model = request.getfixturevalue("told_sqlite" if settings.is_sqlite else "told_postgres")
    return copy_of(model, settings)


def copy_of(model: Settings, settings: Settings) -> Settings:
    """Copy home and database; on PostgreSQL the database is a copy already."""
    if settings.is_sqlite:
        shutil.copyfile(model.database_file, settings.database_file)
    shutil.copytree(model.home, settings.home)
    return settings


Tell = Callable[[Run, Path], object]


@pytest.fixture(scope="module")
def told_sqlite(request: pytest.FixtureRequest, founded_sqlite: Settings, grow: Grow) -> Settings:
    """What a module's tests begin with: where it has `TOLD`, a copy of the founded ledger in which that was told."""
    return grow(founded_sqlite, getattr(request.module, "TOLD", None))


@pytest.fixture(scope="module")
def told_postgres(request: pytest.FixtureRequest, founded_postgres: Settings, grow: Grow) -> Settings:
    """The same on PostgreSQL."""
    return grow(founded_postgres, getattr(request.module, "TOLD", None))


Grow = Callable[[Settings, Tell | None], Settings]


@pytest.fixture(scope="session")
def grow(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Grow:
    """Copy a founded ledger and tell more in the copy; the ledger itself if there is nothing to tell."""

    def copy_and_tell(model: Settings, tell: Tell | None) -> Settings:
        if tell is None:
            return model
        folder = tmp_path_factory.mktemp("grown")
        url = f"sqlite:///{folder / 'sundial.db'}"
        if not model.is_sqlite:
            url = request.getfixturevalue("postgres_server").copy_database(model.database)
        settings = load_settings(home=folder / "home", database=url, language="en", environment={})
        tell(runner(copy_of(model, settings)), folder)
        return settings

    return copy_and_tell


@pytest.fixture
def application(founded: Settings) -> Iterator[Application]:
    """That ledger, open."""
    with open_application(founded) as opened:
        yield opened


@pytest.fixture
def run(settings: Settings) -> Run:
    """Run a command on the settings' home and database, in English."""
    return runner(settings)


def runner(settings: Settings, *, lang: str = "en") -> Run:
    """Make what runs commands on a home and database."""
    app = cli.build()

    def run(*words: str | Path, typed: str | None = None) -> Answer:
        family = 2 if words[0] in ("keys", "prove", "accounts", "witness", "export") else 1
        places = ["--home", str(settings.home), "--database", settings.database, "--lang", lang]
        arguments = [str(word) for word in words]
        result = CliRunner().invoke(app, [*arguments[:family], *places, *arguments[family:]], input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert "Traceback" not in result.stderr
        return Answer(result.exit_code, result.stdout, result.stderr)

    return run
