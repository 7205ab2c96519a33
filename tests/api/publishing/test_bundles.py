"""Bundles out of the demonstration city: each checked by the auditor, each with what its audience may read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from api.actions import command
from api.errors import ApiError, NotThere, UsageRefused
from api.exporting.bundles import Bundle, cover, make_bundle
from api.main import Application
from api.publishing.schedule import publish_once
from api.settings import Settings
from audit.anchor import parse_anchor
from audit.bundle import AUDIENCES, CHECKS, check_bundle
from audit.entry import parse_entry
from audit.statement import parse_statement
from audit.store.errors import ActRefused
from audit.suite import hash256
from audit.trust import Findings, Trust
from domain.errors import DomainRefused
from tests.api.conftest import runner
from tests.api.demo_city import copy_city, open_city

PUBLISHED = "case.publication_approved.v1"


@pytest.fixture(scope="module")
def home(demo_city: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return copy_city(demo_city, tmp_path_factory.mktemp("bundles") / "home")


@pytest.fixture(scope="module")
def city(home: Settings) -> Iterator[Application]:
    with open_city(home) as opened:
        publish_once(opened)
        yield opened


def _cases(city: Application, action: str) -> list[str]:
    sql = "SELECT DISTINCT originator_id FROM entries WHERE topic = ? ORDER BY originator_id"
    return [row[0].partition("/")[2] for row in city.ledger.log.select(sql, (action,))]


def _check(city: Application, made: Bundle) -> dict[str, object]:
    findings = Findings()
    anchor = parse_anchor(city.settings.anchor_file.read_bytes())
    check_bundle(made.data, Trust(anchor), findings)
    return findings.facts


def _public(city: Application) -> str:
    """A published case that is in no small cell."""
    for case in _cases(city, PUBLISHED):
        try:
            make_bundle(city, case, "public", Path("nowhere"))
        except UsageRefused:
            continue
        return case
    raise AssertionError("the city has a case that may be given to the public")


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_bundle_is_good_and_the_same_each_time(city: Application, audience: str) -> None:
    case = _public(city)
    made = make_bundle(city, case, audience, Path("nowhere"))
    assert made.data == make_bundle(city, case, audience, Path("nowhere")).data
    facts = _check(city, made)
    assert (facts["acts"], facts["audience"]) == (made.acts, audience)
    slots = facts["slots"]
    assert isinstance(slots, dict)
    assert (slots["disclosed"] == 0) == (audience == "public")
    files = ZipFile(BytesIO(made.data))
    manifest = json.loads(files.read("manifest.json"))
    assert manifest["checks"] == {name: list(checks) for name, checks in CHECKS.items()}
    pdf = "".join(page.extract_text() for page in PdfReader(BytesIO(files.read("timeline.pdf"))).pages)
    assert case in files.read("timeline.html").decode()
    assert case in pdf.replace("\n", "")
    assert "无见证" in pdf


def test_the_petitioner_reads_less_than_the_inspector_and_the_public_nothing(city: Application) -> None:
    case = next(one for one in _cases(city, "case.objected.v1"))
    made = {who: make_bundle(city, case, who, Path("nowhere")) for who in ("inspector", "court", "petitioner")}
    assert made["inspector"].withheld == 0
    assert made["petitioner"].disclosed < made["court"].disclosed <= made["inspector"].disclosed
    roots = {json.loads(ZipFile(BytesIO(one.data)).read("proof.json"))["checkpoint"] for one in made.values()}
    assert len(roots) == 1
    for one in made.values():
        _check(city, one)


def test_cases_of_every_ending_make_good_bundles(city: Application) -> None:
    for action in ("case.erased.v1", "case.review_decided.v1", "case.merged.v1", "case.withdrawn.v1"):
        for case in _cases(city, action)[:1]:
            _check(city, make_bundle(city, case, "court", Path("nowhere")))


def test_a_public_bundle_needs_publication_no_accusation_and_no_small_cell(city: Application) -> None:
    unpublished = next(one for one in _cases(city, "case.registered.v1") if one not in _cases(city, PUBLISHED))
    with pytest.raises(UsageRefused, match="export_not_published"):
        make_bundle(city, unpublished, "public", Path("nowhere"))
    for accusation in _cases(city, "case.diverted_discipline.v1"):
        with pytest.raises(UsageRefused, match="export_accusation"):
            make_bundle(city, accusation, "public", Path("nowhere"))
    answers = set()
    for case in _cases(city, PUBLISHED):
        try:
            make_bundle(city, case, "public", Path("nowhere"))
        except UsageRefused as error:
            answers.add(error.code)
    assert answers <= {"export_small_cell", "export_not_published"}
    assert "export_small_cell" in answers


def test_attachments_go_along_if_they_are_the_files_that_were_signed_for(city: Application, tmp_path: Path) -> None:
    case = next(iter(_cases(city, "case.attached.v1")))
    assert make_bundle(city, case, "inspector", tmp_path).attachments >= 1
    data = "附件".encode() * 100
    digest = hash256(data).hex()
    file = {"digest": digest, "size": len(data), "media_type": "text/plain"}
    other = _attach(city, file)
    with pytest.raises(NotThere, match="export_uncovered"):
        make_bundle(city, other, "inspector", tmp_path)
    cover(city, other)
    with pytest.raises(NotThere, match="attachment_missing"):
        make_bundle(city, other, "inspector", tmp_path)
    (tmp_path / digest).write_bytes(data)
    made = make_bundle(city, other, "inspector", tmp_path)
    assert made.attachments == 1
    assert _check(city, made)["attachments"] == 1
    (tmp_path / digest).write_bytes(data[1:])
    with pytest.raises(ApiError, match="attachment_changed"):
        make_bundle(city, other, "inspector", tmp_path)


def _attach(city: Application, file: dict[str, object]) -> str:
    """Have the officer who replied last in some case attach a file to it; return the case."""
    for case in reversed(_cases(city, "case.accepted.v1")):
        for stored in reversed(city.ledger.stream_entries(f"case/{case}")):
            statement = parse_statement(parse_entry(stored.entry).payload)
            if statement.actor.startswith("officer-"):
                act = command(f"case/{case}", "case.attached.v1", {}, {"attachments": [file]})
                with suppress(DomainRefused, ActRefused, ApiError):
                    city.desk.perform(act, city.key(statement.actor), statement.role)
                    return case
    raise AssertionError("some officer can attach a file")


def test_the_command_exports_what_the_auditor_believes(city: Application, home: Settings, tmp_path: Path) -> None:
    case = _public(city)
    run = runner(home)
    answer = run("export", "case", case, "--audience", "court", "-o", tmp_path / "c.zip", "--json")
    assert (answer.code, answer.json["witnessed"]) == (0, False)
    findings = Findings()
    anchor = parse_anchor(home.anchor_file.read_bytes())
    check_bundle((tmp_path / "c.zip").read_bytes(), Trust(anchor), findings)
    assert run("export", "case", case, "--audience", "nobody").code == 2
    assert run("export", "case", "0" * 32, "--audience", "court").code == 2
