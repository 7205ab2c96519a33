"""`serve`: beyond this machine only behind TLS. A server that really answers stands in `test_markers_served.py`."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from api.errors import UsageRefused
from api.listening import check_listening
from api.main import Application
from api.serving import check_port, ticking
from api.settings import Settings
from tests.api.conftest import Run

WAIT_SECONDS = 60.0


@pytest.fixture
def any_store_url(sqlite_url: str) -> str:
    """One store is enough here: what differs between the two lies below this room."""
    return sqlite_url


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", "", "127.0.0.1.example.org"])
def test_any_other_address_than_loopback_is_refused(run: Run, founded: Settings, host: str) -> None:
    answer = run("serve", "--host", host, "--port", str(_free_port()))
    assert answer.code == 2
    assert "loopback" in answer.err


@pytest.mark.parametrize(("host", "address"), [("localhost", "127.0.0.1"), ("127.0.0.2", "127.0.0.2"), ("::1", "::1")])
def test_loopback_addresses_are_taken(host: str, address: str) -> None:
    assert check_listening(host).address == address


def test_a_port_in_use_is_refused_in_one_line(run: Run, founded: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageRefused, match="port_unusable"):
            check_port("127.0.0.1", port)
        assert run("serve", "--port", str(port)).code == 2


def test_scheduled_work_goes_on_after_a_failure(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    notes: list[str] = []

    def fail_once(_: object) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise OSError("disk")

    monkeypatch.setattr("api.serving.tick_once", fail_once)
    with ticking(application, notes.append, seconds=0.01):
        deadline = time.monotonic() + WAIT_SECONDS
        while len(calls) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
    assert len(calls) >= 3
    assert notes == ["a file or the memory failed"]


def test_demo_takes_its_port_before_it_tells_the_city(run: Run, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert run("demo", "--port", str(taken.getsockname()[1])).code == 2
