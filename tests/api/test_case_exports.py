"""A case taken away over HTTP: the bundle of the command line, for no audience that one's role may not ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import pytest

from api.access.viewer import Seat, Viewer
from api.exporting.audiences import ALLOWED
from api.exporting.bundles import make_bundle
from api.main import Application
from api.settings import Settings
from audit.anchor import parse_anchor
from audit.bundle import AUDIENCES, check_bundle
from audit.trust import Findings, Trust
from projections.overdue import overdue
from projections.packages_answers import packages
from tests.api.clients import client_of
from tests.api.demo_city import copy_city, open_city


@pytest.fixture(scope="module")
def city(demo_city: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """A copy of the city: what is exported is covered by a census and a checkpoint, which is written."""
    with open_city(copy_city(demo_city, tmp_path_factory.mktemp("exports") / "home")) as opened:
        yield opened


@pytest.fixture(scope="module")
def case(city: Application) -> str:
    """A case that a leader took on, and that has no file of its own."""
    found = sorted(packages(city.reader, city.clock()).rows, key=lambda row: (-row.personal_acts, row.case))
    told = ((row.case, city.ledger.stream_entries(f"case/{row.case}")) for row in found)
    return next(case for case, acts in told if not any(one.action == "case.attached.v1" for one in acts))


def _viewer(role: str, case: str) -> Viewer:
    if role == "petitioner":
        return Viewer("petitioner", case=case, csrf="token")
    office = "supervision" if role == "supervisor" else "guicheng"
    return Viewer("staff", officer="officer-x", seats=(Seat(office, "post", (role,)),), csrf="token")


@pytest.mark.parametrize("role", ["supervisor", "handler", "petitioner"])
def test_each_role_takes_away_what_its_audiences_read_and_nothing_else(city: Application, case: str, role: str) -> None:
    with client_of(city, _viewer(role, case)) as client:
        answer = client.get(f"/api/cases/{case}/bundle")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
        for audience in set(AUDIENCES) - set(ALLOWED[role]):
            assert client.get(f"/api/cases/{case}/bundle?audience={audience}").json()["code"] == "audience_not_yours"
        assert client.get(f"/api/cases/{case}/bundle?audience=everybody").status_code == 400
    findings = Findings()
    check_bundle(answer.content, Trust(parse_anchor(city.settings.anchor_file.read_bytes())), findings)
    assert findings.facts["audience"] == ALLOWED[role][0]


def test_what_is_taken_away_is_the_command_lines_and_is_written_down_before_it_is_sent(
    city: Application, case: str
) -> None:
    with client_of(city, _viewer("supervisor", case)) as client:
        pdf, bundle, _ = (client.get(f"/api/cases/{case}/{path}") for path in ("timeline.pdf", "bundle", "xes"))
        journal = client.app.state.sessions.looks  # type: ignore[attr-defined]
        found = [(look.kind, look.route.rpartition("/")[2]) for look in journal.of_case(case)]
    assert sorted(found) == [("export", "bundle"), ("export", "timeline.pdf"), ("export", "xes")]
    assert bundle.content == make_bundle(city, case, "inspector", city.settings.home / "attachments").data
    assert ZipFile(BytesIO(bundle.content)).read("timeline.pdf") == pdf.content
    assert pdf.content.startswith(b"%PDF")


def test_who_looks_as_an_inspector_signs_why_first(city: Application, case: str) -> None:
    seat = Viewer("staff", officer="officer-yan", seats=(Seat("discipline", "inspector", ("inspector",)),), csrf="t")
    held = overdue(city.reader, city.clock(), unit="housing").rows[0].case
    with client_of(city, seat) as client:
        assert client.get(f"/api/cases/{held}/bundle").json()["code"] == "reason_needed"


def test_another_offices_case_and_anothers_own_are_as_good_as_not_there(city: Application, case: str) -> None:
    stranger = replace(_viewer("head", case), seats=(Seat("no-such-office", "post", ("head",)),))
    for viewer in (stranger, Viewer("petitioner", case="0" * 32, csrf="token")):
        with client_of(city, viewer) as client:
            assert client.get(f"/api/cases/{case}/bundle").status_code == 404
            assert client.get(f"/api/cases/{case}/timeline.pdf").status_code == 404


def test_the_acts_of_one_case_are_one_trace_as_of_the_moment_that_is_shown(city: Application, case: str) -> None:
    with client_of(city) as client:
        told = client.get(f"/api/cases/{case}/replay").json()
        whole = client.get(f"/api/cases/{case}/xes").text
        half = client.get(f"/api/cases/{case}/xes?known_at={told['steps'][1]['index']}").text
        page = client.get(f"/cases/{case}/replay?known_at={told['steps'][1]['index']}", headers={"accept": "text/html"})
    assert re.findall(r'"concept:name" value="([0-9a-f]{32})"', whole) == [case]
    assert whole.count("<event>") == len(told["steps"])
    assert half.count("<event>") == 2
    address = re.search(r'href="(/api/cases/[0-9a-f]{32}/xes[^"]*)"', page.text)
    assert address is not None
    with client_of(city) as client:
        assert client.get(address[1].replace("&amp;", "&")).text.count("<event>") == 2
