"""`rules`: every table that the ledger runs by, as a document for people or as rows for machines."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from api.commands.frame import AsJson, Database, Home, Lang, Output
from api.errors import UsageRefused
from api.main import open_application
from api.positions import position
from api.settings import Settings, load_settings
from audit.store.errors import LedgerMissing
from domain.clocks import RuleSet, national_rules
from domain.competence import CompetenceRow
from domain.practice import packaged_competence
from domain.rulebook import rulebook
from domain.rulebook_text import TABLES, render, rows


def rules(
    table: Annotated[
        str | None, typer.Option("--table", help=f"One table of: {', '.join(TABLES)}. 只列一张表。")
    ] = None,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Print every table of the rules, each row with its source. 列出全部规则表。

    With a ledger, its clocks, lags, practice and competence rows are those that it has published; without one, the
    packaged ones.

    Example: sundial rules --lang zh --table clock
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    if table is not None and table not in TABLES:
        raise UsageRefused("table_unknown", known=", ".join(TABLES))
    rule_set, competence, known_at = read_rules(settings)
    lines = [line for line in rulebook(rule_set, competence) if table in (None, line.table)]
    document = {"version": rule_set.version, "known_at": known_at, "rows": rows(lines)}
    output.result(document, render(lines, "zh" if settings.language == "zh" else "en").rstrip("\n"))


def read_rules(settings: Settings) -> tuple[RuleSet, tuple[CompetenceRow, ...], list[dict[str, Any]]]:
    """Return rules and competence rows of the ledger that settings name, with its position; else the packaged ones."""
    try:
        with open_application(settings) as application:
            ledger = application.ledger
            reference = ledger.reference()
            return reference.rules.latest, reference.competence.known(), position(ledger, ledger.head().size)
    except LedgerMissing:
        return national_rules().latest, packaged_competence(), []
