"""The desk: what is due next, one form an act, only what duties and state allow, codes shown once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from api.access.sessions import Sessions
from api.access.viewer import Seat, Viewer
from api.http.act_forms import LEFT_OUT, REGISTER, entries_of
from api.http.doable import acts_for, has_form, roles_for, seats_for
from api.http.names import Names
from api.main import Application
from api.queries import fold_case
from api.settings import Settings
from api.wording import Wording
from domain.events import SEALED, public_kinds
from domain.roles import PERMISSIONS
from domain.tracks.rows import ROWS
from projections.overdue import overdue
from tests.api.clients import client_of, enter, open_door, signed_in
from tests.api.demo_city import open_city


@pytest.fixture(scope="module")
def city(demo_city: Settings) -> Iterator[Application]:
    """The demonstration city, open."""
    with open_city(demo_city) as opened:
        yield opened


@pytest.fixture(scope="module")
def case(city: Application) -> str:
    """A case of which a clock is overdue at the office that holds it."""
    reference = city.ledger.reference()
    return next(
        row.case
        for row in overdue(city.reader, city.clock()).rows
        if fold_case(city, row.case, None, reference)[0].office == row.unit
    )


def _handler(city: Application, case: str, duty: str = "handler") -> Viewer:
    state, _ = fold_case(city, case, None, city.ledger.reference())
    return Viewer("staff", officer="officer-x", seats=(Seat(state.office, "desk", (duty,)),), csrf="token")


def _names(city: Application) -> Names:
    return Names(Wording("en"), city.ledger.reference().people)


def test_the_work_list_is_the_own_offices_clocks_the_first_due_first(city: Application, case: str) -> None:
    viewer = _handler(city, case)
    office, people = viewer.seats[0].office, city.ledger.reference().people
    with client_of(city, viewer) as client:
        page = client.get("/desk?lang=en").text
    days = re.findall(r'<th scope="row">(\d{4}-\d\d-\d\d)', page)
    assert days == sorted(days)
    assert f"/desk/cases/{case}" in page
    units = {row.case: row.unit for row in overdue(city.reader, city.clock()).rows}
    listed = set(re.findall(r"/desk/cases/([0-9a-f]{32})", page))
    foreign = {one for one, unit in units.items() if unit != office and not people.is_under(unit, office)}
    own = {one for one, unit in units.items() if unit == office}
    assert own <= listed
    assert not listed & (foreign - {row.case for row in overdue(city.reader, city.clock(), unit=office).rows} - own)


def test_a_case_offers_exactly_what_its_state_and_the_viewers_duty_allow(city: Application, case: str) -> None:
    viewer = _handler(city, case)
    state, _ = fold_case(city, case, None, city.ledger.reference())
    acts = acts_for(viewer, state)
    assert acts
    assert all("handler" in PERMISSIONS[action].roles for action in acts)
    with client_of(city, viewer) as client:
        page = client.get(f"/desk/cases/{case}").text
        assert set(re.findall(r"/acts/(case\.[a-z_]+\.v1)", page)) - set(ROWS) == set(acts)
        for action in acts:
            assert client.get(f"/desk/cases/{case}/acts/{action}").status_code == 200


def test_a_form_has_each_field_that_the_domain_declares_once(city: Application) -> None:
    people = city.ledger.reference().people
    for action in (*PERMISSIONS, *ROWS):
        if roles_for(action) == {"petitioner"} or not has_form(action):
            continue
        entries = entries_of(action, _names(city), people)
        public = [name for one in entries if one.part == "public" for name in one.sets or (one.name,)]
        assert sorted(public) == sorted({name for name, _ in public_kinds(action)} - LEFT_OUT), action
        assert {one.name for one in entries if one.part == "sealed"} <= set(SEALED[action])
        kinds = dict(public_kinds(action))
        for one in entries:
            for value, _ in one.choices:
                for name, part in zip(one.sets or (one.name,), value.split("|"), strict=True):
                    kinds[name]([part] if one.many else part)


def test_words_are_chosen_by_their_names_and_offices_from_the_directory(city: Application) -> None:
    people = city.ledger.reference().people
    channel = next(one for one in entries_of(REGISTER, _names(city), people) if one.name == "channel")
    assert (channel.kind, channel.needed) == ("words", True)
    assert ("letter", "letter") in channel.choices or len(channel.choices) > 5
    office = next(one for one in entries_of("case.transferred.v1", _names(city), people) if one.name == "to_office")
    assert {value for value, _ in office.choices} == {slug for slug in people.offices if people.office(slug)}


def test_the_form_names_the_seats_whose_duty_fits(city: Application, case: str) -> None:
    both = Viewer("staff", officer="officer-x", seats=(Seat("housing", "desk", ("intake", "inspector")),))
    assert seats_for(both, REGISTER) == [(both.seats[0], "intake")]
    with client_of(city, both) as client:
        page = client.get("/desk/register").text
    assert re.findall(r'value="([a-z-]+[|][a-z|-]+)">', page)[0] == "housing|desk|intake"
    assert "<script>" not in page
    assert " style=" not in page


@pytest.mark.parametrize(
    "path", ["/desk/cases/{case}", "/desk/cases/{case}/acts/case.accepted.v1", "/desk/cases/" + "0" * 32]
)
def test_another_offices_case_is_as_good_as_not_there(city: Application, case: str, path: str) -> None:
    stranger = Viewer("staff", officer="officer-x", seats=(Seat("no-such-office", "desk", ("handler",)),))
    with client_of(city, stranger) as client:
        assert client.get(path.format(case=case)).status_code == 404


@pytest.mark.parametrize("action", ["case.flown.v1", "people.office_added.v1", "case.rated.v1"])
def test_there_is_no_form_for_what_an_officer_cannot_do(city: Application, case: str, action: str) -> None:
    with client_of(city, _handler(city, case)) as client:
        assert client.get(f"/desk/cases/{case}/acts/{action}").status_code == 404


def test_a_query_code_is_shown_once_and_opens_the_case(city: Application, case: str, tmp_path: Path) -> None:
    with open_door(city, tmp_path / "access.db") as sessions:
        viewer = _handler(city, case)
        with client_of(city, viewer) as client:
            client.app.state.sessions.issue_code = sessions.issue_code  # type: ignore[attr-defined]
            path = f"/desk/cases/{case}/code"
            assert client.post(path, data={"csrf": "another"}).status_code == 403
            answer = client.post(path, data={"csrf": viewer.csrf})
            again = client.get(f"/desk/cases/{case}").text
        (code,) = re.findall(r"<code>([0-9a-f]{8}(?:-[0-9a-f]{8}){3})</code>", answer.text)
        assert answer.headers["cache-control"] == "no-store"
        assert code not in again
        _check_opens(city, sessions, code, case)


def _check_opens(city: Application, sessions: Sessions, code: str, case: str) -> None:
    with signed_in(city, sessions) as client:
        assert enter(client, code=code).headers["location"] == "/my-case"
        assert client.get("/my-case").status_code == 200
        assert case in sessions.viewer(client.cookies["sundial_session"], lambda: city.ledger.reference().people).case


def test_before_registration_cases_of_the_same_matter_are_hinted_at_and_nobody_is_compared(
    city: Application, case: str
) -> None:
    state, _ = fold_case(city, case, None, city.ledger.reference())
    assert state.area
    assert state.place
    intake = Viewer("staff", officer="officer-x", seats=(Seat(state.office, "desk", ("intake",)),), csrf="token")
    stranger = Viewer("staff", officer="officer-x", seats=(Seat("no-such-office", "desk", ("intake",)),), csrf="token")
    asked = {"area": state.area, "place": state.place, "lang": "en"}
    pages = []
    for viewer in (intake, stranger):
        with client_of(city, viewer) as client:
            pages.append(client.get("/desk/register", params=asked).text)
    own, foreign = pages
    assert f"/desk/cases/{case}" in own
    assert "same place, same area" in own
    assert f'name="area" type="text" value="{state.area}"' in own
    assert "/desk/cases/" not in foreign
    withheld = re.search(r"0 cases were compared; ([0-9]+) more", foreign)
    assert withheld
    assert int(withheld[1]) > 0
    with client_of(city, intake) as client:
        assert "No case of this area" in client.get("/desk/register", params={**asked, "place": "nowhere"}).text


def test_what_was_written_is_read_by_those_who_handle_it_and_nobody_else(city: Application, case: str) -> None:
    viewer = _handler(city, case)
    with client_of(city, viewer) as client:
        answer = client.get(f"/desk/cases/{case}/texts?lang=en")
        assert answer.headers["cache-control"] == "no-store"
        looks = client.app.state.sessions.looks.of_case(case)  # type: ignore[attr-defined]
        assert [look.route for look in looks] == ["/desk/cases/{case}/texts"]
    (entry, *_) = city.ledger.stream_entries(f"case/{case}")
    opened = [
        json.loads(one.value) for one in city.ledger.disclosures(entry) if one and one.field in ("subject", "text")
    ]
    assert opened
    assert all(text in unescape(answer.text) for text in opened)
    watching = Viewer("staff", officer="officer-x", seats=(Seat(viewer.seats[0].office, "desk", ("supervisor",)),))
    stranger = Viewer("staff", officer="officer-x", seats=(Seat("no-such-office", "desk", ("handler",)),))
    petitioner = Viewer("petitioner", case=case, csrf="token")
    told = []
    for other in (watching, stranger, petitioner):
        with client_of(city, other) as client:
            told.append(client.get(f"/desk/cases/{case}/texts").status_code)
    assert told == [403, 404, 403]


def test_a_form_is_not_sent_before_its_script_is_there(city: Application) -> None:
    viewer = Viewer("staff", officer="officer-x", seats=(Seat("housing", "desk", ("intake",)),))
    with client_of(city, viewer) as client:
        page = client.get("/desk/register").text
    assert re.findall(
        r"<button(?![^>]*type=)([^>]*)>", page.partition('<form id="act"')[2].partition("</form>")[0]
    ) == [" disabled"]
