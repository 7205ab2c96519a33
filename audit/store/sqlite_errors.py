"""SQLite's operational errors as ours, each naming its cause."""

from __future__ import annotations

import sqlite3
from types import TracebackType

from audit.store.errors import DatabaseFull, DatabaseReadOnly, DatabaseUnavailable


class translated:
    """Turn SQLite's operational errors into ours, each naming its cause."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Raise in the place of an error what it means; others go on as they are."""
        if not isinstance(error, sqlite3.DatabaseError) or isinstance(error, sqlite3.IntegrityError):
            return
        text = str(error)
        if "full" in text:
            raise DatabaseFull("the database or its disk is full: nothing was recorded") from error
        if "readonly" in text or "read-only" in text:
            raise DatabaseReadOnly("the database is read-only: nothing was recorded") from error
        if "locked" in text or "busy" in text:
            raise DatabaseUnavailable("the database is locked by another process: nothing was recorded") from error
        raise DatabaseUnavailable(f"the database failed: {text}") from error
