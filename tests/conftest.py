"""What every test may ask for: a real PostgreSQL, an empty database in it, a SQLite file."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from _pytest.terminal import TerminalReporter
from hypothesis import HealthCheck, settings

from tests.memory import memory_folder
from tests.postgres_server import PostgresMissing, PostgresServer

if TYPE_CHECKING:
    from api.settings import Settings

# The machines that run this have two busy cores: a deadline per example would report the neighbours, not the code.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

LONG = ("soak", "long")


def pytest_configure(config: pytest.Config) -> None:
    """Choose where temporary folders stand, unless the caller has."""
    memory = memory_folder()
    if memory is not None and not config.option.basetemp:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the browser tests write pictures of what they see."""
    parser.addoption("--pictures", default="", help="A folder for pictures of the pages that browser tests open.")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server a test process, without fsync. A missing PostgreSQL fails: the stores are never tested by half."""
    try:
        server = PostgresServer(durable=False)
    except PostgresMissing as missing:
        pytest.fail(str(missing))
    yield server
    server.close()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A new, empty database, reached as a role that owns it and may create roles."""
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'sundial.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def any_store_url(request: pytest.FixtureRequest) -> str:
    """The same test on both stores."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(scope="session")
def demo_city(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The demonstration city on SQLite, told once a test process; for reading only: `tests/api/demo_city.py`."""
    from tests.api.demo_city import tell_city_to  # the whole application, which most tests do without

    return tell_city_to(tmp_path_factory.mktemp("demo") / "home")


@pytest.fixture
def demo_home(demo_city: Settings, tmp_path: Path) -> Settings:
    """A private copy of the demonstration city, for tests that write to it."""
    from tests.api.demo_city import copy_city

    return copy_city(demo_city, tmp_path / "demo-home")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest tests begin first, so that none is left to run alone at the end."""
    items.sort(key=lambda item: -_minutes(item))


def _minutes(item: pytest.Item) -> int:
    """How many minutes a test says that it takes: `@pytest.mark.soak(minutes=2)`, `@pytest.mark.long(minutes=1)`."""
    told = [marker for marker in item.iter_markers() if marker.name in LONG]
    return max((int(marker.kwargs.get("minutes", 0)) for marker in told), default=0)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print what tests counted with `record_property("count: …", number)`, added up over all of them."""
    counts: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        if report.when == "call":
            counts.update(
                {name: int(str(value)) for name, value in report.user_properties if name.startswith("count: ")}
            )
    for name, number in sorted(counts.items()):
        terminalreporter.write_line(f"{name.removeprefix('count: ')}: {number:,}")
