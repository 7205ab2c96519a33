"""How the identity provider is configured: a TOML file of the home, or one that `serve --oidc` names.

issuer = "https://login.example.gov.cn"
client_id = "sundial"
client_secret_file = "oidc-secret"      # beside this file, readable by its owner alone; none for a public client
name_zh = "统一身份认证"
name_en = "Single sign-on"
"""

from __future__ import annotations

import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from api.errors import InputRefused

MAX_FILE: Final = 16_384
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "ES384", "EdDSA")
"""What may sign an identity: no shared secrets, and never nothing. Source: RFC 8725, sections 3.1 and 3.2."""
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_NEEDED: Final = frozenset({"issuer", "client_id"})
_KNOWN: Final = _NEEDED | {"client_secret_file", "name_zh", "name_en", "redirect_uri", "scopes", "algorithms"}


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """One identity provider; `secret` is "" for a public client, `redirect_uri` "" where the request's host says it."""

    issuer: str
    client_id: str
    secret: str = ""
    name_zh: str = "统一身份认证"
    name_en: str = "single sign-on"
    redirect_uri: str = ""
    scopes: tuple[str, ...] = ("openid",)
    algorithms: tuple[str, ...] = ALGORITHMS


def load_oidc(path: Path) -> OidcSettings:
    """Read the file. Raises InputRefused if it cannot be read, naming the member that is missing, unknown or unfit."""
    try:
        with path.open("rb") as file:
            told = tomllib.loads(file.read(MAX_FILE).decode("utf-8"))
    except (OSError, ValueError) as error:
        raise InputRefused("oidc_unreadable") from error
    for member in sorted(_NEEDED - told.keys()) + sorted(told.keys() - _KNOWN):
        raise InputRefused("oidc_member", member=member if member in _KNOWN else "?")
    texts = {name: value for name, value in told.items() if name not in ("scopes", "algorithms", "client_secret_file")}
    for member, value in texts.items():
        if not isinstance(value, str) or not value:
            raise InputRefused("oidc_member", member=member)
    lists = {name: _listed(name, told[name]) for name in ("scopes", "algorithms") if name in told}
    if set(lists.get("algorithms", ())) - set(ALGORITHMS):
        raise InputRefused("oidc_member", member="algorithms")
    for member in ("issuer", "redirect_uri"):
        if member in texts and not is_safe(texts[member]):
            raise InputRefused("oidc_member", member=member)
    secret = _secret(path.parent, told["client_secret_file"]) if "client_secret_file" in told else ""
    scopes = tuple(dict.fromkeys(("openid", *lists.get("scopes", ()))))
    return OidcSettings(**texts, secret=secret, scopes=scopes, algorithms=lists.get("algorithms", ALGORITHMS))


def is_safe(url: str) -> bool:
    """Say whether secrets may be sent to an address: only over TLS, or to this machine itself."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.fragment or parts.username is not None or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _listed(member: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
        raise InputRefused("oidc_member", member=member)
    return tuple(value)


def _secret(folder: Path, name: object) -> str:
    """Read the client's secret: the first line of a file that nobody else can read."""
    if not isinstance(name, str) or not name:
        raise InputRefused("oidc_member", member="client_secret_file")
    try:
        file = folder / name
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise InputRefused("oidc_secret_open")
        return file.read_text("utf-8").partition("\n")[0].strip()
    except (OSError, ValueError) as error:
        raise InputRefused("oidc_secret") from error
