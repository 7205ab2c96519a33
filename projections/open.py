"""Opening the views' database by its URL."""

from __future__ import annotations

from projections.database import Database
from projections.errors import DatabaseRefused
from projections.postgres import PostgresDatabase
from projections.sqlite import SqliteDatabase


def open_database(url: str) -> Database:
    """Open `sqlite:///PATH` or `postgresql://…`; nothing is connected before it is asked for.

    Raises DatabaseRefused if the URL is neither.
    """
    if url.startswith("sqlite:"):
        return SqliteDatabase(url)
    if url.startswith(("postgresql:", "postgres:")):
        return PostgresDatabase(url)
    raise DatabaseRefused("a database is sqlite:///PATH or postgresql://…")
