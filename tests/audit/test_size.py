"""The verifier stays small enough for a stranger to read: at most 2,000 lines of code."""

from __future__ import annotations

import ast
import io
import tokenize
from pathlib import Path

_AUDIT = Path(__file__).parents[2] / "audit"
_MAXIMUM = 2_000
_NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def code_lines(text: str) -> int:
    """The lines that hold code: no comments, no blank lines, no docstrings."""
    documented: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and ast.get_docstring(node) is not None:
                documented.update(range(first.lineno, (first.end_lineno or 0) + 1))
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - documented)


def test_lines_of_code_are_counted_without_what_explains_them() -> None:
    module = '"""A\n\nmodule."""\n\nimport re  # here\n\n\n'
    text = f'{module}def f() -> str:\n    """Say."""\n    # Why.\n    return """a\nb"""\n'
    assert code_lines(text) == 4


def test_the_verifier_has_at_most_two_thousand_lines_of_code() -> None:
    counts = {path.name: code_lines(path.read_text(encoding="utf-8")) for path in _AUDIT.glob("*.py")}
    assert len(counts) > 20
    assert sum(counts.values()) <= _MAXIMUM, counts
