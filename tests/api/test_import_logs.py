"""`import` of event logs on both stores: an older system goes in once, goes on later, and its lateness is counted."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from api.importer import run as importing
from api.main import open_application
from api.settings import Settings
from audit.store.errors import DatabaseUnavailable
from audit.store.ledger import Ledger
from tests.api.conftest import Answer, Run
from tests.api.logs import LOG, MAPPING, event, mapping_text, write_log

BEGUN = event("1", "收件登记", "2024-03-04 09:10")
PASSED = event("1", "转办", "2024-03-05 10:00", to="住建局", due="2024-05-04")
REPLIED = event("1", "书面答复", "2024-04-01 08:00", "住建局")
AGAIN = event("1", "书面答复", "2024-04-02 08:00", "住建局")
BY_CASE = """
key = "编号"
order = "time"
deadlines = [{ column = "限期", covers = "handling" }]

[office]
office = "old-petitions"
kind = "competent_unit"
name_zh = "信访局"

[post]
post = "import-service"
name_zh = "导入服务"

[[acts]]
action = "case.registered.v1"
at = "登记日期"
public = { capacity = "competent_unit" }
values.channel = { column = "来源", map = { "来信" = "letter" }, default = "visit" }

[[acts]]
action = "case.replied.v1"
at = "答复日期"
optional = true
public = { means = "post" }

