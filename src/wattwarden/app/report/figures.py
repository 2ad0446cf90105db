"""Head figures, and the twelve risk points by likelihood and money."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow.compute as pc

from wattwarden.app.report.material import Material
from wattwarden.domain.finding import OutcomeKind
from wattwarden.domain.labels import Label
from wattwarden.scoring.evidence import ONE
from wattwarden.scoring.grouping import Ints, ints

JUDGED = (OutcomeKind.FOUND, OutcomeKind.NONE)
TROUBLED = (OutcomeKind.FAILED, OutcomeKind.OUT_OF_BAND)


@dataclass(frozen=True)
class HeadFigures:
    """What a leader reads first; money in fen.

    Args:
        findings: Findings of the scan; ``back`` of them had been gone before.
        cases: Candidate cases; ``worthwhile`` of them are worth more than they cost.
        net_value_fen: Expected net value of the worthwhile ones.
        utility_fen: Likely loss of the company, each loss once.
        customer_fen: Likely loss of customers, each loss once.
        rules: Rules that ran, and how many came to each outcome.
        points_seen: Risk points (not controls) with at least one rule that came to a result.
    """

    findings: int
    back: int
    cases: int
    worthwhile: int
    net_value_fen: int
    utility_fen: int
    customer_fen: int
    rules: int
    outcomes: Mapping[str, int]
    points_seen: int
    points: int


@dataclass(frozen=True)
class RiskSums:
    """What was found at one risk point; money in fen.

    Args:
        likely: How many findings are expected to be confirmed: the sum of their chances.
        money_fen: Likely losses, each once.
        each_fen: Money, or consequence, of one confirmed finding, on average.
        expected_fen: What confirming them would make good on average, each loss once.
        by_rule: Findings per rule, most first.
    """

    findings: int = 0
    cases: int = 0
    likely: float = 0.0
    money_fen: int = 0
    each_fen: int = 0
    expected_fen: int = 0
    by_rule: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class RiskFigures:
    """One risk point or control.

    Args:
        rules: Live rules that watch it; ``judged`` of them came to a result, ``troubled`` failed or left
            their band, ``blind`` had no data.
    """

    number: str
    title: Label
    goes_wrong: Label
    kind: str
    sums: RiskSums
    rules: int
    judged: int
    troubled: int
    blind: int

    @property
    def state(self) -> str:
        """``found``, ``clear``, ``troubled``, ``blind`` or ``unwatched``."""
        if self.sums.findings:
            return "found"
        if self.judged:
            return "clear"
        if self.troubled:
            return "troubled"
        return "blind" if self.rules else "unwatched"


def head_figures(material: Material) -> HeadFigures:
    """The head figures of the scan."""
    cases, found = material.scan.cases, material.findings
    net = ints(cases["net_value_fen"], 0)
    outcomes = Counter(str(outcome["kind"]) for outcome in material.scan.outcomes)
    points = [figures for figures in risk_figures(material) if figures.kind == "risk"]
    by_direction = _money_by_direction(material)
    return HeadFigures(
        findings=found.num_rows,
        back=int(pc.sum(pc.equal(found["state"], "back")).as_py() or 0),
        cases=cases.num_rows,
        worthwhile=int((net > 0).sum()),
        net_value_fen=int(net[net > 0].sum()),
        utility_fen=by_direction["utility_loses"],
        customer_fen=by_direction["customer_loses"],
        rules=len(material.scan.outcomes),
        outcomes=outcomes,
        points_seen=sum(1 for point in points if point.judged),
        points=len(points),
    )


def risk_figures(material: Material) -> list[RiskFigures]:
    """Every risk point and control of the register, in its order."""
    outcomes: dict[str, list[str]] = {}
    for outcome in material.scan.outcomes:
        rule = material.rules.get(str(outcome["rule_id"]))
        if rule is not None:
            outcomes.setdefault(rule.risk, []).append(str(outcome["kind"]))
    money = _by_risk(material)
    found = []
    for number, point in material.register.points.items():
        kinds = outcomes.get(number, [])
        found.append(
            RiskFigures(
                number=number,
                title=point.title,
                goes_wrong=point.goes_wrong,
                kind=point.kind,
                rules=len(kinds),
                judged=sum(1 for kind in kinds if kind in JUDGED),
                troubled=sum(1 for kind in kinds if kind in TROUBLED),
                blind=sum(1 for kind in kinds if kind == OutcomeKind.NO_DATA),
                sums=money.get(number, RiskSums()),
            )
        )
    return found


def _money_by_direction(material: Material) -> Counter[str]:
    causes = material.causes
    directions = material.prepared["direction"].take(causes["lead_row"]).to_pylist()
    totals: Counter[str] = Counter()
    for direction, likely in zip(directions, causes["likely"].to_pylist(), strict=True):
        totals[direction] += likely
    return totals


def _by_risk(material: Material) -> dict[str, RiskSums]:
    rows, causes = material.prepared, material.causes
    if not rows.num_rows:
        return {}
    chance = ints(rows["certainty"], 0)
    value = np.maximum(ints(rows["likely"], 0), ints(rows["consequence"], 0))
    risk = np.asarray(rows["risk"].to_pylist(), dtype=object)
    case, rule = ints(rows["case"], 0), np.asarray(rows["rule_id"].to_pylist(), dtype=object)
    lead_risk = risk[ints(causes["lead_row"], 0)]
    found = {}
    for number in sorted(set(risk)):
        mine, led = risk == number, lead_risk == number
        rules = Counter(map(str, rule[mine]))
        found[str(number)] = RiskSums(
            findings=int(mine.sum()),
            cases=len(np.unique(case[mine])),
            likely=int(chance[mine].sum()) / ONE,
            money_fen=int(ints(causes["likely"], 0)[led].sum()),
            each_fen=_mean_money(chance[mine], value[mine]),
            expected_fen=int(ints(causes["expected"], 0)[led].sum()),
            by_rule=dict(sorted(rules.items(), key=lambda item: (-item[1], item[0]))),
        )
    return found


def _mean_money(chance: Ints, money: Ints) -> int:
    # Python's whole numbers: chance times money of many findings may leave 64 bits.
    weight = int(chance.sum())
    return sum(c * m for c, m in zip(chance.tolist(), money.tolist(), strict=True)) // weight if weight else 0
