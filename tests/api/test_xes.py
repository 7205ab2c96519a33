"""Cases as an event log: what it tells and keeps to itself, and that a tool for process mining reads it."""

from __future__ import annotations

import io
import statistics
import warnings
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import anyio
import pytest

from api.main import Application
from api.queries import ask_timeline, fold_case
from api.settings import Settings
from api.xes import XesWish, write_xes
from projections.errors import PositionRefused, UnitUnknown
from projections.timeline import Act
from tests.api.clients import client_of
from tests.api.conftest import runner
from tests.api.demo_city import open_city

XES = "{http://www.xes-standard.org/}"
_CASES = "SELECT DISTINCT originator_id FROM entries WHERE originator_id LIKE 'case/%' ORDER BY originator_id"


@pytest.fixture(scope="module")
def city(demo_city: Settings) -> Iterator[Application]:
    """The demonstration city, opened once."""
    with open_city(demo_city) as application:
        yield application


def _told(city: Application, wish: XesWish) -> dict[str, list[dict[str, str]]]:
    file = io.BytesIO()
    written = write_xes(city, wish, file)
    root = ElementTree.fromstring(file.getvalue())
    found = {}
    for trace in root.iter(f"{XES}trace"):
        name = next(one.get("value", "") for one in trace if one.get("key") == "concept:name")
        found[name] = [
            {one.get("key", ""): one.get("value", "") for one in event} for event in trace.iter(f"{XES}event")
        ]
    assert (written.traces, written.events) == (len(found), sum(map(len, found.values())))
    return found


def _acts(city: Application) -> dict[str, tuple[Act, ...]]:
    """Every case's acts by its timeline, those left out that went to the discipline inspection."""
    streams = [row[0].removeprefix("case/") for row in city.ledger.log.select(_CASES, ())]
    told = {case: ask_timeline(city, case).acts for case in streams}
    return {
        case: acts
        for case, acts in told.items()
        if not any(act.action == "case.diverted_discipline.v1" for act in acts)
    }


def test_a_tool_for_process_mining_reads_the_same_cases_acts_and_durations(city: Application, tmp_path: Path) -> None:
    file = tmp_path / "cases.xes"
    with file.open("wb") as opened:
        write_xes(city, XesWish(city.clock()), opened)
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it advertises a faster reader
        import pm4py  # slow, and it greets

        log = pm4py.read_xes(str(file))
        durations = pm4py.get_all_case_durations(log)
    acts = _acts(city)
    times = {case: [act.effective_at for act in told] for case, told in acts.items()}
    ours = [(max(moments) - min(moments)).total_seconds() for moments in times.values()]
    assert log["case:concept:name"].nunique() == len(acts) > 400
    assert len(log) == sum(map(len, acts.values()))
    assert statistics.median(durations) == pytest.approx(statistics.median(ours), abs=0.001)


def test_an_event_says_what_by_which_office_in_which_role_and_nothing_of_people(city: Application) -> None:
    told, acts = _told(city, XesWish(city.clock())), _acts(city)
    case = next(iter(acts))
    assert [int(event["log_index"]) for event in told[case]] == [
        act.index for act in sorted(acts[case], key=lambda act: (act.effective_at, act.seq))
    ]
    keys = {key for events in told.values() for event in events for key in event}
    assert keys <= {
        *("concept:name", "time:timestamp", "lifecycle:transition", "org:group", "org:role"),
        *("log_index", "recorded_at", "imported"),
    }
    values = {value for events in told.values() for event in events for value in event.values()}
    assert not [value for value in values if value.startswith(("officer-", "registrar-", "service-"))]


def test_acts_are_told_as_of_a_moment_and_as_known_at_a_place(city: Application) -> None:
    size = city.ledger.head().size
    at = datetime(2025, 3, 1, tzinfo=UTC)
    early = _told(city, XesWish(at))
    half = _told(city, XesWish(city.clock(), size // 2))
    for case, acts in _acts(city).items():
        assert len(early.get(case, [])) == sum(act.effective_at <= at for act in acts)
        assert len(half.get(case, [])) == sum(act.index < size // 2 for act in acts)


def test_a_unit_gets_the_cases_that_it_or_an_office_below_it_held(city: Application) -> None:
    reference = city.ledger.reference()
    wanted = {slug for slug in reference.people.offices if slug == "dongmen" or "dongmen" in _above(city, slug)}
    told = _told(city, XesWish(city.clock(), unit="dongmen"))
    for case in _acts(city):
        state, _ = fold_case(city, case, None, reference)
        assert (case in told) == bool(wanted & {state.office, *(held.office for held in state.holdings)})


def _above(city: Application, slug: str) -> set[str]:
    offices, found = city.ledger.reference().people.offices, set()
    while slug in offices:
        slug = offices[slug].parent
        found.add(slug)
    return found


def test_what_cannot_be_asked_is_refused(city: Application) -> None:
    with pytest.raises(UnitUnknown):
        write_xes(city, XesWish(city.clock(), unit="nowhere"), io.BytesIO())
    with pytest.raises(PositionRefused):
        write_xes(city, XesWish(city.clock(), city.ledger.head().size + 1), io.BytesIO())


def test_who_leaves_in_the_middle_leaves_no_file_open(city: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[io.BytesIO] = []

    def open_file(_: int) -> io.BytesIO:
        opened.append(io.BytesIO())
        return opened[-1]

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(_: object) -> None:
        await anyio.sleep_forever()

    monkeypatch.setattr("api.http.exports.tempfile.SpooledTemporaryFile", open_file)
    with client_of(city) as client:
        scope: dict[str, object] = {
            "headers": [(b"host", b"127.0.0.1")],
            "scheme": "http",
            "http_version": "1.1",
            "client": None,
        }
        scope |= {"type": "http", "method": "GET", "path": "/api/xes", "query_string": b"unit=housing"}
        anyio.run(client.app, scope, receive, send)
    assert [file.closed for file in opened] == [True]


def test_it_is_written_by_the_command_line_and_sent_over_http(
    city: Application, demo_city: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "cases.xes"
    answer = runner(demo_city)("xes", "-o", str(file), "--unit", "housing", "--as-of", "2026-05-01", "--json")
    assert answer.code == 0, answer.err
    assert answer.json["cases"] > 10
    with client_of(city) as client:
        sent = client.get("/api/xes", params={"unit": "housing", "as_of": "2026-05-01"})
    assert sent.status_code == 200
    assert sent.content == file.read_bytes()
    refused = runner(demo_city)("xes", "-o", str(tmp_path / "no.xes"), "--unit", "nowhere")
    assert (refused.code, len(refused.err.splitlines())) == (2, 1)
    assert [one.name for one in tmp_path.iterdir()] == ["cases.xes"]
