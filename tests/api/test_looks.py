"""Looks: written down before anything is shown, for a reason that an inspector signs, sealed, once; and who learns."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.access.rows import TABLE
from api.access.sessions import Sessions
from api.access.viewer import seats_of
from api.actions import command
from api.looks.batches import midnight, now_of, write_looks
from api.looks.journal import Journal
from api.looks.look import Look
from api.looks.reasons import LASTING_MS
from api.looks.telling import looks_of_case, own_looks
from api.main import Application, open_application
from api.settings import Settings
from api.verify.run import verify_database
from domain.tracks.mandate_events import CaseReplayed, MandateClosed
from projections.overdue import overdue
from tests.api.clients import open_door, signed_in
from tests.api.demo_city import copy_city, open_city
from tests.api.looks_written import written_looks

MANDATE = "mandate/inspection-2026"
ACCOUNTS = {"inspector": "officer-yan", "head": "officer-zheng", "supervisor": "officer-an"}


@pytest.fixture(scope="module")
def home(demo_city: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A copy of the city for all tests of this module, each of which looks at a case of its own."""
    return copy_city(demo_city, tmp_path_factory.mktemp("looks") / "home")


@pytest.fixture(scope="module")
def city(home: Settings) -> Iterator[Application]:
    """The city, open."""
    with open_city(home) as opened:
        yield opened


@pytest.fixture
def door(city: Application, tmp_path: Path) -> Iterator[Sessions]:
    """A door with accounts of the discipline inspection, of the office that it looks into, and of supervision."""
    with open_door(city, tmp_path / "access.db") as sessions:
        for name, officer in ACCOUNTS.items():
            sessions.store.put_account(name, officer, "")
        yield sessions


@pytest.fixture(scope="module")
def cases(city: Application) -> Iterator[str]:
    """Cases of the office that the discipline inspection may look into, one a test."""
    rows = overdue(city.reader, city.clock(), unit="renewal").rows
    return iter(dict.fromkeys(row.case for row in rows))


@pytest.fixture
def case(cases: Iterator[str]) -> str:
    """The test's own."""
    return next(cases)


def _give_reason(city: Application, case: str) -> None:
    public = {"case": case, "ground": "routine"}
    wish = command(MANDATE, CaseReplayed.action, public, {"reason_text": "群众反映超期未答复"})
    city.desk.perform(wish, city.key("officer-yan"), "inspector")


def _sign_reason(city: Application, client: TestClient, case: str) -> None:
    """The same over HTTP, as a program of the inspector's does it: what is signed is what the server prepared."""
    key = city.key("officer-yan")
    who = {"actor": key.actor, "post": key.post, "office": key.office, "role": "inspector", "key_id": key.key_id.hex()}
    public, sealed = {"case": case, "ground": "routine"}, {"reason_text": "群众反映超期未答复"}
    command = {"stream": MANDATE, "action": CaseReplayed.action, "public": public, "sealed": sealed}
    prepared = client.post("/api/acts/prepare", json={"command": command, "actor": who}).json()
    signed = {"draft": prepared["draft"], "signature": key.sign(b64decode(prepared["to_sign"])).hex()}
    assert client.post("/api/acts/commit", json=signed).status_code == 200


def _journal(door: Sessions, city: Application) -> list[Look]:
    return door.looks.of_offices(["discipline", "renewal", "supervision"], now_of(city) + 1, 1_000)


def test_an_inspector_is_asked_why_and_the_signed_reason_is_part_of_the_look(
    city: Application, door: Sessions, case: str
) -> None:
    with signed_in(city, door, account="inspector") as client:
        refused = client.get(f"/api/cases/{case}/replay")
        assert refused.status_code == 403
        told = refused.json()
        assert (told["code"], told["allowed"]) == ("reason_needed", ["mandate.replayed.v1"])
        assert "article 38" in told["rule"]
        asked = client.get(f"/cases/{case}/replay?step=1", headers={"accept": "text/html"})
        assert asked.status_code == 303
        first = city.ledger.stream_entries(f"case/{case}")[0].index
        for path in (f"/receipts/{first}", f"/desk/cases/{case}"):
            elsewhere = client.get(path, headers={"accept": "text/html"})
            assert elsewhere.headers["location"].startswith(f"/cases/{case}/reason?next="), path
        page = client.get(asked.headers["location"], headers={"accept": "text/html"})
        assert page.status_code == 403
        assert f"/desk/act?action=mandate.replayed.v1&amp;stream=mandate%2Finspection-2026&amp;case={case}" in page.text
        _sign_reason(city, client, case)
        onward = client.get(asked.headers["location"], headers={"accept": "text/html"})
        assert (onward.status_code, onward.headers["location"]) == (303, f"/cases/{case}/replay?step=1")
        assert client.get(f"/api/cases/{case}/replay").status_code == 200
    (reason,) = [row for row in city.ledger.stream_entries(MANDATE) if case.encode() in row.entry]
    looks = _journal(door, city)
    assert [look.kind for look in looks] == ["look", *["denied"] * 4]
    assert looks[0][1:] == (
        *(looks[0].at, "discipline", "officer-yan", "inspector", "look", "/api/cases/{case}/replay"),
        *(case, "", MANDATE, reason.leaf.hex()),
    )


