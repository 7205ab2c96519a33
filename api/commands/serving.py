"""`serve` and `demo`: the application in a browser."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from api.commands.frame import AsJson, ConfirmClock, Database, Home, Lang, Output, Progress
from api.commands.tampering import tamper_with
from api.demo.doors import Doors, open_doors
from api.demo.stage import DemoTold, demo_clock, set_stage
from api.listening import check_listening
from api.main import machine_clock, open_application, open_sessions
from api.oidc.settings import load_oidc
from api.serving import check_port, serve
from api.settings import Settings, load_settings

Host = Annotated[str, typer.Option("--host", help="An address; beyond loopback only behind TLS. 监听地址。")]
Certificate = Annotated[Path | None, typer.Option("--certificate", help="A certificate, PEM. TLS 证书。")]
PrivateKey = Annotated[Path | None, typer.Option("--private-key", help="Its key, PEM. 证书私钥。")]
Proxy = Annotated[
    list[str] | None, typer.Option("--behind-proxy", help="A name whose TLS a proxy here ends. 本机代理的域名。")
]
Tamper = Annotated[
    str | None, typer.Option("--tamper", metavar="EXERCISE", help="Change a copy, see it caught; or: all. 篡改演练。")
]
Oidc = Annotated[
    Path | None, typer.Option("--oidc", help="The identity provider, TOML; else oidc.toml of the home. 统一身份认证。")
]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="The port. 端口。")]


def serve_command(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    certificate: Certificate = None,
    private_key: PrivateKey = None,
    behind_proxy: Proxy = None,
    oidc: Oidc = None,
    confirm_clock: ConfirmClock = False,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Serve pages and JSON: on this machine, or beyond it behind TLS. 提供服务,本机以外须经 TLS。

    Example: sundial serve --port 8000
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    listening = check_listening(
        host, certificate, private_key, behind_proxy or (), demonstration=settings.demo_marker.exists()
    )
    provider = load_oidc(oidc or settings.oidc_file) if oidc or settings.oidc_file.exists() else None
    check_port(listening.address, port)
    clock = demo_clock(settings) or machine_clock
    with open_application(settings, clock=clock, confirm_clock=confirm_clock) as application:
        url = _url(listening.address, port, listening.scheme)
        output.result({"url": url}, output.wording("cli.serving", url=url))
        serve(application, listening, port, output.note, provider)


def demo(
    port: Port = 8000,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Only set up. 只建立,不启动服务。")] = False,
    tamper: Tamper = None,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Tell a made-up city over two years, then serve it on 127.0.0.1. 演示城市。

    With --tamper, a copy of its database is changed and verified instead, and thrown away.
    Example: sundial demo --port 8000
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    if tamper is not None:
        tamper_with(settings, output, tamper)
        return
    if not no_serve:
        check_port("127.0.0.1", port)
    progress = Progress(output, "cli.demo_progress")
    told = set_stage(settings, lambda done, total: progress(done=done, total=total))
    progress.end()
    with open_application(settings, clock=demo_clock(settings) or machine_clock) as application:
        with open_sessions(application) as sessions:
            doors = open_doors(application, sessions, told.example)
        _tell_demo(output, settings, told, doors, None if no_serve else _url("127.0.0.1", port))
        if not no_serve:
            serve(application, check_listening("127.0.0.1"), port, output.note)


def _tell_demo(output: Output, settings: Settings, told: DemoTold, doors: Doors, url: str | None) -> None:
    """Print what the demonstration holds, and the names and passwords made up for its visitors."""
    say = output.wording
    output.result(
        {**told.document(), "url": url, "accounts": [asdict(one) for one in doors.accounts], "code": doors.code},
        say("cli.demo_told", cases=told.cases, size=told.size, first=told.first_on, last=told.last_on),
        say("cli.demo_overdue", count=told.overdue),
        say("cli.demo_doors"),
        *(say("cli.demo_account", **asdict(one)) for one in doors.accounts),
        *([say("cli.demo_code", code=doors.code)] if doors.code else []),
        *([] if url is None else [say("cli.serving", url=url)]),
        say("cli.demo_more", home=settings.home, case=told.example),
        say("cli.demo_tamper", home=settings.home),
    )


def _url(host: str, port: int, scheme: str = "http") -> str:
    return f"{scheme}://[{host}]:{port}/" if ":" in host else f"{scheme}://{host}:{port}/"
