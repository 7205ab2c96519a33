"""Audit the locked dependencies for known vulnerabilities, and say plainly what could not be audited.

Run as `python -m tests.dependency_audit LOCK`. Exit 1 on a known vulnerability. Where no database of
vulnerabilities answers, that is printed and the exit code is 0: an unreachable database proves nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def audit(lock: str) -> int:
    """Run pip-audit over the lock file and return the exit code that `make check` shows."""
    program = Path(sys.executable).with_name("pip-audit")
    command = [str(program), "--disable-pip", "--no-deps", "--requirement", lock, "--format", "json"]
    command += ["--progress-spinner", "off", "--timeout", "10"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        rows = json.loads(run.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = (run.stderr.strip().splitlines() or ["no answer"])[-1]
        print(f"dependency audit: NOT DONE, no vulnerability database answered ({reason})")
        return 0
    audited = [row for row in rows if "skip_reason" not in row]
    vulnerable = [row for row in audited if row["vulns"]]
    for row in vulnerable:
        print(f"{row['name']} {row['version']}: {', '.join(found['id'] for found in row['vulns'])}")
    if not audited:
        print(f"dependency audit: NOT DONE, the vulnerability database knows none of the {len(rows)} packages here")
        return 0
    print(f"dependency audit: {len(audited)} of {len(rows)} packages audited, {len(vulnerable)} vulnerable")
    return 1 if vulnerable else 0


if __name__ == "__main__":
    sys.exit(audit(sys.argv[1]))
