"""Errors in one place: every error of every room has a line, a status and an exit code, and none repeats its cause."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import psycopg
import pytest

from api.commands.frame import one_line
from api.errors import CheckFailed, InputRefused, NotThere, UsageRefused, describe
from api.wording import Wording
from audit.errors import AuditError, Malformed
from audit.store.errors import LedgerError
from domain.errors import DomainRefused, TransitionRefused
from projections.errors import ProjectionError

SECRET = "310101199001011234"


def _kinds(root: type[Exception]) -> Iterator[type[Exception]]:
    yield root
    for kind in root.__subclasses__():
        yield from _kinds(kind)


OTHERS = [
    *(kind for root in (AuditError, LedgerError, ProjectionError) for kind in _kinds(root)),
    sqlite3.OperationalError,
    psycopg.OperationalError,
    OSError,
    MemoryError,
    ValueError,
    KeyError,
    RuntimeError,
]
TELLING = {"authority_refused", "key_rejected", "check_failed"}


@pytest.mark.parametrize("kind", OTHERS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_error_has_a_line_of_its_own(kind: type[Exception], language: str) -> None:
    problem = describe(kind(SECRET), Wording(language))
    assert problem.title
    assert "\n" not in problem.line
    assert 400 <= problem.status < 600
    assert problem.exit_code in (1, 2)
    if problem.code not in TELLING:
        assert SECRET not in problem.line


def test_malformed_bytes_are_never_repeated() -> None:
    assert SECRET not in describe(Malformed(f"the field says {SECRET}"), Wording("en")).line


def test_a_refusal_by_a_rule_tells_it_in_the_readers_language() -> None:
    refused = TransitionRefused("state", rule="article 22", zh="不得", en="not lawful", allowed=("case.accepted.v1",))
    zh, en = describe(refused, Wording("zh")), describe(refused, Wording("en"))
    assert zh.line == "规则不允许: 不得"
    assert en.line == "the rules do not allow it: not lawful"
    assert zh.document()["allowed"] == ["case.accepted.v1"]
    assert issubclass(TransitionRefused, DomainRefused)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (UsageRefused("file_empty"), 400, 2),
        (InputRefused("file_empty"), 400, 2),
        (NotThere("no_entry"), 404, 2),
        (CheckFailed("rolled_back"), 409, 1),
    ],
)
def test_refusals_of_this_package_have_their_exit_codes(error: Exception, status: int, code: int) -> None:
    problem = describe(error, Wording("en"))
    assert (problem.status, problem.exit_code) == (status, code)


def test_a_closed_pipe_ends_a_command_quietly(capsys: pytest.CaptureFixture[str]) -> None:
    import typer

    def body() -> None:
        raise BrokenPipeError

    with pytest.raises(typer.Exit) as ended:
        one_line(body)()
    assert ended.value.exit_code == 0
    assert capsys.readouterr().err == ""


def test_a_fault_of_the_program_is_one_line_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    import typer

    def body(lang: str) -> None:
        raise RuntimeError(SECRET)

    with pytest.raises(typer.Exit) as ended:
        one_line(body)(lang="zh")
    assert ended.value.exit_code == 2
    assert capsys.readouterr().err == "sundial: 程序内部出错\n"
