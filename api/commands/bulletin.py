"""`bulletin`: the monthly bulletin as files, issued and served if that is wanted, checked by making it again."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer

from api.axes import parse_day_end, write_as_of
from api.bulletin.contents import Bulletin, gather, recomputed, wish_for
from api.bulletin.forms import FORMS, name_of_file, write_bulletin
from api.bulletin.issued import issued_bulletins, make_again
from api.bulletin.issuing import Issue, Serving, issue, receipt_of
from api.commands.frame import AsJson, ConfirmClock, Database, Home, Lang, Output, leave
from api.errors import FAILED, UsageRefused
from api.lists.documents import row_members
from api.main import Application, open_application
from api.positions import parse_known_at, position
from api.publishing.receipts import SUFFIX
from api.settings import load_settings
from api.wording import Wording
from domain.figure_rows import REASONS

ALL = "all"

Month = Annotated[str, typer.Option("--month", help="YYYY-MM. 月份。")]
Unit = Annotated[str | None, typer.Option("--unit", help="An office, with those below it. 单位。")]
Form = Annotated[str, typer.Option("--format", help="docx, pdf, xlsx, json or all. 格式。")]
Folder = Annotated[Path, typer.Option("-o", "--output", help="The folder to write to. 输出目录。")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="A day of the month, else its last or today. 截至日。")]
KnownAt = Annotated[str | None, typer.Option("--known-at", help="An index, date or checkpoint file. 按账本何处所知。")]
Issuing = Annotated[bool, typer.Option("--issue", help="Record it as a signed act. 印发。")]
KeyName = Annotated[str | None, typer.Option("--key", help="The key file that signs. 密钥文件名。")]
To = Annotated[str | None, typer.Option("--to", help="The office it is addressed to, else --unit. 主送单位。")]
ReplyBy = Annotated[str | None, typer.Option("--reply-by", help="Serve it to the chief; reply due then. 反馈期限。")]
Copies = Annotated[list[str] | None, typer.Option("--copy", help="An office that gets a copy. 抄报单位。")]
Again = Annotated[bool, typer.Option("--check", help="Make the issued ones again and compare. 重制核对。")]
Recompute = Annotated[bool, typer.Option("--recompute", help="Make its figures again from entries. 重算指标。")]


def bulletin(
    month: Month,
    unit: Unit = None,
    form: Form = ALL,
    folder: Folder = Path(),
    as_of: AsOf = None,
    known_at: KnownAt = None,
    issuing: Issuing = False,
    key: KeyName = None,
    to: To = None,
    reply_by: ReplyBy = None,
    copies: Copies = None,
    again: Again = False,
    recompute: Recompute = False,
    confirm_clock: ConfirmClock = False,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Write the monthly bulletin; issue, serve, recompute or check it. 月通报。

    Example: sundial bulletin --month 2026-03 --unit housing -o ./bulletins
    """
    if form != ALL and form not in FORMS:
        raise UsageRefused("bulletin_form_unknown", forms=", ".join(FORMS))
    if issuing and key is None:
        raise UsageRefused("bulletin_key_needed")
    serving = Serving(_day(reply_by), tuple(copies or ())) if reply_by else None
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    with open_application(settings, confirm_clock=confirm_clock) as application:
        if again:
            _check_again(application, month, output)
            return
        known = parse_known_at(known_at, application.ledger)
        wish = wish_for(application, month, unit, _day(as_of) if as_of else None, known)
        made = gather(application, wish)
        forms = list(FORMS) if form == ALL else [form]
        files = {one: write_bulletin(application, made, one, settings.language) for one in forms}
        paths = _write(folder, made, files)
        told: dict[str, Any] = {**_document(application, made), "files": _files(paths, files)}
        lines = _lines(made, told, output.wording)
        if recompute:
            lines.append(_recompute(application, made, told, output))
        if issuing and key is not None:
            done = issue(application, made, files, application.key(key), to, serving)
            told["issued"] = _issue(application, done, paths)
            lines += _issue_lines(told["issued"], done, output.wording)
    output.result(told, *lines)
    if recompute and told["recomputed"]["different"]:
        leave(FAILED)


