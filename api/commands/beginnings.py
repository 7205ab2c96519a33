"""`init`, `migrate`, `backup`, `restore`: a ledger's beginning and its copies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.backups import back_up, restore_backup
from api.commands.frame import AsJson, Database, Home, Lang, Output
from api.errors import describe
from api.founding import load_plan
from api.initialise import initialise
from api.looks.batches import write_down
from api.main import open_application, open_log
from api.settings import load_settings, prepare_home
from audit.store.errors import LedgerError


def init(
    plan: Annotated[Path | None, typer.Option("--from", help="A founding plan in TOML. 建账方案。")] = None,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Found a ledger: home, keys, schema, genesis and trust anchor. 建立账本。

    Example: sundial init --home ./var
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    founded = initialise(settings, load_plan(plan))
    document = {
        "origin": founded.origin,
        "size": founded.size,
        "log_key": founded.log_key.hex(),
        "genesis": founded.genesis.hex(),
        "anchor": str(settings.anchor_file),
    }
    say = output.wording
    output.result(
        document,
        say("cli.founded", origin=founded.origin, size=founded.size),
        say("cli.keep_keys", folder=settings.keys, anchor=settings.anchor_file),
    )


def migrate(home: Home = None, database: Database = None, as_json: AsJson = False, lang: Lang = None) -> None:
    """Bring the database's schema up to this version of the program. 升级数据库结构。

    Example: sundial migrate
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    log = open_log(settings)
    try:
        before = log.schema_version()
        after = log.migrate()
    finally:
        log.close()
    with open_application(settings) as application:
        application.views.catch_up()
    output.result(
        {"from_version": before, "to_version": after}, output.wording("cli.migrated", before=before, after=after)
    )


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; FILE.keys goes beside it. 备份文件。")],
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Copy the log to FILE and the key store to FILE.keys; keep the two apart. 备份账本与密钥库。

    Looks that wait for the end of the day are written into the log first.

    Example: sundial backup /media/backup/ledger-2026-11-21.zip
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    with open_application(settings) as application:
        try:
            write_down(application, whole=True)
        except LedgerError as error:
            output.note(output.wording("cli.looks_not_copied", reason=describe(error, output.wording).line))
        made = back_up(application, file)
    document = {"file": str(file), "keys": str(made.keys), "size": made.size, "root": made.root.hex()}
    output.result(document, output.wording("cli.backed_up", file=file, keys=made.keys, size=made.size))


def restore(
    file: Annotated[Path, typer.Argument(help="A file that backup wrote. 备份文件。")],
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Restore a backup into an empty database and erase again what had been erased. 恢复备份并重新执行删除。

    Example: sundial restore /media/backup/ledger-2026-11-21.zip
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    prepare_home(settings)
    done = restore_backup(settings, file)
    document = {
        "size": done.size,
        "root": done.root.hex(),
        "erased_again": done.erased,
        "not_reached": done.missing,
        "keys_restored": done.keys_restored,
    }
    say = output.wording
    output.result(
        document,
        say("cli.restored", size=done.size, erased=done.erased, missing=done.missing),
        say("cli.restored_unknown"),
    )
