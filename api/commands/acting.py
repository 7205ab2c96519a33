"""`act`: perform one act by flags, or every act of a TOML or JSON file."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.actions import Desk, acknowledgement_document, command, new_case
from api.anchors import advance_anchor, check_anchored
from api.commands.frame import AsJson, ConfirmClock, Database, Home, Lang, Output
from api.errors import InputRefused, UsageRefused
from api.examples import act_file, plain
from api.main import Application, open_application
from api.settings import load_settings
from domain.events import EVENTS

MAX_FILE_BYTES = 8 * 2**20
NEW = "new"


class PlannedAct(BaseModel):
    """One act of a file; stream "new" opens a new case, "last" goes on with the case before."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stream: str = Field("last", max_length=100)
    action: str = Field(max_length=100)
    key: str = Field(max_length=80)
    role: str = Field(max_length=40)
    public: dict[str, Any] = Field(default_factory=dict)
    sealed: dict[str, Any] = Field(default_factory=dict)
    claimed_at: str | None = None
    act_id: str | None = Field(None, pattern=r"^[0-9a-f]{32}$")


class ActFile(BaseModel):
    """A whole file of acts, performed in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    acts: list[PlannedAct] = Field(min_length=1, max_length=10_000)


def act(
    file: Annotated[Path | None, typer.Argument(help="Acts in TOML or JSON. 行为文件。")] = None,
    action: Annotated[str | None, typer.Option("--action", help="For example case.accepted.v1. 行为。")] = None,
    stream: Annotated[str, typer.Option("--stream", help="case/…, or new. 信访事项或 new。")] = NEW,
    key: Annotated[str | None, typer.Option("--key", help="The name of a key file. 密钥文件名。")] = None,
    role: Annotated[str | None, typer.Option("--role", help="The role acted in. 角色。")] = None,
    public: Annotated[list[str] | None, typer.Option("--public", help="FIELD=VALUE, in the log. 公开字段。")] = None,
    sealed: Annotated[list[str] | None, typer.Option("--sealed", help="FIELD=VALUE, sealed. 密封字段。")] = None,
    claimed_at: Annotated[str | None, typer.Option("--at", help="When it happened (RFC 3339). 发生时间。")] = None,
    act_id: Annotated[str | None, typer.Option("--act-id", help="32 hex digits, for retries. 行为编号。")] = None,
    example: Annotated[str | None, typer.Option("--example", help="Print a file for this act. 打印示例文件。")] = None,
    confirm_clock: ConfirmClock = False,
    home: Home = None,
    database: Database = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Perform acts with key files of the home: prepare, sign, commit. 用密钥文件作出行为。

    Example: sundial act acts.toml --json
    """
    settings = load_settings(home, database, lang)
    output = Output(settings, as_json)
    if example is not None:
        _print_example(output, example)
        return
    if file is not None:
        acts = load_acts(file)
    else:
        if action is None or key is None or role is None:
            raise UsageRefused("act_incomplete")
        fields = {"public": _fields(public), "sealed": _fields(sealed), "claimed_at": claimed_at, "act_id": act_id}
        acts = _checked({"acts": [{"stream": stream, "action": action, "key": key, "role": role, **fields}]}).acts
    with open_application(settings, confirm_clock=confirm_clock) as application:
        check_anchored(settings.anchor_file, application.ledger)
        _perform_all(application, acts, output)


def _perform_all(application: Application, acts: list[PlannedAct], output: Output) -> None:
    """Perform acts in order; what was recorded is acknowledged before anything else can go wrong."""
    done: list[dict[str, Any]] = []
    try:
        for planned in acts:
            done.append(perform(application, planned, done[-1]["stream"] if done else None))
            output.note(output.wording("cli.act_done", index=done[-1]["index"], stream=done[-1]["stream"]))
    finally:
        if done:
            output.result({"acts": done}, output.wording("cli.acts_done", count=len(done)))
            advance_anchor(application.settings.anchor_file, application.ledger)


def _print_example(output: Output, action: str) -> None:
    if action not in EVENTS:
        raise UsageRefused("act_unknown")
    output.result(_checked(plain(tomllib.loads(act_file(action)))).model_dump(), act_file(action).rstrip("\n"))


def load_acts(path: Path) -> list[PlannedAct]:
    """Read a file of acts, JSON if so named, else TOML; raises InputRefused naming the field at fault."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise InputRefused("file_too_large", limit=MAX_FILE_BYTES // 2**20)
        text = data.decode("utf-8")
        return _checked(json.loads(text) if path.suffix.lower() == ".json" else plain(tomllib.loads(text))).acts
    except OSError as error:
        raise InputRefused("file_unreadable", reason=error.strerror or "") from error
    except (ValueError, RecursionError) as error:
        raise InputRefused("acts_unreadable") from error


def perform(application: Application, planned: PlannedAct, last: str | None) -> dict[str, Any]:
    """Perform one act and return its acknowledgement as JSON members."""
    stream = planned.stream
    if stream == NEW:
        stream = new_case(application.entropy)
    elif stream == "last":
        if last is None:
            raise UsageRefused("act_without_stream")
        stream = last
    desk: Desk = application.desk
    answer = desk.perform(
        command(stream, planned.action, planned.public, planned.sealed),
        application.key(planned.key),
        planned.role,
        act_id=bytes.fromhex(planned.act_id) if planned.act_id else None,
        claimed_at=planned.claimed_at,
    )
    return {"stream": stream, "action": planned.action, **acknowledgement_document(answer)}


def _checked(value: Any) -> ActFile:
    try:
        return ActFile.model_validate(value)
    except ValidationError as error:
        place = ".".join(str(step) for step in error.errors(include_input=False, include_url=False)[0]["loc"])
        raise InputRefused("acts_malformed", field=place) from error


def _fields(pairs: list[str] | None) -> dict[str, Any]:
    """Read FIELD=VALUE pairs; a value that is a JSON list, object, number or truth value is taken as such."""
    fields: dict[str, Any] = {}
    for pair in pairs or []:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise UsageRefused("field_malformed")
        fields[name] = _value(value)
    return fields


def _value(text: str) -> Any:
    if text in ("true", "false") or text[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except ValueError as error:
            raise UsageRefused("field_malformed") from error
    return text
