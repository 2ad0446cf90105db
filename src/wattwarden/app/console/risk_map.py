"""The risk map: the twelve points and nine controls with findings, money and trend, down to their rules."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wattwarden.app.console.catalogue import rules_of
from wattwarden.app.console.charts import Chart, Lines, line_chart
from wattwarden.app.console.finding_detail import register
from wattwarden.app.console.sums import Total, by_scan, newest_scan, totals
from wattwarden.app.store import home
from wattwarden.domain.access import Viewer
from wattwarden.domain.case import SEVERITIES
from wattwarden.domain.errors import absent
from wattwarden.domain.labels import Label
from wattwarden.records.models import RuleFigure
from wattwarden.rulekit.model import Rule
from wattwarden.rulekit.register import RiskPoint

HEATS = 4
"""Shades of the map; the darkest is for the most expected money."""
_JUDGED = ("found", "none")


@dataclass(frozen=True)
class PointSums:
    """One risk point or control.

    Args:
        heat: 0 where nothing is expected, else 1 to ``HEATS`` by expected money.
        change: Findings more, or fewer, than in the scan before; None before the second scan.
        rules, judged: Live rules, and those of them that came to a result in the last scan.
    """

    number: str
    point: RiskPoint
    total: Total
    severities: Mapping[str, int]
    heat: int
    change: int | None
    rules: int
    judged: int


@dataclass(frozen=True)
class RuleSums:
    """One rule of a point."""

    rule: Rule
    total: Total
    outcome: str


@dataclass(frozen=True)
class PointDetail:
    """A point with its rules and its history."""

    sums: PointSums
    rules: Sequence[RuleSums]
    charts: Sequence[Chart]


def risk_map(viewer: Viewer) -> Sequence[PointSums]:
    """Every point of the register, in its order."""
    scan = newest_scan(viewer)
    found: dict[str, Total] = {}
    severities: dict[str, Counter[str]] = {}
    if scan is not None:
        for (risk, severity), total in totals(viewer, scan, "risk", "severity").items():
            found[risk] = found.get(risk, Total()) + total
            severities.setdefault(risk, Counter())[severity] += total.findings
    before = _before(viewer, scan)
    live = Counter(rule.risk for rule in rules_of(home()).values() if rule.is_live)
    judged = _judged(scan)
    most = max((total.expected_fen for total in found.values()), default=0)
    return [
        PointSums(
            number=number,
            point=point,
            total=(total := found.get(number, Total())),
            severities={name: severities.get(number, Counter())[name] for name in reversed(SEVERITIES)},
            heat=_heat(total.expected_fen, most),
            change=None if before is None else total.findings - before.get(number, 0),
            rules=live[number],
            judged=judged[number],
        )
        for number, point in register().points.items()
    ]


def point_detail(viewer: Viewer, number: str) -> PointDetail:
    """One point.

    Raises:
        WattwardenError: there is no such point.
    """
    sums = next((one for one in risk_map(viewer) if one.number == number), None)
    if sums is None:
        raise absent(f"risk point {number[:20]}", expected="a number of the risk map")
    scan = newest_scan(viewer)
    found = {key[1]: total for key, total in totals(viewer, scan, "risk", "rule_id").items() if key[0] == number} \
        if scan is not None else {}  # fmt: skip
    outcomes = dict(RuleFigure.objects.filter(scan=scan or 0).values_list("rule_id", "kind"))
    rules = [
        RuleSums(rule, found.get(rule.id, Total()), outcomes.get(rule.id, "–"))
        for rule in rules_of(home()).values()
        if rule.risk == number
    ]
    rules.sort(key=lambda one: (-one.total.expected_fen, -one.total.findings, one.rule.id))
    return PointDetail(sums, rules, [_trend(viewer, number)])


def _before(viewer: Viewer, scan: int | None) -> Mapping[str, int] | None:
    """Findings by risk in the scan before the newest."""
    history = by_scan(viewer, "risk") if scan is not None else ()
    earlier = max((number for number, *_ in history if scan is not None and number < scan), default=None)
    if earlier is None:
        return None
    return {risk: total.findings for number, _, (risk,), total in history if number == earlier}


def _judged(scan: int | None) -> Counter[str]:
    kinds = RuleFigure.objects.filter(scan=scan or 0, kind__in=_JUDGED).values_list("rule_id", flat=True)
    rules = rules_of(home())
    return Counter(rules[rule_id].risk for rule_id in kinds if rule_id in rules)


def _heat(expected_fen: int, most: int) -> int:
    if expected_fen <= 0 or most <= 0:
        return 0
    # By powers of four below the largest, as money spreads over decades.
    heat = HEATS
    while heat > 1 and expected_fen * 4 ** (HEATS - heat + 1) <= most:
        heat -= 1
    return heat


def _trend(viewer: Viewer, number: str) -> Chart:
    zh = viewer.language == "zh"
    history = [row for row in by_scan(viewer, "risk") if row[2] == (number,)]
    label = Label(zh="疑点数", en="Findings").text(viewer.language)
    x = [f"#{scan} {day}" for scan, day, _, _ in history]
    title = "历次扫描" if zh else "Over scans"
    values = {label: [total.findings for *_, total in history]}
    return line_chart(title, Lines(x, values, "", None, "扫描" if zh else "Scan"))
