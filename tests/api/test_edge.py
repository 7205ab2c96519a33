"""The edge: TLS or loopback, host names, limits, request ids, and a log that tells nothing of what was asked."""

from __future__ import annotations

import ipaddress
import json
import logging
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from starlette.testclient import TestClient

from api.access.viewer import PUBLIC, Viewer
from api.errors import UsageRefused
from api.http.app import build_app
from api.http.edge import Gate
from api.http.limiting import Limits, TooManyRequests, network
from api.listening import check_listening, is_named
from api.main import Application
from api.serving import configure
from tests.api.clients import BASE, FixedSessions, open_door
from tests.api.served import served
from tests.postgres_server import free_port

NAME = "petitions.example"
SECRET = "zhang-secret-13800000000"


class Pair(NamedTuple):
    """A certificate and its key."""

    certificate: Path
    private_key: Path


@pytest.fixture
def any_store_url(sqlite_url: str) -> str:
    """One store is enough here: what differs between the two lies below this room."""
    return sqlite_url


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    """A self-signed certificate for a name and for the loopback address."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "not.used.example")])
    names = [x509.DNSName(NAME), x509.DNSName("*.county.example"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    made = Pair(tmp_path / "server.pem", tmp_path / "server.key")
    made.certificate.write_bytes(signed.public_bytes(Encoding.PEM))
    made.private_key.touch(0o600)
    made.private_key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_beyond_loopback_only_with_a_certificate_and_its_key(pair: Pair, host: str) -> None:
    with pytest.raises(UsageRefused, match="host_not_loopback"):
        check_listening(host)
    found = check_listening(host, *pair)
    assert (found.address, found.scheme) == (host, "https")
    assert found.names == (NAME, "*.county.example", "127.0.0.1")
    with pytest.raises(UsageRefused, match="certificate_incomplete"):
        check_listening(host, pair.certificate)
    with pytest.raises(UsageRefused, match="proxy_beyond_loopback"):
        check_listening(host, *pair, proxies=[NAME])
    with pytest.raises(UsageRefused, match="demo_beyond_loopback"):
        check_listening(host, *pair, demonstration=True)


def test_a_certificate_that_cannot_be_used_is_refused_before_anything_is_served(pair: Pair, tmp_path: Path) -> None:
    for certificate, key in (
        (pair.private_key, pair.private_key),
        (pair.certificate, pair.certificate),
        (pair.certificate, tmp_path / "none"),
    ):
        key.chmod(0o600) if key.exists() else None
        with pytest.raises(UsageRefused, match="certificate_unusable"):
            check_listening("0.0.0.0", certificate, key)
    pair.private_key.chmod(0o644)
    with pytest.raises(UsageRefused, match="certificate_key_open"):
        check_listening("0.0.0.0", *pair)


def test_behind_a_proxy_there_are_names_and_a_demonstration_is_not(pair: Pair) -> None:
    found = check_listening("127.0.0.1", proxies=["Petitions.Example"])
    assert (found.names, found.proxied, found.scheme) == ((NAME,), True, "http")
    with pytest.raises(UsageRefused, match="demo_beyond_loopback"):
        check_listening("127.0.0.1", proxies=[NAME], demonstration=True)
    for name in ("", "a b", "a/b", "-a", "a:80", "a..b"):
        with pytest.raises(UsageRefused, match="host_name_unusable"):
            check_listening("127.0.0.1", proxies=[name])


@pytest.mark.parametrize(
    ("host", "named"),
    [
        (NAME, True),
        (f"{NAME}:8443", True),
        ("PETITIONS.example", True),
        ("a.county.example", True),
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("county.example", False),
        ("a.b.county.example", False),
        ("evil.example", False),
        (f"{NAME}.evil.example", False),
        (f"{NAME}:@evil.example", False),
        (f"{NAME}:80/evil", False),
        ("evil/a.county.example", False),
        ("", False),
    ],
)
def test_only_the_names_that_were_given_are_answered(host: str, named: bool) -> None:
    assert is_named(host, (NAME, "*.county.example")) is named


def test_over_tls_the_cookie_is_secure_and_the_browser_told_to_stay(
    application: Application, pair: Pair, tmp_path: Path
) -> None:
    port = free_port()
    trusting = ssl.create_default_context(cafile=str(pair.certificate))
    with open_door(application, tmp_path / "access.db") as sessions:
        sessions.set_password("shen", "officer-shen", "a long enough password")
        with served(configure(application, sessions, check_listening("127.0.0.1", *pair), port)):
            with urllib.request.urlopen(f"https://127.0.0.1:{port}/api/health", context=trusting) as answer:
                assert answer.headers["strict-transport-security"].startswith("max-age=")
            cookies, https = urllib.request.HTTPCookieProcessor(), urllib.request.HTTPSHandler(context=trusting)
            opener = urllib.request.build_opener(_Staying(), https, cookies)
            with opener.open(f"https://127.0.0.1:{port}/sign-in") as page:
                token = re.search(rb'name="csrf" value="([0-9a-f]+)"', page.read())
            assert token is not None
            form = b"name=shen&password=a+long+enough+password&next=/static/sundial.svg&csrf=" + token[1]
            with opener.open(f"https://127.0.0.1:{port}/sign-in", form) as answer:
                parts = {part.strip() for part in answer.headers["set-cookie"].split(";")}
            assert {"Secure", "HttpOnly", "SameSite=strict"} <= parts


class _Staying(urllib.request.HTTPRedirectHandler):
    """Answers with a redirection itself."""

    def http_error_303(self, req, fp, code, msg, headers):  # type: ignore[no-untyped-def]
        """Return the answer as it is."""
        return fp


def test_a_proxy_on_this_machine_is_believed_and_has_to_tell_of_tls_and_of_the_caller(application: Application) -> None:
    sessions = FixedSessions(PUBLIC)
    port = free_port()
    told = {"host": NAME, "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.7"}
    with served(configure(application, sessions, check_listening("127.0.0.1", proxies=[NAME]), port)):

        def ask(path: str, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
            request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
            try:
                with urllib.request.urlopen(request) as answer:
                    return answer.status, {key.lower(): value for key, value in answer.headers.items()}
            except urllib.error.HTTPError as error:
                with error:
                    return error.code, json.loads(error.read())

        status, headers = ask("/api/health", told)
        assert (status, "strict-transport-security" in headers) == (200, True)
        for missing in ("x-forwarded-proto", "x-forwarded-for"):
            rest = {key: value for key, value in told.items() if key != missing}
            assert ask("/api/health", rest)[1]["code"] == "proxy_insecure"
        assert ask("/api/health", told | {"host": "evil.example"})[1]["code"] == "host_refused"
        assert ask("/metrics", told | {"x-forwarded-for": "127.0.0.1"})[0] in (401, 403)
        assert ask("/metrics", {})[0] == 200


def test_forwarded_headers_are_not_believed_without_a_proxy(application: Application) -> None:
    with TestClient(build_app(application, FixedSessions(PUBLIC)), base_url=BASE) as client:
        answer = client.get("/api/health", headers={"x-forwarded-proto": "https"})
    assert "strict-transport-security" not in answer.headers


@contextmanager
def _limited(application: Application, viewer: Viewer, **per_minute: int) -> Iterator[TestClient]:
    gate = Gate(limits=Limits({"door": 3, "acts": 3, "public": 3, "staff": 3, **per_minute}))
    app = build_app(application, FixedSessions(viewer), gate)
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        yield client


def test_who_asks_too_often_is_told_to_wait(application: Application) -> None:
    with _limited(application, PUBLIC) as client:
        assert [client.get("/api/health").status_code for _ in range(3)] == [200] * 3
        refused = client.get("/api/health")
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert int(refused.headers["retry-after"]) > 0
        assert client.get("/static/style.css").status_code == 200


def test_signing_in_and_acts_have_limits_of_their_own(application: Application) -> None:
    officer = Viewer("staff", "shen", "officer-shen", csrf="token")
    with _limited(application, officer, staff=100, public=100) as client:
        for path, form in (("/sign-in", {"name": "a", "password": "b"}), ("/api/acts/commit", {})):
            answers = [client.post(path, data=form).status_code for _ in range(4)]
            assert (answers[-1], 429 in answers[:-1]) == (429, False), path
        assert client.get("/api/health").status_code == 200


def test_accounts_are_counted_apart_from_each_other_and_networks_together() -> None:
    limits = Limits({"door": 1, "acts": 1, "public": 1, "staff": 1})
    for account in ("shen", "lin"):
        limits.check("GET", "/", Viewer("staff", account), "192.0.2.1")
    limits.check("GET", "/", PUBLIC, "192.0.2.1")
    limits.check("GET", "/", PUBLIC, "2001:db8::1")
    with pytest.raises(TooManyRequests):
        limits.check("GET", "/", PUBLIC, "2001:db8::2")
    assert (network("::1"), network("testclient")) == ("::/64", "unknown")


def test_every_answer_has_an_id_and_a_failure_is_logged_under_it_without_what_was_asked(
    application: Application, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = build_app(application, FixedSessions(PUBLIC))

    def fail(*_: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr(type(application.views), "position", fail)
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client, caplog.at_level(logging.DEBUG):
        answer = client.get(f"/api/health?who={SECRET}", headers={"x-request-id": SECRET, "user-agent": SECRET})
    number = answer.headers["x-request-id"]
    assert (answer.status_code, len(number)) == (500, 16)
    (line,) = (record.getMessage() for record in caplog.records if record.name == "sundial.http")
    assert line.startswith(f"request {number} /api/health failed: ValueError at test_edge.py:")
    told = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
    assert SECRET not in "".join(told) + answer.text + str(answer.headers)
