"""`sundial accounts`: passwords and query codes at the command line."""

from __future__ import annotations

import pytest

from api.settings import Settings
from tests.api.conftest import runner


@pytest.fixture
def any_store_url(sqlite_url: str) -> str:
    """One store is enough here: accounts have a file of their own."""
    return sqlite_url


def test_an_account_is_added_listed_and_disabled(founded: Settings) -> None:
    ledger = runner(founded)
    assert ledger("accounts", "add", "lin", "--officer", "officer-lin", typed="a long enough password\n").code == 0
    assert ledger("accounts", "show", "--json").json["rows"] == [
        {"account": "lin", "officer": "officer-lin", "enabled": True}
    ]
    assert ledger("accounts", "disable", "lin").code == 0
    assert ledger("accounts", "show", "--json").json["rows"][0]["enabled"] is False


def test_what_cannot_be_an_account_is_refused_in_one_line(founded: Settings) -> None:
    ledger = runner(founded)
    for arguments, typed in (
        (("add", "lin", "--officer", "officer-nobody"), "a long enough password\n"),
        (("add", "lin", "--officer", "officer-lin"), "short\n"),
        (("disable", "nobody"), ""),
        (("code", "0" * 32), ""),
        (("code", "x"), ""),
    ):
        answer = ledger("accounts", *arguments, typed=typed)
        assert (answer.code, len(answer.err.splitlines())) == (2, 1), arguments
        assert "short" not in answer.err
