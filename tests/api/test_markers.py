"""Markers are planted in every field that a person may fill, and then looked for everywhere: nothing personal leaks.

Searched are the home's files with the write-ahead logs while the server runs, the log, the output, the metrics and what
anybody else is answered; as UTF-8, as JSON escapes, per cent encoded, in base64 at any offset, and in hex.
"""

from __future__ import annotations

import logging
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from api.access.sessions import COOKIE
from api.main import Application
from api.settings import Settings
from domain.case_events import CaseRegistered
from tests.api.clients import client_of, enter, everywhere, open_door, prepare, signed_in

CASE = "0123456789abcdef" * 2
SEALED = {field: f"标记甲乙丙丁{field}MARK{number}zqx" for number, field in enumerate(CaseRegistered.sealed)}
PASSWORD = "MARKpassword-zqx-口令标记甲乙"
WRONG = "MARKwrong-zqx-错误口令标记"
STRAY = "MARKstray-zqx-误填的身份证号"


@pytest.fixture
def any_store_url(sqlite_url: str) -> str:
    """One store is enough here: sealing lies above both."""
    return sqlite_url


def shapes(secret: str) -> Iterator[bytes]:
    """Every form in which a secret might be written down."""
    plain = secret.encode()
    yield plain
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    yield secret.encode("unicode_escape")
    yield quote(secret).encode()
    yield secret.encode("utf-16-le")
    for shift in range(3):
        padded = b"\0" * shift + plain
        inside = slice(4 * bool(shift), len(padded) // 3 * 4)
        yield b64encode(padded)[inside]
        yield urlsafe_b64encode(padded)[inside]


def hits(secrets: list[str], data: bytes) -> list[str]:
    """The secrets that occur in data in any form."""
    return [secret for secret in secrets if any(form in data for form in shapes(secret))]


@pytest.mark.parametrize("form", [0, 1, 2, 3, 4, 5, 6, 8, 10])
def test_the_search_finds_what_is_there(form: int) -> None:
    assert hits([PASSWORD], b"x" + list(shapes(PASSWORD))[form] + b"x") == [PASSWORD]
    assert hits([PASSWORD], b"xy" + b64encode(b"ab" + PASSWORD.encode() + b"c")) == [PASSWORD]


def _register(client: TestClient, application: Application) -> dict[str, Any]:
    key = application.key("officer-shen")
    who = {"actor": key.actor, "post": key.post, "office": key.office, "role": "intake", "key_id": key.key_id.hex()}
    public = {"channel": "letter", "capacity": "competent_unit"}
    command = {"stream": f"case/{CASE}", "action": "case.registered.v1", "public": public, "sealed": SEALED}
    prepared: dict[str, Any] = prepare(client, {"command": command, "actor": who}).json()
    signature = key.sign(b64decode(prepared["to_sign"])).hex()
    answer = client.post("/api/acts/commit", json={"draft": prepared["draft"], "signature": signature})
    assert answer.status_code == 200
    return prepared


def _stray(client: TestClient) -> str:
    """What is answered where somebody typed a secret into a place that is not for it."""
    answers = [
        client.get(f"/{quote(STRAY)}"),
        client.get("/api/overdue", params={"unit": STRAY, "cursor": STRAY, "as_of": STRAY}),
        client.get(f"/api/cases/{quote(STRAY)}/timeline"),
        client.post("/api/acts/prepare", json={STRAY: STRAY, "actor": {"actor": STRAY}}),
        client.post("/api/acts/commit", json={"draft": STRAY, "signature": STRAY}),
        client.get("/api/health", headers={b"user-agent": STRAY.encode(), b"x-request-id": STRAY.encode()}),
    ]
    assert all(answer.status_code < 500 for answer in answers)
    return "".join(answer.text + str(answer.headers) for answer in answers)


def test_nothing_personal_is_written_down_or_told(
    application: Application, founded: Settings, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    personal = list(SEALED.values())
    secrets = [PASSWORD, WRONG, STRAY]
    told: list[str] = []
    with open_door(application, founded.access_file) as sessions:
        sessions.set_password("shen", "officer-shen", PASSWORD)
        with client_of(application, everywhere(application)) as client:
            disclosed = _register(client, application)
            assert hits(personal, str(disclosed["disclosures"]).encode()) == personal  # to whoever wrote it
            assert hits(personal, disclosed["payload"].encode() + b64decode(disclosed["to_sign"])) == []
        application.views.catch_up()
        code = sessions.issue_code(CASE)
        secrets += [code, code.replace("-", "")]
        with signed_in(application, sessions) as client:
            assert enter(client, name="shen", password=WRONG).status_code == 401
            assert enter(client, code=STRAY).status_code == 401
            assert enter(client, code=code).status_code == 303
            client.cookies.clear()
            assert enter(client, name="shen", password=PASSWORD).status_code == 303
            secrets.append(client.cookies[COOKIE])
            for path in (f"/api/cases/{CASE}/timeline", f"/cases/{CASE}", "/", "/api/overdue", "/lists/overdue"):
                told.append(client.get(path).text)
            told.append(_stray(client))
        with signed_in(application, sessions) as client:
            told += [client.get(path).text for path in ("/api/checkpoint", "/api/health", "/metrics", "/checkpoint")]
            told.append(_stray(client))
        written = [file for file in founded.home.rglob("*") if file.is_file()]
        assert {file.suffix for file in written} >= {".db", ".db-wal"}
        for file in written:
            assert hits([*personal, *secrets], file.read_bytes()) == [], file.name
    # The client under test logs the addresses that it asks for; a server does not.
    logged = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
    said = "".join((*told, *logged, *capfd.readouterr()))
    assert hits([*personal, *secrets], said.encode()) == []
