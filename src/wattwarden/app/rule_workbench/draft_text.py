"""The text of a draft as a rule or as settings, every fault with the line it stands in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import yaml
from pydantic import BaseModel, ValidationError

from wattwarden.domain.errors import Problem
from wattwarden.rulekit.load import SiteRule
from wattwarden.rulekit.model import Rule

MOST_CHARACTERS = 200_000
_SQL_LINE = re.compile(r"Line (\d+)", re.IGNORECASE)
_QUOTED = re.compile(r'"([A-Za-z_]\w*)"')
_WORD = re.compile(r"[A-Za-z_][\w.]*")


@dataclass(frozen=True)
class Fault:
    """A problem and the line of the text that it is about; None where it is about the whole."""

    problem: Problem
    line: int | None


@dataclass(frozen=True)
class Parsed:
    """What a text says; with faults it says nothing that may be used."""

    says: Rule | SiteRule | None
    faults: Sequence[Fault]


def parse(text: str, model: type[Rule] | type[SiteRule]) -> Parsed:
    """Read a text as a rule or as the site's settings of one; nothing in it is executed."""
    if len(text) > MOST_CHARACTERS:
        much = Problem("text", f"{len(text)} characters", f"at most {MOST_CHARACTERS}")
        return Parsed(None, [Fault(much, None)])
    try:
        data = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        return Parsed(None, [_yaml_fault(error)])
    except ValueError as error:
        # A date such as 2026-13-40 is well-formed YAML and no date.
        return Parsed(None, [Fault(Problem("text", str(error), "values that exist"), None)])
    if not isinstance(data, dict):
        return Parsed(None, [Fault(Problem("text", type(data).__name__, "keys with values"), 1)])
    try:
        return Parsed(model.model_validate(data), ())
    except ValidationError as error:
        return Parsed(None, _model_faults(error, text, model))


def placed(problem: Problem, text: str) -> Fault:
    """A problem that a check found, with the line of the text that it most likely means."""
    detect = line_of(("detect",), text) or 1
    if in_sql := _SQL_LINE.search(problem.found):
        return Fault(problem, detect + int(in_sql[1]))
    lines = text.splitlines()
    if example := re.search(r"example '?([^']+)'?", problem.subject):
        return Fault(problem, _mentioned([example[1]], lines))
    if named := line_of((problem.subject,), text):
        return Fault(problem, named)
    # Engines put the name that they do not know in quotes, the last of several.
    quoted = reversed(_QUOTED.findall(problem.found))
    words = [*quoted, *(word for word in _WORD.findall(problem.found) if word not in _PLAIN)]
    # What a problem of the query names stands in the query, and perhaps elsewhere too.
    return Fault(problem, _mentioned(words, lines, detect) or _mentioned(words, lines) or detect)


def _mentioned(words: Sequence[str], lines: Sequence[str], first: int = 1) -> int | None:
    """The first line, from line ``first`` on, in which the first of the words that occurs at all stands."""
    for word in words:
        for number, line in enumerate(lines[first - 1 :], start=first):
            if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", line, re.IGNORECASE):
                return number
    return None


_PLAIN = {
    "function", "table", "no", "output", "column", "is", "not", "used", "parameter", "found", "in", "the", "source",
    "clause", "risk", "subject", "or", "file", "example", "examples", "of", "and", "that", "fires", "near", "miss",
}  # fmt: skip


def line_of(path: Sequence[object], text: str) -> int | None:
    """Line (from 1) of the key or item that ``path`` leads to, or of the last part of it that exists."""
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    line = None
    for part in path:
        found = _below(node, part)
        if found is None:
            break
        mark, node = found
        line = mark + 1
    return line


def _below(node: yaml.Node | None, part: object) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line, node.value[part]
    return None


def _yaml_fault(error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    says = getattr(error, "problem", None) or str(error).splitlines()[0]
    problem = Problem("text", str(says), "valid YAML", "Look at indentation, colons and quotes of this line.")
    return Fault(problem, mark.line + 1 if mark else None)


def _model_faults(error: ValidationError, text: str, model: type[BaseModel]) -> list[Fault]:
    named = "rule" if model is Rule else "settings"
    return [
        Fault(
            Problem(".".join(map(str, fault["loc"])) or named, repr(fault["input"])[:120], fault["msg"]),
            line_of(fault["loc"], text),
        )
        for fault in error.errors()
    ]
