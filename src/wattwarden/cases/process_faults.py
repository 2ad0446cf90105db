"""Everything in a process file that leads nowhere, found at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from wattwarden.cases.gate_content import no_clause
from wattwarden.cases.process import OWNER, Action, Clock, Fact, Process
from wattwarden.domain.errors import Problem


@dataclass(frozen=True)
class Known:
    """What process files may refer to."""

    roles: frozenset[str]
    clauses: frozenset[str]
    risks: frozenset[str]
    gates: frozenset[str]
    tables: frozenset[str]


def faults(process: Process, known: Known) -> Iterator[Problem]:
    """Everything in a process that leads nowhere."""
    place = f"processes/{process.id}.yaml"
    yield from _strangers(f"{place}: serves", process.serves, known.risks, "a number of risks.yaml")
    yield from _strangers(f"{place}: subject", [process.subject], known.tables, "a table of the contract")
    yield from _strangers(f"{place}: starts_in", [process.starts_in], process.steps, "a step")
    for ref in _clauses(process):
        if ref not in known.clauses:
            yield no_clause(place, ref)
    for name, action in process.actions.items():
        yield from _action_faults(f"{place}: actions.{name}", action, process, known)
    yield from _step_faults(place, process, known)
    yield from _pause_faults(place, process, known)
    for name, clock in process.clocks.items():
        yield from _clock_faults(f"{place}: clocks.{name}", clock, process)
    for number, level in enumerate(process.escalation):
        yield from _strangers(f"{place}: escalation.{number}.clock", [level.clock], process.clocks, "a clock")
        yield from _strangers(
            f"{place}: escalation.{number}.to", level.to, {*known.roles, OWNER}, "a role or owner"
        )
    if process.returning:
        yield from _strangers(
            f"{place}: returning.action", [process.returning.action], process.actions, "an action"
        )
    yield from _dead_ends(place, process)


def _clauses(process: Process) -> list[str]:
    refs = [
        *process.clauses,
        *(action.clause for action in process.actions.values()),
        *(pause.clause for pause in process.pauses.values()),
        *(rule.clause for clock in process.clocks.values() for rule in clock.limits),
        *(paper.clause for step in process.steps.values() for paper in step.materials.values()),
    ]
    return [ref for ref in refs if ref]


def _action_faults(place: str, action: Action, process: Process, known: Known) -> Iterator[Problem]:
    yield from _strangers(f"{place}.from", action.origin, process.steps, "a step")
    yield from _strangers(f"{place}.to", [action.to] if action.to else [], process.steps, "a step")
    yield from _strangers(f"{place}.who", action.who, {*known.roles, OWNER}, "a role or owner")
    yield from _strangers(f"{place}.not_by", action.not_by, process.actions, "an action")
    yield from _strangers(f"{place}.outcomes", action.outcomes, process.outcomes, "an outcome")
    yield from _strangers(f"{place}.gates", action.gates, known.gates, "a gate of gates.yaml")
    yield from _fact_faults(f"{place}.marks", action.marks, process)
    yield from _strangers(f"{place}.asks", action.asks, process.facts, "a fact")
    yield from _strangers(f"{place}.returns_to", action.returns_to, process.actions, "an action")


def _step_faults(place: str, process: Process, known: Known) -> Iterator[Problem]:
    for name, step in process.steps.items():
        yield from _strangers(f"{place}: steps.{name}.owner", [step.owner], known.roles, "a role")
        for paper, material in step.materials.items():
            yield from _fact_faults(f"{place}: steps.{name}.materials.{paper}.when", material.when, process)
        if step.wakes is None:
            continue
        wake = process.actions.get(step.wakes)
        if wake is None or name not in wake.origin or "system" not in wake.who:
            yield Problem(f"{place}: steps.{name}.wakes", found=step.wakes,
                          expected=f"an action from {name} that the system may do")  # fmt: skip


def _pause_faults(place: str, process: Process, known: Known) -> Iterator[Problem]:
    for name, pause in process.pauses.items():
        where = f"{place}: pauses.{name}"
        yield from _strangers(f"{where}.who", pause.who, {*known.roles, OWNER}, "a role or owner")
        yield from _strangers(
            f"{where}.resumed_by", pause.resumed_by, {*known.roles, OWNER}, "a role or owner"
        )
        yield from _strangers(f"{where}.steps", pause.steps, process.steps, "a step")
        yield from _strangers(f"{where}.clocks", pause.clocks, process.clocks, "a clock")


def _clock_faults(place: str, clock: Clock, process: Process) -> Iterator[Problem]:
    yield from _strangers(f"{place}.runs_in", clock.runs_in, process.steps, "a step")
    yield from _strangers(f"{place}.stands_in", clock.stands_in, process.steps, "a step")
    for number, rule in enumerate(clock.limits):
        yield from _fact_faults(f"{place}.limits.{number}.when", rule.when, process)
    closed = [s for s in clock.runs_in if s in process.steps and process.steps[s].kind == "closed"]
    if closed:
        yield Problem(f"{place}.runs_in", found=closed[0], expected="steps that are not closed")


def _fact_faults(
    place: str, when: Mapping[str, Fact | tuple[Fact, ...]], process: Process
) -> Iterator[Problem]:
    for name, wanted in when.items():
        kind = process.facts.get(name)
        if kind is None:
            yield Problem(
                f"{place}.{name}", found="no such fact", expected=_list(process.facts, "a declared fact")
            )
        elif kind.values:
            values = [str(v) for v in (wanted if isinstance(wanted, tuple) else (wanted,))]
            yield from _strangers(f"{place}.{name}", values, kind.values, "a value of the fact")


def _dead_ends(place: str, process: Process) -> Iterator[Problem]:
    moves = {name: set[str]() for name in process.steps}
    for action in process.actions.values():
        for step in action.origin:
            if action.to and step in moves and action.to in moves:
                moves[step].add(action.to)
    reached = _reach({process.starts_in} & moves.keys(), moves)
    for step in moves.keys() - reached:
        yield Problem(
            f"{place}: steps.{step}", found="no way to it", expected=f"a way from {process.starts_in}"
        )
    ends = {name for name, step in process.steps.items() if step.kind == "closed"}
    backwards = {name: {s for s, to in moves.items() if name in to} for name in moves}
    for step in moves.keys() - _reach(ends, backwards):
        yield Problem(f"{place}: steps.{step}", found="no way to an end", expected="a way to a closed step")


def _reach(start: set[str], moves: Mapping[str, set[str]]) -> set[str]:
    seen, waiting = set(start), list(start)
    while waiting:
        for step in moves[waiting.pop()] - seen:
            seen.add(step)
            waiting.append(step)
    return seen


def _strangers(
    place: str, names: Sequence[str], known: Mapping[str, object] | set[str] | frozenset[str], what: str
) -> Iterator[Problem]:
    for name in names:
        if name not in known:
            yield Problem(place, found=name, expected=_list(known, what))


def _list(known: Mapping[str, object] | set[str] | frozenset[str], what: str) -> str:
    few = 20
    return f"{what}: {', '.join(sorted(known))}" if 0 < len(known) <= few else what
