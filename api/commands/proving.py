"""`census` and `prove`: what the ledger's key says of everything at once, and the files that show it to strangers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api.actions import acknowledgement_document
from api.census import take_census
from api.commands.frame import AsJson, ConfirmClock, Database, Home, Lang, Output, one_line
from api.errors import UsageRefused
from api.exporting.key_chain import keys_of
from api.main import open_application
from api.proofs import Proof, prove_case, prove_silence
from api.settings import load_settings

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="The case: 32 hex digits. 事项编号。")]
ClockArgument = Annotated[str, typer.Argument(metavar="CLOCK", help="The clock, as `explain` names it. 期限。")]
ProofFile = Annotated[Path | None, typer.Option("--output", help="The file to write. 输出文件。")]
KeysFile = Annotated[Path | None, typer.Option("--keys", help="Also write who held which key. 另存密钥文件。")]
Since = Annotated[
    int, typer.Option("--since", min=0, help="Size of a checkpoint that the reader holds. 读者所持检查点的大小。")
]


def census(
    confirm_clock: ConfirmClock = False,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Sign what every stream holds and what every view says now. 清点账本并签名。

    Example: sundial census
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    with open_application(settings, confirm_clock=confirm_clock) as application:
        taken, answer = take_census(application)
    views = {name: {"version": version, "digest": digest.hex()} for name, (version, digest) in taken.views.items()}
    document = {"entries": taken.entries, "streams": taken.streams, "map": taken.root.hex(), "views": views}
    line = output.wording("cli.census_taken", entries=taken.entries, streams=taken.streams, index=answer.index)
    output.result({**document, **acknowledgement_document(answer)}, line)


def prove_case_command(
    case: CaseArgument,
    file: ProofFile = None,
    keys: KeysFile = None,
    since: Since = 0,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Write a file that shows all acts of a case at the newest census. 证明某事项的全部行为。

    Example: sundial prove case 0123456789abcdef0123456789abcdef
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    with open_application(settings) as application:
        proof = prove_case(application, case, since)
        who = None if keys is None else keys_of(application, proof)
    path = file or Path(f"{_name(proof)}.case-proof.json")
    document = _write(path, proof, keys, who)
    values = {"file": path, "acts": proof.acts, "entries": proof.census.census.entries}
    output.result(document, output.wording("cli.proof_written", at=document["recorded_at"], **values))


def prove_silence_command(
    case: CaseArgument,
    clock: ClockArgument,
    file: ProofFile = None,
    keys: KeysFile = None,
    since: Since = 0,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Write a file that shows that nothing met a clock before it had run out. 证明期限届满前无人履行。

    Example: sundial prove silence 0123456789abcdef0123456789abcdef HANDLE
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    with open_application(settings) as application:
        proof = prove_silence(application, case, clock, since)
        who = None if keys is None else keys_of(application, proof)
    path = file or Path(f"{_name(proof)}.{clock.lower()}.silence-proof.json")
    document = {**_write(path, proof, keys, who), "clock": clock, "before": proof.document["silence"]["before"]}
    values = {"file": path, "clock": clock, "before": document["before"]}
    output.result(document, output.wording("cli.silence_written", at=document["recorded_at"], **values))


def build() -> typer.Typer:
    """Assemble the family."""
    app = typer.Typer(no_args_is_help=True, help="Proofs that the auditor checks without the database. 证明文件。")
    app.command("case")(one_line(prove_case_command))
    app.command("silence")(one_line(prove_silence_command))
    return app


def _name(proof: Proof) -> str:
    return str(proof.document["stream"]).partition("/")[2]


def _write(path: Path, proof: Proof, keys: Path | None, who: bytes | None) -> dict[str, Any]:
    try:
        path.write_bytes(proof.data)
        if keys is not None and who is not None:
            keys.write_bytes(who)
    except OSError as error:
        raise UsageRefused("proof_unwritable", reason=error.strerror or "") from error
    kept = proof.census
    return {
        "file": str(path),
        "keys": None if keys is None else str(keys),
        "case": _name(proof),
        "acts": proof.acts,
        "census": kept.stored.index,
        "entries": kept.census.entries,
        "recorded_at": kept.recorded_at.isoformat(timespec="seconds"),
    }
