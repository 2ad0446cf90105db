"""Requests made at random from the schema of the interface, sent to it in this process, and its answers.

Half of the values are drawn from those that exist, else nearly every request would end at "not found".
"""

import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import hypothesis.strategies as st
import schemathesis
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, checks
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok

SCHEMA = "/api/v1/openapi.json"
Known = Mapping[str, Sequence[object]]
"""Values that exist, by the name of the parameter or of the field of a body."""
AnyCase = Case[Any]
"""One request of any operation."""
_A_ROUND = 10
"""Requests of each kind made at once; more rounds follow until there are enough."""
_CHECKS = [
    checks.not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
    checks.response_schema_conformance,
]  # fmt: skip


@dataclass
class Verdict:
    """What came of it.

    Attributes:
        statuses: Answers by their status.
        faults: By operation and kind of fault, the first request that shows it.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        """How many were sent."""
        return self.statuses.total()


def fuzz(application: object, tokens: Sequence[str], known: Known, requests: int, seed: int) -> Verdict:
    """Send requests to every operation, as the schema says and against it, in rounds.

    Args:
        application: The WSGI application.
        tokens: Of the accounts; each request is sent in the name of each.
        known: Values that exist.
        requests: How many at least.
        seed: The same seed makes the same requests.
    """
    verdict = Verdict()
    accounts = [{"Authorization": f"Bearer {token}"} for token in tokens]
    schema = schemathesis.openapi.from_wsgi(SCHEMA, application, headers=accounts[0])
    made = [
        _read(found).as_strategy(mode) for found in schema.get_all_operations() for mode in GenerationMode
    ]
    examples = min(_A_ROUND, max(1, requests // (len(made) * len(accounts))))
    while verdict.requests < requests:
        for strategy in made:
            for case in _made(strategy, known, examples, seed):
                for headers in accounts:
                    _send(case, headers, verdict)
        seed += 1
    return verdict


def _read(found: Any) -> Any:  # noqa: ANN401 the operation of the schema, for which there is no public type
    if isinstance(found, Ok):
        return found.ok()
    raise found.err()


def _made(cases: st.SearchStrategy[AnyCase], known: Known, examples: int, seed: int) -> Sequence[AnyCase]:
    """So many requests; none against the schema of an operation that takes nothing."""
    made: list[AnyCase] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples, database=None, deadline=None, phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    @hypothesis.given(cases, st.randoms(use_true_random=False))
    def make(case: AnyCase, chance: Any) -> None:  # noqa: ANN401 hypothesis gives it no public type
        case.path_parameters = _with_known(case.path_parameters, known, chance)
        case.query = _with_known(case.query, known, chance)
        case.body = _with_known(case.body, known, chance)
        made.append(case)

    with contextlib.suppress(Unsatisfiable):
        make()
    return made


def _send(case: AnyCase, headers: Mapping[str, str], verdict: Verdict) -> None:
    response = case.call(headers=dict(headers))
    verdict.statuses[response.status_code] += 1
    try:
        case.validate_response(response, checks=_CHECKS)
    except FailureGroup as group:
        for fault in group.exceptions:
            what = f"{case.method} {case.operation.path}: {type(fault).__name__} {response.status_code}"
            verdict.faults.setdefault(what, f"{fault}\n{case.as_curl_command()}")


def _with_known(value: Any, known: Known, chance: Any) -> Any:  # noqa: ANN401 any JSON, and hypothesis' chance
    if isinstance(value, list):
        return [_with_known(one, known, chance) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: chance.choice(known[name]) if name in known and chance.random() < 1 / 2 else _with_known(inner, known, chance)
        for name, inner in value.items()
    }  # fmt: skip
