"""`import` on both stores: once is enough, twice adds nothing, and what a file cannot claim is said row by row."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from api.importer.identity import Identity
from api.importer.recorded import find_recorded, read_source
from api.keyfiles import read_key
from api.main import IMPORT_SECRET, open_application
from api.settings import Settings
from tests.api.boards import COLUMNS, board_row, write_board
from tests.api.conftest import Run

MAPPING = ("--mapping", "message-board", "--json")


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """Thirty messages, twenty with a reply."""
    return write_board(tmp_path / "board.xlsx", (board_row(number) for number in range(1, 31)))


def _report(answer_json: dict[str, str]) -> list[dict[str, str]]:
    with Path(answer_json["report"]).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_file_goes_in_once_and_a_second_run_adds_nothing(run: Run, board: Path) -> None:
    assert run("init").code == 0
    first = run("import", board, *MAPPING)
    assert (first.code, first.json["rows_read"], first.json["cases_added"], first.json["acts_added"]) == (0, 30, 30, 50)
    assert (first.json["rows_rejected"], first.json["discrepancies"]) == (0, 0)
    second = run("import", board, *MAPPING)
    assert (second.code, second.json["cases_added"], second.json["acts_added"]) == (0, 0, 0)
    verified = run("verify", "--json")
    assert (verified.code, verified.json["ok"], verified.json["size"]) == (0, True, second.json["acts_added"] + 50 + 26)


def test_a_csv_of_the_same_source_continues_what_an_xlsx_began(
    run: Run, board: Path, tmp_path: Path, founded: Settings
) -> None:
    run("import", board, *MAPPING, "--limit", "10")
    later = write_board(tmp_path / "later.csv", (board_row(number) for number in range(1, 36)))
    answer = run("import", later, *MAPPING)
    assert (answer.json["cases_added"], answer.json["acts_added"]) == (25, 25 + 17)


def test_a_reply_that_came_later_is_added_to_its_case(run: Run, tmp_path: Path, founded: Settings) -> None:
    run("import", write_board(tmp_path / "a.csv", [board_row(3)]), *MAPPING)
    replied = board_row(3, 答复意见="已办", 答复时间="2018/02/01 10:00:00")
    answer = run("import", write_board(tmp_path / "b.csv", [replied]), *MAPPING)
    assert (answer.json["cases_added"], answer.json["acts_added"], answer.json["discrepancies"]) == (0, 1, 0)


def test_a_changed_cell_is_reported_by_its_column_and_never_overwritten(
    run: Run, tmp_path: Path, founded: Settings
) -> None:
    run("import", write_board(tmp_path / "a.csv", [board_row(1), board_row(2)]), *MAPPING)
    changed = [board_row(1, 留言详情="秘密改动"), board_row(2, 答复意见="", 答复时间="")]
    answer = run("import", write_board(tmp_path / "b.csv", changed), *MAPPING)
    assert (answer.code, answer.json["acts_added"], answer.json["discrepancies"]) == (0, 0, 2)
    lines = _report(answer.json)
    assert [(line["row"], line["kind"], line["columns"]) for line in lines] == [
        ("2", "discrepancy", "留言详情"),
        ("3", "discrepancy", "答复时间; 答复意见"),
    ]
    assert "秘密改动" not in Path(answer.json["report"]).read_text(encoding="utf-8")
    with open_application(founded) as application:
        act_id = Identity(application.key(IMPORT_SECRET).secret, "message-board").act("1", "case.registered.v1")
        (entry,) = find_recorded(application.ledger, [act_id]).values()
        opened = [one for one in application.ledger.disclosures(entry) if one is not None and one.field == "text"]
        assert json.loads(opened[0].value) == "详情\t1\n第二行"
        source = read_source(application.ledger, entry)
        assert source is not None
        assert source["key"] == "1"


def test_rejected_rows_are_listed_with_number_and_reason_and_the_rest_goes_in(
    run: Run, tmp_path: Path, founded: Settings
) -> None:
    rows = [
        board_row(1),
        board_row(2, 留言时间="昨天"),
        board_row(4, 答复时间="2017/01/01 00:00:00"),
        board_row(1, 留言主题="重复"),
        board_row(5, 留言主题="=1+1"),
        board_row(7, 留言详情=""),
    ]
    answer = run("import", write_board(tmp_path / "a.xlsx", rows), *MAPPING)
    assert (answer.code, answer.json["cases_added"], answer.json["rows_rejected"]) == (3, 1, 5)
    told = [(line["row"], line["reason"], line["columns"]) for line in _report(answer.json)]
    assert told == [
        ("3", "time_unreadable", "留言时间"),
        ("4", "before_previous", "答复时间"),
        ("5", "repeated", "留言编号"),
        ("6", "formula", "留言主题"),
        ("7", "cell_missing", "留言详情"),
    ]
    assert "row 2" in _report(answer.json)[2]["detail"]


def test_a_date_without_a_time_is_recorded_as_the_end_of_that_day(run: Run, tmp_path: Path, founded: Settings) -> None:
    run("import", write_board(tmp_path / "a.csv", [board_row(1, 答复时间="2018/1/9")]), *MAPPING)
    secret = read_key(founded.keys, IMPORT_SECRET, None).secret
    case = Identity(secret, "message-board").case("1").removeprefix("case/")
    replied = run("timeline", case, "--json").json["acts"][1]
    assert replied["effective_at"] == "2018-01-09T23:59:59+08:00"
    assert replied["public"]["imported"] == {"mapping": "message-board", "precision": "day"}


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (COLUMNS[:-1], "columns are missing: 答复时间"),
        (("a", "b"), "columns are missing"),
    ],
)
def test_a_file_without_the_columns_is_refused_with_their_names(
    run: Run, tmp_path: Path, columns: tuple[str, ...], message: str, founded: Settings
) -> None:
    path = write_board(tmp_path / "a.csv", [], columns)
    answer = run("import", path, *MAPPING)
    assert answer.code == 2
    assert message in answer.err


def test_a_file_that_is_none_is_refused_in_one_line(run: Run, tmp_path: Path, founded: Settings) -> None:
    for name, data in (("empty.xlsx", b""), ("none.xlsx", b"PK\x03\x04rubbish"), ("text.xlsx", b"a,b\n")):
        (tmp_path / name).write_bytes(data)
        answer = run("import", tmp_path / name, *MAPPING)
        assert (answer.code, answer.out) == (2, "")
        assert len(answer.err.strip().splitlines()) == 1


def test_an_unknown_mapping_is_refused_and_the_built_in_ones_named(run: Run, board: Path, founded: Settings) -> None:
    answer = run("import", board, "--mapping", "nonsense")
    assert answer.code == 2
    assert "message-board" in answer.err


def test_a_mapping_of_ones_own_needs_an_enrolled_service_key(
    run: Run, board: Path, tmp_path: Path, founded: Settings
) -> None:
    shipped = Path(__file__).parents[2] / "api" / "importer" / "mappings" / "message-board.toml"
    text = shipped.read_text(encoding="utf-8").replace('name = "message-board"', 'name = "own"', 1)
    own = tmp_path / "own.toml"
    own.write_text(text.replace('office = "message-board"', 'office = "housing"', 1), encoding="utf-8")
    refused = run("import", board, "--mapping", own)
    assert refused.code == 2
    assert "service-housing" in refused.err


def test_people_read_a_summary_in_their_language(run: Run, board: Path, founded: Settings) -> None:
    answer = run("import", board, "--mapping", "message-board", "--lang", "zh")
    assert "新增事项 30 件" in answer.out
