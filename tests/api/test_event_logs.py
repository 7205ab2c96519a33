"""The rows of an event log become cases: gathered, put in order, told apart, and refused with number and reason."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.errors import InputRefused
from api.importer import events, tables, xes_table
from api.importer.events import EventReader
from api.importer.identity import Identity
from api.importer.mapping import check_columns
from api.importer.plans import Plan
from api.importer.tables import Row, open_table
from tests.api.logs import HEADER, event, mapping, mapping_text, write_log, xes

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BEGUN = event("1", "收件登记", "2024-03-04 09:10")
PASSED = event("1", "转办", "2024-03-05 10:00", to="住建局", due="2024-05-04")
REPLIED = event("1", "书面答复", "2024-04-01 08:00", "住建局")
STRICT = (('refused = "annotate"', 'refused = "reject"'), ('unknown = "annotate"', 'unknown = "reject"'))


def _plans(*lines: tuple[str, ...], changes: tuple[tuple[str, str], ...] = ()) -> list[Plan]:
    rows = [Row(at, dict(zip(HEADER, line, strict=True))) for at, line in enumerate(lines, 2)]
    known = mapping(*changes)
    assert known.part.log is not None
    return list(EventReader(known, known.part.log, Identity(bytes(32), "old"), NOW).plans(rows, rows))


def _acts(*lines: tuple[str, ...], changes: tuple[tuple[str, str], ...] = ()) -> list[tuple[int, str]]:
    (plan,) = _plans(*lines, changes=changes)
    assert plan.case is not None
    return [(act.row, act.action.split(".")[1]) for act in plan.case.acts]


def _refused(*lines: tuple[str, ...], changes: tuple[tuple[str, str], ...] = ()) -> list[tuple[int, str, str]]:
    plans = _plans(*lines, changes=changes)
    return [(row, why.reason, why.column) for plan in plans for row, why in plan.refused]


def test_events_make_acts_by_their_activity_in_the_order_of_time_and_each_deadline_once() -> None:
    later = (*REPLIED[:6], "2024-05-04", "")
    told = _acts(later, PASSED, BEGUN)
    assert told == [(4, "registered"), (3, "transferred"), (3, "deadline_claimed"), (2, "replied")]


def test_a_deadline_that_was_changed_is_claimed_again() -> None:
    later = (*REPLIED[:6], "2024-06-03", "")
    (plan,) = _plans(BEGUN, PASSED, later)
    assert plan.case is not None
    claimed = [act for act in plan.case.acts if act.action == "case.deadline_claimed.v1"]
    assert [act.public["due_on"] for act in claimed] == ["2024-05-04", "2024-06-03"]
    assert len({act.act_id for act in plan.case.acts}) == len(plan.case.acts) == 5


def test_offices_and_values_come_from_maps_and_no_cells_own_text_is_public() -> None:
    (plan,) = _plans(BEGUN, (*PASSED[:7], "机密"), (*REPLIED[:7], "机密"))
    assert plan.case is not None
    assert [act.office for act in plan.case.acts] == ["old-petitions", "old-petitions", "old-petitions", "old-housing"]
    assert plan.case.acts[1].public["to_office"] == "old-housing"
    assert not any("机密" in str(act.public) for act in plan.case.acts)
    assert plan.case.acts[3].sealed["reply"] == "机密"


def test_an_unknown_activity_is_an_annotation_under_a_code_and_its_name_is_sealed() -> None:
    (plan,) = _plans(BEGUN, event("1", "系统升级", "2024-03-06 01:00"))
    assert plan.case is not None
    note = plan.case.acts[1]
    assert (note.action, note.public["activity"], note.sealed["text"]) == ("case.annotated.v1", "unmapped", "系统升级")
    known = _plans(BEGUN, event("1", "现场查看", "2024-03-06 01:00"))[0].case
    assert known is not None
    assert known.acts[1].public["activity"] == "site-visit"


def test_events_of_cases_that_are_mixed_in_a_file_are_gathered_and_too_many_of_them_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = event("2", "收件登记", "2024-03-04 11:00")
    plans = _plans(BEGUN, other, PASSED)
    assert [(plan.rows, plan.case.row if plan.case else 0) for plan in plans] == [(1, 3), (2, 2)]
    monkeypatch.setattr(events, "MAX_HELD_ROWS", 1)
    with pytest.raises(InputRefused, match="log_scattered"):
        _plans(BEGUN, event("2", "收件登记", "2024-03-04 11:00"), PASSED, (*other[:2], "2024-03-05 11:00", *other[3:]))


def test_a_file_that_grew_gives_the_events_it_had_the_same_ids() -> None:
    before, after = _plans(BEGUN, PASSED)[0].case, _plans(BEGUN, PASSED, REPLIED)[0].case
    assert before is not None
    assert after is not None
    assert before.stream == after.stream
    assert after.act_ids[: len(before.act_ids)] == before.act_ids
    moved = _plans(BEGUN, (*PASSED[:2], "2024-03-05 11:00", *PASSED[3:]))[0].case
    assert moved is not None
    assert moved.act_ids == before.act_ids


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        pytest.param([BEGUN, event("1", "系统升级", "2024-03-06 01:00")], (3, "activity_unknown", "环节"), id="no map"),
        pytest.param([BEGUN, event("", "转办", "2024-03-06 01:00")], (3, "key_missing", "案件号"), id="no case"),
        pytest.param([BEGUN, event("1", "", "2024-03-06 01:00")], (3, "cell_missing", "环节"), id="no activity"),
        pytest.param([BEGUN, event("1", "受理", "")], (3, "cell_missing", "时间"), id="no time"),
        pytest.param([BEGUN, event("1", "受理", "昨天")], (3, "time_unreadable", "时间"), id="a time in words"),
        pytest.param([BEGUN, event("1", "受理", "2999-01-01 00:00")], (3, "time_in_future", "时间"), id="tomorrow"),
        pytest.param([BEGUN, REPLIED, REPLIED], (4, "repeated", "时间"), id="the same event twice"),
        pytest.param(
            [BEGUN, event("1", "受理", "2024-03-01 08:00")], (3, "before_case", "时间"), id="before the case's first"
        ),
        pytest.param(
            [BEGUN, (*PASSED[:6], "2024-03-01", "")], (3, "deadline_before_start", "办理期限"), id="too early"
        ),
        pytest.param([BEGUN, (*PASSED[:6], "soon", "")], (3, "time_unreadable", "办理期限"), id="a deadline in words"),
        pytest.param(
            [BEGUN, (*PASSED[:4], "教育局", "", "", "")], (3, "value_unknown", "承办单位"), id="an office unknown"
        ),
        pytest.param(
            [BEGUN, event("1", "受理", "2024-03-06 01:00", "教育局")], (3, "value_unknown", "经办单位"), id="by whom"
        ),
    ],
)
def test_a_row_that_cannot_be_taken_is_told_by_number_and_reason(
    lines: list[tuple[str, ...]], told: tuple[int, str, str]
) -> None:
    assert _refused(*lines, changes=STRICT) == [told]


def test_times_in_mixed_zones_are_put_in_order_by_their_instants() -> None:
    iso = (('time_formats = ["%Y-%m-%d %H:%M"]', 'time_formats = ["iso"]'),)
    begun = (*BEGUN[:2], "2024-03-04T09:10:00+08:00", *BEGUN[3:])
    later = (*PASSED[:2], "2024-03-04T02:00:00Z", *PASSED[3:])
    (plan,) = _plans(later, begun, changes=iso)
    assert plan.case is not None
    assert [act.claimed_at for act in plan.case.acts[:2]] == ["2024-03-04T09:10:00+08:00", "2024-03-04T10:00:00+08:00"]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('activity = "环节"', "", "log.activity"),
        ('activities = ["转办", "转送"]', 'activities = ["受理"]', "log.activities"),
        ('"住建局" = "old-housing", "交通局" = "old-roads" } }\n\n', '"住建局" = "x" } }\n\n', "log.office"),
        ('action = "case.registered.v1"', 'action = "case.replied.v1"', "log.acts"),
        ('office = "old-roads"', 'office = "old-housing"', "offices.office"),
        ('covers = "handling"', 'covers = "life"', "deadlines.0.covers"),
    ],
)
def test_a_wrong_mapping_of_a_log_is_refused_and_the_field_named(old: str, new: str, field: str) -> None:
    with pytest.raises(InputRefused, match="mapping_malformed") as refused:
        mapping((old, new))
    assert refused.value.values == {"field": field}


def test_a_log_without_its_column_of_cases_is_refused_and_the_column_named(tmp_path: Path) -> None:
    path = write_log(tmp_path / "a.csv", [BEGUN[1:]], HEADER[1:])
    with open_table(path) as table, pytest.raises(InputRefused) as refused:
        check_columns(mapping(), table.columns)
    assert refused.value.values == {"columns": "案件号"}


@pytest.mark.parametrize("name", ["a.xes", "a.xes.gz", "unnamed"])
def test_an_xes_log_is_a_table_of_its_events_with_their_traces(tmp_path: Path, name: str) -> None:
    with open_table(write_log(tmp_path / name, [BEGUN, REPLIED, event("2", "收件登记", "2024-03-04 11:00")])) as table:
        assert table.columns == ("case:concept:name", *HEADER[1:])
        rows = list(table.rows())
    assert [(row.number, row.cells["case:concept:name"]) for row in rows] == [(1, "1"), (2, "1"), (3, "2")]
    assert rows[1].cells["时间"] == datetime.fromisoformat("2024-04-01T08:00:00+08:00")


BOMB = '<!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
DEEP = "<log><trace><event>" + '<list key="a">' * 40


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        pytest.param("a.xes", b"case,activity\n1,2\n", "xes_broken", id="no XML"),
        pytest.param("a.xes", b"<html><body/></html>", "not_xes", id="another XML"),
        pytest.param("a.xes", b"<log><trace><event>", "xes_broken", id="cut off"),
        pytest.param("a.xes", f"{BOMB}<log>&b;</log>".encode(), "xes_doctype", id="an entity bomb"),
        pytest.param("a.xes", DEEP.encode(), "xes_broken", id="too deep"),
        pytest.param("a.xes", b"<log></log>", "header_missing", id="without events"),
        pytest.param("a.xes.gz", b"\x1f\x8bno gzip", "xes_broken", id="no gzip"),
        pytest.param("a.xes", b'<log><trace><event><string key="a" value="' + b"x" * 2**21, "xes_bomb", id="endless"),
    ],
)
def test_what_is_no_event_log_is_refused(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputRefused, match=code), open_table(tmp_path / name):
        pass


def test_a_packed_log_that_unpacks_into_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xes_table, "RATIO_JUDGED_FROM_BYTES", 2**16)
    monkeypatch.setattr(xes_table, "MAX_RATIO", 20)
    many = [event(str(number), "收件登记", "2024-03-04 11:00") for number in range(1, 2_000)]
    with pytest.raises(InputRefused, match="xes_bomb"), open_table(write_log(tmp_path / "a.xes.gz", many)):
        pass
    monkeypatch.setattr(xes_table, "MAX_UNPACKED_BYTES", 2**16)
    (tmp_path / "a.xes").write_text(xes(many), encoding="utf-8")
    with pytest.raises(InputRefused, match="xes_bomb"), open_table(tmp_path / "a.xes"):
        pass


def test_more_rows_than_any_register_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.importer.csv_table.MAX_ROWS", 3)
    monkeypatch.setattr(xes_table, "MAX_ROWS", 2)
    assert tables.MAX_ROWS == 2**20
    csv_log = write_log(tmp_path / "a.csv", [BEGUN, PASSED, REPLIED])
    with open_table(csv_log) as table, pytest.raises(InputRefused, match="too_many_rows"):
        list(table.rows())
    with pytest.raises(InputRefused, match="too_many_rows"), open_table(write_log(tmp_path / "a.xes", [BEGUN] * 3)):
        pass


def test_the_shipped_mapping_says_everything_that_the_readers_need() -> None:
    assert "案件号" in mapping_text()
    assert {"案件号", "环节", "时间", "经办单位", "承办单位", "来源", "办理期限", "说明"} == set(mapping().columns)
