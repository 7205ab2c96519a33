"""The schema's versions: numbered SQL files, applied forward only, each in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from audit.store.errors import LedgerMissing, SchemaTooNew, SchemaTooOld


def migrations(store: str) -> Iterator[tuple[int, str]]:
    """Yield (version, SQL) of a store's migrations in order; `store` is "sqlite" or "postgres"."""
    folder = files("audit.store").joinpath("sql", store)
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".sql"):
            yield int(file.name[:4]), file.read_text(encoding="utf-8")


def newest_version(store: str) -> int:
    """Return the schema version this program writes."""
    return max(version for version, _ in migrations(store))


def check_version(store: str, found: int) -> None:
    """Check that a database has exactly this program's schema version; 0 means no schema at all.

    Raises LedgerMissing, SchemaTooOld or SchemaTooNew.
    """
    newest = newest_version(store)
    if found == 0:
        raise LedgerMissing("there is no ledger in this database: `sundial init` founds one")
    if found < newest:
        raise SchemaTooOld(
            f"the database schema is version {found}, this program needs {newest}: run `sundial migrate`"
        )
    if found > newest:
        raise SchemaTooNew(f"the database schema is version {found}, newer than this program's {newest}: upgrade first")
