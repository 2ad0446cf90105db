"""Vulture, told about the uses that it cannot see: names in templates, content files and strings.

A dataclass field that only a template prints, a function that only a table file names, or a column
that the code asks for by its name is not dead. Settings are those of ``[tool.vulture]``.
``python -m scripts.dead_code`` exits with 1 if anything is unused.
"""

import ast
import keyword
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from vulture.config import make_config
from vulture.core import Vulture

PLACES = (Path("src"), Path("tests"))
READ_ELSEWHERE = (".yaml", ".j2", ".html", ".jinja")
READ_BY_DJANGO = "records/settings.py"
NAME = re.compile(r"[A-Za-z_]\w*")
NAMED = re.compile(r"(?:[a-z_]+:)?([A-Za-z_]\w*)")
"""A string that is nothing but a name, or ``module:name``."""


def names_read_elsewhere(paths: Iterable[Path]) -> set[str]:
    """Every identifier in the templates and content files among ``paths``."""
    texts = [path.read_text(encoding="utf-8") for path in paths if path.suffix in READ_ELSEWHERE]
    return {name for text in texts for name in NAME.findall(text)}


def names_in_strings(paths: Iterable[Path]) -> set[str]:
    """Every name that the Python files among ``paths`` hold as a string of its own."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in paths if path.suffix == ".py"]
    texts = {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {match[1] for text in texts if (match := NAMED.fullmatch(text))}


def unused(code_paths: list[str], elsewhere: Iterable[Path]) -> list[str]:
    """What nothing uses, one line each."""
    settings = make_config(["--config", "pyproject.toml", *code_paths])
    vulture = Vulture(ignore_names=settings["ignore_names"], ignore_decorators=settings["ignore_decorators"])
    vulture.scavenge(code_paths)
    places = list(elsewhere)
    names = sorted(names_read_elsewhere(places) | names_in_strings(places))
    vulture.scan("".join(f"_.{name}\n" for name in names if not keyword.iskeyword(name)))
    found = vulture.get_unused_code(min_confidence=settings["min_confidence"])
    return [item.get_report() for item in found if not item.filename.match(READ_BY_DJANGO)]


def main() -> int:
    """Print every unused thing; 1 if there is any."""
    found = unused(
        ["src", "scripts", "tests"], [path for place in PLACES for path in sorted(place.rglob("*"))]
    )
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
