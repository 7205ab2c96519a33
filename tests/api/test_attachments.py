"""Files of cases: encrypted beside the ledger, of the kinds that are taken, for whom they are for, gone when erased."""

from __future__ import annotations

import os
import shutil
from base64 import b64decode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.access.viewer import PUBLIC, Seat, Viewer
from api.actions import command
from api.attachments.cases import files_of, sweep
from api.attachments.kinds import MAX_FILE_BYTES
from api.attachments.sealing import CHUNK, FileDamaged
from api.attachments.store import MAX_PENDING_FILES, PENDING_SECONDS
from api.backups import back_up, restore_backup
from api.errors import NotThere
from api.exporting.disclosing import attachments, disclose
from api.main import Application, open_application
from api.settings import Settings, load_settings, prepare_home
from tests.api.clients import client_of, everywhere

CASE = "ab" * 16
STREAM = f"case/{CASE}"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 700
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * CHUNK


@pytest.fixture
def any_store_url(sqlite_url: str) -> str:
    """One store is enough here: files lie beside both alike."""
    return sqlite_url


@pytest.fixture
def client(application: Application) -> Iterator[TestClient]:
    """Somebody of an office above the case."""
    with client_of(application, everywhere(application)) as made:
        yield made


def _send(client: TestClient, data: bytes, kind: str = "application/pdf", case: str = CASE) -> Any:
    return client.post(f"/api/files/{case}", content=data, headers={"content-type": kind})


def _act(application: Application, action: str, public: dict[str, Any], sealed: dict[str, Any]) -> None:
    key = application.key("officer-shen")
    application.desk.perform(command(STREAM, action, public, sealed), key, "intake")


def _register(application: Application) -> None:
    _act(application, "case.registered.v1", {"channel": "letter", "capacity": "competent_unit"}, {"subject": "屋顶"})


def _attach(application: Application, *filed: Any) -> None:
    _act(application, "case.attached.v1", {}, {"attachments": list(filed)})
    application.files.keep(CASE, [one["digest"] for one in filed])


def _attached(client: TestClient, application: Application, data: bytes = PDF) -> dict[str, Any]:
    filed: dict[str, Any] = _send(client, data).json()
    _attach(application, filed)
    return filed


def test_a_file_is_told_by_its_digest_comes_back_as_it_was_and_is_nowhere_readable(
    application: Application, client: TestClient
) -> None:
    _register(application)
    filed = _attached(client, application)
    assert filed == {"digest": sha256(PDF).hexdigest(), "size": len(PDF), "media_type": "application/pdf"}
    answer = client.get(f"/cases/{CASE}/acts/2/files/1")
    assert answer.content == PDF
    assert answer.headers["content-disposition"] == f'attachment; filename="{CASE[:12]}-2-1.pdf"'
    assert "sandbox" in answer.headers["content-security-policy"]
    assert (answer.headers["x-content-type-options"], answer.headers["cache-control"]) == ("nosniff", "no-store")
    for file in application.settings.home.rglob("*"):
        name_and_content = str(file).encode() + (file.read_bytes() if file.is_file() else b"")
        assert filed["digest"].encode() not in name_and_content
        assert PDF[300:400] not in name_and_content
        assert "files" not in file.parts or file.is_dir() or file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("data", "kind", "status", "code"),
    [
        pytest.param(b"MZ" + PDF, "application/pdf", 415, "attachment_unfit", id="not of its kind"),
        pytest.param(PDF, "application/x-msdownload", 415, "attachment_unfit", id="a kind that is not taken"),
        pytest.param(b"", "application/pdf", 415, "attachment_unfit", id="empty"),
        pytest.param("灯".encode()[:2], "text/plain", 415, "attachment_unfit", id="text that breaks off"),
        pytest.param(b"a\0b", "text/plain", 415, "attachment_unfit", id="no text"),
        pytest.param(b"%PDF-" + bytes(MAX_FILE_BYTES), "application/pdf", 413, "body_too_large", id="too large"),
    ],
)
def test_what_is_not_taken_leaves_nothing_behind(
    application: Application, client: TestClient, data: bytes, kind: str, status: int, code: str
) -> None:
    answer = _send(client, data, kind)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert [path for path in application.settings.files.rglob("*") if path.is_file()] == []


