"""The parts of the city that run in processes of their own: `serve`, `record` and `change`, each with a home and a URL.

Each says one line of JSON when it is ready, and ends when it is told to.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

import uvicorn

from api.access.sessions import COOKIE
from api.actions import command, new_case
from api.following import following
from api.http.app import build_app
from api.http.wire import listen_at
from api.main import Application, open_application, open_sessions
from api.registrars import Registrars
from api.wording import Wording
from domain.calendars import published_acts
from tests.benchmarks.city import settings_for
from tests.postgres_server import free_port

ACCOUNT, OFFICER = "bench", "officer-city"
RATE, BATCH = 200, 20
_WAIT = 0.05


def say(**facts: object) -> None:
    """Say one line, which is waited for."""
    print(json.dumps(facts), flush=True)


def serve(application: Application) -> None:
    """Serve as `serve` does, with somebody of the city signed in, and a thread that folds what is recorded."""
    with open_sessions(application) as sessions, following(application.views, Wording("en"), print):
        sessions.set_password(ACCOUNT, OFFICER, "a long password of the benchmark")
        token, port = sessions.open(account=ACCOUNT), free_port()
        server = uvicorn.Server(listen_at(build_app(application, sessions), "127.0.0.1", port))

        def tell() -> None:
            while not server.started:
                time.sleep(_WAIT)
            say(url=f"http://127.0.0.1:{port}", cookie=COOKIE, token=token)

        threading.Thread(target=tell, daemon=True).start()
        server.run()


def record(application: Application) -> None:
    """Record so many registrations a second until the process is ended; the server folds them."""
    key, desk = application.key("officer-bureau-01"), application.desk
    public = {"channel": "letter", "capacity": "competent_unit"}
    say(rate=RATE)
    begun, batches = time.perf_counter(), 0
    while True:
        wishes = [
            desk.wish(
                command(new_case(), "case.registered.v1", public, {"text": "某事"}),
                key,
                "intake",
                desk.entropy(16),
                desk.clock().isoformat(timespec="seconds"),
            )
            for _ in range(BATCH)
        ]
        signed = []
        for prepared in application.ledger.prepare_many(wishes):
            if isinstance(prepared, Exception):
                raise prepared
            signed.append((prepared, key.sign(prepared.to_sign)))
        application.ledger.commit_many(signed)
        batches += 1
        time.sleep(max(0.0, begun + batches * BATCH / RATE - time.perf_counter()))


def change(application: Application) -> None:
    """Publish a year's calendar, fold it, and tell how many seconds that took."""
    registrars = Registrars(application.desk, application.key("registrar-1"), application.key("registrar-2"))
    last = published_acts()[-1]
    later = f"{last['year']}-12-29"
    public = {**last, "version": last["version"] + 1, "rest_days": sorted({*last["rest_days"], later})}
    application.views.catch_up()
    start = time.perf_counter()
    registrars.publish("calendar", "calendar.published.v1", public)
    application.views.catch_up()
    say(seconds=time.perf_counter() - start)


def main(part: str, home: str, url: str) -> None:
    """Run one part."""
    with open_application(settings_for(Path(home), url), confirm_clock=True) as application:
        {"serve": serve, "record": record, "change": change}[part](application)


if __name__ == "__main__":
    main(*sys.argv[1:4])
