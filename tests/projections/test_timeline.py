"""The timeline: every act of a case, as known at a position, with its three times and its flags."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from projections.database import Database
from projections.engine import Engine
from projections.errors import CaseUnknown, DatabaseFailed, DatabaseRefused, PositionRefused, ViewsMissing
from projections.open import open_database
from projections.reader import Reader
from projections.timeline import timeline
from tests.projections.histories import append, beginning, cases, create_ledger, stored
from tests.projections.recount import known_reference, read_row

HISTORY = stored([*beginning(), *cases(21, 40)])
LONGEST = max(
    {row.stream for row in HISTORY if row.stream.startswith("case/")},
    key=lambda stream: sum(row.stream == stream for row in HISTORY),
)


@pytest.fixture
def database(any_store_url: str) -> Iterator[Database]:
    create_ledger(any_store_url)
    append(any_store_url, HISTORY)
    found = open_database(any_store_url)
    Engine(found).catch_up()
    yield found
    found.close()


def test_a_timeline_tells_every_act_known_at_a_position(database: Database) -> None:
    reader, reference = Reader(database), known_reference(HISTORY)
    of_case = [row for row in HISTORY if row.stream == LONGEST]
    assert len(of_case) > 5
    for known_at in (of_case[0].index + 1, of_case[3].index, of_case[3].index + 1, None):
        expected = [row for row in of_case if known_at is None or row.index < known_at]
        told = timeline(reader, LONGEST, known_at)
        assert told == timeline(reader, LONGEST.removeprefix("case/"), known_at)
        assert told.known_at == (len(HISTORY) if known_at is None else known_at)
        assert len(told.acts) == len(expected)
        for act, row in zip(told.acts, expected, strict=True):
            event = read_row(row, reference)
            assert (act.seq, act.index, act.action) == (row.seq, row.index, row.action)
            assert (act.actor, act.post, act.office, act.role) == (event.actor, event.post, event.office, event.role)
            assert act.claimed_at.isoformat() == row.statement["claimed_at"]
            assert (act.effective_at, act.late_recorded) == (event.effective_at, event.late_recorded)
            assert act.recorded_at == event.recorded_at
            assert act.imported == ("imported" in row.statement["public"])
            assert act.public == row.statement["public"]
            assert bytes.fromhex(act.key_id) == event.key_id


def test_a_case_of_which_nothing_is_known_yet_has_no_timeline(database: Database) -> None:
    reader = Reader(database)
    began = min(row.index for row in HISTORY if row.stream == LONGEST)
    with pytest.raises(CaseUnknown):
        timeline(reader, LONGEST, began)
    with pytest.raises(CaseUnknown):
        timeline(reader, "0" * 32)
    with pytest.raises(PositionRefused):
        timeline(reader, LONGEST, len(HISTORY) + 1)
    assert timeline(reader, LONGEST).acts


def test_views_that_were_never_built_say_so(any_store_url: str) -> None:
    create_ledger(any_store_url)
    database = open_database(any_store_url)
    with pytest.raises(ViewsMissing):
        timeline(Reader(database), LONGEST)
    with pytest.raises(ViewsMissing):
        Engine(database).position()
    database.close()


@pytest.mark.parametrize("url", ["sqlite:///", "sqlite:///:memory:", "mysql://here/there", ""])
def test_an_address_that_is_no_database_is_refused(url: str) -> None:
    with pytest.raises(DatabaseRefused):
        open_database(url)


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.db", "postgresql://nobody@127.0.0.1:1/none"])
def test_a_database_that_does_not_answer_is_told_in_our_terms(url: str) -> None:
    with pytest.raises(DatabaseFailed):
        Engine(open_database(url)).catch_up()
