"""Coverage-guided fuzzing of every reader, by `make fuzz`: `python -m tests.audit.fuzz [SECONDS] [TARGET]…`.

Needs `atheris`, which is no dependency of this project. A crash is an exception that is not one of ours; its input is
written to the current directory. New inputs that reach new code are kept under `build/corpus/<target>`.
"""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

CORPUS = Path("build") / "corpus"
_ALONE = "--alone"


def _fuzz(target: str, seconds: str) -> None:
    """Fuzz one reader for so many seconds, in this process, which ends with it."""
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=["audit"]):
        targets = import_module("tests.audit.fuzz_targets")
    folder = CORPUS / target.replace(" ", "-")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "seed").write_bytes(targets.TARGETS[target][1])
    limits = [f"-max_total_time={seconds}", "-max_len=60000", "-timeout=10", "-rss_limit_mb=600"]
    atheris.Setup([sys.argv[0], str(folder), *limits], lambda data: targets.feed(target, data))
    atheris.Fuzz()


def _run(arguments: list[str]) -> int:
    """Fuzz each of the named readers, or all, each in a process that instruments them. Returns 1 if one failed."""
    if arguments[:1] == [_ALONE]:
        _fuzz(*arguments[1:])
    seconds, *named = arguments or ["60"]
    failed = []
    for target in named or list(import_module("tests.audit.fuzz_targets").TARGETS):
        command = [sys.executable, "-m", "tests.audit.fuzz", _ALONE, target, seconds]
        if subprocess.run(command, check=False).returncode:
            failed.append(target)
    print(f"failed: {', '.join(failed)}" if failed else "nothing but our errors came out")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(_run(sys.argv[1:]))
