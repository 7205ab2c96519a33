"""Where a ledger lives: the home folder and the database, read once from the environment.

This is the only module of the project that reads the process environment. Everything else is handed a
Settings value, so a test or a second ledger in one process needs no environment at all.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from api.errors import UsageRefused

Language = Literal["zh", "en"]
HOME_VARIABLE = "SUNDIAL_HOME"
DATABASE_VARIABLE = "SUNDIAL_DATABASE"
PASSPHRASE_VARIABLE = "SUNDIAL_PASSPHRASE_FILE"
LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
SQLITE_PREFIX = "sqlite:///"
POSTGRESQL_PREFIXES = ("postgresql://", "postgres://")
OWNER_ONLY = 0o700


@dataclass(frozen=True, slots=True)
class Settings:
    """One ledger's places: its home folder, its database URL and the language to speak.

    passphrase is the first line of the file that SUNDIAL_PASSPHRASE_FILE names, or None where key files
    stand unencrypted under the home's owner-only permissions.
    """

    home: Path
    database: str
    language: Language
    passphrase: bytes | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a SQLite file."""
        return self.database.startswith(SQLITE_PREFIX)

    @property
    def database_file(self) -> Path:
        """The SQLite file of the database; only meaningful where is_sqlite."""
        return Path(self.database.removeprefix(SQLITE_PREFIX))

    @property
    def keys(self) -> Path:
        """The folder of key files."""
        return self.home / "keys"

    @property
    def keystore_file(self) -> Path:
        """The SQLite file of wrapped data keys, always apart from the database."""
        return self.home / "keystore.db"

    @property
    def access_file(self) -> Path:
        """The SQLite file of accounts, sessions and query codes; nothing in it is evidence."""
        return self.home / "access.db"

    @property
    def oidc_file(self) -> Path:
        """How officers sign in at an identity provider; without the file they have passwords here."""
        return self.home / "oidc.toml"

    @property
    def files(self) -> Path:
        """The folder of encrypted files that belong to cases; their keys lie in the key store."""
        return self.home / "files"

    @property
    def anchor_file(self) -> Path:
        """The trust anchor: log key, genesis hash and the last checkpoint seen."""
        return self.home / "anchor.json"

    @property
    def published(self) -> Path:
        """The folder of the last published checkpoint, beside what waits for witnesses and evidence of equivocation."""
        return self.home / "published"

    @property
    def policy_file(self) -> Path:
        """The tlog-policy by which checkpoints are cosigned; without the file nobody has to."""
        return self.home / "policy"

    @property
    def reports(self) -> Path:
        """The folder of import reports."""
        return self.home / "reports"

    @property
    def demo_marker(self) -> Path:
        """The file that says that this ledger is a demonstration and may be thrown away."""
        return self.home / "demo.json"

    @property
    def demo_doors(self) -> Path:
        """The names and passwords that a demonstration tells its visitors."""
        return self.home / "demo-doors.json"


def load_settings(
    home: Path | None = None,
    database: str | None = None,
    language: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Resolve settings: an explicit argument, else the environment, else the default.

    Raises UsageRefused if the database URL is neither SQLite nor PostgreSQL, or the language is unknown.
    """
    values = os.environ if environment is None else environment
    place = Path(home or values.get(HOME_VARIABLE) or "var")
    url = database or values.get(DATABASE_VARIABLE) or f"{SQLITE_PREFIX}{place / 'sundial.db'}"
    if not url.startswith((SQLITE_PREFIX, *POSTGRESQL_PREFIXES)) or url == SQLITE_PREFIX:
        raise UsageRefused("database_url_unknown")
    return Settings(place, url, _choose_language(language, values), _read_passphrase(values))


def prepare_home(settings: Settings) -> None:
    """Create the home and its folders, readable by their owner alone.

    An existing home that others can read is narrowed. Raises UsageRefused if it is not a folder or
    cannot be created.
    """
    for folder in (settings.home, settings.keys, settings.reports):
        try:
            folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
            if stat.S_IMODE(folder.stat().st_mode) != OWNER_ONLY:
                folder.chmod(OWNER_ONLY)
        except OSError as error:
            raise UsageRefused("home_unusable", reason=error.strerror or "") from error


def _choose_language(language: str | None, values: Mapping[str, str]) -> Language:
    """Take the language asked for, else the locale's: Chinese for a Chinese locale, else English."""
    if language is not None:
        if language not in ("zh", "en"):
            raise UsageRefused("language_unknown")
        return "zh" if language == "zh" else "en"
    told = next((values[name] for name in LOCALE_VARIABLES if values.get(name)), "")
    return "zh" if told.lower().startswith("zh") else "en"


def _read_passphrase(values: Mapping[str, str]) -> bytes | None:
    name = values.get(PASSPHRASE_VARIABLE)
    if not name:
        return None
    try:
        first = Path(name).read_bytes().splitlines()[:1]
    except OSError as error:
        raise UsageRefused("passphrase_unreadable", reason=error.strerror or "") from error
    if not first or not first[0]:
        raise UsageRefused("passphrase_empty")
    return first[0]
