"""`sundial-audit`: what is good, bad or not there, said in two languages, in JSON, and by the one-file auditor too."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from api import auditor
from audit.faults import Kind
from audit.note import COSIGNATURE, NoteKey
from audit.store.notes import format_anchor, format_note_key
from audit.suite import hash256, public_key
from tests.api.conftest import Answer
from tests.audit.published_log import CASE, WITNESSES, PublishedLog, files_of, line, pack, told_log
from tests.audit.simulated_log import WANG, Signer, private_of
from tests.make_pyz import write

ROOT = Path(__file__).parents[2]
_DAY = 86_400_000
Audit = Callable[..., Answer]


def _told() -> tuple[PublishedLog, dict[str, bytes]]:
    """A log, and each kind of file that the auditor takes."""
    log = told_log(others=300)
    log.now += 40 * _DAY
    old = log.note()
    census = log.census()
    bulletin = b"bulletin"
    bound = {"root": "0" * 64, "size": 1}
    log.act(WANG, "bulletin/city", "bulletin.issued.v1", {"digest": hash256(bulletin).hex(), "known_at": bound})
    # WANG's key was ended before: the whole tree says so, a receipt alone cannot.
    note, size = log.note("w1.example"), len(log.rows)
    log.checkpoint()
    files = files_of(log, census, note, size)
    authority = log.authority(census, size)
    authority["streams"].append(log.stream("rules", census, size, named=True))
    return log, {
        "anchor.json": format_anchor(log.anchor()),
        "receipt": log.receipt(5, note, size),
        "case": line(log.proof(census, note, size)),
        "silence": line(log.silence(census, note, size)),
        "authority.json": line(authority),
        "bundle.zip": pack(files | {"authority.json": line(authority)}),
        "bulletin.pdf": bulletin,
        "bulletin.pdf.tlog-proof": log.receipt(size - 1, note, size),
        "old": old.encode(),
        "new": note.encode(),
    }


TOLD, FILES = _told()
HONEST = told_log(others=300)
HONEST.checkpoint()
TREE = HONEST.tree(HONEST.note())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """All files, and the published trees of both logs: `tree` is honest, `bad` has an entry by an ended key."""
    published = {f"tree/{name}": data for name, data in TREE.items()}
    published |= {f"bad/{name}": data for name, data in TOLD.tree(TOLD.note()).items()}
    published["tree.json"] = format_anchor(HONEST.anchor())
    for name, data in (FILES | published).items():
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return tmp_path


@pytest.fixture
def audit(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Audit:
    """Run the auditor among the files."""
    monkeypatch.chdir(folder)

    def run(*arguments: str) -> Answer:
        code = auditor.main(arguments)
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return run


_ONE_FILE = [
    ("receipt", "receipt"),
    ("proof", "case"),
    ("proof", "silence"),
    ("bundle", "bundle.zip"),
    ("bulletin", "bulletin.pdf"),
]


@pytest.mark.parametrize(("command", "file"), _ONE_FILE)
def test_a_good_file_is_good_only_under_an_anchor(audit: Audit, command: str, file: str) -> None:
    answer = audit(command, file, "--anchor", "anchor.json", "--json")
    assert (answer.code, answer.json["ok"], answer.json["anchored"], answer.json["first_fault"]) == (
        0,
        True,
        True,
        None,
    )
    assert answer.json["checks"]
    answer = audit(command, file, "--json")
    assert (answer.code, answer.json["ok"], answer.json["anchored"], answer.json["first_fault"]) == (
        2,
        False,
        False,
        None,
    )


@pytest.mark.parametrize(("command", "file"), _ONE_FILE)
def test_a_changed_file_is_bad_and_the_first_fault_is_named(
    audit: Audit, folder: Path, command: str, file: str
) -> None:
    data = bytearray((folder / file).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / file).write_bytes(data)
    answer = audit(command, file, "--anchor", "anchor.json", "--json")
    assert (answer.code, answer.json["ok"]) == (1, False)
    assert answer.json["first_fault"]["detail"]
    assert answer.json["first_fault"]["kind"] in set(Kind)


@pytest.mark.parametrize(("command", "file"), _ONE_FILE)
def test_what_is_not_there_or_something_else_is_not_judged(audit: Audit, folder: Path, command: str, file: str) -> None:
    assert audit(command, "nowhere", "--anchor", "anchor.json").code == 2
    assert audit(command, file, "--anchor", "nowhere").code == 2
    assert audit(command, file, "--anchor", "receipt").code == 2
    assert audit(command, file, "--policy", "receipt").code == 2
    (folder / (file if command != "bulletin" else f"{file}.tlog-proof")).write_bytes(b"something else")
    assert audit(command, file, "--anchor", "anchor.json").code == 2


def test_with_the_file_on_keys_a_proof_shows_who_signed(audit: Audit, folder: Path) -> None:
    for keys in ("authority.json", "bundle.zip"):
        for file in ("case", "silence"):
            answer = audit("proof", file, "--keys", keys, "--anchor", "anchor.json", "--json")
            assert answer.code == 0, answer.out
            assert {"keys", "signatures", "included", "complete"} <= set(answer.json["checks"])
    assert "takes --keys" in audit("proof", "case", "--anchor", "anchor.json", "--lang", "en").out
    assert "takes --keys" not in audit("proof", "case", "--keys", "bundle.zip", "--lang", "en").out
    forged = told_log()
    operator = Signer(WANG.actor, WANG.office, WANG.post, WANG.role, private_of("operator"))
    forged.act(operator, CASE, "case.investigated.v1", {"way": "visit"})
    census = forged.census()
    forged.checkpoint()
    note, size = forged.note(), len(forged.rows)
    authority = forged.authority(census, size)
    authority["streams"].append(forged.stream("rules", census, size, named=True))
    (folder / "case").write_bytes(line(forged.proof(census, note, size)))
    (folder / "authority.json").write_bytes(line(authority))
    (folder / "anchor.json").write_bytes(format_anchor(forged.anchor()))
    assert audit("proof", "case", "--anchor", "anchor.json").code == 0
    answer = audit("proof", "case", "--keys", "authority.json", "--anchor", "anchor.json", "--json")
    assert (answer.code, answer.json["first_fault"]["kind"]) == (1, "authority")
    assert audit("proof", "case", "--keys", "bundle.zip", "--anchor", "anchor.json").code == 1


def test_a_published_tree_is_checked_entry_by_entry(audit: Audit) -> None:
    answer = audit("tree", "tree", "--anchor", "tree.json", "--json", "--processes", "1")
    assert (answer.code, answer.json["entries_published"]) == (0, True)
    assert answer.json["signatures"] == len(HONEST.rows) + 2
    assert audit("tree", "tree", "--json").code == 2
    answer = audit("tree", "bad", "--anchor", "anchor.json", "--json")
    assert answer.code == 1
    fault = answer.json["first_fault"]
    assert (fault["index"], fault["kind"]) == (len(TOLD.rows) - 1, "authority")


def test_without_entries_the_tiles_are_held_against_the_checkpoint(audit: Audit, folder: Path) -> None:
    for path in (folder / "tree" / "tile" / "entries").rglob("*"):
        if path.is_file():
            path.unlink()
    answer = audit("tree", "tree", "--anchor", "tree.json", "--json")
    assert (answer.code, answer.json["entries_published"]) == (0, False)
    tile = folder / "tree" / "tile" / "0" / "000"
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    assert audit("tree", "tree", "--anchor", "tree.json").code == 1
    assert audit("tree", "nowhere", "--anchor", "tree.json").code == 2


def test_one_checkpoint_goes_on_from_another(audit: Audit, folder: Path) -> None:
    asked = ("consistency", "old", "new", "--tree", "bad", "--anchor", "anchor.json", "--json")
    assert audit(*asked).code == 0
    (folder / "old").write_text(told_log(others=299).note())
    answer = audit(*asked)
    assert (answer.code, answer.json["first_fault"]["check"]) == (1, "consistency")
    assert "fork" in answer.json["first_fault"]["detail"]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def served(folder: Path) -> Iterator[str]:
    """The address of a server of the folder."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_address_is_read_like_a_folder(audit: Audit, served: str) -> None:
    answer = audit("tree", f"{served}/tree", "--anchor", "tree.json", "--processes", "1")
    assert answer.code == 0
    assert audit("tree", f"{served}/nowhere", "--anchor", "tree.json").code == 2
    assert audit("tree", "http://127.0.0.1:1/", "--anchor", "tree.json").code == 2


