"""Copy the folder and you can verify: the pure modules load nothing but the standard library and cryptography."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_AUDIT = Path(__file__).parents[2] / "audit"
_MODULES = sorted(f"audit.{path.stem}" for path in _AUDIT.glob("*.py") if path.stem != "__init__")
# The names under which `cryptography` brings its compiled parts.
_ALLOWED = {"audit", "cryptography", "cffi", "_cffi_backend", "_openssl"}
_PROGRAM = """
import sys
before = set(sys.modules)
import {module}
for name in sorted({{name.partition(".")[0] for name in set(sys.modules) - before}}):
    print(name)
print("audit.store" in sys.modules)
"""


@pytest.mark.parametrize("module", _MODULES)
def test_a_module_loads_only_the_standard_library_and_cryptography(module: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(module=module)],
        capture_output=True,
        text=True,
        check=True,
        cwd=_AUDIT.parent,
    )
    *loaded, store = run.stdout.split()
    assert store == "False"
    assert set(loaded) <= _ALLOWED | sys.stdlib_module_names


def test_every_module_says_what_it_exports() -> None:
    for name in _MODULES:
        module = __import__(name, fromlist=["__all__"])
        assert module.__all__ == sorted(module.__all__, key=_export_order), name
        assert all(hasattr(module, one) for one in module.__all__)


def _export_order(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, each by name."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)
