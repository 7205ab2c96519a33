"""The command line `sundial`: every command in one tree."""

from __future__ import annotations

import logging
import os
import sys

import typer

from api.commands import (
    accounts,
    acting,
    beginnings,
    bulletin,
    exporting,
    figures,
    importing,
    keys,
    lists,
    proving,
    publishing,
    rules,
    serving,
    upkeep,
    views,
    witnessing,
    xes,
)
from api.commands.frame import one_line

OWNER_ONLY = 0o077


def build() -> typer.Typer:
    """Assemble the commands."""
    app = typer.Typer(
        name="sundial",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="Sundial 日晷: a ledger that supervises the offices that handle petitions, never the petitioners.",
    )
    for first in (beginnings.init, beginnings.migrate, beginnings.backup, beginnings.restore):
        app.command()(one_line(first))
    app.command("import")(one_line(importing.import_command))
    app.command()(one_line(acting.act))
    app.add_typer(keys.build(), name="keys")
    app.add_typer(accounts.build(), name="accounts")
    for of_case in (views.overdue, views.timeline, views.replay, views.explain):
        app.command()(one_line(of_case))
    for name in lists.NAMED:
        app.command(name)(one_line(lists.named_command(name)))
    app.command("list")(one_line(lists.list_command))
    for figure in (figures.diff, figures.recompute, figures.competence, figures.hints, bulletin.bulletin):
        app.command()(one_line(figure))
    for kept in (rules.rules, upkeep.verify, upkeep.rebuild, upkeep.tick, proving.census):
        app.command()(one_line(kept))
    app.add_typer(proving.build(), name="prove")
    app.add_typer(witnessing.build(), name="witness")
    app.add_typer(exporting.build(), name="export")
    app.command("serve")(one_line(serving.serve_command))
    for shown in (publishing.publish, publishing.receipt, xes.xes, serving.demo):
        app.command()(one_line(shown))
    return app


def main() -> None:
    """Run the command line; files it makes are their owner's alone, and what it prints is UTF-8."""
    os.umask(OWNER_ONLY)
    logging.getLogger("psycopg").addHandler(logging.NullHandler())  # what fails is told once, in one line
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    build()(prog_name="sundial")


if __name__ == "__main__":
    main()
