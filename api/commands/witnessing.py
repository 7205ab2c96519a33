"""`witness`: a witness for any log that speaks C2SP, on its own file and with its own key."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from api.commands.frame import AsJson, Database, Home, Lang, Output, one_line
from api.errors import InputRefused, UsageRefused
from api.http.wire import listen_at
from api.keyfiles import keep_key, new_key, read_key
from api.main import machine_clock, milliseconds
from api.serving import check_port
from api.settings import SQLITE_PREFIX, Settings, load_settings, prepare_home
from api.witness.protocol import Witness
from api.witness.server import build_witness
from api.witness.store import WitnessStore
from api.witness.trusted import parse_trusted
from audit.errors import AuditError
from audit.note import COSIGNATURE, NoteKey
from audit.store.notes import format_note_key

WITNESS_KEY = "witness"
_NAME = re.compile(r"[^\s+\x00-\x1f]{1,200}")

Name = Annotated[str, typer.Option("--name", help="The witness's name: a host and path of its own. 见证人名称。")]
Logs = Annotated[Path, typer.Option("--logs", help="The trusted logs: lines `log <vkey> [<origin>]`. 受信日志。")]
Host = Annotated[str, typer.Option("--host", help="The address to listen on. 监听地址。")]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="The port. 端口。")]
Out = Annotated[Path | None, typer.Option("-o", "--output", help="A folder for the files. 输出目录。")]


def keygen(
    name: Name,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Make the witness's key, unless it is there, and print it as a policy names it. 生成见证人密钥。

    Example: sundial witness keygen --name witness.example/1 --home ./witness
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    if not _NAME.fullmatch(name):
        raise UsageRefused("witness_name")
    prepare_home(settings)
    key = keep_key(settings.keys, WITNESS_KEY, lambda: new_key("witness", name), settings.passphrase)
    vkey = format_note_key(NoteKey(key.actor, COSIGNATURE, key.public))
    output.result({"name": key.actor, "vkey": vkey}, vkey)


def serve_witness(
    logs: Logs,
    host: Host = "127.0.0.1",
    port: Port = 8100,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Cosign what trusted logs send, each checkpoint only if it goes on from the one before. 运行见证服务。

    Example: sundial witness serve --logs trusted.txt --home ./witness --port 8100
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    check_port(host, port)
    key = read_key(settings.keys, WITNESS_KEY, settings.passphrase)
    try:
        trusted = parse_trusted(logs.read_bytes())
    except OSError as error:
        raise InputRefused("file_unreadable", reason=error.strerror or "") from error
    except AuditError as error:
        raise InputRefused("trusted_malformed", reason=str(error)) from error
    clock = milliseconds(machine_clock)
    store = _store(settings, database)
    witness = Witness(key.actor, key.secret, trusted, store, lambda: clock() // 1_000)
    url = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
    vkey = format_note_key(witness.key)
    output.result({"url": url, "vkey": vkey, "logs": sorted(trusted)}, output.wording("cli.witnessing", url=url), vkey)
    try:
        uvicorn.Server(listen_at(build_witness(witness), host, port)).run()
    finally:
        store.close()


def evidence(
    folder: Out = None,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """List what logs signed that cannot both be true, and write it to a folder. 导出日志分叉证据。

    Example: sundial witness evidence -o ./evidence --home ./witness
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    store = _store(settings, database)
    try:
        found = store.evidence()
    finally:
        store.close()
    if folder is not None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for one in found:
                (folder / f"{one.name}.json").write_bytes(one.data)
        except OSError as error:
            raise UsageRefused("folder_unwritable", reason=error.strerror or "") from error
    say = output.wording
    rows = [
        {"name": one.name, "origin": one.origin, "proven": one.proven, "at": time.strftime(_UTC, time.gmtime(one.at))}
        for one in found
    ]
    told = {True: "publishing.proven", False: "publishing.unproven"}
    lines = [say(told[one.proven], name=one.name, origin=one.origin) for one in found]
    output.result({"evidence": rows}, *(lines or [say("publishing.no_evidence")]))


_UTC = "%Y-%m-%dT%H:%M:%S+00:00"


def build() -> typer.Typer:
    """Assemble the family."""
    app = typer.Typer(no_args_is_help=True, help="A witness for transparency logs. 透明日志的见证人。")
    app.command("keygen")(one_line(keygen))
    app.command("serve")(one_line(serve_witness))
    app.command("evidence")(one_line(evidence))
    return app


def _store(settings: Settings, database: str | None) -> WitnessStore:
    """Open the witness's own file: the one asked for, else in its home; never a ledger's database."""
    if database is None:
        prepare_home(settings)
        return WitnessStore(settings.home / "witness.db")
    if not database.startswith(SQLITE_PREFIX):
        raise UsageRefused("witness_database")
    return WitnessStore(Path(database.removeprefix(SQLITE_PREFIX)))
