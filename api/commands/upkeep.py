"""`verify`, `rebuild`, `tick`: checking the ledger and keeping its views and checkpoints."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from api.anchors import read_anchor
from api.census import is_due, take_census
from api.commands.frame import AsJson, ConfirmClock, Database, Home, Lang, Output, Progress, leave
from api.errors import FAILED, REFUSED
from api.looks.batches import write_down
from api.main import open_application
from api.publishing.schedule import publish_once, witnessed_line
from api.settings import load_settings
from api.verify.run import Verification, verify_database
from api.wording import Wording
from audit.faults import Kind

Processes = Annotated[int | None, typer.Option("--processes", min=1, max=64, help="Share the work. 进程数。")]

Views = Annotated[bool, typer.Option("--views/--no-views", help="Compare the views with the entries. 核对视图。")]


def verify(
    processes: Processes = None,
    views: Views = True,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Check the whole ledger against the trust anchor, believing nothing in the database. 核验整个账本。

    Example: sundial verify --json
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    found = verify_database(settings, processes, views=views)
    output.result(found.document(), *_verification_lines(found, output.wording))
    if found.fault_count:
        leave(FAILED)
    if read_anchor(settings.anchor_file) is None:
        leave(REFUSED)


def rebuild(
    processes: Processes = None,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Build the views anew from the entries alone. 由账本条目重建视图。

    Example: sundial rebuild --processes 2
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    progress = Progress(output, "cli.rebuild_progress")
    with open_application(settings) as application:
        position = application.views.rebuild(
            processes=processes or 1, progress=lambda done, total: progress(done=done, total=total)
        )
        progress.end()
        _, digests = application.views.digests()
    document = {"size": position, "views": {name: digest.hex() for name, digest in sorted(digests.items())}}
    output.result(document, output.wording("cli.rebuilt", size=position))


def tick(
    confirm_clock: ConfirmClock = False,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Do all scheduled work once: views up to date, the census, a checkpoint, the anchor. 执行定期工作。

    Example: sundial tick
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    with open_application(settings, confirm_clock=confirm_clock) as application:
        folded = application.views.catch_up()
        looked = write_down(application, whole=True)
        counted = take_census(application)[1].index if is_due(application) else None
        published = publish_once(application)
        size = application.ledger.head().size
        root = application.ledger.root(size).hex()
        document = {"folded": folded, "size": size, "root": root, "census": counted, "looks": looked}
        document |= {"published": published.size, "witnessed": bool(published.witnesses)}
    lines = [output.wording("cli.ticked", folded=folded, size=size)]
    output.result(document, *lines, witnessed_line(published.witnesses, output.wording))


def _verification_lines(found: Verification, say: Wording) -> list[str]:
    report, opened = found.report, found.disclosures
    checked = {"signatures": report.checked.signatures, "acts": report.checked.acts}
    rate = round(report.size / max(found.seconds, 1e-9))
    lines = [
        say("cli.verified", size=report.size, rate=rate, **checked),
        say("cli.disclosures_unchecked")
        if opened is None
        else say("cli.disclosures_checked", opened=opened.opened, erased=opened.erased),
        say("cli.views_unchecked")
        if (views := found.views) is None
        else say("cli.views_checked", count=views.views, size=views.position, rows=views.rows),
    ]
    if found.censuses is not None and found.censuses.censuses:
        lines.append(say("cli.censuses_checked", **asdict(found.censuses)))
    if found.fault_count:
        first = found.faults[0]
        kind = say(f"faults.{first.kind}")
        if first.kind is Kind.VIEW:
            return [*lines, say("cli.first_view_fault", count=found.fault_count, kind=kind, detail=first.detail)]
        place = {"first": first.index, "last": first.last}
        lines.append(say("cli.first_fault", count=found.fault_count, kind=kind, detail=first.detail, **place))
    else:
        lines.append(say("cli.good" if report.anchored else "cli.only_consistent"))
    return lines
