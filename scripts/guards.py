"""Our own limits, as far as ruff, mypy, import-linter and vulture cannot state them.

A guard takes one parsed file, or all of them, and yields what is wrong, as ``path:line: text``.
``python -m scripts.guards`` runs all guards over the files that git knows and exits with 1 if
anything is wrong. ``tests/house/test_guards.py`` trips every guard once.
"""

import ast
import io
import re
import statistics
import subprocess
import sys
import tokenize
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = "src/"


class Limit(NamedTuple):
    """Most lines allowed at the median, at the ninetieth percentile, and at all."""

    median: int
    p90: int
    most: int


MODULE_LINES = Limit(120, 300, 500)
FUNCTION_LINES = Limit(10, 35, 70)

MONEY_NAME = re.compile(r"(^|_)(fen|yuan|money|price)(_|$)", re.IGNORECASE)
FLOAT_NAMES = {"float", "float32", "float64", "FLOAT", "DOUBLE"}
FLOAT_AT_THE_EDGE = {
    "src/wattwarden/app/console/customer_charts.py": "bars are drawn in pixels, beside the exact figures",
    "src/wattwarden/app/report/curves.py": "a chart is drawn in pixels; nothing counts with them afterwards",
}

IGNORE = re.compile(r"#\s*(?P<kind>noqa|type:\s*ignore)(?P<codes>:?\s*\[?[A-Z0-9a-z, -]*\]?)?(?P<reason>.*)")
CODES = re.compile(r"^(:\s*[A-Z]+[0-9]+(,\s*[A-Z]+[0-9]+)*|\[[a-z, -]+\])")
REASON_WORDS = 2

# Written so that this file does not match itself.
FOREIGN_WORDS = re.compile(
    r"\bcl[a]ude\b|\banthr[o]pic\b|\bopena[i]\b|\bchatgp[t]\b|\bcopilo[t]\b|\bsubagen[t]s?\b"
    r"|\bAI (?:agen[t]|assistan[t])|\blanguage model[s]?\b|[/]work/|[/]opt/pyp[i]|/tmp/bash_job[s]"
    r"|\bRISKS\.m[d]\b|\bEXAMPLES\.m[d]\b|\bthe brie[f]\b|\bgenerated wit[h]\b|co-authored-b[y]",
    re.IGNORECASE,
)
TEXT_SUFFIXES = {".py", ".md", ".yaml", ".yml", ".toml", ".sh", ".sql", ".html", ".j2", ".js", ".css", ""}


