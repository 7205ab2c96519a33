"""How long a connection is waited for, by a clock of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, cast

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from api.http.wire import BODY_RATE, BODY_SECONDS, HEAD_SECONDS, Wire, listen_at

HEAD = b"POST /sign-in HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 90000\r\n\r\n"
WHOLE = b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"


async def unanswering(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that is never run."""


class Handle:
    """One call to come, or one that was taken back."""

    def __init__(self, at: float, call: Callable[[], object]) -> None:
        self.at, self.call, self.live = at, call, True

    def cancel(self) -> None:
        """Take the call back."""
        self.live = False


class Task:
    """Work that is not done."""

    def add_done_callback(self, call: Callable[[Any], object]) -> None:
        """Never call."""


class Loop:
    """A loop whose time goes on when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.calls: list[Handle] = []

    def time(self) -> float:
        """Seconds since the test began."""
        return self.now

    def call_later(self, seconds: float, call: Callable[[], object]) -> Handle:
        """Call when so many seconds have gone by."""
        self.calls.append(Handle(self.now + seconds, call))
        return self.calls[-1]

    def create_task(self, work: Coroutine[Any, Any, None], **_: Any) -> Task:
        """Take work that is never done."""
        work.close()
        return Task()

    def go_on(self, seconds: float) -> None:
        """Let time go by, and call what is due in it."""
        until = self.now + seconds
        while due := [one for one in self.calls if one.live and one.at <= until]:
            first = min(due, key=lambda one: one.at)
            self.now, first.live = first.at, False
            first.call()
        self.now = until


class Connection:
    """The other end's side of a connection."""

    def __init__(self) -> None:
        self.closed = False
        self.reading = True

    def get_extra_info(self, name: str) -> None:
        """Nothing is known of it."""

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self.closed

    def close(self) -> None:
        """Close it."""
        self.closed = True

    def pause_reading(self) -> None:
        """Read no more."""
        self.reading = False

    def resume_reading(self) -> None:
        """Read on."""
        self.reading = True


@pytest.fixture
def loop() -> Loop:
    """The test's time."""
    return Loop()


@pytest.fixture
def connection() -> Connection:
    """A connection that is open."""
    return Connection()


@pytest.fixture
def wire(loop: Loop, connection: Connection) -> Wire:
    """What reads from it."""
    config = listen_at(unanswering, "127.0.0.1", 0)
    config.load()
    made = Wire(config, ServerState(), {}, cast("asyncio.AbstractEventLoop", loop))
    made.connection_made(cast("asyncio.Transport", connection))
    return made


@pytest.mark.usefixtures("wire")
def test_a_request_that_does_not_come_ends_the_connection(loop: Loop, connection: Connection) -> None:
    loop.go_on(HEAD_SECONDS - 1)
    assert not connection.closed
    loop.go_on(1)
    assert connection.closed


def test_a_head_that_trickles_has_no_more_time(wire: Wire, loop: Loop, connection: Connection) -> None:
    for at in range(int(HEAD_SECONDS)):
        assert not connection.closed
        wire.data_received(HEAD[at : at + 1])
        loop.go_on(1)
    assert connection.closed


@pytest.mark.parametrize("method", [b"POST", b"GET"])
def test_a_body_that_does_not_come_ends_the_connection(
    wire: Wire, loop: Loop, connection: Connection, method: bytes
) -> None:
    loop.go_on(HEAD_SECONDS - 1)
    wire.data_received(HEAD.replace(b"POST", method))
    loop.go_on(BODY_SECONDS - 1)
    assert not connection.closed
    loop.go_on(1)
    assert connection.closed


@pytest.mark.parametrize(("part", "in_time"), [(BODY_RATE, True), (BODY_RATE // 2, False)])
def test_a_body_has_a_second_more_for_so_many_bytes(
    wire: Wire, loop: Loop, connection: Connection, part: int, in_time: bool
) -> None:
    wire.data_received(HEAD)
    for _ in range(100):
        wire.data_received(bytes(part))
        loop.go_on(1)
    assert connection.closed is not in_time


def test_whoever_sent_all_is_not_hurried(wire: Wire, loop: Loop, connection: Connection) -> None:
    wire.data_received(HEAD.replace(b"90000", b"9") + bytes(9))
    loop.go_on(10 * BODY_SECONDS)
    assert connection.reading
    assert not connection.closed


@pytest.mark.parametrize("more", [HEAD + bytes(70_000), WHOLE * 2 + HEAD[:9]], ids=["a body", "a head"])
def test_a_server_that_does_not_read_on_gives_time(wire: Wire, loop: Loop, connection: Connection, more: bytes) -> None:
    wire.data_received(more)
    assert not connection.reading
    loop.go_on(10 * (HEAD_SECONDS + 70_000 / BODY_RATE))
    assert not connection.closed
    wire.flow.resume_reading()
    loop.go_on(2 * (HEAD_SECONDS + 70_000 / BODY_RATE))
    assert connection.closed
