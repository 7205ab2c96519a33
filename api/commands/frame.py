"""What every command shares: its four options, what it prints, and errors told in one line.

Results go to standard output, as text for people or as one JSON document; everything else goes to
standard error.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from api.errors import describe
from api.settings import Settings, load_settings
from api.wording import Wording

Home = Annotated[Path | None, typer.Option("--home", help="The home folder (SUNDIAL_HOME, else ./var). 数据目录。")]
Database = Annotated[
    str | None,
    typer.Option("--database", help="sqlite:///PATH or postgresql://… (SUNDIAL_DATABASE). 数据库地址。"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document. 输出 JSON。")]
Lang = Annotated[
    str | None,
    typer.Option("--lang", help="zh or en; else the locale's. 语言。"),
]
ConfirmClock = Annotated[bool, typer.Option("--confirm-clock", help="Accept the clock after it jumped. 确认时钟无误。")]


def one_line(body: Callable[..., None]) -> Callable[..., None]:
    """Make a command tell every error in one line on standard error and end with its exit code, never a traceback."""

    @wraps(body)
    def run(*args: Any, **options: Any) -> None:
        try:
            body(*args, **options)
        except (typer.Exit, typer.Abort):
            raise
        except BrokenPipeError:
            raise typer.Exit(0) from None
        except Exception as error:
            print(f"sundial: {describe(error, _wording(options.get('lang'))).line}", file=sys.stderr)
            raise typer.Exit(describe(error, _wording(None)).exit_code) from None

    return run


def _wording(language: str | None) -> Wording:
    return Wording(language if language in ("zh", "en") else load_settings().language)


class Output:
    """Where a command's result goes, in which form and language."""

    def __init__(self, settings: Settings, as_json: bool) -> None:
        """Print for people in the settings' language, or JSON if as_json."""
        self.wording = Wording(settings.language)
        self.as_json = as_json

    def result(self, document: Mapping[str, Any], *lines: str) -> None:
        """Print the result: the document if JSON was asked for, else the lines."""
        if self.as_json:
            print(json.dumps(document, ensure_ascii=False, indent=1), flush=True)
            return
        for line in lines:
            print(line, flush=True)

    def note(self, text: str) -> None:
        """Tell something on standard error."""
        print(text, file=sys.stderr, flush=True)


class Progress:
    """A line on standard error that is rewritten on a terminal and repeated at most once a second elsewhere."""

    def __init__(self, output: Output, key: str) -> None:
        """Tell progress in the sentence under key."""
        self._output = output
        self._key = key
        self._terminal = sys.stderr.isatty()
        self._last = time.monotonic()

    def __call__(self, **values: object) -> None:
        """Tell the values, if it is time to."""
        if self._terminal:
            print(f"\r{self._output.wording(self._key, **values)}", end="", file=sys.stderr, flush=True)
        elif time.monotonic() - self._last >= 1:
            self._last = time.monotonic()
            self._output.note(self._output.wording(self._key, **values))

    def end(self) -> None:
        """Leave the rewritten line."""
        if self._terminal:
            print(file=sys.stderr)


def leave(code: int) -> NoReturn:
    """End the command with an exit code."""
    raise typer.Exit(code)
