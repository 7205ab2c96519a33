"""`xes`: cases as an event log for process mining."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.axes import parse_as_of, write_as_of
from api.commands.frame import AsJson, Database, Home, Lang, Output
from api.errors import UsageRefused
from api.main import open_application
from api.positions import parse_known_at, position
from api.settings import load_settings
from api.xes import XesWish, write_xes

File = Annotated[Path, typer.Option("-o", "--output", help="The file to write. 输出文件。")]
Unit = Annotated[str | None, typer.Option("--unit", help="An office, with those below it. 单位。")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="A date (+08:00) or an instant. 截至何时。")]
KnownAt = Annotated[str | None, typer.Option("--known-at", help="An index, date or checkpoint file. 按账本何处所知。")]


def xes(
    file: File,
    unit: Unit = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Write cases as an XES event log (IEEE 1849), without personal data. 导出流程挖掘事件日志。

    Example: sundial xes -o cases.xes --unit housing
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    with open_application(settings) as application:
        wish = XesWish(
            parse_as_of(as_of, application.clock()), parse_known_at(known_at, application.ledger), unit or None
        )
        half = file.with_name(f"{file.name}.part")
        try:
            with half.open("wb") as opened:
                written = write_xes(application, wish, opened)
            half.replace(file)
        except OSError as error:
            raise UsageRefused("file_unwritable", reason=error.strerror or "") from error
        finally:
            half.unlink(missing_ok=True)
        document = {
            "file": str(file),
            "as_of": write_as_of(wish.as_of),
            "known_at": position(application.ledger, written.known_at),
            "cases": written.traces,
            "events": written.events,
        }
    line = output.wording("cli.xes_written", file=file, cases=written.traces, events=written.events)
    output.result(document, line)
