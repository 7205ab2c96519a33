"""The README is a test: what it tells people to type exists, with the options it shows."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import build
from tests.benchmarks.texts import write_message_board

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCES = re.findall(r"^```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
LINES = [line.split(" #")[0].strip() for fence in FENCES for line in fence.splitlines()]
COMMANDS = sorted({line for line in LINES if line.startswith("sundial ")})
TARGETS = sorted(
    {*re.findall(r"^(?:.*`)?make ([a-z.-]+)", README, re.MULTILINE), *re.findall(r"`make ([a-z.-]+)`", README)}
)


ENVIRONMENT = {"COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1", "PATH": "", "LANG": "en_GB.UTF-8"}


def _run(*arguments: str, cwd: Path = ROOT) -> str:
    program = str(Path(sys.executable).with_name("sundial"))
    run = subprocess.run([program, *arguments], capture_output=True, text=True, check=False, env=ENVIRONMENT, cwd=cwd)
    assert run.returncode == 0, f"{arguments}: {run.stdout} {run.stderr}"
    return run.stdout


def test_the_readme_shows_commands() -> None:
    assert len(COMMANDS) >= 5
    assert {"demo", "test", "check", "soak", "bench", "setup"} <= set(TARGETS)


@pytest.mark.parametrize("target", TARGETS)
def test_every_make_target_in_the_readme_exists(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_in_the_readme_exists_with_its_options_and_an_example(line: str) -> None:
    _, command, *rest = shlex.split(line)
    asked = CliRunner().invoke(build(), [command, "--help"], env=ENVIRONMENT, prog_name="sundial")
    assert asked.exit_code == 0, asked.output
    text = asked.stdout
    for option in (word.partition("=")[0] for word in rest if word.startswith("--")):
        assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", text), option
    for option in ("--home", "--database", "--json"):
        assert option in text
    assert f"sundial {command}" in text


def test_the_help_in_the_readme_is_the_programs_own() -> None:
    shown = re.search(r"^```text\n(Usage: .*?)^```", README, re.DOTALL | re.MULTILINE)
    assert shown is not None
    assert shown.group(1).split() == _run("--help").split()


@pytest.mark.long(minutes=1)
def test_the_commands_in_the_readme_run_in_their_order(tmp_path: Path) -> None:
    write_message_board(tmp_path / "FILE.xlsx", 40)
    for path in (ROOT / "tests" / "importing").iterdir():
        shutil.copy(path, tmp_path)
    case = ""
    for line in (line for line in LINES if line.startswith("sundial ")):
        words = [case if word == "CASE" else word for word in shlex.split(line)[1:]]
        out = _run(*words, cwd=tmp_path)
        if words[0] == "import":
            rows = json.loads(_run("overdue", "--as-of", "2018-12-31", "--json", cwd=tmp_path))["rows"]
            case = rows[0]["case"]
        assert out.strip()


def test_the_readme_points_at_files_that_exist() -> None:
    for name in re.findall(r"`((?:api|audit|domain|projections|tests)/[\w./]*|LICENSE|requirements\.lock)`", README):
        assert (ROOT / name).exists(), name