def test_reports_are_in_both_languages(audit: Audit) -> None:
    zh, en = (audit("bundle", "bundle.zip", "--anchor", "anchor.json", "--lang", lang).out for lang in ("zh", "en"))
    assert zh.startswith("通过")
    assert "未经见证" in zh
    assert en.startswith("GOOD")
    assert "Unwitnessed" in en
    assert len(zh.splitlines()) == len(en.splitlines())
    assert "不能判为通过" in audit("receipt", "receipt").out


def test_a_quorum_that_is_missed_is_bad(audit: Audit, folder: Path) -> None:
    (folder / "policy").write_text(f"witness w {_vkey()}\nquorum w\n")
    asked = ("receipt", "receipt", "--anchor", "anchor.json", "--policy", "policy", "--json")
    answer = audit(*asked)
    assert (answer.code, answer.json["witnesses"]) == (0, ["w1.example"])
    (folder / "receipt").write_bytes(TOLD.receipt(5, TOLD.note(), len(TOLD.rows)))
    answer = audit(*asked)
    assert (answer.code, answer.json["first_fault"]["check"]) == (1, "witnesses")


def _vkey() -> str:
    return format_note_key(NoteKey("w1.example", COSIGNATURE, public_key(WITNESSES["w1.example"])))


def test_every_check_and_every_kind_of_fault_has_words_in_both_languages() -> None:
    words = json.loads((ROOT / "api" / "auditor.json").read_text())
    assert words["zh"].keys() == words["en"].keys()
    begun = {
        name
        for path in [*(ROOT / "audit").glob("*.py"), ROOT / "api" / "auditor.py"]
        for name in re.findall(r'findings\.begin\("(\w+)"\)', path.read_text())
    }
    assert begun <= words["zh"].keys()
    assert {str(kind) for kind in Kind} <= words["zh"].keys()


def test_the_one_file_auditor_needs_only_python_and_cryptography(folder: Path) -> None:
    write(folder / "audit.pyz")
    again = folder / "again.pyz"
    write(again)
    assert again.read_bytes() == (folder / "audit.pyz").read_bytes()
    for asked, code in (
        (("bundle", "bundle.zip", "--anchor", "anchor.json"), 0),
        (("tree", "tree", "--anchor", "tree.json"), 0),
        (("bundle", "bundle.zip"), 2),
    ):
        command = [sys.executable, "-I", "-X", "importtime", "audit.pyz", *asked]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert run.returncode == code, run.stderr[-2000:]
        loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in run.stderr.splitlines() if "|" in line}
        ours = {"api", "domain", "projections", "eventsourcing", "psycopg", "typer"}
        assert not ours & loaded
