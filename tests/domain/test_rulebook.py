"""The book of rules: every table is in it, every line says where it is written, and PROCEDURE.md is current."""

from __future__ import annotations

from collections import Counter

import pytest

from domain.clocks import national_rules
from domain.events import EVENTS
from domain.practice import packaged_competence
from domain.roles import PERMISSIONS, RELATIONS
from domain.rows import CONFIDENCES
from domain.rulebook import rulebook
from domain.rulebook_text import TABLES, render, rows
from domain.tracks.rows import TRACK_ROWS
from domain.transitions import TRANSITIONS
from domain.vocabulary import ROLES, STATES
from domain.word_tables import WORD_TABLES
from tests.domain.procedure_document import FILE, document

LINES = rulebook(national_rules().latest, packaged_competence())


def _ids(table: str) -> list[str]:
    return [line.id for line in LINES if line.table == table]


@pytest.mark.parametrize("table", TABLES)
def test_every_line_has_article_source_confidence_and_cells_in_both_languages(table: str) -> None:
    lines = [line for line in LINES if line.table == table]
    assert lines
    for line in lines:
        assert line.basis.article.strip(), line.id
        assert line.basis.source.strip(), line.id
        assert line.basis.confidence in CONFIDENCES, line.id
        assert len(line.cells) == len(TABLES[table][1]), line.id
        for cell in line.cells:
            assert cell[0].strip(), line.id
            assert cell[1].strip(), line.id


def test_no_line_is_there_twice_and_the_tables_come_in_their_order() -> None:
    assert [key for key, count in Counter((line.table, line.id) for line in LINES).items() if count > 1] == []
    assert list(dict.fromkeys(line.table for line in LINES)) == list(TABLES)


def test_every_act_role_clock_and_word_is_in_the_book() -> None:
    assert _ids("transition") == [row.action for row in TRANSITIONS]
    assert _ids("role") == list(PERMISSIONS)
    assert _ids("track") == [row.action for row in TRACK_ROWS]
    assert _ids("field") == list(EVENTS)
    assert {*_ids("role"), *_ids("track"), *_ids("other")} == set(EVENTS)
    assert _ids("clock") == list(national_rules().latest.clocks)
    assert len(_ids("word")) == sum(len(words) for _, _, words in WORD_TABLES)


def test_no_act_is_in_two_tables_of_who_may_do_it() -> None:
    tables = [set(_ids(name)) for name in ("role", "track", "other")]
    assert sum(map(len, tables)) == len(set().union(*tables))


def test_every_permission_names_roles_and_relations_that_exist() -> None:
    for permission in PERMISSIONS.values():
        assert permission.roles
        assert permission.roles <= ROLES.keys()
        assert {*permission.relations} <= RELATIONS.keys()


def test_every_state_is_reached_by_some_act() -> None:
    reached = {to for row in TRANSITIONS for to in (*row.moves.values(), *row.branches.values())}
    assert reached | {"NEW"} == set(STATES)


def test_what_machines_read_is_what_people_read() -> None:
    text = {language: render(LINES, language) for language in ("zh", "en")}
    for row in rows(LINES):
        assert f"| `{row['id']}` |" in text["zh"]
        assert f"| `{row['id']}` |" in text["en"]
    assert "\n\n\n" not in text["zh"]


def test_the_written_procedure_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == document(), "make procedure writes it anew"
