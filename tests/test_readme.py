"""The README is a test: what it tells people to type exists, with the options it shows."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCES = re.findall(r"^```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
LINES = [line.split(" #")[0].strip() for fence in FENCES for line in fence.splitlines()]
COMMANDS = sorted({line for line in LINES if line.startswith("sundial ")})
TARGETS = sorted({*re.findall(r"\bmake ([a-z.-]+)", README)})


def _help(*arguments: str) -> str:
    program = str(Path(sys.executable).with_name("sundial"))
    run = subprocess.run(
        [program, *arguments, "--help"],
        capture_output=True,
        text=True,
        check=False,
        env={"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1", "PATH": ""},
    )
    assert run.returncode == 0, run.stderr
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
    text = _help(command)
    for option in (word.partition("=")[0] for word in rest if word.startswith("--")):
        assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", text), option
    for option in ("--home", "--database", "--json"):
        assert option in text
    assert f"sundial {command}" in text


def test_the_list_of_commands_in_the_readme_is_the_programs_own() -> None:
    shown = re.search(r"^The commands are (.*?)\.$", README, re.DOTALL | re.MULTILINE)
    assert shown is not None
    named = re.findall(r"`([a-z]+)`", shown.group(1))
    listed = re.findall(r"^\W*([a-z]+)  +\S", _help().partition("Commands")[2], re.MULTILINE)
    assert named == listed


def test_the_readme_points_at_files_that_exist() -> None:
    for name in re.findall(r"`((?:api|audit|domain|projections|tests)/[\w./]*|LICENSE|requirements\.lock)`", README):
        assert (ROOT / name).exists(), name
