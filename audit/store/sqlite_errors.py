"""SQLite's operational errors as ours, each naming its cause."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from audit.store.errors import DatabaseFull, DatabaseReadOnly, DatabaseUnavailable


@contextmanager
def translated() -> Iterator[None]:
    """Turn SQLite's operational errors into ours, each naming its cause."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError):
            raise
        text = str(error)
        if "full" in text:
            raise DatabaseFull("the database or its disk is full: nothing was recorded") from error
        if "readonly" in text or "read-only" in text:
            raise DatabaseReadOnly("the database is read-only: nothing was recorded") from error
        if "locked" in text or "busy" in text:
            raise DatabaseUnavailable("the database is locked by another process: nothing was recorded") from error
        raise DatabaseUnavailable(f"the database failed: {text}") from error