[[acts]]
action = "case.annotated.v1"
part = "call"
at = "回访日期"
optional = true
public = { activity = "call" }
"""


def _import(run: Run, path: Path, mapping: Path = MAPPING) -> Answer:
    return run("import", path, "--mapping", mapping, "--enrol", "--json")


def _report(answer: Answer) -> list[tuple[str, str, str]]:
    with Path(answer.json["report"]).open(encoding="utf-8") as file:
        return [(line["row"], line["kind"], line["reason"]) for line in csv.DictReader(file)]


def _own(path: Path, *changes: tuple[str, str]) -> Path:
    path.write_text(mapping_text(*changes), encoding="utf-8")
    return path


def test_an_older_system_goes_in_once_and_what_was_late_in_it_is_overdue(run: Run, founded: Settings) -> None:
    first = _import(run, LOG)
    assert (first.code, first.json["rows_read"], first.json["cases_added"], first.json["acts_added"]) == (0, 17, 4, 21)
    again = _import(run, LOG)
    assert (again.json["acts_added"], again.json["discrepancies"], again.json["rows_rejected"]) == (0, 0, 0)
    assert run("verify", "--json").json["ok"]
    rows = run("overdue", "--as-of", "2024-06-16", "--json").json["rows"]
    told = {(row["clock"], row["unit"], row["due_on"], row["imported"]) for row in rows}
    assert ("HANDLE", "old-housing", "2024-05-06", True) in told
    assert ("HANDLE", "old-roads", "2024-06-03", True) in told


def test_an_office_without_a_service_key_is_named_unless_it_is_to_be_enrolled(run: Run, founded: Settings) -> None:
    refused = run("import", LOG, "--mapping", MAPPING)
    assert refused.code == 2
    assert "service-old-petitions" in refused.err


def test_what_the_rules_do_not_allow_is_reported_with_its_row_and_the_rest_goes_in(
    run: Run, founded: Settings, tmp_path: Path
) -> None:
    strict = _own(tmp_path / "strict.toml", ('refused = "annotate"', 'refused = "reject"'))
    log = write_log(
        tmp_path / "a.csv", [BEGUN, PASSED, REPLIED, AGAIN, event("1", "现场查看", "2024-04-03 08:00", "住建局")]
    )
    answer = _import(run, log, strict)
    assert (answer.code, answer.json["acts_added"], _report(answer)) == (3, 5, [("5", "rejected", "refused")])
    again = _import(run, log, strict)
    assert (again.json["acts_added"], _report(again)) == (0, [("5", "rejected", "refused")])


def test_what_the_rules_do_not_allow_is_an_annotation_where_the_mapping_says_so(
    run: Run, founded: Settings, tmp_path: Path
) -> None:
    log = write_log(tmp_path / "a.xlsx", [BEGUN, PASSED, REPLIED, AGAIN])
    answer = _import(run, log)
    assert (answer.code, answer.json["acts_added"], answer.json["rows_rejected"]) == (0, 5, 0)
    case = run("overdue", "--as-of", "2024-03-28", "--json").json["rows"][0]["case"]
    acts = run("timeline", case, "--json").json["acts"]
    assert (acts[-1]["action"], acts[-1]["public"]["activity"]) == ("case.annotated.v1", "replied")
    assert _import(run, log).json["acts_added"] == 0


def test_a_later_file_adds_what_is_new_and_a_changed_cell_is_a_discrepancy(
    run: Run, founded: Settings, tmp_path: Path
) -> None:
    strict = _own(tmp_path / "strict.toml", ('refused = "annotate"', 'refused = "reject"'))
    _import(run, write_log(tmp_path / "a.csv", [BEGUN, PASSED]), strict)
    moved = (*PASSED[:2], "2024-03-06 10:00", *PASSED[3:6], "2024-05-05", "")
    later = _import(run, write_log(tmp_path / "b.csv", [BEGUN, moved, REPLIED]), strict)
    assert (later.json["acts_added"], later.json["discrepancies"]) == (1, 1)
    assert _report(later) == [("3", "discrepancy", "differs")]
    notice = event("1", "受理告知", "2024-03-10 10:00", "住建局")
    late = _import(run, write_log(tmp_path / "c.csv", [BEGUN, PASSED, notice, REPLIED]), strict)
    assert (late.json["acts_added"], _report(late)) == (0, [("4", "rejected", "overtaken")])


def test_an_xes_log_goes_in_and_a_file_without_the_column_of_cases_does_not(
    run: Run, founded: Settings, tmp_path: Path
) -> None:
    log = write_log(tmp_path / "a.xes.gz", [BEGUN, PASSED, REPLIED])
    refused = _import(run, log)
    assert (refused.code, refused.out) == (2, "")
    assert "案件号" in refused.err
    own = _own(tmp_path / "own.toml", ('key = "案件号"', 'key = "case:concept:name"'))
    assert _import(run, log, own).json["acts_added"] == 4
    assert _import(run, log, own).json["acts_added"] == 0


def test_an_import_of_a_log_that_was_cut_off_is_completed_by_the_next(
    run: Run, founded: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "WINDOW", 2)
    commit, calls = Ledger.commit_many, []

    def fail_later(ledger: Ledger, signed: Any) -> Any:
        calls.append(len(signed))
        if len(calls) == 4:
            raise DatabaseUnavailable("the connection was lost")
        return commit(ledger, signed)

    monkeypatch.setattr(Ledger, "commit_many", fail_later)
    assert _import(run, LOG).code != 0
    monkeypatch.setattr(Ledger, "commit_many", commit)
    done = _import(run, LOG)
    assert (done.code, done.json["rows_rejected"], done.json["discrepancies"]) == (0, 0, 0)
    assert 0 < done.json["acts_added"] < 21
    assert sum(len(run("timeline", case, "--json").json["acts"]) for case in _cases(founded)) == 21
    assert _import(run, LOG).json["acts_added"] == 0


def _cases(settings: Settings) -> list[str]:
    with open_application(settings) as application:
        return sorted(
            {
                entry.stream.partition("/")[2]
                for entry in application.ledger.entries()
                if entry.stream.startswith("case/")
            }
        )


def test_a_register_with_a_row_a_case_has_its_dates_put_in_order_and_its_deadline_kept(
    run: Run, founded: Settings, tmp_path: Path
) -> None:
    head = 'name = "register"\nsource = "register"\ntitle_zh = "台账"\nzone = "+08:00"\n'
    formats = 'time_formats = []\ndate_formats = ["%Y-%m-%d"]\n'
    (tmp_path / "own.toml").write_text(head + formats + BY_CASE, encoding="utf-8")
    columns = ("编号", "登记日期", "答复日期", "回访日期", "来源", "限期")
    rows = [
        ("1", "2024-03-04", "2024-03-20", "2024-03-10", "来信", "2024-03-15"),
        ("2", "2024-03-04", "", "", "来人", ""),
        ("3", "2024-03-04", "", "", "来信", "2024-03-01"),
    ]
    answer = _import(run, write_log(tmp_path / "a.xlsx", rows, columns), tmp_path / "own.toml")
    assert (answer.json["acts_added"], _report(answer)) == (5, [("4", "rejected", "deadline_before_start")])
    (case,) = (case for case in _cases(founded) if len(run("timeline", case, "--json").json["acts"]) > 1)
    acts = [act["action"].split(".")[1] for act in run("timeline", case, "--json").json["acts"]]
    assert acts == ["registered", "deadline_claimed", "annotated", "replied"]
