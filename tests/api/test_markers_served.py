"""Markers in a real `serve` process on both stores: nothing personal is emitted, and nothing lies on the disk.

Searched are what the process prints, what it answers to whoever typed wrongly, its metrics, every file of its home, and
every file that the store wrote meanwhile: SQLite's with its write-ahead log, PostgreSQL's data folder with its own and
its log, and its rows, because PostgreSQL may compress what is long. `test_markers.py` shows that the search knows every
shape; here a leak is planted at the end, and found.
"""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
import pytest
from psycopg import sql

from api.access.sessions import COOKIE
from api.keyfiles import Key, read_key
from api.settings import Settings
from domain.events import SEALED
from tests.api.clients import enter, token_of
from tests.api.conftest import runner
from tests.api.test_markers import hits
from tests.postgres_server import PostgresServer, free_port

CASE, OWN = "0123456789abcdef" * 2, "fedcba9876543210" * 2
CORE = "标记甲乙MARKserved"
"""What every marker has in it, so that one search finds them all."""
PASSWORD, WRONG, STRAY = f"{CORE}-口令-password", f"{CORE}-错误-wrong", f"{CORE}-误填-stray"
FILE = f"{CORE}-附件".encode()
PETITIONER = Key("petitioner", bytes(range(32)), "petitioner")
REFUSED = (303, 400, 401, 403, 404, 405, 409, 413, 415, 422)
WAIT_SECONDS = 60.0


@contextmanager
def _served(settings: Settings, output: Path) -> Iterator[str]:
    """Serve in a process of its own whose output goes to a file."""
    url, port = "http://127.0.0.1", free_port()
    places = ["--home", str(settings.home), "--database", settings.database, "--port", str(port)]
    with output.open("wb") as printed:
        process = subprocess.Popen([sys.executable, "-m", "api.cli", "serve", *places], stdout=printed, stderr=printed)
    try:
        deadline = time.monotonic() + WAIT_SECONDS
        while not _answers(f"{url}:{port}/api/health"):
            assert process.poll() is None, output.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield f"{url}:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=WAIT_SECONDS)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


def _sealed(action: str) -> dict[str, Any]:
    """A marker in every sealed field of an act but files, which are told by their digests."""
    return {field: f"{CORE}-{field}" for field in SEALED[action] if field != "attachments"}


