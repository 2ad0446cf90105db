"""Gates before hard steps: green, red or unknown, each with its clause; unknown is not green."""

from collections.abc import Sequence
from datetime import datetime

from wattwarden.calc.work_time.calendar_index import WorkCalendar
from wattwarden.cases.gate_content import Gates, gates
from wattwarden.cases.gate_tests import ORDINARY, TESTS, Look
from wattwarden.cases.situation import GateResult, Light, Situation
from wattwarden.domain.labels import Label


def check_gates(
    names: Sequence[str], case: Situation, calendar: WorkCalendar, now: datetime, content: Gates | None = None
) -> tuple[GateResult, ...]:
    """Look at gates, in the order given.

    Raises:
        WattwardenError: ``now`` lies in a year without a calendar.
    """
    known = content or gates()
    return tuple(_check(name, known, case, calendar, now) for name in names)


def _check(name: str, known: Gates, case: Situation, calendar: WorkCalendar, now: datetime) -> GateResult:
    gate = known.gates[name]
    missing = [field for field in gate.needs if getattr(case, field) is None]
    if name == "not_important" and case.importance == ORDINARY:
        missing = []
    if missing:
        facts = [known.facts[field] for field in missing]
        why = Label(
            zh=f"未知：{'、'.join(fact.zh for fact in facts)}",
            en=f"not known: {', '.join(fact.en for fact in facts)}",
        )
        return GateResult(name, gate.title, Light.UNKNOWN, why, gate.fix, gate.clause)
    is_green, why = TESTS[name](Look(case, gate.params, calendar, now))
    return GateResult(name, gate.title, Light.GREEN if is_green else Light.RED, why, gate.fix, gate.clause)
