"""`keys`: list, enrol by two registrars, rotate, revoke, and the codes by which petitioners claim a case."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from api.actions import acknowledgement_document
from api.anchors import advance_anchor, check_anchored
from api.commands.frame import AsJson, ConfirmClock, Database, Home, Lang, Output, one_line
from api.errors import UsageRefused
from api.keyfiles import keep_key, list_keys, new_key, read_public, replace_key
from api.main import Application, open_application
from api.queries import parse_case
from api.registrars import Registrars, find_rotation, rotate
from api.settings import load_settings
from audit.store.possession import CODE_SIZE, derive_claim_key, format_claim_code
from audit.suite import key_id, public_key

Registrar = Annotated[
    list[str] | None,
    typer.Option("--registrar", help="Key files of two registrars, given twice. 两名登记管理员的密钥。"),
]


def list_command(home: Home = None, database: Database = None, as_json: AsJson = False, lang: Lang = None) -> None:
    """List the keys that the log grants and the key files that are here. 列出密钥。

    Example: sundial keys list --json
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    with open_application(settings) as application:
        grants = application.ledger.authority().grants
        files = {key_id(read_public(settings.keys, name)).hex(): name for name in list_keys(settings.keys)}
    rows: list[dict[str, Any]] = [
        {
            "key_id": known.hex(),
            "actor": grant.actor,
            "office": grant.office,
            "post": grant.post,
            "roles": list(grant.roles),
            "custody": grant.custody,
            "from_index": grant.from_index,
            "until_index": grant.until_index,
            "file": files.get(known.hex()),
        }
        for known, grant in grants.items()
    ]
    lines = [
        output.wording("cli.key_row", key=row["key_id"][:16], actor=row["actor"], roles=",".join(row["roles"]))
        + ("" if row["until_index"] is None else output.wording("cli.key_ended", index=row["until_index"]))
        for row in rows
    ]
    output.result({"keys": rows}, *lines)


def enrol(
    office: Annotated[str, typer.Option("--office", help="The office's slug. 单位。")],
    actor: Annotated[str, typer.Option("--actor", help="officer-… or service-…; also the key file. 持有人。")],
    post: Annotated[str, typer.Option("--post", help="The post's slug. 岗位。")],
    role: Annotated[list[str], typer.Option("--role", help="A role; may be repeated. 角色。")],
    registrar: Registrar = None,
    confirm_clock: ConfirmClock = False,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Make a key file, proposed by one registrar and confirmed by the other. 由两名登记管理员登记密钥。

    Example: sundial keys enrol --office housing --actor officer-li --post handler --role handler
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    custody = "service" if actor.startswith("service-") else "file"
    kind = actor.partition("-")[0]
    with open_application(settings, confirm_clock=confirm_clock) as application:
        registrars = find_registrars(application, registrar)
        key = keep_key(settings.keys, actor, lambda: new_key(kind, actor, office, post, custody), settings.passphrase)
        answer = registrars.enrol(key, role)
        advance_anchor(settings.anchor_file, application.ledger)
    document = {"key_id": key.key_id.hex(), "file": actor, **acknowledgement_document(answer)}
    output.result(document, output.wording("cli.key_enrolled", key=key.key_id.hex()[:16], actor=actor))


def rotate_command(
    key: Annotated[str, typer.Argument(help="The key file to replace. 要更换的密钥文件。")],
    role: Annotated[str, typer.Option("--role", help="A role of the key. 角色。")],
    confirm_clock: ConfirmClock = False,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Replace a key by a new one, signed with the old one, which ends. 更换密钥。

    Example: sundial keys rotate officer-li --role handler
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    with open_application(settings, confirm_clock=confirm_clock) as application:
        check_anchored(settings.anchor_file, application.ledger)
        document, actor = _rotate(application, key, role)
        output.result(document, output.wording("cli.key_rotated", key=document["key_id"][:16], actor=actor))
        advance_anchor(settings.anchor_file, application.ledger)


def _rotate(application: Application, name: str, role: str) -> tuple[dict[str, Any], str]:
    """Rotate a key file; what an interrupted attempt has done already, act or renames, is not done again."""
    folder, passphrase = application.settings.keys, application.settings.passphrase
    if f"{name}-next" in list_keys(folder):
        staged = application.key(f"{name}-next")
        recorded = find_rotation(application.ledger, staged)
    else:
        recorded = None
    if recorded is None:
        old = application.key(name)
        staged = keep_key(
            folder,
            f"{name}-next",
            lambda: new_key(old.kind, old.actor, old.office, old.post, old.custody),
            passphrase,
        )
        answer = rotate(application.desk, old, staged, role)
        document, old_id = acknowledgement_document(answer), old.key_id
    else:
        document, old_id = {"index": recorded.at, "leaf": recorded.leaf.hex(), "repeated": True}, recorded.old
    replace_key(folder, name, old_id)
    return {"key_id": staged.key_id.hex(), "old_key_id": old_id.hex(), **document}, staged.actor


def revoke(
    which: Annotated[str, typer.Argument(metavar="KEY_ID", help="The key's id: 64 hex digits. 密钥编号。")],
    reason: Annotated[str, typer.Option("--reason", help="lost, compromised, tenure_ended, replaced. 原因。")],
    registrar: Registrar = None,
    confirm_clock: ConfirmClock = False,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """End a key, from this entry of the log on. 撤销密钥。

    Example: sundial keys revoke 00…ff --reason lost
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    with open_application(settings, confirm_clock=confirm_clock) as application:
        granted = {known.hex(): grant for known, grant in application.ledger.authority().grants.items()}
        if which not in granted:
            raise UsageRefused("key_unknown")
        answer = find_registrars(application, registrar).revoke(granted[which].office, which, reason)
        advance_anchor(settings.anchor_file, application.ledger)
    output.result(
        {"key_id": which, **acknowledgement_document(answer)}, output.wording("cli.key_revoked", key=which[:16])
    )


def claim_code(
    case: Annotated[str, typer.Argument(help="The case that is about to be registered. 将要登记的事项。")],
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Make a code to print for a petitioner, and the claim_key to register the case with. 生成领取码。

    Example: sundial keys claim-code 0123456789abcdef0123456789abcdef
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    stream = f"case/{parse_case(case)}"
    with open_application(settings) as application:
        origin = application.ledger.origin
    code = os.urandom(CODE_SIZE)
    claim_key = public_key(derive_claim_key(code, origin, stream)).hex()
    document = {"case": stream.removeprefix("case/"), "code": format_claim_code(code), "claim_key": claim_key}
    say = output.wording
    output.result(document, say("cli.claim_code", code=document["code"]), say("cli.claim_key", key=claim_key))


def find_registrars(application: Application, names: list[str] | None) -> Registrars:
    """Take two registrars' key files: those named, else the first two of the home; raises UsageRefused."""
    chosen = names or [name for name in list_keys(application.settings.keys) if name.startswith("registrar-")][:2]
    if len(set(chosen)) != 2:
        raise UsageRefused("two_registrars")
    return Registrars(application.desk, application.key(chosen[0]), application.key(chosen[1]))


def build() -> typer.Typer:
    """Assemble the family."""
    app = typer.Typer(no_args_is_help=True, help="Keys of the ledger. 密钥。")
    app.command("list")(one_line(list_command))
    app.command("enrol")(one_line(enrol))
    app.command("rotate")(one_line(rotate_command))
    app.command("revoke")(one_line(revoke))
    app.command("claim-code")(one_line(claim_code))
    return app
