"""`overdue`, `timeline` and `explain` on both stores: both axes of time, and questions that have no answer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.axes import parse_as_of, parse_day_end
from api.errors import UsageRefused
from api.main import Application
from api.positions import size_at
from tests.api.boards import message_board
from tests.api.conftest import Run

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)

TOLD = message_board(6)


@pytest.fixture
def loaded(run: Run, application: Application) -> Run:
    """A ledger with those six messages."""
    return run


def test_a_clock_is_overdue_from_the_day_after_it_was_due(loaded: Run) -> None:
    # Message 3 came on 2018-01-02: notice within 15 days, by Wednesday 2018-01-17.
    assert loaded("overdue", "--as-of", "2018-01-17", "--json").json["rows"] == []
    rows = loaded("overdue", "--as-of", "2018-01-18", "--json").json["rows"]
    assert [(row["clock"], row["due_on"], row["overdue_days"]) for row in rows] == [("NOTICE_DIRECT", "2018-01-17", 1)]


def test_the_answer_names_moment_and_position(loaded: Run, application: Application) -> None:
    answer = loaded("overdue", "--as-of", "2018-01-18", "--json").json
    size = application.ledger.head().size
    assert answer["as_of"] == "2018-01-18T23:59:59.999+08:00"
    assert answer["known_at"] == [
        {"origin": "test.example/city", "size": size, "root": application.ledger.root(size).hex()}
    ]
    assert set(answer["rows"][0]) >= {"case", "clock", "unit", "due_on", "overdue_days", "provisional"}
    assert answer["rows"][0]["imported"] is True


def test_what_was_not_yet_known_is_not_answered(loaded: Run, application: Application, tmp_path: Path) -> None:
    size = application.ledger.head().size
    asked = ("overdue", "--as-of", "2018-12-31", "--json")
    assert len(loaded(*asked).json["rows"]) == 4
    before_the_import = loaded(*asked, "--known-at", str(size - 11)).json
    assert (before_the_import["rows"], before_the_import["known_at"][0]["size"]) == ([], size - 10)
    registered_alone = loaded(*asked, "--known-at", str(size - 5)).json
    assert len(registered_alone["rows"]) == 12
    note = application.ledger.latest_checkpoint()
    assert note is not None
    (tmp_path / "checkpoint").write_text(note, encoding="utf-8")
    assert loaded(*asked, "--known-at", str(tmp_path / "checkpoint")).json["known_at"][0]["size"] == size
    assert loaded(*asked, "--known-at", "2018-01-01").json["known_at"][0]["size"] == 0


def test_a_date_as_position_means_what_was_recorded_by_its_end(loaded: Run, application: Application) -> None:
    size = application.ledger.head().size
    assert size_at(application.ledger, application.clock()) == size
    assert size_at(application.ledger, datetime(2020, 1, 1, tzinfo=UTC)) == 0
    first = application.ledger.log.entries(0, 1, 1)[0]
    recorded = int.from_bytes(first.entry[-8:], "big")
    at = datetime.fromtimestamp(recorded / 1000, UTC)
    assert 1 <= size_at(application.ledger, at) < size


def test_unit_and_clock_narrow_the_list(loaded: Run) -> None:
    asked = ("overdue", "--as-of", "2018-12-31", "--json")
    assert len(loaded(*asked, "--clock", "HANDLE").json["rows"]) == 2
    assert len(loaded(*asked, "--unit", "message-board").json["rows"]) == 4
    assert loaded(*asked, "--unit", "housing").json["rows"] == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("overdue", "--as-of", "yesterday"), "--as-of"),
        (("overdue", "--as-of", "2018-02-30"), "--as-of"),
        (("overdue", "--as-of", "2018-02-03T10:00:00"), "--as-of"),
        (("overdue", "--known-at", "999999"), "not in the log"),
        (("overdue", "--known-at", "no-such-file"), "--known-at"),
        (("overdue", "--known-at", "2018-02-30"), "--known-at"),
        (("overdue", "--unit", "nowhere"), "no such unit"),
        (("overdue", "--clock", "TEA"), "no such clock"),
        (("timeline", "0" * 32), "no such case"),
        (("timeline", "nonsense"), "32 lower-case hex"),
        (("explain", "0" * 32), "no such case"),
        (("explain", "case/../x"), "32 lower-case hex"),
    ],
)
def test_a_question_without_an_answer_says_why(loaded: Run, words: tuple[str, ...], message: str) -> None:
    answer = loaded(*words)
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err
    assert len(answer.err.strip().splitlines()) == 1


def test_a_foreign_checkpoint_is_refused(loaded: Run, tmp_path: Path) -> None:
    (tmp_path / "note").write_text("other.example\n3\nAAAA\n\n— other.example AAAA\n", encoding="utf-8")
    answer = loaded("overdue", "--known-at", str(tmp_path / "note"))
    assert answer.code == 2
    assert "not one of this ledger" in answer.err


def test_a_clock_explains_itself_in_both_languages(loaded: Run) -> None:
    case = loaded("overdue", "--as-of", "2018-12-31", "--json").json["rows"][0]["case"]
    told = loaded("explain", case, "--as-of", "2018-12-31", "--json").json
    assert {clock["clock"] for clock in told["clocks"]} == {"NOTICE_DIRECT", "HANDLE"}
    for clock in told["clocks"]:
        assert clock["article"]
        assert clock["source"]
        assert clock["confidence"] in {"C", "S", "L", "D"}
        assert (clock["status"], clock["imported"]) == ("overdue", True)
        assert len(clock["lines_zh"]) == len(clock["lines_en"]) > 4
    assert "民法典" in loaded("explain", case, "--lang", "zh").out
    assert "Civil Code" in loaded("explain", case).out


def test_the_lists_for_people_say_that_times_are_the_importers_claim(loaded: Run) -> None:
    shown = loaded("overdue", "--as-of", "2018-12-31").out.splitlines()
    assert shown[0].startswith("as of 2018-12-31")
    assert all("[imported]" in line for line in shown[1:])


def test_as_of_means_the_last_instant_of_a_day_in_china() -> None:
    assert parse_as_of("2018-12-31", NOW).isoformat() == "2018-12-31T23:59:59.999000+08:00"
    assert parse_as_of(None, NOW) == NOW
    assert parse_as_of("2018-12-31T10:00:00Z", NOW) == datetime(2018, 12, 31, 10, tzinfo=UTC)
    assert parse_day_end("17") is None
    with pytest.raises(UsageRefused):
        parse_day_end("2018-13-01")
