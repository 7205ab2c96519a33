"""`accounts …`: who may sign in at this server, and the query codes that open one case. None of it is in the log."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from api.commands.frame import AsJson, Database, Home, Lang, Output, one_line
from api.errors import NotThere, UsageRefused
from api.main import open_application, open_sessions
from api.queries import fold_case, parse_case
from api.settings import load_settings

Name = Annotated[str, typer.Argument(help="The name to sign in with. 用户名。")]
Case = Annotated[str, typer.Argument(help="A case: 32 hex digits, with or without case/. 信访事项编号。")]


def build() -> typer.Typer:
    """Assemble the commands."""
    app = typer.Typer(no_args_is_help=True, help="Accounts and query codes of this server. 账号与查询码。")
    for command in (add, disable, show, code, revoke):
        app.command(command.__name__.removesuffix("_"))(one_line(command))
    return app


def add(
    name: Name,
    officer: Annotated[str, typer.Option("--officer", help="Who it is in the directory. 对应的工作人员。")],
    subject: Annotated[str, typer.Option("--subject", help="The identity provider's subject. 统一认证标识。")] = "",
    no_password: Annotated[bool, typer.Option("--no-password", help="Only by the provider. 仅用统一认证。")] = False,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Add an account or give it a new password, read from the terminal or standard input. 新增账号或更改口令。

    Example: sundial accounts add lin --officer officer-lin < password.txt
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    with open_application(settings) as application, open_sessions(application) as sessions:
        people = application.ledger.reference().people
        if not any(officer == holder for _, _, holder in people.tenures):
            raise UsageRefused("officer_unknown")
        if no_password and not subject:
            raise UsageRefused("subject_needed")
        if no_password:
            sessions.set_subject(name, officer, subject)
        else:
            sessions.set_password(name, officer, _read_password(), subject)
    output.result({"account": name, "officer": officer}, output.wording("cli.account_added", name=name))


def disable(
    name: Name, home: Home = None, database: Database = None, as_json: AsJson = False, lang: Lang = None
) -> None:
    """Let an account no longer sign in, and end its sessions. 停用账号。

    Example: sundial accounts disable lin
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    with open_application(settings) as application, open_sessions(application) as sessions:
        if not sessions.store.disable_account(name):
            raise NotThere("account_unknown")
    output.result({"account": name, "enabled": False}, output.wording("cli.account_disabled", name=name))


def show(home: Home = None, database: Database = None, as_json: AsJson = False, lang: Lang = None) -> None:
    """List the accounts. 列出账号。

    Example: sundial accounts show --json
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    with open_application(settings) as application, open_sessions(application) as sessions:
        found = sessions.store.accounts()
    rows = [{"account": one.name, "officer": one.officer, "enabled": one.enabled} for one in found]
    state = {True: output.wording("cli.account_on"), False: output.wording("cli.account_off")}
    output.result({"rows": rows}, *(f"{one.name}  {one.officer}  {state[one.enabled]}" for one in found))


def code(case: Case, home: Home = None, database: Database = None, as_json: AsJson = False, lang: Lang = None) -> None:
    """Issue a query code for a case; it is shown this once and stored as a hash. 签发查询码。

    Example: sundial accounts code 0123456789abcdef0123456789abcdef
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    case_id = parse_case(case)
    with open_application(settings) as application, open_sessions(application) as sessions:
        fold_case(application, case_id, None, application.ledger.reference())
        issued = sessions.issue_code(case_id)
    output.result({"case": case_id, "code": issued}, output.wording("cli.code_issued", code=issued))


def revoke(
    case: Case, home: Home = None, database: Database = None, as_json: AsJson = False, lang: Lang = None
) -> None:
    """Revoke every query code of a case and end the sessions that they opened. 撤销查询码。

    Example: sundial accounts revoke 0123456789abcdef0123456789abcdef
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    case_id = parse_case(case)
    with open_application(settings) as application, open_sessions(application) as sessions:
        count = sessions.revoke_codes(case_id)
    output.result({"case": case_id, "revoked": count}, output.wording("cli.codes_revoked", count=count))


def _read_password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("")
    return sys.stdin.readline().rstrip("\n")
