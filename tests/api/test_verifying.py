"""`verify` on both stores: good only with the anchor, and every lie named with its place."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from typing import Any

import psycopg
import pytest

from api.main import MASTER_KEY
from api.settings import Settings
from api.verify.rows import shares
from tests.api.boards import message_board
from tests.api.conftest import Run

Change = Callable[[Any, str], None]

TOLD = message_board(12)


@pytest.fixture
def loaded(run: Run, founded: Settings) -> Run:
    """A ledger with twelve messages."""
    return run


@contextmanager
def tampering(settings: Settings) -> Iterator[tuple[Any, str]]:
    """A connection that no trigger stops, and the sign for a parameter in its SQL."""
    if settings.is_sqlite:
        with closing(sqlite3.connect(settings.database_file)) as database:
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                database.execute(f"DROP TRIGGER {name}")
            yield database, "?"
            database.commit()
        return
    with psycopg.connect(settings.database) as connection:
        connection.execute("ALTER TABLE entries DISABLE TRIGGER USER")
        connection.execute("ALTER TABLE disclosures DISABLE TRIGGER USER")
        yield connection, "%s"


def test_an_untouched_ledger_is_good_and_everything_was_counted(loaded: Run) -> None:
    answer = loaded("verify", "--json")
    found = answer.json
    assert (answer.code, found["ok"], found["anchored"], found["first_fault"]) == (0, True, True, None)
    assert found["checked"]["leaves"] == found["checked"]["links"] == found["checked"]["acts"] == found["size"]
    assert found["checked"]["signatures"] == found["size"] + 2
    assert found["disclosures"]["opened"] == 8 * found["size"]
    assert found["rate"] > 0
    assert "nothing is wrong" in loaded("verify").out


def test_two_processes_find_what_one_finds(loaded: Run) -> None:
    one, two = (loaded("verify", "--json", "--processes", number).json for number in ("1", "2"))
    assert (one["root"], one["checked"]) == (two["root"], two["checked"])
    assert two["ok"]


def test_without_an_anchor_it_is_consistent_and_never_good(loaded: Run, founded: Settings) -> None:
    founded.anchor_file.unlink()
    answer = loaded("verify", "--json")
    assert (answer.code, answer.json["ok"], answer.json["anchored"]) == (2, False, False)
    assert answer.json["consistent"]
    assert "internally consistent only" in loaded("verify").out


def test_an_anchor_that_is_none_is_refused(loaded: Run, founded: Settings) -> None:
    founded.anchor_file.write_text("{}")
    assert loaded("verify").code == 2


def test_the_anchor_of_another_ledger_is_a_fault(loaded: Run, founded: Settings) -> None:
    anchor = json.loads(founded.anchor_file.read_text(encoding="utf-8"))
    anchor["genesis"] = "00" * 32
    founded.anchor_file.write_text(json.dumps(anchor, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n")
    answer = loaded("verify", "--json")
    assert (answer.code, answer.json["first_fault"]["kind"], answer.json["anchored"]) == (1, "anchor", False)


def test_without_the_key_store_the_log_is_verified_alone(loaded: Run, founded: Settings) -> None:
    (founded.keys / f"{MASTER_KEY}.json").unlink()
    answer = loaded("verify", "--json")
    assert (answer.code, answer.json["disclosures"]) == (0, None)


def _flip(connection: Any, sign: str) -> None:
    (state,) = connection.execute(f"SELECT state FROM entries WHERE notification_id = {sign}", (40,)).fetchone()
    changed = bytes(state)[:200] + bytes([bytes(state)[200] ^ 1]) + bytes(state)[201:]
    connection.execute(f"UPDATE entries SET state = {sign} WHERE notification_id = {sign}", (changed, 40))


def _delete(connection: Any, sign: str) -> None:
    connection.execute(f"DELETE FROM entries WHERE notification_id = {sign}", (40,))


def _rename(connection: Any, sign: str) -> None:
    connection.execute(f"UPDATE entries SET topic = 'case.accepted.v1' WHERE notification_id = {sign}", (40,))


def _swap_disclosures(connection: Any, sign: str) -> None:
    rows = connection.execute(
        "SELECT notification_id, sealed FROM disclosures WHERE notification_id IN (39, 40) ORDER BY notification_id"
    ).fetchall()
    for (identity, _), (_, sealed) in zip(rows, reversed(rows), strict=True):
        connection.execute(f"UPDATE disclosures SET sealed = {sign} WHERE notification_id = {sign}", (sealed, identity))


def _drop_disclosure(connection: Any, sign: str) -> None:
    connection.execute(f"DELETE FROM disclosures WHERE notification_id = {sign}", (40,))


def _move_back_in_time(connection: Any, sign: str) -> None:
    (state,) = connection.execute(f"SELECT state FROM entries WHERE notification_id = {sign}", (40,)).fetchone()
    earlier = bytes(state)[:-8] + (1).to_bytes(8, "big")
    connection.execute(f"UPDATE entries SET state = {sign} WHERE notification_id = {sign}", (earlier, 40))


def _head(connection: Any, sign: str) -> None:
    connection.execute("UPDATE log_head SET size = size - 1")


@pytest.mark.parametrize(
    ("change", "kinds", "index"),
    [
        pytest.param(_flip, {"leaf", "malformed", "signature", "column"}, 39, id="a bit of an entry"),
        pytest.param(_delete, {"gap", "link", "truncated"}, 39, id="an entry gone"),
        pytest.param(_rename, {"column"}, 39, id="a column renamed"),
        pytest.param(_swap_disclosures, {"disclosure"}, 38, id="two disclosures swapped"),
        pytest.param(_drop_disclosure, {"disclosure"}, 39, id="a disclosure gone"),
        pytest.param(_move_back_in_time, {"leaf", "clock"}, 39, id="a time moved"),
        pytest.param(_head, {"head", "truncated"}, None, id="the head"),
    ],
)
def test_a_lie_is_found_and_its_place_named(
    loaded: Run, founded: Settings, change: Change, kinds: set[str], index: int | None
) -> None:
    with tampering(founded) as (connection, sign):
        change(connection, sign)
    answer = loaded("verify", "--json")
    fault = answer.json["first_fault"]
    assert (answer.code, answer.json["ok"]) == (1, False)
    assert fault["kind"] in kinds
    if index is not None:
        assert fault["index"] <= index <= max(fault["last"], fault["index"])
    assert "faults; the first is in entries" in loaded("verify").out


def test_two_processes_name_the_same_fault(loaded: Run, founded: Settings) -> None:
    with tampering(founded) as (connection, sign):
        _flip(connection, sign)
    one, two = (loaded("verify", "--json", "--processes", number).json for number in ("1", "2"))
    assert one["first_fault"] == two["first_fault"]


def test_shares_cover_every_name_once() -> None:
    for count in (1, 2, 3, 16):
        cut = shares(count)
        assert len(cut) == count
        assert (cut[0][0], cut[-1][1]) == ("", None)
        assert all(high == low for (_, high), (low, _) in pairwise(cut))


def test_rebuild_stands_where_the_live_views_stood(loaded: Run) -> None:
    overdue = loaded("overdue", "--as-of", "2018-12-31", "--json").json
    rebuilt = loaded("rebuild", "--json").json
    again = loaded("rebuild", "--json", "--processes", "2").json
    assert rebuilt == again
    assert loaded("overdue", "--as-of", "2018-12-31", "--json").json == overdue


def test_tick_is_idempotent(loaded: Run) -> None:
    first, second = loaded("tick", "--json").json, loaded("tick", "--json").json
    assert (second["folded"], second["size"], second["root"]) == (0, first["size"], first["root"])


@pytest.mark.parametrize(
    ("change", "table"),
    [
        ("UPDATE view_acts SET actor = 'officer-lin' WHERE seq = 1", "view_acts"),
        pytest.param("DELETE FROM view_clocks", "view_clocks", marks=pytest.mark.soak),
        pytest.param("DROP TABLE view_acts", "view_acts", marks=pytest.mark.soak),
    ],
)
def test_an_altered_view_is_a_fault_that_rebuild_mends(loaded: Run, founded: Settings, change: str, table: str) -> None:
    assert loaded("tick").code == 0
    before = loaded("verify", "--json").json["views"]
    assert before["rows"] > before["position"] > 0
    with tampering(founded) as (connection, _):
        connection.execute(change)
    answer = loaded("verify", "--json")
    fault = answer.json["first_fault"]
    assert (answer.code, answer.json["ok"], fault["kind"], fault["index"]) == (1, False, "view", None)
    assert table in fault["detail"]
    assert "rebuild" in loaded("verify").out
    assert loaded("verify", "--no-views").code == 0
    assert loaded("rebuild").code == 0
    assert loaded("verify", "--json").json["views"] == before


def test_views_that_stand_behind_the_end_of_the_log_are_a_fault(loaded: Run, founded: Settings) -> None:
    assert loaded("tick").code == 0
    with tampering(founded) as (connection, _):
        connection.execute("UPDATE view_state SET position = position + 1000")
    fault = loaded("verify", "--json").json["first_fault"]
    assert (fault["kind"], fault["index"]) == ("view", None)
    assert "views stand" in fault["detail"]


@pytest.mark.parametrize(
    ("table", "kind"),
    [("log_head", "head"), ("tiles", "tile"), ("checkpoints", "checkpoint"), ("disclosures", "disclosure"),
     ("entries", "gap")],
)  # fmt: skip
def test_a_table_of_the_log_that_is_gone_is_a_fault(loaded: Run, founded: Settings, table: str, kind: str) -> None:
    with tampering(founded) as (connection, _):
        connection.execute(f"DROP TABLE {table}" + ("" if founded.is_sqlite else " CASCADE"))
    answer = loaded("verify", "--json")
    assert (answer.code, answer.json["first_fault"]["kind"]) == (1, kind)
    assert f"the table {table} is missing" in answer.json["first_fault"]["detail"]
