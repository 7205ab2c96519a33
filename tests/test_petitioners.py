"""The house measures offices, never petitioners: what would turn it against them cannot be named in it.

These words stand here and in the README, and nowhere else. Each is a notion that such systems are known to
hold. Beyond words: no act, table, index, route, option or sentence is keyed by a petitioner, and none counts
or labels persons. What the lists below let through is named with its reason.
"""

from __future__ import annotations

import re
import sqlite3
import subprocess
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg
import pytest
import typer

from api import cli
from api.wording import load_catalogue
from domain.events import EVENTS, SEALED, public_kinds
from domain.samples import sample_of
from domain.word_tables import WORD_TABLES
from tests.api.clients import client_of
from tests.benchmarks.city import fill, found_city

ROOT = Path(__file__).parents[1]
SUFFIXES = {".py", ".sql", ".toml", ".html", ".css", ".js", ".md", ".json", ".csv", ".txt", ".xml"}
EXPLAINED = {"README.md", "tests/test_petitioners.py"}

WORDS = (
    *("缠访", "闹访", "稳控", "劝返", "息诉罢访", "息访", "越级", "非正常上访", "集体访", "重点人员", "重点群体"),
    *("驻地工作组", "网格员", "舆情", "曝光", "进京访", "敏感期", "重复访", "老户", "上访人员", "扬言", "涉稳"),
)
IDENTIFIERS = re.compile(
    r"visit_?count|travel|risk_?(score|level)|key_?person|mass_?incident|containment|black_?list|troublemaker"
    r"|petitioner_?(score|rank|history|index|profile|cases|count|label|risk)|sensitive_?period|head_?count"
    r"|repeat_?petitioner|repeat_?visit|persuade|sent_?back|surveil|watch_?list|opinion_?monitor",
    re.IGNORECASE,
)
PERSONS = re.compile(
    r"petitioner|person|citizen|resident|visitor|complainant|representative|individual|phone|address|id_?card|identity"
    r"|gender|birth|household|ethnic",
    re.IGNORECASE,
)
# Columns of lists that speak of a person who is a leader with packages: what the leader did without a deputy.
COLUMNS_OF_LEADERS = {"personal_acts", "last_personal_act_on", "days_since_personal_act"}
NUMBERS = re.compile(r"count|number|total|times|many|score|rank|level|size|amount", re.IGNORECASE)

# Public fields of acts that speak of persons, or count something: what each says, and why that is no label on a person.
FIELDS_OF_PERSONS = {
    "petitioner_key": "a key of one case alone",
    "representative_key": "a key of one case alone",
    "addressable": "whether there is somewhere to send the notice (23(2)); nothing of where",
    "petitioners_satisfied": "an inspection's finding on the office: 群众满意",
}
FIELDS_OF_NUMBERS = {
    "count": "how many cases an inspection draws",
    "scores": "the points of a scheme that assesses offices",
    "checkpoint_size": "entries of the log",
    "size": "entries of the log",
}
COLUMNS_OF_PERSONS: dict[str, str] = {}


def _tracked(suffixes: set[str] = SUFFIXES) -> list[Path]:
    run = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [ROOT / name for name in run.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and path.suffix in suffixes]


def _wrong(name: str, text: str) -> list[str]:
    found = [f"{name}: {word}" for word in WORDS if word in text]
    return found + [f"{name}: {match.group()}" for match in IDENTIFIERS.finditer(text)]


def _fields() -> Iterator[tuple[str, str, Any]]:
    """Every public field of every act, the members of its records too, with a sample of its value."""
    for action in EVENTS:
        for name, kind in public_kinds(action):
            try:
                sample = sample_of(kind, name)
            except LookupError:
                sample = None
            yield action, name, sample
            for inner in sample if isinstance(sample, list) else [sample]:
                if isinstance(inner, dict):
                    yield from ((action, member, value) for member, value in inner.items())


