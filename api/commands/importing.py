"""`import`: acts from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.anchors import advance_anchor, check_anchored
from api.commands.frame import AsJson, ConfirmClock, Database, Home, Lang, Output, Progress, leave
from api.errors import REJECTED_ROWS
from api.importer.service import import_file
from api.main import open_application
from api.settings import load_settings


def import_command(
    file: Annotated[Path, typer.Argument(help="An XLSX, CSV, XES or .xes.gz file. 文件。")],
    mapping: Annotated[str, typer.Option("--mapping", help="message-board, or a TOML file. 映射。")],
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only the first N rows. 只读前 N 行。")] = None,
    enrol: Annotated[
        bool, typer.Option("--enrol", help="Open the mapping's offices, enrol their service keys. 登记服务密钥。")
    ] = False,
    confirm_clock: ConfirmClock = False,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Import the acts that a file's rows claim; running it again adds nothing. 导入文件中的行为。

    Example: sundial import board.xlsx --mapping message-board --json
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    progress = Progress(output, "cli.import_progress")
    with open_application(settings, confirm_clock=confirm_clock) as application:
        check_anchored(settings.anchor_file, application.ledger)
        done = import_file(
            application, file, mapping, limit, lambda rows, acts: progress(rows=rows, acts=acts), enrol=enrol
        )
        progress.end()
        output.result(
            done.document(),
            output.wording(
                "cli.imported_summary",
                rows=done.rows_read,
                cases=done.cases_added,
                acts=done.acts_added,
                rejected=done.rows_rejected,
                differing=done.discrepancies,
                report=done.report,
            ),
        )
        advance_anchor(settings.anchor_file, application.ledger)
    if done.rows_rejected:
        leave(REJECTED_ROWS)