def _recompute(application: Application, made: Bulletin, told: dict[str, Any], output: Output) -> str:
    """Compute the bulletin's figures anew from entries, note what came out, and return it as a line."""
    found = recomputed(application, made)
    different = [{"figure": one.figure, "month": one.month} for one in found if not one.equal]
    told["recomputed"] = {"figures": len(found), "equal": not different, "different": different}
    word = "cli.bulletin_differs" if different else "cli.bulletin_recomputed"
    return output.wording(word, count=len(different) or len(found))


def _check_again(application: Application, month: str, output: Output) -> None:
    found = [
        row
        for issued in issued_bulletins(application, application.clock(), month=month)
        for row in make_again(application, issued)
    ]
    if not found:
        raise UsageRefused("bulletin_none_issued", month=month)
    say = output.wording
    lines = [
        say(
            "cli.bulletin_same" if row.same else "cli.bulletin_changed", stream=row.stream, item=row.item, form=row.form
        )
        for row in found
    ]
    output.result({"month": month, "checked": [row_members(row) for row in found]}, *lines)
    if not all(row.same for row in found):
        leave(FAILED)


def _day(text: str) -> date:
    end = parse_day_end(text)
    if end is None:
        raise UsageRefused("day_unreadable")
    return end.date()


def _write(folder: Path, made: Bulletin, files: dict[str, bytes]) -> dict[str, Path]:
    paths = {form: folder / name_of_file(made, form) for form in files}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for form, data in files.items():
            paths[form].write_bytes(data)
    except OSError as error:
        raise UsageRefused("folder_unwritable", reason=error.strerror or "") from error
    return paths


def _document(application: Application, made: Bulletin) -> dict[str, Any]:
    wish = made.wish
    return {
        "month": wish.month,
        "unit": wish.unit,
        "as_of": write_as_of(wish.as_of),
        "known_at": position(application.ledger, wish.known_at),
        "partial": made.partial,
        "reason": made.reason or None,
    }


def _files(paths: dict[str, Path], files: dict[str, bytes]) -> list[dict[str, Any]]:
    return [
        {"file": str(paths[form]), "format": form, "digest": sha256(data).hexdigest(), "size": len(data)}
        for form, data in files.items()
    ]


def _lines(made: Bulletin, told: dict[str, Any], say: Wording) -> list[str]:
    lines = [say("cli.bulletin_written", file=one["file"], digest=one["digest"]) for one in told["files"]]
    if made.partial:
        lines.append(say("cli.bulletin_partial"))
    if made.reason:
        reason = REASONS[made.reason]
        lines.append(say("cli.bulletin_empty", reason=say.pick(reason.zh, reason.en)))
    return lines


def _issue(application: Application, done: Issue, paths: dict[str, Path]) -> dict[str, Any]:
    """Write the act's receipt beside every file, where there is one already."""
    receipt = receipt_of(application, done.issued.index)
    receipts = []
    if receipt is not None:
        for path in paths.values():
            beside = path.with_name(path.name + SUFFIX)
            beside.write_bytes(receipt)
            receipts.append(str(beside))
    served = None if done.served is None else {"index": done.served.index, "leader": done.leader}
    members = {"stream": done.stream, "item": done.item, "index": done.issued.index}
    return {**members, "served": served, "receipts": receipts}


def _issue_lines(told: dict[str, Any], done: Issue, say: Wording) -> list[str]:
    lines = [say("cli.bulletin_issued", index=told["index"], stream=told["stream"])]
    if done.served is not None:
        lines.append(say("cli.bulletin_served", leader=done.leader, index=done.served.index))
    if not told["receipts"]:
        lines.append(say("cli.bulletin_receipt_pending", index=told["index"]))
    return lines