def test_a_reason_opens_that_case_to_that_inspector_for_half_a_day(
    city: Application, home: Settings, door: Sessions, case: str
) -> None:
    _give_reason(city, case)
    other = "officer-zheng"
    door.store.put_account("other", other, "")
    path = f"/api/cases/{case}/timeline"
    later = city.clock() + timedelta(milliseconds=LASTING_MS + 60_000)
    with signed_in(city, door, account="inspector") as client:
        assert client.get(path).status_code == 200
    with (
        open_application(home, clock=lambda: later) as tomorrow,
        signed_in(tomorrow, door, account="inspector") as late,
    ):
        assert late.get(path).json()["code"] == "reason_needed"


def test_a_mandate_that_is_over_opens_nothing_and_the_attempt_is_written_down(
    city: Application, home: Settings, door: Sessions, case: str
) -> None:
    _give_reason(city, case)
    over = city.clock() + timedelta(days=366)
    with open_application(home, clock=lambda: over) as later, open_door(later, home.home / "later.db") as sessions:
        sessions.store.put_account("inspector", "officer-yan", "")
        with signed_in(later, sessions, account="inspector") as client:
            for path in (f"/api/cases/{case}/replay", f"/api/cases/{case}/timeline", "/api/overdue"):
                assert client.get(path).status_code == 404
        looks = sessions.looks.of_offices(["discipline"], now_of(later) + 1, 100)
    assert [(look.kind, look.case) for look in reversed(looks)] == [("denied", case), ("denied", case), ("denied", "")]


def test_every_file_that_is_taken_away_is_written_down(city: Application, door: Sessions) -> None:
    fields = {"{month}": "2026-01", "{form}": "json"}
    with signed_in(city, door, account="supervisor") as client:
        for (method, path), row in TABLE.items():
            if method != "GET" or "{case}" in path or not path.startswith("/api/") or path.endswith("/{index}"):
                continue
            for name, value in fields.items():
                path = path.replace(name, value)
            before = len(_journal(door, city))
            if row.export:
                client.get(f"{path}?unit=nowhere")  # what was asked for is written down before it is looked for
            kinds = [look.kind for look in _journal(door, city)[: len(_journal(door, city)) - before]]
            assert ("export" in kinds) == row.export, path
    taken = [row.path for row in TABLE.values() if row.export]
    assert {"/api/overdue.csv", "/api/xes", "/api/bulletins/{month}.{form}"} <= set(taken)


def test_whatever_shows_something_of_a_case_writes_it_down(city: Application, door: Sessions, case: str) -> None:
    filled = {"{case}": case, "{action}": "case.opinion_issued.v1", "{seq}": "1", "{number}": "0"}
    shown = set()
    with signed_in(city, door, account="head") as client:
        for (method, path), row in TABLE.items():
            if method != "GET" or not row.of_case or path.endswith("/reason"):
                continue
            place = path
            for name, value in filled.items():
                place = place.replace(name, value)
            before = len(_journal(door, city))
            status = client.get(place).status_code
            looks = _journal(door, city)
            new = looks[: len(looks) - before]
            assert status != 200 or [look.route for look in new] == [path], path
            assert all(look.kind == ("export" if row.export else "look") for look in new if status == 200), path
            shown |= {path} if status == 200 else set()
    assert {"/cases/{case}", "/cases/{case}/replay", "/desk/cases/{case}", "/api/cases/{case}/xes"} <= shown


def test_what_is_refused_is_written_down_with_its_case(city: Application, door: Sessions) -> None:
    foreign = next(
        row.case
        for row in overdue(city.reader, city.clock()).rows
        if row.unit not in ("renewal", "housing", "villages")
    )
    with signed_in(city, door, account="head") as client:
        if client.get(f"/api/cases/{foreign}/timeline").status_code == 404:
            (look,) = _journal(door, city)
            assert (look.kind, look.case, look.office) == ("denied", foreign, "renewal")
        assert client.get("/api/overdue?unit=supervision&case=MARK").status_code == 404
    look = _journal(door, city)[0]
    assert (look.kind, look.unit, look.case, "MARK" in json.dumps(look)) == ("denied", "supervision", "", False)
    assert own_looks(door.viewer(None, lambda: city.ledger.reference().people), door.looks, now_of(city) + 1) == []


