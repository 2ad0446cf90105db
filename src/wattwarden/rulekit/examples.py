"""Examples inside rules: from YAML rows to typed tables, and the comparison with what was found."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from wattwarden.domain.errors import Problem
from wattwarden.rulekit.model import Example, Rule


def mismatches(rule: Rule, example: Example, actual: Sequence[Mapping[str, object]]) -> list[Problem]:
    """Compare findings with the example: each expected row matches exactly one, none is left over."""
    subject = f"rule {rule.id}, example {example.name!r}"
    left = list(actual)
    faults = []
    for wanted in example.finds:
        match = next((row for row in left if _agrees(wanted, row)), None)
        if match is None:
            faults.append(Problem(subject, f"found {_shown(left)}", f"a finding with {dict(wanted)}"))
        else:
            left.remove(match)
    if left and not faults:
        faults.append(Problem(subject, f"{len(left)} more: {_shown(left)}", f"{len(example.finds)} findings"))
    return faults


def _agrees(wanted: Mapping[str, object], row: Mapping[str, object]) -> bool:
    return all(name in row and _plain(row[name]) == _plain(value) for name, value in wanted.items())


def _plain(value: object) -> object:
    # YAML knows 0.5 and "0.5"; the query returns Decimal or double: compare as shortest decimals.
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value)).normalize()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _shown(rows: Sequence[Mapping[str, object]]) -> str:
    return (
        "; ".join(str({k: _plain(v) for k, v in row.items() if v is not None}) for row in rows[:3])
        or "nothing"
    )
