"""What changed between two moments, and which acts made it, on told stories and on random histories."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from domain.schema import CIVIL
from projections.diff import At, diff
from projections.engine import Engine
from projections.errors import PeriodRefused
from projections.figures_lists import members
from projections.open import open_database
from projections.overdue import overdue
from projections.reader import Reader
from tests.projections.figure_histories import figure_cases
from tests.projections.histories import Act, append, beginning, case_id, create_ledger, stored
from tests.projections.test_figures import FIRST_DAY

HISTORY = stored([*beginning(years=range(2018, 2027)), *figure_cases(5, 60)])


@pytest.fixture
def reader(any_store_url: str) -> Iterator[Reader]:
    create_ledger(any_store_url)
    append(any_store_url, HISTORY)
    database = open_database(any_store_url)
    Engine(database).catch_up()
    yield Reader(database)
    database.close()


def _ms(day: int) -> int:
    return int(datetime(2023, 3, 1, 10, tzinfo=CIVIL).timestamp() * 1000) + (day - 1) * 86_400_000


def _end_of(day: int) -> datetime:
    return datetime(2023, 3, 1, 23, 59, 59, tzinfo=CIVIL) + timedelta(days=day - 1)


def test_a_clock_goes_overdue_by_time_and_comes_off_the_list_by_an_act(any_store_url: str) -> None:
    stream = f"case/{case_id(1)}"
    opened = {"channel": "letter", "capacity": "competent_unit"}
    rows = stored(
        [
            *beginning(years=range(2018, 2027)),
            Act(stream, "case.registered.v1", opened, "roads", "intake", _ms(1)),
            Act(stream, "case.notice_served.v1", {"notice": "received", "means": "post"}, "roads", "handler", _ms(20)),
        ]
    )
    create_ledger(any_store_url)
    append(any_store_url, rows)
    database = open_database(any_store_url)
    Engine(database).catch_up()
    reader, size = Reader(database), len(rows)
    passed = diff(reader, "overdue", At(_end_of(10), size - 1), At(_end_of(18), size - 1))
    assert (passed.came, passed.went, passed.before.numerator, passed.after.numerator) == (1, 0, 0, 1)
    [change] = passed.changes
    assert (change.clock, change.was, change.now, change.acts, change.time) == (
        "NOTICE_DIRECT",
        "",
        "numerator",
        (),
        True,
    )
    [change] = diff(reader, "overdue", At(_end_of(18), size - 1), At(_end_of(20))).changes
    assert [(act.index, act.action, act.case) for act in change.acts] == [
        (size - 1, "case.notice_served.v1", case_id(1))
    ]
    assert (change.was, change.now, change.time) == ("numerator", "", False)
    [change] = diff(reader, "timely_acceptance_rate", At(_end_of(10), size - 1), At(_end_of(20))).changes
    assert (change.was, change.now, change.time, len(change.acts)) == ("", "denominator", True, 0)
    # All is known at both moments: the act made the difference by taking effect, and the due day by going by.
    [change] = diff(reader, "overdue", At(_end_of(18)), At(_end_of(20))).changes
    assert [act.index for act in change.acts] == [size - 1]
    assert not change.time
    [change] = diff(reader, "timely_acceptance_rate", At(_end_of(10)), At(_end_of(18))).changes
    assert (change.acts, change.time) == ((), True)
    with pytest.raises(PeriodRefused):
        diff(reader, "overdue", At(_end_of(18)), At(_end_of(20), 3))
    database.close()


@pytest.mark.parametrize(
    "figure", ["overdue", "on_time_closure_rate", "package_resolution_rate", "resolved", "claimed_deadline_rate"]
)
def test_changes_lead_from_one_answer_to_the_other(reader: Reader, figure: str) -> None:
    size = len(HISTORY)
    moments = [At(FIRST_DAY + timedelta(days=300), size // 3), At(FIRST_DAY + timedelta(days=500), size * 2 // 3)]
    found = diff(reader, figure, *moments, limit=25)
    counts = [len(members(reader, figure, "denominator", *moment).rows) for moment in moments]
    assert counts[1] - counts[0] == found.came - found.went
    assert found.total >= len(found.changes) > 0
    for change in found.changes:
        assert change.acts or change.time
        assert all(act.index < size * 2 // 3 for act in change.acts)
        assert change.was != change.now or change.acts or change.time
    if figure == "overdue":
        listed = [{(row.case, row.clock, row.segment) for row in overdue(reader, *moment).rows} for moment in moments]
        assert (len(listed[1] - listed[0]), len(listed[0] - listed[1])) == (found.came, found.went)
