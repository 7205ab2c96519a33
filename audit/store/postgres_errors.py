"""PostgreSQL's operational errors as ours, each naming its cause."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg_pool import PoolTimeout

from audit.store.errors import DatabaseFull, DatabaseReadOnly, DatabaseUnavailable


@contextmanager
def translated() -> Iterator[None]:
    """Turn PostgreSQL's operational errors into ours."""
    try:
        yield
    except (psycopg.errors.DiskFull, psycopg.errors.OutOfMemory) as error:
        raise DatabaseFull("the database or its disk is full: nothing was recorded") from error
    except psycopg.errors.ReadOnlySqlTransaction as error:
        raise DatabaseReadOnly("the database is read-only: nothing was recorded") from error
    except psycopg.errors.LockNotAvailable as error:
        raise DatabaseUnavailable("the database is locked by another process: nothing was recorded") from error
    except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout) as error:
        first = (str(error).splitlines() or ["no reason given"])[0]
        raise DatabaseUnavailable(f"the database cannot be reached: {first}") from error