def test_a_sender_who_does_not_say_how_much_is_stopped_at_the_limit(
    application: Application, client: TestClient
) -> None:
    pieces = iter([b"%PDF-", *[bytes(2**20)] * 21])
    answer = client.post(f"/api/files/{CASE}", content=pieces, headers={"content-type": "application/pdf"})
    assert (answer.status_code, answer.json()["code"]) == (413, "attachment_too_large")
    assert [path for path in application.settings.files.rglob("*") if path.is_file()] == []


def test_nobody_fills_the_disk_with_files_that_no_act_names(application: Application, client: TestClient) -> None:
    answers = [_send(client, b"%d" % number, "text/plain").status_code for number in range(MAX_PENDING_FILES + 1)]
    assert answers == [200] * MAX_PENDING_FILES + [507]
    assert _send(client, b"0", "text/plain", "cd" * 16).status_code == 200
    for path in application.settings.files.rglob("*"):
        assert path.is_dir() or path.stat().st_mtime > application.clock().timestamp() - PENDING_SECONDS
    sweep(application)
    assert len(application.files.cases()) == 2
    for path in (application.settings.files / "pending").rglob("*"):
        os.utime(path, (0, 0))
    sweep(application)
    assert [path for path in application.settings.files.rglob("*") if path.is_file()] == []
    for path in (application.settings.files / "pending").iterdir():
        os.utime(path, (0, 0))
    sweep(application)
    assert application.files.cases() == []
    assert _send(client, b"again", "text/plain").status_code == 200


def test_before_a_case_begins_anybody_sends_and_then_only_who_may_look_into_it(
    application: Application, client: TestClient
) -> None:
    own = Viewer("petitioner", case=CASE, csrf="token")
    other = Viewer("petitioner", case="cd" * 16, csrf="token")
    foreign = Viewer("staff", officer="officer-x", seats=(Seat("petitions", "window", ("intake",)),))
    with client_of(application, PUBLIC) as stranger:
        filed = _send(stranger, PDF).json()
        _register(application)
        _attach(application, filed)
        assert _send(stranger, PNG, "image/png").status_code == 404
        answer = stranger.get(f"/cases/{CASE}/acts/2/files/1")
        assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_needed")
    told = []
    for viewer in (own, other, foreign):
        with client_of(application, viewer) as looking:
            sent = _send(looking, PNG, "image/png").status_code
            told.append((sent, looking.get(f"/cases/{CASE}/acts/2/files/1").status_code))
    assert told == [(200, 200), (404, 404), (404, 404)]


@pytest.mark.parametrize("path", ["2/files/2", "1/files/1", "0/files/1", "2/files/..%2f..%2fkeys", "9/files/1"])
def test_there_is_no_other_file(application: Application, client: TestClient, path: str) -> None:
    _register(application)
    _attached(client, application)
    assert client.get(f"/cases/{CASE}/acts/{path}").status_code in (404, 422)


@pytest.mark.parametrize("case", ["../../keys", "..", "AB" * 16, "ab" * 16 + "/x"])
def test_a_case_is_no_path(application: Application, client: TestClient, case: str) -> None:
    assert _send(client, PDF, case=case.replace("/", "%2f")).status_code in (404, 422)
    with pytest.raises(NotThere):
        application.files.read(case, "0" * 64)


