"""Lint a draft and run its examples; its SQL reaches the engine only when lint has nothing against it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from wattwarden.app.check_rules import lint_rules, run_examples
from wattwarden.app.rule_workbench.draft_text import Fault, placed
from wattwarden.app.rule_workbench.files import Target
from wattwarden.app.rule_workbench.versions import versions_of
from wattwarden.rulekit.model import Rule

Progress = Callable[[str, int, int], None]


def check_draft(home: Path, target: Target, text: str, progress: Progress) -> Mapping[str, object]:
    """Check a text.

    Returns:
        ``is_green``; ``faults``, each a problem with its ``line``; ``examples``, each with ``name``, what it
        ``expects`` (rows) and its ``problems``.

    The examples run on the rule as written: they prove its query, and a site that moves a threshold has not
    made them wrong.
    """
    progress("text", 0, 3)
    versions = versions_of(home, target, text)
    if versions.after is None or versions.faults:
        return _result(versions.faults, [])
    rule, written = versions.after.rule, versions.after.as_written
    progress("lint", 1, 3)
    problems = lint_rules(
        [one for one in (rule, written) if one is not None][: 1 + (target.kind == "settings")]
    )
    faults = [placed(problem, text) for problem in dict.fromkeys(problems)]
    if faults or written is None:
        return _result(faults, [])
    progress("examples", 2, 3)
    return _result((), _examples(written))


def _examples(rule: Rule) -> list[Mapping[str, object]]:
    expected = {example.name: example.finds for example in rule.examples}
    return [
        {
            "name": result.example,
            "expects": [{k: str(v) for k, v in row.items()} for row in expected[result.example]],
            "problems": [asdict(problem) for problem in result.problems],
        }
        for result in run_examples([rule])
    ]


def _result(
    faults: tuple[Fault, ...] | list[Fault], examples: list[Mapping[str, object]]
) -> Mapping[str, object]:
    return {
        "is_green": not faults and bool(examples) and not any(one["problems"] for one in examples),
        "faults": [{**asdict(fault.problem), "line": fault.line} for fault in faults],
        "examples": examples,
    }
