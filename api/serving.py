"""Serving: one process where `listening` allows it, with the scheduled work in a thread that mostly sleeps."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from api.access.sessions import Sessions
from api.attachments.cases import sweep
from api.background import in_background
from api.census import is_due, take_census
from api.errors import UsageRefused, describe
from api.following import following
from api.http.app import build_app
from api.http.edge import Gate
from api.http.limiting import Limits
from api.http.wire import listen_at
from api.listening import Listening
from api.looks.batches import write_down
from api.main import Application, machine_clock, milliseconds, open_sessions
from api.oidc.provider import Provider
from api.oidc.settings import OidcSettings
from api.publishing.schedule import publish_once, publishing
from api.warming import warming
from api.wording import Wording

TICK_SECONDS = 30.0

Note = Callable[[str], None]


def check_port(host: str, port: int) -> None:
    """Check that a port can be listened on; raises UsageRefused if not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UsageRefused("port_unusable", port=port, reason=error.strerror or "") from error


def serve(
    application: Application, listening: Listening, port: int, note: Note, oidc: OidcSettings | None = None
) -> None:
    """Serve until interrupted."""
    check_port(listening.address, port)
    tick_once(application)
    # A provider tells the world's time, also where the clock is a demonstration's.
    now = milliseconds(machine_clock)
    provider = None if oidc is None else Provider(oidc, lambda: now() // 1_000)
    with (
        open_sessions(application) as sessions,
        following(application.views, Wording(application.settings.language), note),
        warming(application),
        ticking(application, note),
        publishing(application, note),
    ):
        uvicorn.Server(configure(application, sessions, listening, port, provider)).run()


def configure(
    application: Application,
    sessions: Sessions,
    listening: Listening,
    port: int,
    provider: Provider | None = None,
) -> uvicorn.Config:
    """What the server is told: TLS where there is a certificate, and a proxy believed from loopback only."""
    gate = Gate(listening.names, listening.proxied, Limits())
    return listen_at(
        build_app(application, sessions, gate, provider),
        listening.address,
        port,
        proxy_headers=listening.proxied,
        forwarded_allow_ips=["127.0.0.1", "::1"],
        ssl_certfile=listening.certificate,
        ssl_keyfile=listening.private_key,
    )


def tick_once(application: Application) -> None:
    """Do the scheduled work: views up to date, looks and the census recorded, files swept, a checkpoint published."""
    application.views.catch_up()
    write_down(application)
    if is_due(application):
        take_census(application)
    sweep(application)
    publish_once(application)


@contextmanager
def ticking(application: Application, note: Note, seconds: float = TICK_SECONDS) -> Iterator[None]:
    """Repeat the scheduled work in a thread while the context lasts; a failure is told and tried again."""
    wording = Wording(application.settings.language)

    def repeat(stopped: threading.Event) -> None:
        while not stopped.wait(seconds):
            try:
                tick_once(application)
            except Exception as error:  # the next round may find the database again
                note(describe(error, wording).line)

    with in_background("tick", repeat):
        yield
