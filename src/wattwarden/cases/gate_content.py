"""What ``gates.yaml`` says: what must be so before a hard step, and the ladder of dunning steps below it."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import Field

from wattwarden.domain.content import BUILT_IN, read_yaml, validate
from wattwarden.domain.errors import Problem, WattwardenError
from wattwarden.domain.labels import Label, Strict
from wattwarden.rulekit.register import load_clauses


class Gate(Strict):
    """What must be so before a hard step; the test itself is code of the same name.

    Attributes:
        needs: Fields of the situation that it looks at; one that is not known makes the gate red.
        params: Its numbers, named with their unit.
        fix: What to do while it is red.
    """

    title: Label
    clause: str
    needs: tuple[str, ...]
    params: Mapping[str, int] = Field(default_factory=dict)
    fix: Label


class DunningStep(Strict):
    """One rung of the ladder from a reminder to a supply cut, softest first.

    Attributes:
        from_days: Days after the due date from which it is proper; negative before it.
        channel: Codes of ``dunning_contact.channel`` that count as having done it.
        hard: Whether it needs green gates.
    """

    title: Label
    from_days: int
    channel: tuple[str, ...] = ()
    hard: bool = False
    clause: str


class Gates(Strict):
    """``gates.yaml``.

    Attributes:
        facts: What gates look at: each field of the situation that one of them needs.
        cut: Gates that a supply cut passes; ``notice`` those that a notice of disconnection passes.
    """

    gates: Mapping[str, Gate] = Field(min_length=1)
    facts: Mapping[str, Label]
    notice: tuple[str, ...]
    cut: tuple[str, ...]
    ladder: Mapping[str, DunningStep] = Field(min_length=1)


def load_gates(root: Path = BUILT_IN) -> Gates:
    """Load the gates and the dunning ladder.

    Raises:
        WattwardenError: a key is unknown, or a gate or clause does not exist.
    """
    path = root / "gates.yaml"
    loaded = validate(Gates, read_yaml(path), str(path))
    clauses = load_clauses(root)
    cited = [
        *((f"gates.{name}", gate.clause) for name, gate in loaded.gates.items()),
        *((f"ladder.{name}", step.clause) for name, step in loaded.ladder.items()),
    ]
    problems = [no_clause(f"{path}: {where}", ref) for where, ref in cited if ref not in clauses]
    problems += [
        Problem(f"{path}: notice, cut", found=name, expected=f"one of {', '.join(loaded.gates)}")
        for name in (*loaded.notice, *loaded.cut)
        if name not in loaded.gates
    ]
    needed = {fact for gate in loaded.gates.values() for fact in gate.needs}
    problems += [
        Problem(f"{path}: facts", found=fact, expected=f"each of {', '.join(sorted(needed))}, once")
        for fact in sorted(needed ^ loaded.facts.keys())
    ]
    if problems:
        raise WattwardenError(*problems)
    return loaded


@cache
def gates() -> Gates:
    """The built-in gates, loaded once."""
    return load_gates()


def no_clause(place: str, ref: str) -> Problem:
    """The problem of a clause that is cited and does not exist."""
    return Problem(
        place, found=f"clause {ref}", expected="an article below content/clauses/, as file.article"
    )
