"""Print every table, or those named: `python -m tests.benchmarks [append] [import] [verify] [rebuild] …`.

Each table is a program of its own and runs in a process of its own, so that none warms another's caches.
"""

from __future__ import annotations

import subprocess
import sys

TABLES = ("append", "imports", "verify", "rebuild", "views", "pages", "growth", "procedure", "witness", "published")


def main(names: list[str]) -> int:
    """Run the named tables, all without a name, and return 1 if one of them failed to run."""
    unknown = [name for name in names if name not in TABLES]
    if unknown:
        print(f"no such table: {', '.join(unknown)}; there are {', '.join(TABLES)}", file=sys.stderr)
        return 2
    status = 0
    for name in names or TABLES:
        status |= subprocess.run([sys.executable, "-m", f"tests.benchmarks.bench_{name}"], check=False).returncode
    return 1 if status else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
