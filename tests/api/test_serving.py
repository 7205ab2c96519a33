"""`serve`: beyond this machine only behind TLS, and what it does with what is no request or more than one."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from api.access.viewer import PUBLIC
from api.errors import UsageRefused
from api.http.app import build_app
from api.http.wire import MAX_AHEAD, MAX_HEAD_BYTES, listen_at
from api.listening import check_listening
from api.main import Application
from api.serving import check_port, ticking
from api.settings import Settings
from tests.api.clients import FixedSessions
from tests.api.conftest import Run
from tests.api.served import served
from tests.postgres_server import free_port

WAIT_SECONDS = 60.0
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


@pytest.fixture
def any_store_url(sqlite_url: str) -> str:
    """One store is enough here: what differs between the two lies below this room."""
    return sqlite_url


HOST = b"host: 127.0.0.1\r\n"
ASKED = b"GET /api/health HTTP/1.1\r\n" + HOST
WHOLE, LAST = ASKED + b"\r\n", ASKED + b"connection: close\r\n\r\n"
CHUNKED = b"POST /sign-in HTTP/1.1\r\n" + HOST + b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n"
LINES, LONG = b"x-one: more\r\n" * 40_000, b"y" * 500_000

UNREADABLE = {
    "a head that is too long": ASKED + LINES[: 13 * 8_000] + b"\r\n",
    "a head without end": ASKED + LINES,
    "a header without end": ASKED + b"x: " + LONG,
    "a target without end": b"GET /" + LONG,
    "trailers without end": CHUNKED + b"0\r\n" + LINES,
    "a chunk's extension without end": CHUNKED + b"2;" + LONG,
    "two lengths": ASKED + b"content-length: 1\r\ncontent-length: 2\r\n\r\n",
    "a length and chunks": ASKED + b"content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "another coding": ASKED + b"transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a line that is folded": ASKED + b"x: y\r\n z\r\n\r\n",
    "lines without a return": WHOLE.replace(b"\r", b""),
    "a space before the colon": ASKED + b"x : y\r\n\r\n",
    "a zero in a header": ASKED + b"x: \0\r\n\r\n",
    "a host in the target": WHOLE.replace(b"/api", b"http://127.0.0.1/api"),
    "a tunnel": WHOLE.replace(b"GET /api/health", b"CONNECT evil.example:443"),
}
ANSWERED = {
    "two hosts": (ASKED + b"host: evil.example\r\n\r\n" + LAST, [400, 200]),
    "two hosts, the last of them known": (
        ASKED.replace(b"127.0.0.1", b"evil.example") + HOST + b"\r\n" + LAST,
        [400, 200],
    ),
    "a host in a trailer": (CHUNKED + b"0\r\nhost: evil.example\r\n\r\n" + LAST, [403, 200]),
    "a length of many digits": (ASKED + b"content-length: %s2\r\n\r\n{}" % (b"0" * 5_000) + LAST, [413, 200]),
    "requests sent ahead": (WHOLE * 2 + LAST, [200] * 3),
    "what is no request behind one": (WHOLE + b"JUNK\r\n\r\n", [200]),
    "more requests sent ahead than may be": (WHOLE * 2 * MAX_AHEAD + LAST, [200] * (MAX_AHEAD + 1)),
    "an upgrade": (ASKED + b"connection: upgrade\r\nupgrade: websocket\r\n\r\n" + LAST, [200]),
}


@pytest.fixture
def port(application: Application) -> Iterator[int]:
    """The port of a server as `serve` begins it, but that sets no limit on how often it is asked."""
    found = free_port()
    with served(listen_at(build_app(application, FixedSessions(PUBLIC)), "127.0.0.1", found)):
        yield found


def _ask(port: int, request: bytes) -> list[int]:
    """Send what may be no request; the status of each answer until the connection ends."""
    told = bytearray()
    with socket.create_connection(("127.0.0.1", port), timeout=WAIT_SECONDS) as connection:
        with suppress(ConnectionError):
            connection.sendall(request)
        with suppress(ConnectionError):
            while part := connection.recv(65_536):
                told += part
    return [int(status) for status in STATUS.findall(told)]


def test_what_is_framed_as_no_request_should_be_ends_the_connection(port: int) -> None:
    for what, request in UNREADABLE.items():
        # What is sent on to a connection that has ended can take the answer with it.
        assert _ask(port, request) in ([[400]] if len(request) < MAX_HEAD_BYTES else [[400], []]), what


def test_what_was_asked_whole_is_answered_whatever_comes_with_it(port: int) -> None:
    for what, (request, statuses) in ANSWERED.items():
        assert _ask(port, request) == statuses, what


@pytest.mark.parametrize("begun", [b"", WHOLE[:-2], WHOLE[:9]], ids=["nothing", "a header", "half a line"])
def test_a_request_that_does_not_come_is_not_waited_for(
    application: Application, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr("api.http.wire.HEAD_SECONDS", 0.05)
    with served(listen_at(build_app(application, FixedSessions(PUBLIC)), "127.0.0.1", port := free_port())):
        assert _ask(port, begun) == []


POSTED = b"POST /sign-in HTTP/1.1\r\n" + HOST
HALF_A_BODY = {
    "a length": (POSTED + b"content-length: 9\r\n\r\n{", []),
    "chunks": (CHUNKED, []),
    "behind another request": (WHOLE + POSTED + b"content-length: 9\r\n\r\n{", [200]),
}


@pytest.mark.parametrize("what", HALF_A_BODY)
def test_a_body_that_does_not_come_is_not_waited_for(
    application: Application, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr("api.http.wire.BODY_SECONDS", 0.05)
    begun, statuses = HALF_A_BODY[what]
    with served(listen_at(build_app(application, FixedSessions(PUBLIC)), "127.0.0.1", port := free_port())):
        assert _ask(port, begun) == statuses


def test_a_body_that_comes_fast_enough_has_its_time(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.http.wire.BODY_SECONDS", 0.0)
    monkeypatch.setattr("api.http.wire.BODY_RATE", 1 / WAIT_SECONDS)
    begun = POSTED + b"connection: close\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n{"
    with (
        served(listen_at(build_app(application, FixedSessions(PUBLIC)), "127.0.0.1", port := free_port())),
        socket.create_connection(("127.0.0.1", port), timeout=WAIT_SECONDS) as connection,
    ):
        connection.sendall(begun)
        assert STATUS.findall(connection.recv(65_536)) == [b"100"]
        connection.sendall(b"}")
        assert STATUS.findall(connection.recv(65_536)) == [b"403"]


def test_a_server_that_ends_waits_a_bounded_time_for_a_body(
    application: Application, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("api.http.wire.END_SECONDS", 0.05)
    awaited = ASKED.replace(b"GET", b"POST") + b"content-length: 9\r\nexpect: 100-continue\r\n\r\n"
    with socket.socket() as connection:
        with served(listen_at(build_app(application, FixedSessions(PUBLIC)), "127.0.0.1", port := free_port())):
            connection.connect(("127.0.0.1", port))
            connection.sendall(awaited)
            assert STATUS.findall(connection.recv(65_536)) == [b"100"]
        with suppress(ConnectionError):
            assert connection.recv(65_536) == b""
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", "", "127.0.0.1.example.org"])
def test_any_other_address_than_loopback_is_refused(run: Run, founded: Settings, host: str) -> None:
    answer = run("serve", "--host", host, "--port", str(free_port()))
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