@dataclass(frozen=True)
class Source:
    """One text file of the repository.

    Args:
        path: Relative to the root, with forward slashes.
        text: Its content.
    """

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed module."""
        return ast.parse(self.text, self.path)

    @cached_property
    def lines(self) -> int:
        """Number of lines."""
        return len(self.text.splitlines())

    @cached_property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method, nested ones too."""
        return [n for n in ast.walk(self.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]

    def at(self, line: int, text: str) -> str:
        """A complaint about one line."""
        return f"{self.path}:{line}: {text}"


def function_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from ``def`` to the end, its docstring not counted."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is None:
        return total
    doc = function.body[0]
    return total - ((doc.end_lineno or doc.lineno) - doc.lineno + 1)


def long_modules(source: Source) -> Iterator[str]:
    """A module has at most 500 lines; makemigrations writes what it must."""
    if "/migrations/" not in source.path and source.lines > MODULE_LINES.most:
        yield source.at(1, f"{source.lines} lines; at most {MODULE_LINES.most}")


def long_functions(source: Source) -> Iterator[str]:
    """A function has at most 70 lines."""
    for function in source.functions:
        if (lines := function_lines(function)) > FUNCTION_LINES.most:
            yield source.at(
                function.lineno, f"{function.name} has {lines} lines; at most {FUNCTION_LINES.most}"
            )


def silent_handlers(source: Source) -> Iterator[str]:
    """A caught error is handled or told, not swallowed by ``pass`` or a bare ``return``."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.ExceptHandler) or len(node.body) != 1:
            continue
        only = node.body[0]
        bare_return = isinstance(only, ast.Return) and only.value is None
        if bare_return or isinstance(only, ast.Pass | ast.Continue):
            yield source.at(node.lineno, "this handler swallows the error; say what became of it")


def float_money(source: Source) -> Iterator[str]:
    """No statement mixes money with floats: no float literal, type or call beside a money name."""
    if source.path in FLOAT_AT_THE_EDGE:
        return
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return | ast.Expr | ast.arg):
            continue
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        names |= {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
        names |= {node.arg} if isinstance(node, ast.arg) else set()
        literal = any(isinstance(n, ast.Constant) and isinstance(n.value, float) for n in ast.walk(node))
        if any(map(MONEY_NAME.search, names)) and (literal or names & FLOAT_NAMES):
            yield source.at(node.lineno, "money meets a float; use Fen or Decimal")


def unexplained_ignores(source: Source) -> Iterator[str]:
    """Every ignore names its code and gives a reason beside it."""
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        match = IGNORE.search(token.string) if token.type == tokenize.COMMENT else None
        if match is None:
            continue
        rest = token.string[match.end("kind") :]
        codes = CODES.match(rest)
        reason = rest[codes.end() :] if codes else ""
        if codes is None or len(re.findall(r"\w+", reason)) < REASON_WORDS:
            yield source.at(token.start[0], f"{match['kind']} needs its code and a reason beside it")


def foreign_words(source: Source) -> Iterator[str]:
    """The repository speaks of the product, not of how or where it was written."""
    for number, line in enumerate(source.text.splitlines(), 1):
        if match := FOREIGN_WORDS.search(line):
            yield source.at(number, f"{match[0]!r} is not about the product")


def unsourced_formulas(source: Source) -> Iterator[str]:
    """A module of ``calc`` names the source of its formulas."""
    if "/wattwarden/calc/" not in source.path or source.path.endswith("__init__.py"):
        return
    docs = [ast.get_docstring(node) or "" for node in [source.tree, *source.functions]]
    if not any(re.search(r"Source|DOMAIN|GB/T|DL/T|Art\. ?\d|《|\b(19|20)\d\d\b", doc) for doc in docs):
        yield source.at(1, "no docstring names the source of a formula (Source: …)")


def spread(subject: str, sizes: Sequence[int], limit: Limit) -> Iterator[str]:
    """Median and ninetieth percentile stay within the limit."""
    if not sizes:
        yield f"{subject}: nothing was measured"
        return
    median = statistics.median(sizes)
    p90 = sorted(sizes)[int(0.9 * (len(sizes) - 1))]
    if median > limit.median:
        yield f"{subject}: median {median} lines; at most {limit.median}"
    if p90 > limit.p90:
        yield f"{subject}: ninetieth percentile {p90} lines; at most {limit.p90}"


ON_PYTHON: tuple[Callable[[Source], Iterator[str]], ...] = (
    long_modules,
    long_functions,
    unexplained_ignores,
)
ON_PRODUCT = (silent_handlers, float_money, unsourced_formulas)


def complaints(sources: Sequence[Source]) -> Iterator[str]:
    """Run every guard over ``sources``."""
    python = [s for s in sources if s.path.endswith(".py")]
    product = [s for s in python if s.path.startswith(PRODUCT)]
    for source in sources:
        yield from foreign_words(source)
    for source in python:
        for guard in ON_PYTHON:
            yield from guard(source)
    for source in product:
        for guard in ON_PRODUCT:
            yield from guard(source)
    yield from spread("modules", [s.lines for s in product if s.lines > 1], MODULE_LINES)
    yield from spread("functions", [function_lines(f) for s in product for f in s.functions], FUNCTION_LINES)


def repository_files(root: Path = ROOT) -> list[Source]:
    """Every text file that git tracks, or would track."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    paths = [
        p for p in sorted(filter(None, listed)) if Path(p).suffix in TEXT_SUFFIXES and (root / p).is_file()
    ]
    return [Source(path, (root / path).read_text(encoding="utf-8")) for path in paths]


def main() -> int:
    """Print every complaint; 1 if there is any, or if nothing was read."""
    sources = repository_files()
    found = list(complaints(sources))
    for complaint in found:
        print(complaint)
    print(f"guards: {len(sources)} files, {len(found)} complaints")
    return 1 if found or not sources else 0


if __name__ == "__main__":
    sys.exit(main())
