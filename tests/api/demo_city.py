"""The demonstration city, told once a test process; fixtures in `tests/conftest.py` hand it out.

`demo_city` is the city itself, for tests that only read. `demo_home` is a private copy for tests that write: copying
costs some hundredths of a second, telling costs seconds. Both are `Settings` of a whole home on SQLite with its
database, keys and anchor, every view folded to the end; nothing runs on it yet:

    def test_something(demo_city: Settings) -> None:
        with open_city(demo_city) as application:
            page = ask_overdue(application, OverdueQuestion(application.clock()))
        answer = runner(demo_city)("verify", "--json")

A reader of the log may use `application.ledger`; one of the views `application.reader`. The clock of an opened city
stands just after its last act (`demo_clock`), so that "now" means the same on every run. Key files are named after
their officers (`application.key("officer-lin")`; `api/demo/city.toml` and `changes.toml` say who holds what).

What is where: `renewal` is the office that shirks, `ecology` the exemplary one, `villages` is merged into `housing` on
2025-09-30; the joint conference is the stream `conference/joint`, receptions stand in `bulletin/guicheng`, `housing`,
`renewal` and `dongmen`, mandates in `mandate/random-2025-1`, `visits-2025`, `backlog-2025` and `assessment-2025`.
Which stories there are, and how many cases each has, is the table `PROGRAMME` of `api/demo/stories.py`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.demo.stage import demo_clock, set_stage
from api.main import Application, open_application
from api.settings import Settings, load_settings


def tell_city_to(home: Path) -> Settings:
    """Tell the whole city to a home that does not exist yet; some seconds."""
    settings = settings_of(home)
    set_stage(settings, lambda done, total: None)
    return settings


def copy_city(city: Settings, home: Path) -> Settings:
    """Copy a told city to a home that does not exist yet."""
    shutil.copytree(city.home, home)
    return settings_of(home)


def settings_of(home: Path) -> Settings:
    """The settings of a home with its database in it, in English."""
    return load_settings(home=home, language="en", environment={})


@contextmanager
def open_city(city: Settings) -> Iterator[Application]:
    """Open a told city with its own clock."""
    clock = demo_clock(city)
    assert clock is not None, "the city is told to its end"
    with open_application(city, clock=clock) as application:
        yield application
