"""No operator is asked: the one-file auditor judges a bundle of the demonstration city where there is no network.

It runs without site-packages: beside Python's own library it can import `cryptography`, with what that needs, and
nothing else. Where the kernel lets an unprivileged process have a network namespace of its own, that namespace has no
way out, not even to this machine; elsewhere every use of a socket is refused inside the process. Which of the two it
was is among the properties of the test.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from api.exporting.bundles import make_bundle
from api.publishing.schedule import publish_once
from api.settings import Settings
from tests.api.demo_city import copy_city, open_city
from tests.make_pyz import write

# What `cryptography` needs: its binding to C is a module of cffi's.
ALONE = ("cryptography", "cffi", "_cffi_backend")
_NAMESPACE = ("unshare", "--map-root-user", "--net")
_RUN = """
import runpy, socket, sys
packages, port, refuse, *sys.argv = sys.argv[1:]
sys.path.append(packages)
try:
    socket.create_connection(("127.0.0.1", int(port)), 5).close()
    reached = "reached"
except OSError:
    reached = "unreachable"
print(reached, file=sys.stderr)
def refused(event, _):
    if event.startswith("socket."):
        raise PermissionError(event)
if refuse == "refuse":
    sys.addaudithook(refused)
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture(scope="module")
def folder(demo_city: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one-file auditor, an anchor, a bundle of a case of the city, and the only packages that there are."""
    made = tmp_path_factory.mktemp("offline")
    home = copy_city(demo_city, made / "home")
    with open_city(home) as city:
        publish_once(city)
        sql = "SELECT originator_id FROM entries WHERE topic = 'case.objected.v1' ORDER BY notification_id"
        case = city.ledger.log.select(sql, ())[0][0].partition("/")[2]
        (made / "bundle.zip").write_bytes(make_bundle(city, case, "court", Path("nowhere")).data)
    (made / "anchor.json").write_bytes(home.anchor_file.read_bytes())
    write(made / "audit.pyz")
    (made / "packages").mkdir()
    for name in ALONE:
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (made / "packages" / source.name).symlink_to(source)
    return made


@pytest.fixture
def listening() -> Iterator[int]:
    """A port of this machine on which somebody answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def _permitted() -> bool:
    """Whether this machine lets an unprivileged process have a network of its own."""
    try:
        return subprocess.run([*_NAMESPACE, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def _audit(folder: Path, port: int, *before: str, refuse: str) -> subprocess.CompletedProcess[str]:
    asked = ("audit.pyz", "bundle", "bundle.zip", "--anchor", "anchor.json", "--json")
    command = (*before, sys.executable, "-I", "-S", "-c", _RUN, "packages", str(port), refuse, *asked)
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_bundle_of_the_city_is_judged_without_a_network(
    folder: Path, listening: int, record_property: Callable[[str, object], None]
) -> None:
    permitted = _permitted()
    run = _audit(folder, listening, *(_NAMESPACE if permitted else ()), refuse="" if permitted else "refuse")
    how = "in a network namespace of its own" if permitted else "namespaces are not permitted here: sockets refused"
    record_property("audit.pyz without a network", how)
    assert run.returncode == 0, run.stderr
    assert run.stderr.split() == ["unreachable" if permitted else "reached"]
    report = json.loads(run.stdout)
    assert (report["ok"], report["anchored"], report["audience"]) == (True, True, "court")
    assert report["acts"] > 3


def test_no_socket_is_ever_asked_for(folder: Path, listening: int) -> None:
    run = _audit(folder, listening, refuse="refuse")
    assert run.returncode == 0, run.stderr
    assert (run.stderr.split(), json.loads(run.stdout)["ok"]) == (["reached"], True)


def test_a_bundle_that_was_changed_is_bad_there_too(folder: Path, listening: int) -> None:
    honest = (folder / "bundle.zip").read_bytes()
    place = honest.index(b'"disclosures":') if b'"disclosures":' in honest else len(honest) // 2
    (folder / "bundle.zip").write_bytes(honest[:place] + bytes([honest[place] ^ 1]) + honest[place + 1 :])
    run = _audit(folder, listening, refuse="refuse")
    (folder / "bundle.zip").write_bytes(honest)
    report = json.loads(run.stdout)
    assert (run.returncode, report["ok"], report["first_fault"]["check"]) == (1, False, "files")
