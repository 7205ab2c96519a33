"""`sundial rules` prints every table, with and without a ledger; each row says where it is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api import cli
from api.founding import Plan
from api.initialise import initialise
from domain.events import EVENTS
from domain.rows import CONFIDENCES
from domain.rulebook_text import TABLES
from tests.benchmarks.city import settings_for


def run(*words: str) -> tuple[int, str, str]:
    """Run the command and return its exit code and what it printed."""
    result = CliRunner().invoke(cli.build(), ["rules", *words])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def places(tmp_path: Path) -> list[str]:
    """A home without a ledger, as options."""
    return ["--home", str(tmp_path / "home"), "--database", f"sqlite:///{tmp_path}/sundial.db"]


def _rows(*words: str) -> list[dict[str, Any]]:
    code, out, _ = run(*words, "--json")
    assert code == 0
    rows: list[dict[str, Any]] = json.loads(out)["rows"]
    return rows


def test_every_row_has_an_id_of_its_own_an_article_a_source_and_a_confidence(places: list[str]) -> None:
    rows = _rows(*places)
    assert len({(row["table"], row["id"]) for row in rows}) == len(rows)
    assert {row["table"] for row in rows} == set(TABLES)
    for row in rows:
        assert row["article"]
        assert row["source"]
        assert row["confidence"] in CONFIDENCES
    assert {row["id"] for row in rows if row["table"] == "field"} == set(EVENTS)


@pytest.mark.parametrize(
    ("lang", "title", "word"), [("zh", "# 信访工作程序", "谁可以作出"), ("en", "# The procedure", "Who may do it")]
)
def test_the_document_is_printed_in_either_language(places: list[str], lang: str, title: str, word: str) -> None:
    code, out, _ = run(*places, "--lang", lang)
    assert code == 0
    assert out.startswith(title)
    assert word in out


def test_one_table_may_be_asked_for_and_an_unknown_one_is_refused(places: list[str]) -> None:
    assert {row["table"] for row in _rows(*places, "--table", "clock")} == {"clock"}
    code, _, err = run(*places, "--lang", "en", "--table", "wishes")
    assert code == 2
    assert "transition" in err


def test_a_ledger_shows_the_practice_that_it_has_published(tmp_path: Path, places: list[str]) -> None:
    before = {row["id"] for row in _rows(*places)}
    initialise(settings_for(Path(places[1]), places[3]), Plan(profile="example-city"))
    rows = _rows(*places)
    new = {row["id"] for row in rows} - before
    assert "example.small_cell_k" in new
    assert any(name.startswith("example.HANDLE@") for name in new)
    answer = json.loads(run(*places, "--json")[1])
    assert answer["known_at"][0]["size"] > 0
    assert answer["version"] == "practice-example-city-2026-1"
