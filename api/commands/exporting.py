"""`export`: a case as an evidence bundle, the log as a folder, and evidence that somebody signed two histories."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.frame import AsJson, ConfirmClock, Database, Home, Lang, Output, Progress, one_line
from api.demo.stage import demo_clock
from api.errors import NotThere, UsageRefused
from api.exporting.audiences import AUDIENCE_NAMES
from api.exporting.bundles import cover, make_bundle
from api.main import machine_clock, open_application
from api.publishing.folder import publish_folder
from api.publishing.schedule import publish_once, witnessed_line
from api.publishing.standing import Standing
from api.settings import load_settings

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="The case: 32 hex digits. 事项编号。")]
Audience = Annotated[str, typer.Option("--audience", help="inspector, petitioner, court or public. 对象。")]
BundleFile = Annotated[Path | None, typer.Option("-o", "--output", help="The file to write. 输出文件。")]
Attachments = Annotated[
    Path | None,
    typer.Option("--attachments", help="Files under their SHA-256 (else the home's `attachments`). 附件目录。"),
]
LogFolder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write. 输出目录。")]


def case(
    case: CaseArgument,
    audience: Audience,
    file: BundleFile = None,
    attachments: Attachments = None,
    confirm_clock: ConfirmClock = False,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Write all that is recorded of a case as one file that can be checked offline. 导出事项证据包。

    Example: sundial export case 0123456789abcdef0123456789abcdef --audience inspector -o case.zip
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    folder = attachments or settings.home / "attachments"
    with open_application(
        settings, clock=demo_clock(settings) or machine_clock, confirm_clock=confirm_clock
    ) as application:
        cover(application, case)
        made = make_bundle(application, case, audience, folder)
    path = file or Path(f"{made.case}.{audience}.zip")
    try:
        path.write_bytes(made.data)
    except OSError as error:
        raise UsageRefused("proof_unwritable", reason=error.strerror or "") from error
    told = {"acts": made.acts, "disclosed": made.disclosed, "withheld": made.withheld, "attachments": made.attachments}
    document = {"file": str(path), "case": made.case, "audience": audience, "size": made.size, **told}
    document |= {"witnessed": bool(made.witnesses), "witnesses": list(made.witnesses)}
    name = output.wording.pick(AUDIENCE_NAMES[audience].zh, AUDIENCE_NAMES[audience].en)
    line = output.wording("cli.exported", file=path, audience=name, **told)
    output.result(document, line, witnessed_line(made.witnesses, output.wording))


def log(
    folder: LogFolder,
    confirm_clock: ConfirmClock = False,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Write the whole published log with its entries, for who may read them. 导出完整日志。

    Example: sundial export log ./log
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    progress = Progress(output, "cli.publish_progress")
    with open_application(
        settings, clock=demo_clock(settings) or machine_clock, confirm_clock=confirm_clock
    ) as application:
        found = publish_once(application)
        if found.published is None:
            raise NotThere("no_checkpoint")
        tell = lambda done, total: progress(done=done, total=total)  # noqa: E731
        files = publish_folder(application.ledger, found.published, folder, entries=True, progress=tell)
        progress.end()
    document = {
        "folder": str(folder),
        "files": files,
        "size": found.size,
        "root": found.published.checkpoint.root.hex(),
    }
    document |= {"witnessed": bool(found.witnesses), "witnesses": list(found.witnesses)}
    line = output.wording("cli.published_folder", folder=folder, files=files)
    output.result(document, line, witnessed_line(found.witnesses, output.wording))


def evidence(
    folder: LogFolder,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Write the evidence that this ledger's key signed two histories, if there is any. 导出分叉证据。

    Example: sundial export evidence ./evidence
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    found = Standing(settings.published).evidence()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in found:
            (folder / one.name).write_bytes(one.read_bytes())
    except OSError as error:
        raise UsageRefused("folder_unwritable", reason=error.strerror or "") from error
    document = {"folder": str(folder), "evidence": [one.name for one in found]}
    output.result(document, output.wording("cli.evidence_exported", count=len(found), folder=folder))


def build() -> typer.Typer:
    """Assemble the family."""
    app = typer.Typer(no_args_is_help=True, help="What leaves the house, each with its proof. 导出。")
    app.command("case")(one_line(case))
    app.command("log")(one_line(log))
    app.command("evidence")(one_line(evidence))
    return app
