"""Looks on their way into the log: nothing is lost or told twice, whoever is killed or writes beside another."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from api.looks.batches import now_of, recall, write_looks
from api.looks.journal import MOST, Journal, open_journal
from api.looks.look import Look
from api.main import Application, open_application, open_log
from api.settings import Settings
from tests.api.clients import open_door
from tests.api.conftest import Run
from tests.api.demo_city import open_city
from tests.api.looks_written import written_looks


@pytest.fixture
def city(demo_home: Settings) -> Iterator[Application]:
    """A city of the test's own, open."""
    with open_city(demo_home) as opened:
        yield opened


@pytest.fixture
def any_store_url(sqlite_url: str) -> str:
    """One store is enough here."""
    return sqlite_url


class Killed(BaseException):
    """The process ends here."""


def _told(journal: Journal, count: int, at: int, office: str = "renewal") -> None:
    """Write down looks of an office; those of each office have numbers of their own."""
    start = 0 if office == "renewal" else int.from_bytes(office.encode()) << 16
    numbers = (f"{start + number:032x}" for number in range(count))
    journal.add(Look(one, at, office, "officer-x", "head", "look", "/x") for one in numbers)


@pytest.mark.parametrize("step", ["begin", "_settle", "finish"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_who_is_killed_at_any_step_loses_no_look_and_tells_none_twice(
    demo_home: Settings, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    with open_city(demo_home) as city:
        journal, count = open_journal(":memory:"), MOST + 3
        _told(journal, count, now_of(city) - 10_000)
        place: Any = "api.looks.batches._settle" if step == "_settle" else f"api.looks.journal.Journal.{step}"
        whole = _resolve(place)

        def killed(*given: Any) -> Any:
            if when == "after":
                whole(*given)
            raise Killed

        with monkeypatch.context() as patched:
            patched.setattr(place, killed)
            with pytest.raises(Killed):
                write_looks(city, journal, now_of(city) + 1)
        write_looks(city, journal, now_of(city) + 1)
        assert sorted(look["look"] for _, look, _ in written_looks(city)) == [
            f"{number:032x}" for number in range(count)
        ]
        assert journal.begun() == []
        lost = open_journal(":memory:")
        assert (recall(city, lost), recall(city, lost)) == (count, 0)
        assert lost.of_offices(["renewal"], 2**53, count) == journal.of_offices(["renewal"], 2**53, count)


def _resolve(place: str) -> Any:
    import api.looks.batches as batches

    return batches._settle if place.endswith("_settle") else getattr(Journal, place.rpartition(".")[2])


def test_looks_of_entries_that_a_restored_backup_lacks_are_written_again(city: Application) -> None:
    journal = open_journal(":memory:")
    _told(journal, 3, now_of(city) - 5_000)
    journal.begin(b"b" * 16, "renewal", 2**53)
    journal.finish(b"b" * 16, city.ledger.head().size + 7)
    assert recall(city, journal) == 0
    assert write_looks(city, journal, now_of(city) + 1) == 1
    assert len(written_looks(city)) == 3


def test_two_that_write_the_same_batch_tell_it_once(city: Application) -> None:
    journal = open_journal(":memory:")
    _told(journal, 3, now_of(city) - 5_000, "supervision")
    before = len(written_looks(city))
    journal.begin(b"b" * 16, "supervision", 2**53)
    (batch,) = journal.begun()
    rival = open_journal(":memory:")
    rival.add(batch.looks)
    rival.begin(batch.act_id, "supervision", 2**53)
    assert write_looks(city, rival, 0) + write_looks(city, journal, 0) == 1
    assert len(written_looks(city)) == before + 3


@pytest.mark.parametrize(
    "grown_by",
    [1, pytest.param(2, marks=pytest.mark.soak), pytest.param(5, marks=pytest.mark.soak)],
)
def test_a_process_that_is_killed_while_it_writes_looks_is_followed_by_one_that_completes_them(
    founded: Settings, run: Run, grown_by: int
) -> None:
    count = 2 * MOST + 1
    with open_application(founded) as application, open_door(application, founded.access_file) as door:
        for office in ("petitions", "housing"):
            _told(door.looks, count, now_of(application) - 3_600_000, office)
        before = application.ledger.head().size
    places = ["--home", str(founded.home), "--database", founded.database]
    process = subprocess.Popen([sys.executable, "-m", "api.cli", "tick", *places], stdout=subprocess.DEVNULL)
    log = open_log(founded)
    while log.head().size < before + grown_by and process.poll() is None:
        pass
    process.kill()
    process.wait()
    log.close()
    assert run("tick", "--json").code == 0
    assert run("tick", "--json").json["looks"] == 0
    with open_application(founded) as application:
        written = written_looks(application)
    told = [(stream, look["look"]) for stream, look, _ in written]
    assert len(told) == len(set(told)) == 2 * count
    assert run("verify", "--json").json["ok"]