class Visitor:
    """Somebody who asks over HTTP; `told` is whatever nobody may find a marker in."""

    def __init__(self, url: str, told: list[str]) -> None:
        """Open a connection without any cookie."""
        self.http: Any = httpx.Client(base_url=url, timeout=WAIT_SECONDS)
        self.told = told

    def __enter__(self) -> Visitor:
        """Use it for a while."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self.http.close()

    def hears(self, answer: Any, *statuses: int) -> Any:
        """Keep an answer, after checking its status."""
        assert answer.status_code in statuses, (answer.request.url.path, answer.status_code, answer.text)
        self.told.append(f"{answer.headers}{answer.text}")
        return answer

    def prepares(self, wish: dict[str, Any], who: dict[str, str]) -> Any:
        """Ask for a dry run."""
        return self.http.post("/api/acts/prepare", json={"command": wish, "actor": who})

    def acts(self, wish: dict[str, Any], who: dict[str, str], key: Key) -> None:
        """Record an act, after an attempt under a signature that is none."""
        answer = self.prepares(wish, who)
        assert answer.status_code == 200, answer.text
        draft, to_sign = answer.json()["draft"], b64decode(answer.json()["to_sign"])
        self.hears(self.commits(draft, "00" * 64), 400, 403, 422)
        self.hears(self.commits(draft, key.sign(to_sign).hex()), 200)
        self.hears(self.commits({**draft, "seq": draft["seq"] + 7}, "00" * 64), *REFUSED)

    def commits(self, draft: Any, signature: str) -> Any:
        """Send a signed act."""
        return self.http.post("/api/acts/commit", json={"draft": draft, "signature": signature})

    def strays(self) -> None:
        """Type a marker into every place that is not for it."""
        get, post, typed = self.http.get, self.http.post, quote(STRAY)
        for path in (f"/{typed}", f"/api/cases/{typed}/timeline", f"/lists/{typed}", f"/cases/{typed}/replay"):
            self.hears(get(path), *REFUSED)
        for name in ("unit", "cursor", "as_of", "known_at", "since", "lang"):
            self.hears(get("/api/overdue", params={name: STRAY}), 200, *REFUSED)
            self.hears(get("/public/figures.csv", params={name: STRAY}), 200, *REFUSED)
        headers = {"user-agent": STRAY, "x-request-id": STRAY, "cookie": f"{COOKIE}={STRAY}", "x-forwarded-for": STRAY}
        raw = {name: value.encode() for name, value in headers.items()}
        self.hears(get("/api/health", headers=raw), 200)
        self.hears(get("/api/health", headers={**raw, "host": STRAY.encode()}), 200, *REFUSED)
        self.hears(post("/api/acts/commit", json={"draft": STRAY, STRAY: STRAY}), *REFUSED)
        self.hears(post("/api/acts/prepare", content=f'{{"{STRAY}'.encode()), *REFUSED)
        self.hears(post("/api/door", json={"case": STRAY, "key": STRAY}), *REFUSED)
        self.hears(post(f"/api/files/{typed}", content=FILE, headers={"content-type": "text/plain"}), *REFUSED)
        self.hears(post(f"/api/files/{CASE}", content=FILE, headers={"content-type": "application/pdf"}), *REFUSED)


def _misplaced(officer: Visitor, who: dict[str, str]) -> None:
    """Try an act of every set of sealed fields with markers in them, and in public ones, where it is not lawful."""
    for action in {sealed: action for action, sealed in SEALED.items() if sealed}.values():
        stream = f"{action.partition('.')[0]}/{CASE}"
        wish = {"stream": stream, "action": action, "public": {"channel": STRAY, STRAY: STRAY}}
        officer.hears(officer.prepares({**wish, "sealed": {**_sealed(action), STRAY: STRAY}}, who), *REFUSED)


def _officer(officer: Visitor, settings: Settings) -> list[str]:
    """Sign in, register a case with a file, and look at it; returns what only its holder may know."""
    officer.hears(enter(officer.http, name="shen", password=WRONG), 401)
    assert enter(officer.http, name="shen", password=PASSWORD).status_code == 303
    key = read_key(settings.keys, "officer-shen", None)
    who = {"actor": key.actor, "post": key.post, "office": key.office, "role": "intake", "key_id": key.key_id.hex()}
    _misplaced(officer, who)
    register = "case.registered.v1"
    wish = {"stream": f"case/{CASE}", "action": register, "public": {"channel": "letter", "capacity": "competent_unit"}}
    officer.acts({**wish, "sealed": _sealed(register)}, who, key)
    filed = officer.http.post(f"/api/files/{CASE}", content=FILE, headers={"content-type": "text/plain"}).json()
    assert filed["digest"] == sha256(FILE).hexdigest()
    wish = {"stream": f"case/{CASE}", "action": "case.attached.v1", "sealed": {"attachments": [filed]}}
    officer.acts(wish, who, key)
    told = officer.http.get(f"/desk/cases/{CASE}/texts").text
    assert all(text in told for text in _sealed(register).values()), "whoever handles the case reads it"
    assert officer.http.get(f"/cases/{CASE}/acts/2/files/1").content == FILE
    for path in (f"/api/cases/{CASE}/timeline", f"/cases/{CASE}/replay", f"/desk/cases/{CASE}", "/", "/desk"):
        officer.hears(officer.http.get(path), 200)
    officer.hears(officer.http.post("/desk", data={STRAY: STRAY}), *REFUSED)
    officer.strays()
    headers = {"x-csrf-token": token_of(officer.http, "/desk")}
    code = officer.http.post(f"/api/codes/{CASE}", headers=headers).json()["code"]
    return [officer.http.cookies[COOKIE], code, code.replace("-", "")]


def _petitioner(petitioner: Visitor, code: str) -> list[str]:
    """File a matter with a key of one's own, and follow another by its code."""
    who = {"actor": "petitioner", "role": "petitioner", "key_id": PETITIONER.key_id.hex()}
    public = {"channel": "online", "to_office": "housing", "capacity": "competent_unit"}
    wish = {"stream": f"case/{OWN}", "action": "case.submitted.v1", "sealed": _sealed("case.submitted.v1")}
    petitioner.acts({**wish, "public": {**public, "petitioner_key": PETITIONER.public.hex()}}, who, PETITIONER)
    petitioner.hears(enter(petitioner.http, code=STRAY), 401)
    assert enter(petitioner.http, code=code).status_code == 303
    petitioner.hears(petitioner.http.get("/my-case"), 200)
    petitioner.strays()
    return [petitioner.http.cookies[COOKIE]]


