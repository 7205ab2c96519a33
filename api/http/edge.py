"""The edge of the application: body limit, host check, security headers, request ids, and counts without personal data.

Every answer carries an id of its own in `x-request-id`. What fails inside is told in one line of the log: the id, the
route's template, the kind of error and the line of code, never the error's message, a path, a query or a body.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from traceback import extract_tb

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.attachments.kinds import MAX_FILE_BYTES
from api.errors import Problem, describe
from api.http.limiting import RETRY_SECONDS, Limits
from api.http.refusals import choose_wording, respond
from api.listening import is_named
from api.wording import Wording

MAX_BODY_BYTES = 2**20
MOST_DIGITS = 18
STREAMED = "/api/files/"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REQUEST_ID_BYTES = 8
LASTING_TLS = b"max-age=31536000"
log = logging.getLogger("sundial.http")
SECURITY_HEADERS: Sequence[tuple[bytes, bytes]] = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)


class Meters:
    """Counts of requests by route template, method and status; never a path, query or body."""

    def __init__(self) -> None:
        """Register the meters in a registry of their own."""
        self.registry = CollectorRegistry()
        labels = ["route", "method", "status"]
        self.requests = Counter("sundial_http_requests", "Requests answered.", labels, registry=self.registry)
        self.seconds = Histogram("sundial_http_seconds", "Seconds to answer.", ["route"], registry=self.registry)


@dataclass(frozen=True, slots=True)
class Gate:
    """To which host names besides loopback's the application answers, whether a proxy ends TLS, and how often."""

    names: tuple[str, ...] = ()
    proxied: bool = False
    limits: Limits | None = None


class AnswerBroken(Exception):
    """An answer broke off in the middle; the server that logs this learns nothing of what it was about."""


class Edge:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, meters: Meters, gate: Gate, entropy: Callable[[int], bytes]) -> None:
        """Wrap app and count into meters; entropy(n) returns n unpredictable bytes for the requests' ids."""
        self._app = app
        self._meters = meters
        self._gate = gate
        self._entropy = entropy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status: int | None = None
        number = self._entropy(REQUEST_ID_BYTES).hex()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _headers_of(message, scope, number)
            await send(message)

        try:
            await self._guarded(scope, receive, watched)
        except Exception as error:
            _note_failure(error, number, scope)
            if status is not None:
                raise AnswerBroken from None  # too late for another answer: the connection ends
            request = Request(scope)
            await respond(request, describe(error, choose_wording(request)))(scope, receive, watched)
        finally:
            self._count(scope, status or 500, time.perf_counter() - started)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "other")
        # A made-up method is a word of the caller's: each would be a label of its own, kept for ever.
        method = scope["method"] if route != "other" and scope["method"] in METHODS else "other"
        self._meters.requests.labels(route, method, str(status)).inc()
        self._meters.seconds.labels(route).observe(seconds)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        hosts, lengths = (_values(scope, name) for name in (b"host", b"content-length"))
        host = hosts[0].decode("latin-1") if len(hosts) == 1 else ""
        if not is_named(host, self._gate.names):
            await _refuse(400, "host_refused", scope, receive, send)
            return
        if self._gate.proxied and not is_named(host, ()) and not (scope["scheme"] == "https" and _forwarded(scope)):
            await _refuse(400, "proxy_insecure", scope, receive, send)
            return
        streamed = _is_streamed(scope)
        if any(_is_over(length, MAX_FILE_BYTES if streamed else MAX_BODY_BYTES) for length in lengths):
            await _refuse(413, "body_too_large", scope, receive, send)
            return
        if streamed:
            await self._app(scope, receive, send)
            return
        body = await _read_body(scope, receive)
        if body is None:
            await _refuse(413, "body_too_large", scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)


def _values(scope: Scope, name: bytes) -> list[bytes]:
    """What the headers of a name say."""
    return [value for other, value in scope["headers"] if other == name]


def _is_over(length: bytes, limit: int) -> bool:
    """Whether a length is beyond a limit, or none; one of many digits is not even read as a number."""
    return not length.isdigit() or len(length) > MOST_DIGITS or int(length) > limit


def _is_streamed(scope: Scope) -> bool:
    """Whether a body goes on to its route as it comes in; that route counts its bytes."""
    return scope["method"] == "POST" and str(scope["path"]).startswith(STREAMED)


def _forwarded(scope: Scope) -> bool:
    """Whether the proxy told who asks; the server believed it only if it came from this machine."""
    return any(name == b"x-forwarded-for" for name, _ in scope["headers"])


def _note_failure(error: Exception, number: str, scope: Scope) -> None:
    """Log what failed inside, without a word of what was asked or of what the error says."""
    if describe(error, Wording("en")).status < 500:
        return
    frames = extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    route = getattr(scope.get("route"), "path", "other")
    log.error("request %s %s failed: %s at %s", number, route, type(error).__name__, place)


def _headers_of(message: Message, scope: Scope, number: str) -> list[tuple[bytes, bytes]]:
    """An answer's headers with those that every answer has; what nobody may keep says so."""
    headers = [*message.get("headers", []), *SECURITY_HEADERS, (b"x-request-id", number.encode())]
    if scope["scheme"] == "https":
        headers.append((b"strict-transport-security", LASTING_TLS))
    if message["status"] == 429:
        headers.append((b"retry-after", b"%d" % RETRY_SECONDS))
    if not any(name == b"cache-control" for name, _ in headers):
        headers.append((b"cache-control", b"no-store"))
    return headers


async def _read_body(scope: Scope, receive: Receive) -> bytes | None:
    """Read the whole body, or nothing at all of one that is beyond the limit or that broke off."""
    if scope["method"] in ("GET", "HEAD"):
        return b""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    told = False

    async def replayed() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


async def _refuse(status: int, code: str, scope: Scope, receive: Receive, send: Send) -> None:
    problem = Problem(status, code, choose_wording(Request(scope))(f"problems.{code}"), "")
    await respond(Request(scope), problem)(scope, receive, send)