def test_who_holds_no_post_any_more_is_refused_at_the_last_ones_office(city: Application, door: Sessions) -> None:
    people = city.ledger.reference().people
    office, former = next(
        (office, officer) for office, _, officer in people.tenures if not seats_of(people, officer) and officer
    )
    door.store.put_account("former", former, "")
    with signed_in(city, door, account="former") as client:
        assert client.get("/api/overdue").status_code == 403
    looks = door.looks.of_offices(list(people.offices), now_of(city) + 1, 10)
    assert [(look.kind, look.officer, look.route) for look in looks] == [("denied", former, "/api/overdue")]
    assert office in people.offices


def test_nobody_but_the_body_itself_reads_its_looks(city: Application, door: Sessions, case: str) -> None:
    _give_reason(city, case)
    with signed_in(city, door, account="inspector") as client:
        assert client.get(f"/cases/{case}").status_code == 200
        (row,) = client.get("/api/looks").json()["rows"]
        assert (row["office"], row["case"]) == ("discipline", case)
        assert case[:12] in client.get("/looks").text
    for account in ("head", "supervisor"):
        with signed_in(city, door, account=account) as client:
            assert client.get("/api/looks").json()["rows"] == []
    with signed_in(city, door, case=case) as client:
        assert client.get("/api/looks").status_code == 403


def test_looks_go_into_the_log_sealed_and_change_no_view(
    city: Application, home: Settings, door: Sessions, case: str
) -> None:
    _give_reason(city, case)
    with signed_in(city, door, account="inspector") as client, signed_in(city, door, account="head") as own:
        asked = own.get(f"/api/cases/{case}/timeline")
        assert asked.status_code == 200, asked.text
        told = asked.json()["acts"]
        client.get(f"/api/cases/{case}/timeline")
        city.views.catch_up()
        digests = city.views.digests()[1]
        before = {look["look"] for _, look, _ in written_looks(city)}
        assert write_looks(city, door.looks, midnight(city)) == 0
        assert write_looks(city, door.looks, now_of(city) + 1) == 2
        assert write_looks(city, door.looks, now_of(city) + 1) == 0
        city.views.catch_up()
        assert city.views.digests()[1] == digests
        assert own.get(f"/api/cases/{case}/timeline").json()["acts"] == told
    new = [one for one in written_looks(city) if one[1]["look"] not in before]
    assert [(stream, look["kind"]) for stream, look, _ in new] == [
        ("looks/discipline", "look"),
        ("looks/renewal", "look"),
    ]
    for secret in (case, "officer-yan", "inspection-2026"):
        assert all(secret.encode() not in entry for _, _, entry in new)
    assert verify_database(home).ok


def test_a_petitioner_learns_of_the_office_at_once_and_of_a_body_when_its_mandate_is_closed(
    demo_home: Settings, tmp_path: Path
) -> None:
    with open_city(demo_home) as city, open_door(city, tmp_path / "access.db") as door:
        for name, officer in ACCOUNTS.items():
            door.store.put_account(name, officer, "")
        case = overdue(city.reader, city.clock(), unit="renewal").rows[0].case
        _give_reason(city, case)
        for account in ("inspector", "head"):
            with signed_in(city, door, account=account) as client:
                assert client.get(f"/cases/{case}").status_code == 200
        write_looks(city, door.looks, now_of(city) + 1)
        assert [one.office for one in looks_of_case(city, door.looks, case)] == ["renewal"]
        city.desk.perform(command(MANDATE, MandateClosed.action, {"item": 1}), city.key("officer-yan"), "inspector")
        assert [one.office for one in looks_of_case(city, door.looks, case)] == ["renewal", ""]
        with signed_in(city, door, account="inspector") as client:  # before any view was told of it
            assert client.get(f"/api/cases/{case}/timeline").status_code == 404
        with signed_in(city, door, case=case) as client:
            page = client.get("/my-case?lang=en").text
            assert "A supervision body" in page
            assert "Discipline" not in page


def test_the_journal_is_a_file_of_its_owner_and_a_lost_write_shows_nothing(
    city: Application, door: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("disk full")

    case = overdue(city.reader, city.clock(), unit="renewal").rows[-1].case
    monkeypatch.setattr(Journal, "add", full)
    with signed_in(city, door, account="head") as client:
        assert client.get(f"/api/cases/{case}/timeline").status_code == 503
