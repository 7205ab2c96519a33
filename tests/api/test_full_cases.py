"""Full-length cases through the use cases: every act of the whole procedure, told, verified and folded."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.verify.run import verify_database
from tests.benchmarks.bench_procedure import LOOKED_INTO, bulk, long_case
from tests.benchmarks.procedures import STEPS, cases, found_bureaus

SOAK_CASES = 10_000
LONG = 120


def test_full_cases_end_as_they_should_and_the_ledger_verifies(any_store_url: str, tmp_path: Path) -> None:
    told = cases(12)
    with found_bureaus(tmp_path / "home", any_store_url) as bureaus:
        bureaus.tell_many(told[1:])
        bureaus.tell(told[0])
        for case in told:
            state = bureaus.ledger.state(case)
            assert (state.state, state.version) == ("CONCLUDED", len(STEPS))
        bureaus.application.views.catch_up()
        settings = bureaus.application.settings
    report = verify_database(settings)
    assert report.ok, report.faults


def test_a_long_case_takes_its_next_act_and_verifies(sqlite_url: str, tmp_path: Path) -> None:
    with found_bureaus(tmp_path / "home", sqlite_url) as bureaus:
        case = long_case(bureaus, LONG)
        bureaus.perform(case, LOOKED_INTO)
        assert bureaus.ledger.state(case).version == LONG + 1
        settings = bureaus.application.settings
    report = verify_database(settings)
    assert report.ok, report.faults


@pytest.mark.soak(minutes=15)
def test_ten_thousand_full_cases_are_told_and_verify(sqlite_url: str, tmp_path: Path) -> None:
    with found_bureaus(tmp_path / "home", sqlite_url) as bureaus:
        assert bulk(bureaus, SOAK_CASES) == SOAK_CASES * len(STEPS)
        settings = bureaus.application.settings
    report = verify_database(settings)
    assert report.ok, report.faults
