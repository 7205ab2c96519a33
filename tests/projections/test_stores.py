"""What is put into a view's table comes back as it was, on both stores, whatever its values are."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import normalize

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections.database import Database
from projections.errors import DatabaseFailed
from projections.open import open_database
from projections.tables import Column, Row, Table, create_table

TABLE = Table(
    "view_things",
    2,
    (
        Column("thing", "text"),
        Column("number", "big"),
        Column("small", "small"),
        Column("middle", "integer"),
        Column("note", "text"),
        Column("hash", "blob"),
    ),
)
# PostgreSQL's texts hold every character but U+0000.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
ROWS = st.dictionaries(
    st.tuples(TEXTS.map(lambda text: normalize("NFC", text)), st.integers(-(2**63), 2**63 - 1)),
    st.tuples(
        st.integers(-(2**15), 2**15 - 1), st.integers(-(2**31), 2**31 - 1), TEXTS, st.binary(max_size=40)
    ),
    max_size=8,
).map(lambda found: [(*key, *rest) for key, rest in found.items()])  # fmt: skip


@pytest.fixture
def database(any_store_url: str) -> Iterator[Database]:
    found = open_database(any_store_url)
    with found.write() as session:
        session.run(create_table(TABLE, TABLE.name, session.dialect, keyed=True))
    yield found
    found.close()


def _read(database: Database) -> list[Row]:
    with database.read() as session:
        return [tuple(row) for row in session.query(f"SELECT {TABLE.column_names} FROM {TABLE.name}")]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=ROWS, second=ROWS)
def test_rows_come_back_as_they_were_put_and_later_ones_replace(
    database: Database, first: list[Row], second: list[Row]
) -> None:
    with database.write(lasting=False) as session:
        session.run(f"DELETE FROM {TABLE.name}")
        session.load(TABLE, TABLE.name, first)
        with session.together():
            session.put(TABLE, TABLE.name, second)
    expected = {row[:2]: row for row in (*first, *second)}
    assert sorted(_read(database)) == sorted(expected.values())


def _put(database: Database, row: Row, *names: str) -> None:
    with database.write(lasting=False) as session, session.together():
        for name in names:
            session.put(TABLE, name, [row])


def test_what_cannot_be_put_leaves_nothing_of_its_transaction(database: Database) -> None:
    row = ("a", 1, 2, 3, "b", b"c")
    with pytest.raises((DatabaseFailed, psycopg.Error)):
        _put(database, row, TABLE.name, "view_nowhere")
    assert _read(database) == []
    _put(database, row, TABLE.name)
    assert _read(database) == [row]


def _ask(database: Database, *, once: bool = False) -> tuple[int, str]:
    """Ask a question, and return how many prepared statements its connection has, and how it plans."""
    with database.read() as session:
        if once:
            session.plan_once()
        session.query(f"SELECT note FROM {TABLE.name} WHERE number = :number", {"number": 7})
        (count,) = session.query("SELECT COUNT(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT note%'")[0]
        (mode,) = session.query("SELECT current_setting('plan_cache_mode')")[0]
        return count, mode


def test_what_is_asked_again_is_prepared_and_planned_once_only_where_the_question_says_so(postgres_url: str) -> None:
    database = open_database(postgres_url)
    with database.write() as session:
        session.run(create_table(TABLE, TABLE.name, session.dialect, keyed=True))
        session.run("CREATE TABLE view_state (name TEXT)")  # which every reader holds
    assert [_ask(database) for _ in range(3)] == [(count, "force_custom_plan") for count in (0, 1, 1)]
    assert _ask(database, once=True) == (1, "force_generic_plan")
    assert _ask(database) == (1, "force_custom_plan")
    database.close()


def test_a_reader_looks_up_by_an_index_until_it_asks_and_then_plans_as_the_question_says(postgres_url: str) -> None:
    database = open_database(postgres_url)
    with database.write() as session:
        session.run("CREATE TABLE view_state (name TEXT)")
    modes = "SELECT current_setting('plan_cache_mode'), current_setting('enable_seqscan')"
    with database.read() as session:
        assert session.look_up(modes) == [("force_generic_plan", "off")]
        assert session.query(modes) == [("force_custom_plan", "on")] == session.look_up(modes)
        session.plan_once()
        assert session.query(modes) == [("force_generic_plan", "off")]
    database.close()
