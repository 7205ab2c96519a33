"""The rules of the house, as tests: who imports whom, what importing does, how long a file may be."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("api", "audit", "domain", "projections")
MAXIMUM_LINES = 300
MAXIMUM_FUNCTION_LINES = 30

# room -> (rooms of ours it may import, outside libraries it may import). The longest matching room decides.
ROOMS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "domain": (frozenset({"domain"}), frozenset()),
    "audit": (frozenset({"audit"}), frozenset({"cryptography"})),
    "audit.store": (frozenset({"audit"}), frozenset({"cryptography", "eventsourcing", "psycopg", "psycopg_pool"})),
    "projections": (
        frozenset({"projections", "domain", "audit"}),
        frozenset({"psycopg", "psycopg_pool", "eventsourcing"}),
    ),
}

# Rules and proofs are functions of their arguments: no clock, environment, chance, network or files.
IMPURE = frozenset({"asyncio", "multiprocessing", "os", "random", "secrets", "shutil", "socket", "sqlite3"}) | {
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib",
}

# Files that may be longer than MAXIMUM_LINES, and functions longer than MAXIMUM_FUNCTION_LINES, each with its reason.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}

DO_NOTHING = """
import importlib, pathlib, pkgutil, sys
root, done = sys.argv[1], []
def watch(event, arguments):
    if event in {"socket.connect", "socket.bind", "subprocess.Popen", "os.mkdir", "os.remove", "os.rename"}:
        done.append(f"{event} {arguments}")
    if event == "sqlite3.connect":
        done.append(f"{event} {arguments[0]}")
    if event == "open" and isinstance(arguments[0], str):
        writes = isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
        inside = arguments[0].startswith(root) and "/.venv" not in arguments[0]
        if writes or (inside and not arguments[0].endswith((".py", ".pyc", ".pth"))):
            done.append(f"open {arguments[0]} {arguments[1]}")
sys.dont_write_bytecode = True
sys.addaudithook(watch)
for package in sys.argv[2:]:
    for found in pkgutil.walk_packages([str(pathlib.Path(root) / package)], package + "."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
print("\\n".join(done))
"""


def _modules(*packages: str) -> Iterator[tuple[str, Path]]:
    for package in packages or PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def _tracked() -> list[Path]:
    run = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in run.stdout.split("\0") if name and (ROOT / name).is_file()]


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _room(module: str) -> str | None:
    return max((room for room in ROOMS if f"{module}.".startswith(f"{room}.")), key=len, default=None)


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def test_import_contracts_hold() -> None:
    run = subprocess.run(
        [_program("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_each_room_imports_only_what_its_contract_names() -> None:
    wrong = []
    for module, path in _modules():
        room = _room(module)
        if room is None:
            continue
        ours, outside = ROOMS[room]
        for name in _imports(ast.parse(path.read_text())):
            top = name.partition(".")[0]
            allowed = top in ours if top in PACKAGES else top in outside or top in sys.stdlib_module_names
            if not allowed or (room == "audit" and f"{name}.".startswith("audit.store.")):
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_the_api_imports_only_declared_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {name.split("[")[0].split(">")[0].replace("-", "_").lower() for name in project["dependencies"]}
    # Parts of psycopg[pool] and of fastapi; then what PyNaCl, argon2-cffi and python-docx are imported as.
    declared |= {"psycopg_pool", "starlette", "nacl", "argon2", "docx"}
    tops = {name.partition(".")[0] for _, path in _modules("api") for name in _imports(ast.parse(path.read_text()))}
    assert tops - set(PACKAGES) - set(sys.stdlib_module_names) - declared == set()


def test_rules_and_proofs_have_no_clock_environment_chance_or_files() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for module, path in _modules("domain", "audit")
        if _room(module) != "audit.store" and not module.endswith("__main__")
        for name in _imports(ast.parse(path.read_text()))
        if name.partition(".")[0] in IMPURE
    ]
    assert wrong == []


def test_importing_a_module_does_nothing() -> None:
    command = [sys.executable, "-c", DO_NOTHING, str(ROOT), *PACKAGES]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == ""


def test_no_statement_of_a_module_runs_a_bare_call_or_a_loop() -> None:
    wrong = []
    for _, path in _modules():
        for node in ast.parse(path.read_text()).body:
            call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
            if call or isinstance(node, ast.For | ast.While | ast.With | ast.Try):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert wrong == []


def test_only_the_settings_read_the_environment_and_only_the_composition_root_reads_a_clock() -> None:
    # ruff's TID251 holds this too; the named files are the whole list of exceptions.
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]["per-file-ignores"]
    exempt = {pattern for pattern, codes in rules.items() if "TID251" in codes}
    assert exempt == {"api/settings.py", "api/main.py", "audit/store/postgres.py", "tests/**"}


def test_no_file_outgrows_its_ceiling() -> None:
    wrong = []
    for path in sorted([*(path for _, path in _modules()), *(ROOT / "tests").rglob("*.py")]):
        lines = sum(1 for line in path.read_text().splitlines() if line.strip())
        name = str(path.relative_to(ROOT))
        if lines > MAXIMUM_LINES and name not in LONG_FILES:
            wrong.append(f"{name} has {lines} lines")
    assert wrong == []


def test_no_function_outgrows_its_ceiling() -> None:
    wrong = []
    for _, path in _modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            lines = (node.end_lineno or 0) - body[0].lineno + 1
            name = f"{path.relative_to(ROOT)}:{node.name}"
            if lines > MAXIMUM_FUNCTION_LINES and name not in LONG_FUNCTIONS:
                wrong.append(f"{name} has {lines} lines")
    assert wrong == []


def test_every_public_module_class_and_function_has_a_docstring() -> None:
    wrong = []
    for _, path in _modules():
        tree = ast.parse(path.read_text())
        if not ast.get_docstring(tree) and path.read_text().strip():
            wrong.append(str(path.relative_to(ROOT)))
        for node in tree.body:
            if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if not node.name.startswith("_") and not ast.get_docstring(node):
                wrong.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert wrong == []


def test_tests_are_no_package() -> None:
    # A tests/domain/__init__.py would shadow the real domain.
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_no_file_carries_a_path_of_the_machine_it_was_written_on() -> None:
    here = [f"{ROOT}/", f"{Path.home()}/"]
    wrong = []
    for path in _tracked():
        text = path.read_bytes().decode("utf-8", "replace")
        wrong += [f"{path.relative_to(ROOT)} names {place}" for place in here if place in text]
    assert wrong == []


def test_the_lock_names_hashes_and_no_place() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pinned = [line for line in lock.splitlines() if "==" in line and not line.startswith((" ", "#"))]
    assert len(pinned) > 20
    assert "://" not in lock
    blocks = re.split(r"\n(?=[a-zA-Z])", lock)
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_every_row_of_law_names_its_article_its_source_and_its_confidence() -> None:
    rows = tomllib.loads((ROOT / "domain" / "data" / "clocks.toml").read_text())
    tables = [row for value in rows.values() if isinstance(value, list) for row in value if isinstance(row, dict)]
    assert len(tables) >= 8
    for row in tables:
        assert row["article"], row
        assert row["source"], row
        assert row["confidence"] in {"C", "S", "L", "D"}, row


def test_format_and_lint_are_clean() -> None:
    for command in (["format", "--check"], ["check"]):
        run = subprocess.run(
            [_program("ruff"), *command, *PACKAGES, "tests"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.soak
def test_types_are_strict() -> None:
    run = subprocess.run([_program("mypy")], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