def _files(folder: Path, since: float = 0.0) -> Iterator[tuple[str, bytes]]:
    for file in folder.rglob("*"):
        if file.is_file() and file.stat().st_mtime >= since:
            yield str(file.relative_to(folder)), str(file).encode() + file.read_bytes()


def _stored(settings: Settings, server: PostgresServer | None, since: float) -> Iterator[tuple[str, bytes]]:
    """Every file of the store; of PostgreSQL those of its folder that were written since, and its rows."""
    if server is None:
        yield from _files(settings.database_file.parent)
        return
    with psycopg.connect(server.superuser_url(settings.database.rpartition("/")[2]), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        tables = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', %s)"
        for name in connection.execute(tables, ("information_schema",)).fetchall():
            rows = connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(*name))).fetchall()
            told = [value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row]
            yield ".".join(name), b"\n".join(told)
        (folder,) = connection.execute("SHOW data_directory").fetchone() or ("",)
    yield from _files(Path(folder).parent, since)


def _plant(settings: Settings, server: PostgresServer | None) -> None:
    """Write one sealed text down where it does not belong."""
    statements = ["CREATE TABLE leak (told TEXT)", f"INSERT INTO leak VALUES ('{CORE}-name')"]
    if server is None:
        with closing(sqlite3.connect(settings.database_file, isolation_level=None)) as database:
            for statement in statements:
                database.execute(statement)
    else:
        with psycopg.connect(settings.database, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


def test_nothing_personal_leaves_a_served_process_or_lies_on_its_disk(
    founded: Settings, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> None:
    since = time.time() - 1
    server = None if founded.is_sqlite else request.getfixturevalue("postgres_server")
    output = tmp_path_factory.mktemp("printed") / "output"
    runner(founded)("accounts", "add", "shen", "--officer", "officer-shen", typed=f"{PASSWORD}\n")
    told: list[str] = []
    with _served(founded, output) as url:
        with Visitor(url, told) as officer, Visitor(url, told) as petitioner, Visitor(url, told) as anybody:
            secrets = _officer(officer, founded)
            secrets += _petitioner(petitioner, secrets[1])
            for path in ("/api/checkpoint", "/metrics", "/public"):
                anybody.hears(anybody.http.get(path), 200)
            assert anybody.hears(anybody.http.get("/api/health"), 200).json()["status"] == "ok"
            lost = anybody.hears(anybody.http.get("/nothing"), 404)
            assert lost.headers["content-type"] == "application/problem+json"
            anybody.strays()
        found = dict(_stored(founded, server, since))
        assert any("wal" in name for name in found)
        assert any(CASE.encode() in data for data in found.values()), "what was written down is read"
        assert {name for name, data in found.items() if hits([CORE], data)} == set()
        assert {name for name, data in _files(founded.home) if hits([CORE, *secrets], data)} == set()
        _plant(founded, server)
        assert any(hits([CORE], data) for name, data in _stored(founded, server, since) if "wal" in name)
    printed = output.read_bytes()
    assert url.encode() in printed
    assert b"Traceback" not in printed
    assert hits([CORE, *secrets], "".join(told).encode() + printed) == []
