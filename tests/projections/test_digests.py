"""Digests of views, computed here a second time from the text of their definition."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from unicodedata import normalize

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.canonical import format_json
from projections.database import Database
from projections.digests import encode_with_standard_library, view_digest
from projections.engine import Engine
from projections.open import open_database
from projections.tables import Column, Row, Table
from projections.views import VIEWS
from tests.projections.histories import append, beginning, cases, create_ledger, stored

HISTORY = stored([*beginning(), *cases(31, 30)])
TABLE = Table("view_notes", 1, (Column("a", "text"), Column("b", "big"), Column("c", "text")))
TEXTS = st.text(st.characters(exclude_categories=["Cs"])).map(lambda text: normalize("NFC", text))


@pytest.fixture
def database(any_store_url: str) -> Iterator[Database]:
    create_ledger(any_store_url)
    append(any_store_url, HISTORY)
    found = open_database(any_store_url)
    Engine(found).catch_up()
    yield found
    found.close()


@given(st.lists(st.tuples(TEXTS, st.integers(-(2**53) + 1, 2**53 - 1), TEXTS), max_size=3))
def test_rows_are_hashed_as_canonical_json(rows: list[Row]) -> None:
    expected = [format_json(["view_notes", *row]) for row in rows]
    listed = [("view_notes", *row) for row in rows]
    assert [encode_with_standard_library(row) for row in listed] == expected
    assert [orjson.dumps(row) for row in listed] == expected


def _prefixed(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _root(leaves: list[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + _root(leaves[:split]) + _root(leaves[split:])).digest()


def test_the_digest_is_the_merkle_root_over_streams_and_their_sorted_rows(database: Database) -> None:
    _, digests = Engine(database).digests()
    stream_of = {"days": lambda _: "calendar", "offices": "people/{}".format}
    told = [view for view in VIEWS if view.name in stream_of or view.tables[0].columns[0].name == "case_id"]
    assert len(told) > 3
    for view in told:
        rows: dict[str, list[bytes]] = {}
        for table in view.tables:
            with database.read() as session:
                found = session.query(f"SELECT {table.column_names} FROM {table.name}")
            for row in found:
                stream = stream_of.get(view.name, "case/{}".format)(row[0])
                rows.setdefault(stream, []).append(format_json([table.name, *row]))
        leaves = []
        for stream in sorted(rows, key=str.encode):
            digest = sha256(b"".join(_prefixed(row) for row in sorted(rows[stream]))).digest()
            leaves.append(sha256(b"\x00" + _prefixed(stream.encode()) + digest).digest())
        assert digests[view.name] == _root(leaves)
        assert leaves or view.name not in ("days", "offices", "timeline", "clocks")


def test_a_changed_row_changes_the_digest_only_with_its_stream() -> None:
    one = [("case/a", b"\x01" * 32), ("case/b", b"\x02" * 32)]
    assert view_digest(one) != view_digest(one[:1])
    assert view_digest(one) != view_digest([("case/a", b"\x02" * 32), ("case/b", b"\x01" * 32)])
    assert view_digest([]) == sha256(b"").digest()