def test_no_file_of_the_project_names_a_notion_that_turns_against_petitioners() -> None:
    paths = [path for path in _tracked() if str(path.relative_to(ROOT)) not in EXPLAINED]
    assert len(paths) > 100
    wrong = []
    for path in paths:
        wrong += _wrong(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
    assert wrong == []


def test_the_words_are_explained_where_people_look_first() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "稳控" in readme
    assert "never built" in readme.lower()


@pytest.mark.parametrize("action", EVENTS)
def test_an_act_has_no_name_field_or_sealed_field_of_that_kind(action: str) -> None:
    names = [action, *(name for name, _ in public_kinds(action)), *SEALED[action]]
    assert [found for name in names for found in _wrong(action, name)] == []


def test_public_fields_speak_of_persons_only_where_it_is_said_why() -> None:
    found = {name for _, name, _ in _fields() if PERSONS.search(name)}
    assert found <= set(FIELDS_OF_PERSONS)


def test_no_public_field_counts_or_scores_anything_but_what_is_listed() -> None:
    numbers = {name for _, name, value in _fields() if isinstance(value, int) and not isinstance(value, bool)}
    assert {name for name in numbers if NUMBERS.search(name) or PERSONS.search(name)} <= set(FIELDS_OF_NUMBERS)


def test_only_a_case_holds_a_petitioners_key_and_no_field_elsewhere_can() -> None:
    elsewhere = {name for action, name, _ in _fields() if not action.startswith("case.")}
    assert not [name for name in elsewhere if "petitioner_key" in name or "claim" in name or "representative" in name]


@pytest.mark.parametrize(("title", "words"), [(title, words) for title, _, words in WORD_TABLES], ids=str)
def test_no_word_of_a_closed_vocabulary_is_of_that_kind(title: str, words: Any) -> None:
    assert [found for word, name in words.items() for part in (word, *name) for found in _wrong(title, part)] == []


def test_no_sentence_of_either_language_is_of_that_kind() -> None:
    for language in ("zh", "en"):
        for key, sentence in load_catalogue(language).items():
            assert _wrong(key, f"{key} {sentence}") == []


def test_no_template_asks_for_or_lists_persons() -> None:
    folder = files("api").joinpath("http", "templates")
    for page in folder.iterdir():
        text = page.read_text(encoding="utf-8")
        inputs = re.findall(r"""(?:name|id|for)\s*=\s*["']([^"']+)""", text)
        assert not [name for name in inputs if PERSONS.search(name)], page.name
        assert _wrong(page.name, text) == []


def test_no_endpoint_is_keyed_by_a_person(tmp_path: Path) -> None:
    with (
        found_city(tmp_path / "home", f"sqlite:///{tmp_path}/sundial.db") as city,
        client_of(city.application) as client,
    ):
        described = client.get("/openapi.json").json()
    names = set(described["paths"])
    for path in described["paths"].values():
        names |= {field["name"] for method in path.values() for field in method.get("parameters", ())}
    names |= {field for schema in described["components"]["schemas"].values() for field in schema.get("properties", ())}
    names -= COLUMNS_OF_LEADERS
    assert [name for name in sorted(names) if PERSONS.search(name) or _wrong("path", name)] == []


def test_no_command_or_option_is_keyed_by_a_person() -> None:
    names = []
    for name, command in _commands(typer.main.get_command(cli.build())):
        names += [name, *(option for parameter in command.params for option in parameter.opts)]
    assert len(names) > 40
    assert [name for name in names if PERSONS.search(name) or _wrong("command", name)] == []


def _commands(group: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        yield f"{prefix}{name}", command
        if hasattr(command, "commands"):
            yield from _commands(command, f"{name} ")


def test_no_table_column_or_index_of_the_database_names_or_keys_by_a_person(any_store_url: str, tmp_path: Path) -> None:
    with found_city(tmp_path / "home", any_store_url) as city:
        fill(city, city.ledger.head().size + 4)
        city.application.views.catch_up()
        columns, indexes = _schema(any_store_url)
    assert len(columns) > 40
    wrong = [name for name in columns if PERSONS.search(name) and name not in COLUMNS_OF_PERSONS]
    assert wrong + [found for name in columns for found in _wrong("column", name)] == []
    # A petitioner's key could join the acts of one person: no index is led by a key, and none by an actor.
    assert [index for index in indexes if re.search(r"\b(actor|key_id|key)\b", index)] == []


def _schema(url: str) -> tuple[list[str], list[str]]:
    """Every table.column, and every index as its columns, of a database."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
            tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            columns = [f"{t}.{row[1]}" for t in tables for row in database.execute(f"PRAGMA table_info({t})")]
            named = [row[1] for t in tables for row in database.execute(f"PRAGMA index_list({t})")]
            shown = [[row[2] or "" for row in database.execute(f'PRAGMA index_info("{name}")')] for name in named]
        database.close()
        return columns, [" ".join(one) for one in shown]
    with psycopg.connect(url) as connection:
        columns = [
            f"{table}.{column}"
            for table, column in connection.execute(
                "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema NOT IN"
                " ('pg_catalog', 'information_schema')"
            )
        ]
        shown_indexes = [
            row[0].partition("(")[2]
            for row in connection.execute("SELECT indexdef FROM pg_indexes WHERE schemaname NOT LIKE 'pg_%'")
        ]
    return columns, shown_indexes
