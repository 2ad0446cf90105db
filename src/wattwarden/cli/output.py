"""What every command shares on the terminal: the language, the consoles, errors and exit statuses.

The language is that of ``--lang``, else ``WATTWARDEN_LANG``, else ``LC_ALL`` or ``LANG``; English
when none of them says Chinese. Results go to standard output, messages and progress to standard error.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn

from wattwarden.domain.errors import WattwardenError

if TYPE_CHECKING:
    from rich.console import Console

Language = Literal["zh", "en"]

EXIT_OK = 0
EXIT_PROBLEMS = 1
"""The command ran to its end, and something needs attention."""
EXIT_FAILED = 2
"""The command could not do what it was asked to."""

_WIDTH_OF_A_FILE = 160
"""Columns of output that goes to a file or another program."""

_chosen: list[Language] = []


def choose_language(code: str | None) -> None:
    """Fix the language of this run, as given by ``--lang``; None goes back to the environment."""
    _chosen.clear()
    if code:
        _chosen.append(_language_of(code))


def language() -> Language:
    """The language of this run."""
    if _chosen:
        return _chosen[0]
    for variable in ("WATTWARDEN_LANG", "LC_ALL", "LANG"):
        if value := os.environ.get(variable):
            return _language_of(value)
    return "en"


def say(zh: str, en: str) -> str:
    """The phrase in the language of this run."""
    return zh if language() == "zh" else en


def console() -> "Console":
    """Where results are printed; plain text when standard output is not a terminal."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else _WIDTH_OF_A_FILE
    return Console(highlight=False, emoji=False, markup=False, soft_wrap=True, width=width)


def messages() -> "Console":
    """Where progress, warnings and errors are printed."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, emoji=False, markup=False)


def home_folder(given: Path | None = None) -> Path:
    """The data folder: ``given``, else ``WATTWARDEN_HOME``, else ``./wattwarden-data``."""
    return given or Path(os.environ.get("WATTWARDEN_HOME") or "wattwarden-data")


def stop(error: WattwardenError) -> NoReturn:
    """Print every problem of ``error`` and leave with EXIT_FAILED.

    Raises:
        SystemExit: always.
    """
    out = messages()
    for problem in error.problems:
        out.print(say("错误: ", "error: ") + problem.subject, style="bold red")
        out.print(say("  发现: ", "  found: ") + problem.found)
        out.print(say("  应为: ", "  expected: ") + problem.expected)
        if problem.action:
            out.print(say("  处理: ", "  to do: ") + problem.action)
    raise SystemExit(EXIT_FAILED)


@contextmanager
def problems_shown() -> Iterator[None]:
    """Turn a ``WattwardenError`` raised inside into printed problems and EXIT_FAILED."""
    try:
        yield
    except WattwardenError as error:
        stop(error)


def _language_of(code: str) -> Language:
    return "zh" if code.lower().startswith("zh") else "en"
