"""Rows become acts by a mapping that is data, and a row that cannot make them says why."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from api.errors import InputRefused
from api.importer.identity import Identity, length_prefixed
from api.importer.mapping import check_columns, load_mapping, parse_mapping
from api.importer.rows import PlannedCase, RowReader, RowRefused, changed_columns
from api.importer.tables import Cell, Flaw, Row
from api.importer.times import TimeReader, TimeUnreadable

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CHINA = timezone(timedelta(hours=8))
GOOD: dict[str, Cell] = {
    "留言编号": "2549",
    "留言用户": "A00039202",
    "留言主题": "主题",
    "留言时间": "2019/4/25 9:32:09",
    "留言详情": "\n\t详情",
    "答复意见": "答复",
    "答复时间": "2019/5/10 14:56:53",
}


def _reader() -> RowReader:
    mapping = load_mapping("message-board")
    return RowReader(mapping, Identity(bytes(32), mapping.part.source), NOW)


def _read(**changes: Cell) -> PlannedCase:
    return _reader().read(Row(2, {**GOOD, **changes}))


def test_a_message_with_its_reply_makes_two_acts_at_the_files_times() -> None:
    registered, replied = _read().acts
    assert (registered.action, replied.action) == ("case.registered.v1", "case.replied.v1")
    assert registered.claimed_at == "2019-04-25T09:32:09+08:00"
    assert replied.claimed_at == "2019-05-10T14:56:53+08:00"
    assert registered.public["imported"] == {"mapping": "message-board", "precision": "instant"}
    assert registered.public["capacity"] == "competent_unit"
    assert registered.sealed["text"] == "\n\t详情"
    assert replied.sealed["reply"] == "答复"


def test_no_text_of_the_row_stands_in_a_public_value() -> None:
    told = str([act.public for act in _read().acts])
    assert not any(str(value) in told for column, value in GOOD.items() if "时间" not in column)


def test_a_date_without_a_time_means_the_end_of_that_day_and_says_so() -> None:
    for cell in ("2019/5/10", date(2019, 5, 10)):
        replied = _read(答复时间=cell).acts[1]
        assert replied.claimed_at == "2019-05-10T23:59:59+08:00"
        assert replied.public["imported"] == {"mapping": "message-board", "precision": "day"}


def test_a_message_without_a_reply_makes_one_act() -> None:
    assert len(_read(答复意见="", 答复时间=" ").acts) == 1


def test_a_message_and_a_reply_that_both_have_only_the_day_are_in_order() -> None:
    assert len(_read(留言时间="2019/5/10", 答复时间="2019/5/10").acts) == 2


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        pytest.param("留言编号", " ", "key_missing", id="no number"),
        pytest.param("留言编号", Flaw.FORMULA, "formula", id="a formula for a number"),
        pytest.param("留言详情", Flaw.FORMULA, "formula", id="a formula for a text"),
        pytest.param("答复意见", Flaw.ERROR, "error_cell", id="an error value"),
        pytest.param("留言详情", Flaw.TOO_LONG, "cell_too_long", id="a text beyond the limit"),
        pytest.param("留言时间", "", "cell_missing", id="no time"),
        pytest.param("留言时间", "yesterday", "time_unreadable", id="no time in words"),
        pytest.param("留言时间", "2019/2/29 1:00:00", "time_unreadable", id="no leap day"),
        pytest.param("留言时间", "1019/4/25 9:32:09", "time_unreadable", id="a thousand years ago"),
        pytest.param("留言时间", "2026/11/22 9:32:09", "time_in_future", id="tomorrow"),
        pytest.param("答复时间", "2019/4/25 9:32:08", "before_previous", id="a reply before its message"),
        pytest.param("答复时间", "", "cell_missing", id="a reply without a time"),
        pytest.param("答复意见", "", "cell_missing", id="a reply without a text"),
    ],
)
def test_a_row_that_cannot_make_its_acts_says_which_column_and_why(column: str, cell: Cell, reason: str) -> None:
    with pytest.raises(RowRefused) as refused:
        _read(**{column: cell})
    assert (refused.value.reason, refused.value.column) == (reason, column)


def test_a_number_that_was_there_before_names_the_row_that_had_it() -> None:
    reader = _reader()
    reader.read(Row(2, GOOD))
    with pytest.raises(RowRefused) as refused:
        reader.read(Row(9, {**GOOD, "留言主题": "另一个"}))
    assert (refused.value.reason, refused.value.other_row) == ("repeated", 2)


def test_a_row_has_the_same_ids_on_every_run_and_other_ids_under_another_secret() -> None:
    first, again = _read(), _read(留言详情="changed")
    assert first.stream == again.stream
    assert [act.act_id for act in first.acts] == [act.act_id for act in again.acts]
    assert len({act.act_id for act in first.acts}) == 2
    assert Identity(bytes(31) + b"x", "message-board").case("2549") != first.stream


def test_ids_do_not_run_into_each_other() -> None:
    assert length_prefixed(["ab", "c"]) != length_prefixed(["a", "bc"])
    assert Identity(bytes(32), "a").case("1") != Identity(bytes(32), "b").case("1")


def test_a_changed_cell_is_named_by_its_column() -> None:
    recorded = _read().acts[0].source
    assert changed_columns(recorded, _read().acts[0].source) == []
    assert changed_columns(recorded, _read(留言详情="x", 留言主题="y").acts[0].source) == ["留言主题", "留言详情"]


def test_a_time_is_read_in_whichever_format_fits() -> None:
    reader = TimeReader(["%Y/%m/%d %H:%M", "%d.%m.%Y %H:%M"], ["%d.%m.%Y"], CHINA)
    expected = datetime(2020, 5, 1, 10, 0, tzinfo=CHINA)
    assert [reader.read(text).at for text in ("2020/5/1 10:00", "1.5.2020 10:00", "2020/5/1 10:00")] == [expected] * 3
    assert reader.read("1.5.2020").precision == "day"
    with pytest.raises(TimeUnreadable):
        reader.read("5/1/2020")


def test_missing_columns_are_all_named() -> None:
    with pytest.raises(InputRefused) as refused:
        check_columns(load_mapping("message-board"), ["留言编号", "留言用户", "留言主题", "留言详情", "答复意见"])
    assert refused.value.values == {"columns": "留言时间, 答复时间"}


def _mapping_text() -> str:
    return (Path(__file__).parents[2] / "api" / "importer" / "mappings" / "message-board.toml").read_text()


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('key = "留言编号"', "", "key"),
        ('zone = "+08:00"', 'zone = "Asia/Shanghai"', "zone"),
        ('kind = "competent_unit"', 'kind = "school"', "office.kind"),
        ("optional = true", 'optional = "yes"', "acts.1.optional"),
        ('reply = "答复意见"', 'source = "答复意见"', "acts.sealed"),
        ('action = "case.replied.v1"', 'action = "case.registered.v1"', "acts.action"),
        ('action = "case.registered.v1"', 'optional = true\naction = "case.registered.v1"', "acts.0.optional"),
        ('name = "message-board"', 'name = "message-board"\ncolour = "red"', "colour"),
    ],
)
def test_a_wrong_mapping_is_refused_and_the_field_named(old: str, new: str, field: str) -> None:
    with pytest.raises(InputRefused, match="mapping_malformed") as refused:
        parse_mapping(_mapping_text().replace(old, new, 1).encode(), built_in=False)
    assert refused.value.values == {"field": field}


def test_a_mapping_may_be_a_file_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(_mapping_text().replace('name = "message-board"', 'name = "own"', 1))
    mapping = load_mapping(str(tmp_path / "own.toml"))
    assert (mapping.part.name, mapping.built_in) == ("own", False)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("none", None, "mapping_unknown"),
        ("none.toml", None, "file_unreadable"),
        ("bad.toml", b"a = ", "mapping_not_toml"),
        ("bytes.toml", b"\xff", "mapping_not_toml"),
        ("large.toml", b"#" * 70_000, "mapping_malformed"),
    ],
)
def test_what_is_no_mapping_is_refused(tmp_path: Path, name: str, data: bytes | None, code: str) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(InputRefused, match=code):
        load_mapping(name if data is None and "." not in name else str(tmp_path / name))
