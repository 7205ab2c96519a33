"""Packs the auditor into one file: `audit` without its store, the command line, and its sentences.

Run by `make audit.pyz`. The same files give the same bytes, whatever the machine and the day.
"""

from __future__ import annotations

import sys
from pathlib import Path
from zipfile import ZipFile, ZipInfo

ROOT = Path(__file__).parents[1]
_MAIN = b"import sys\n\nfrom auditor import main\n\nif __name__ == '__main__':\n    sys.exit(main())\n"


def files() -> dict[str, bytes]:
    """The names in the archive, each with its bytes."""
    found = {f"audit/{path.name}": path.read_bytes() for path in (ROOT / "audit").glob("*.py")}
    found |= {name: (ROOT / "api" / name).read_bytes() for name in ("auditor.py", "auditor.json")}
    return found | {"__main__.py": _MAIN}


def write(target: Path) -> None:
    """Write the archive, runnable by `python3 FILE` and, where permitted, by its own name."""
    with target.open("wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        with ZipFile(file, "w") as archive:
            for name, data in sorted(files().items()):
                archive.writestr(ZipInfo(name), data)
    target.chmod(0o755)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