def test_a_chunk_that_is_changed_moved_or_cut_off_is_found(application: Application, client: TestClient) -> None:
    _register(application)
    filed = _attached(client, application)
    (file,) = (application.settings.files / "kept" / CASE).iterdir()
    whole = file.read_bytes()
    chunk = 4 + CHUNK + 16
    ways = (
        whole[:-1],
        whole[: 20 + chunk],
        whole[:20] + whole[20 + chunk :],
        whole[:20] + whole[20 + chunk : 20 + 2 * chunk] + whole[20 : 20 + chunk] + whole[20 + 2 * chunk :],
        whole[:40] + bytes([whole[40] ^ 1]) + whole[41:],
        whole[:20],
    )
    for changed in ways:
        file.write_bytes(changed)
        with pytest.raises(FileDamaged):
            list(application.files.read(CASE, filed["digest"]))
    file.write_bytes(whole)
    assert b"".join(application.files.read(CASE, filed["digest"])) == PDF


def test_what_is_erased_is_destroyed_here_and_in_what_is_restored(
    application: Application, client: TestClient, founded: Settings, tmp_path: Path
) -> None:
    _register(application)
    first, second = _attached(client, application), _attached(client, application, PDF + b"2")
    shutil.copytree(founded.files / "kept", tmp_path / "older")
    shutil.copy(founded.keystore_file, tmp_path / "older.keys")
    _act(application, "case.erased.v1", {"targets": [{"seq": 2, "slots": [0]}], "basis": "request"}, {})
    sweep(application)
    assert [(one.seq, one.filed.digest, one.here) for one in files_of(application, CASE)] == [
        (3, second["digest"], True)
    ]
    with pytest.raises(NotThere):
        application.files.read(CASE, first["digest"])
    back_up(application, tmp_path / "copy.zip")
    # A backup from before the erasure holds the file and its key: restoring destroys both before anything is served.
    shutil.rmtree(tmp_path / "copy.zip.files")
    (tmp_path / "older").rename(tmp_path / "copy.zip.files")
    (tmp_path / "older.keys").replace(tmp_path / "copy.zip.keys")
    home = load_settings(home=tmp_path / "second", language="en", environment={})
    prepare_home(home)
    shutil.copytree(founded.keys, home.keys, dirs_exist_ok=True)
    restore_backup(home, tmp_path / "copy.zip")
    with open_application(home) as restored:
        assert b"".join(restored.files.read(CASE, second["digest"])) == PDF + b"2"
        with pytest.raises(NotThere):
            restored.files.read(CASE, first["digest"])
    assert len([path for path in home.files.rglob("*") if path.is_file()]) == 1


def test_committing_over_http_keeps_the_files_that_the_act_names(application: Application, client: TestClient) -> None:
    _register(application)
    filed, key = _send(client, PNG, "image/png").json(), application.key("officer-shen")
    who = {"actor": key.actor, "post": key.post, "office": key.office, "role": "intake", "key_id": key.key_id.hex()}
    named = {"stream": STREAM, "action": "case.attached.v1", "public": {}, "sealed": {"attachments": [filed]}}
    with client_of(application, everywhere(application, key.actor)) as officer:
        prepared = officer.post("/api/acts/prepare", json={"command": named, "actor": who}).json()
        signature = key.sign(b64decode(prepared["to_sign"])).hex()
        for _ in range(2):
            body = {"draft": prepared["draft"], "signature": signature}
            assert officer.post("/api/acts/commit", json=body).status_code == 200
    assert application.files.cases("kept") == [CASE]
    assert list((application.settings.files / "pending" / CASE).iterdir()) == []


def test_a_bundle_takes_the_files_that_are_here_and_names_one_that_is_not(
    application: Application, client: TestClient, tmp_path: Path
) -> None:
    _register(application)
    filed = _attached(client, application)
    disclosed = disclose(application, application.ledger.stream_entries(STREAM), "petitioner")
    assert attachments(application, CASE, disclosed, tmp_path) == {f"attachments/{filed['digest']}": PDF}
    shutil.rmtree(application.settings.files)
    with pytest.raises(NotThere):
        attachments(application, CASE, disclosed, tmp_path)
    (tmp_path / filed["digest"]).write_bytes(PDF)
    assert attachments(application, CASE, disclosed, tmp_path) == {f"attachments/{filed['digest']}": PDF}
