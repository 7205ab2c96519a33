"""`publish` and `receipt`: what strangers can check, as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands.frame import AsJson, ConfirmClock, Database, Home, Lang, Output, Progress, leave
from api.demo.stage import demo_clock
from api.errors import FAILED, InputRefused, UsageRefused
from api.main import Application, machine_clock, open_application
from api.positions import log_key_of
from api.publishing.folder import publish_folder
from api.publishing.publisher import Publication, Publisher
from api.publishing.receipt_page import receipt_page
from api.publishing.receipts import make_receipt
from api.publishing.schedule import witnessed_line
from api.settings import load_settings
from api.wording import Wording
from audit.errors import AuditError
from audit.note import ED25519, NoteKey
from audit.store.notes import format_note_key
from audit.trust import Policy, parse_policy
from domain.effective import from_unix_ms
from domain.schema import CIVIL

Folder = Annotated[Path | None, typer.Argument(metavar="[DIR]", help="The folder to write. 输出目录。")]
Entries = Annotated[bool, typer.Option("--entries", help="With the entries, for who may read them. 含条目。")]
PolicyFile = Annotated[
    Path | None, typer.Option("--policy", help="A tlog-policy, else the home's `policy`. 见证策略文件。")
]
Index = Annotated[int, typer.Argument(metavar="INDEX", min=0, max=2**53 - 1, help="The entry's index. 条目序号。")]
ReceiptFile = Annotated[Path | None, typer.Option("-o", "--output", help="FILE.tlog-proof or FILE.html. 输出文件。")]


def publish(
    folder: Folder = None,
    entries: Entries = False,
    policy: PolicyFile = None,
    confirm_clock: ConfirmClock = False,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Sign a checkpoint, have it cosigned, publish it, and write the log as static files. 发布检查点与日志。

    Example: sundial publish /srv/www/log
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    progress = Progress(output, "cli.publish_progress")
    with open_application(
        settings, clock=demo_clock(settings) or machine_clock, confirm_clock=confirm_clock
    ) as application:
        publisher = Publisher(application, _read_policy(policy))
        try:
            found = publisher.publish()
        finally:
            publisher.close()
        files = 0
        if folder is not None and found.published is not None:
            tell = lambda done, total: progress(done=done, total=total)  # noqa: E731
            files = publish_folder(application.ledger, found.published, folder, entries=entries, progress=tell)
            progress.end()
        document = {**_document(application, found), "folder": str(folder) if folder else None, "files": files}
    output.result(document, *_lines(found, document, output.wording))
    if found.pending is not None:
        leave(FAILED)


def receipt(
    index: Index,
    file: ReceiptFile = None,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Write the receipt of an act as a file, or as a page to be printed if its name ends in .html. 导出回执。

    Example: sundial receipt 12 -o receipt.html
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    with open_application(settings) as application:
        made = make_receipt(application, index)
        path = file or Path(made.name)
        page = receipt_page(application, made, settings.language) if path.suffix == ".html" else None
    try:
        path.write_bytes(made.data if page is None else page.encode())
    except OSError as error:
        raise UsageRefused("proof_unwritable", reason=error.strerror or "") from error
    document = {"file": str(path), "index": index, "size": made.size, "root": made.root.hex()}
    document |= {"witnesses": list(made.witnesses), "witnessed": bool(made.witnesses)}
    line = output.wording("cli.receipt_written", file=path, index=index, size=made.size)
    output.result(document, line, witnessed_line(made.witnesses, output.wording))


def _read_policy(path: Path | None) -> Policy | None:
    if path is None:
        return None
    try:
        return parse_policy(path.read_bytes())
    except OSError as error:
        raise InputRefused("file_unreadable", reason=error.strerror or "") from error
    except AuditError as error:
        raise InputRefused("policy_malformed", reason=str(error)) from error


def _document(application: Application, found: Publication) -> dict[str, Any]:
    ledger, published = application.ledger, found.published
    note = published.note if published else ledger.checkpoint()
    key = NoteKey(ledger.origin, ED25519, log_key_of(ledger, note))
    since = from_unix_ms(found.pending.since_ms).astimezone(CIVIL) if found.pending else None
    return {
        "origin": ledger.origin,
        "log": format_note_key(key),
        "size": found.size,
        "root": published.checkpoint.root.hex() if published else None,
        "witnessed": bool(found.witnesses),
        "witnesses": list(found.witnesses),
        "answers": [{"witness": one.witness.name, "outcome": one.outcome} for one in found.answers],
        "pending_since": since.isoformat(timespec="seconds") if since else None,
    }


def _lines(found: Publication, document: dict[str, Any], say: Wording) -> list[str]:
    lines = [say("cli.published", size=found.size, log=document["log"])] if found.published else []
    if found.published:
        lines.append(witnessed_line(found.witnesses, say))
    if document["folder"]:
        lines.append(say("cli.published_folder", folder=document["folder"], files=document["files"]))
    if found.pending is not None:
        lines.append(say("publishing.pending", since=document["pending_since"], size=found.pending.size))
    lines += [
        say("publishing.answer", name=one.witness.name, outcome=say(f"publishing.{one.outcome}"))
        for one in found.answers
        if one.outcome != "cosigned"
    ]
    return lines
