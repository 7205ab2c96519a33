"""Examples of every act: as an act file in TOML, and as bodies of the HTTP endpoint for the OpenAPI description."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from domain.commands import Command
from domain.events import EVENTS
from domain.examples import OFFICE, example_of, role_of
from domain.roles import PERMISSIONS
from domain.samples import KEY
from domain.tracks.rows import TRACK_ROWS
from domain.vocabulary import name_of
from domain.wording import ACTIONS

KEY_NAMES = {"registrar": "registrar-1", "ledger": "log", "petitioner": "petitioner"}
OFFICER = "officer-li"


def roles() -> dict[str, frozenset[str]]:
    """Who may do which act of a case or a track."""
    return {
        **{action: permission.roles for action, permission in PERMISSIONS.items()},
        **{row.action: row.roles for row in TRACK_ROWS},
    }


def act_file(action: str) -> str:
    """Write an example of one act as a file for `sundial act`; KeyError if there is no such act."""
    command, role = example_of(action), role_of(action, roles())
    lines = [
        f"# {name_of(ACTIONS, action).zh} / {name_of(ACTIONS, action).en}",
        "[[acts]]",
        f"stream = {toml(command.stream)}",
        f"action = {toml(action)}",
        f"key = {toml(KEY_NAMES.get(role, OFFICER))}",
        f"role = {toml(role)}",
    ]
    for name, fields in (("public", command.public), ("sealed", command.sealed)):
        if fields:
            lines += ["", f"[acts.{name}]", *(f"{field} = {toml(value)}" for field, value in fields.items())]
    return "\n".join(lines) + "\n"


def toml(value: Any) -> str:
    """Write a JSON value as TOML; a JSON text is a TOML basic string, but for what DEL and friends may be."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def plain(value: Any) -> Any:
    """Return a value that TOML read with its dates and instants as the text that an act holds."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def bodies() -> dict[str, dict[str, Any]]:
    """One example body of `POST /api/acts/prepare` for every act, by its name, as OpenAPI lists them."""
    who = roles()
    return {
        action: {
            "summary": f"{name_of(ACTIONS, action).zh} {name_of(ACTIONS, action).en}",
            "value": {"command": _command(example_of(action)), "actor": _actor(role_of(action, who))},
        }
        for action in EVENTS
    }


def _command(command: Command) -> dict[str, Any]:
    return {name: value for name, value in command._asdict().items() if value}


def _actor(role: str) -> dict[str, str]:
    if role in ("petitioner", "ledger"):
        return {"actor": role, "role": role, "key_id": KEY}
    office, post = ("registrars", "registrar") if role == "registrar" else (OFFICE, "desk")
    actor = "registrar-zhao" if role == "registrar" else OFFICER
    return {"actor": actor, "post": post, "office": office, "role": role, "key_id": KEY}


def with_examples(schema: dict[str, Any], paths: Sequence[str] = ("/api/acts/prepare",)) -> dict[str, Any]:
    """Return an OpenAPI description whose request bodies for these paths carry an example of every act."""
    for path in paths:
        body = schema["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        body["examples"] = bodies()
    return schema
