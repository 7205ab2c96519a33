"""How requests are taken off a connection: by uvicorn's protocol on httptools, and by what it leaves without a bound.

The parser reads heads, trailers and chunk extensions of any length, and requests sent ahead in any number: here they
end. What is refused is answered with 400 and the connection closed; what does not come, or comes too slowly, is not
waited for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from enum import Enum, auto
from typing import Any, Final, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.background import STOP_SECONDS

MAX_HEAD_BYTES: Final = 64 * 1024
"""How long a request's target and headers may be together, or what stands in a row that is no part of a body."""
MAX_AHEAD: Final = 32
"""How many requests of one connection may wait for the answer to the one before."""
HEAD_SECONDS: Final = 20.0
"""How long a connection may take for a head: from its beginning, or from when it was opened."""
BODY_SECONDS: Final = 20.0
"""How long a connection may take for a body, and a second more for every `BODY_RATE` bytes that came of it."""
BODY_RATE: Final = 500
"""How many bytes of a body a second are fast enough. Source of both: Apache's defaults, RequestReadTimeout."""

END_SECONDS: Final = STOP_SECONDS * 0.8
"""How long a connection may take for what is under way when the server ends, which waits a little longer."""


class Unreadable(Exception):
    """A request that is framed or named as none should be; the connection is closed."""


class Part(Enum):
    """What of a request is on its way."""

    HEAD = auto()
    BODY = auto()


class Wire(HttpToolsProtocol):
    """One connection."""

    _unbounded = 0  # bytes since the last that began a request or belonged to a body
    _coming: Part | None = Part.HEAD
    _waiting: asyncio.TimerHandle | None = None
    _since = 0.0  # when the wait for a body began, by the loop's clock
    _taken = 0  # bytes of that body
    _unanswered: Sequence[RequestResponseCycle] = ()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer, and have nothing more written; uvicorn itself tells only the last of several requests."""
        self._rest()
        self.pipeline.clear()
        for cycle in self._unanswered:
            cycle.disconnected = True
            cycle.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless it goes on and on without being part of a body."""
        self._unbounded += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._unbounded > MAX_HEAD_BYTES:
            self.send_400_response("Invalid HTTP request received.")
        self._watch()

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._unbounded, self._coming = 0, Part.HEAD
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Begin to answer a request; raises Unreadable, which the parser takes for its own error."""
        self._rest()
        self._check_head()
        super().on_headers_complete()
        self._coming, self._taken = Part.BODY, 0
        self._unanswered = [*(one for one in self._unanswered if not one.response_complete), self.cycle]
        # Trailers, which are parsed into the same list, are no headers. Source: RFC 9110, section 6.5.1.
        self.headers = []

    def on_body(self, body: bytes) -> None:
        """Take a part of a body in."""
        self._unbounded = 0
        self._taken += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request, of which nothing more comes."""
        self._rest()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read: behind the answers to what came whole before it, never into one of them."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        self._rest()
        if cycle is None or cycle.response_complete:
            super().send_400_response(msg)
        elif not cycle.more_body:
            cycle.keep_alive = False
            self.flow.pause_reading()
        elif self.pipeline or cycle.response_started:
            self.transport.close()
        else:
            super().send_400_response(msg)

    def shutdown(self) -> None:
        """End with what is under way, but wait neither for a body that does not come nor for a reader who is gone."""
        super().shutdown()
        self.loop.call_later(END_SECONDS, self.transport.abort)

    def _check_head(self) -> None:
        """Check a whole head: its length, its target, how its body is framed, and how many were sent ahead.

        A target that names a host is a proxy's: it would stand above the one that is checked. No other coding than
        chunked is known. Source: RFC 9112, sections 3.2 and 6.1.
        """
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        codings = [value.lower() for name, value in self.headers if name == b"transfer-encoding"]
        if size > MAX_HEAD_BYTES or len(self.pipeline) >= MAX_AHEAD:
            raise Unreadable
        if not (self.url.startswith(b"/") or self.url == b"*") or codings not in ([], [b"chunked"]):
            raise Unreadable

    def _unsupported_upgrade_warning(self) -> None:
        # What came behind such a request was passed over, so that nothing can follow its answer.
        self._rest()
        self.cycle.keep_alive = False

    def _watch(self) -> None:
        """Begin to wait for the end of what is on its way, if there is any and nobody waits yet."""
        if self._coming is not None and self._waiting is None:
            self._since = self.loop.time()
            seconds = HEAD_SECONDS if self._coming is Part.HEAD else BODY_SECONDS
            self._waiting = self.loop.call_later(seconds, self._end_wait)

    def _rest(self) -> None:
        """Wait for nothing."""
        self._coming = None
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _end_wait(self) -> None:
        """Close the connection, unless a body comes fast enough or it is the server that does not read on."""
        self._waiting = None
        if self.flow.read_paused:
            self._watch()
            return
        if self._coming is Part.BODY:
            left = self._since + BODY_SECONDS + self._taken / BODY_RATE - self.loop.time()
            if left > 0:
                self._waiting = self.loop.call_later(left, self._end_wait)
                return
        self.timeout_keep_alive_handler()


def listen_at(app: ASGIApp, host: str, port: int, **more: Any) -> uvicorn.Config:
    """What every server is told: how it reads requests, no access log, no name, and a bound on its own end."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=Wire,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(STOP_SECONDS),
        **more,
    )
