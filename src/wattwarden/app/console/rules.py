"""The rule catalogue: what each rule says, what it found, and how it fared when somebody looked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, Q

from wattwarden.app.console.catalogue import rules_of
from wattwarden.app.console.charts import Chart, Lines, line_chart
from wattwarden.app.console.finding_detail import ShownParam, clauses, register, shown_params, shown_sql
from wattwarden.app.console.sums import Total, newest_scan, totals
from wattwarden.app.rule_catalogue import SITE_CONTENT
from wattwarden.app.store import home
from wattwarden.calc.statistics import wilson_interval
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import absent
from wattwarden.domain.labels import Label
from wattwarden.records.guard import visible
from wattwarden.records.models import Case, RuleFigure
from wattwarden.rulekit.load import load_site_rules
from wattwarden.rulekit.model import Rule
from wattwarden.rulekit.register import Clause, RiskPoint

_HIT = ("confirmed", "useful")
_MISS = ("false",)


@dataclass(frozen=True)
class Precision:
    """Confirmed of those looked at, with its 95 % Wilson interval in per cent; visits and inspections."""

    hits: int
    of: int
    low: int
    high: int

    @classmethod
    def of_counts(cls, hits: int, trials: int) -> "Precision":
        """From counts."""
        low, high = wilson_interval(hits, trials)
        return cls(hits, trials, round(100 * low), round(100 * high))

    @property
    def percent(self) -> int | None:
        """The share in per cent; None where nobody looked."""
        return round(100 * self.hits / self.of) if self.of else None


@dataclass(frozen=True)
class ListedRule:
    """One rule with its figures of the last scan.

    Args:
        per_visit_fen: Expected money of one finding, each loss once; what a visit brings on average.
    """

    rule: Rule
    total: Total
    kind: str
    precision: Precision
    per_visit_fen: int | None
    is_site_set: bool


@dataclass(frozen=True)
class RuleDetail:
    """One rule in full.

    Attributes:
        overlap: Other rules on the same premises, and how many premises.
        history: Outcomes, newest scan first.
    """

    listed: ListedRule
    point: RiskPoint | None
    params: Sequence[ShownParam]
    sql: str
    clauses: Sequence[tuple[str, Clause | None]]
    overlap: Sequence[tuple[str, Label, int]]
    history: Sequence[RuleFigure]
    charts: Sequence[Chart]


@dataclass(frozen=True)
class RuleFilter:
    """Which rules are wanted; an empty field does not limit."""

    chapter: str = ""
    risk: str = ""
    status: str = ""
    q: str = ""
    sort: str = "id"

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "RuleFilter":
        """The filter that an address asks for."""
        names = ("chapter", "risk", "status", "q", "sort")
        return cls(**{name: query[name].strip() for name in names if name in query})


def list_rules(viewer: Viewer, chosen: RuleFilter) -> Sequence[ListedRule]:
    """Rules that match, sorted by number, findings, money or precision."""
    found = _found(viewer)
    figures, cases, site = _figures(), _case_outcomes(viewer), _site_rules()
    rules = [
        _listed(rule, found, figures, cases, site)
        for rule in rules_of(home()).values()
        if _fits(rule, chosen)
    ]
    orders = {
        "findings": lambda one: (-one.total.findings, one.rule.id),
        "money": lambda one: (-one.total.expected_fen, one.rule.id),
        "precision": lambda one: (-(one.precision.percent if one.precision.of else -1), one.rule.id),
    }
    return sorted(rules, key=orders.get(chosen.sort, lambda one: (one.rule.risk, one.rule.id)))


def rule_detail(viewer: Viewer, rule_id: str) -> RuleDetail:
    """One rule.

    Raises:
        WattwardenError: there is no such rule.
    """
    rules = rules_of(home())
    rule = rules.get(rule_id)
    if rule is None:
        raise absent(f"rule {rule_id[:60]}", expected="a rule of the catalogue")
    figures = list(RuleFigure.objects.filter(rule_id=rule_id).order_by("-scan")[:_MOST_SCANS])
    newest = {rule_id: figures[0]} if figures else {}
    shown = _listed(rule, _found(viewer), newest, _case_outcomes(viewer), _site_rules())
    overlap = figures[0].overlap.items() if figures else ()
    today = figures[0].today if figures else rule.examples[0].today
    return RuleDetail(
        listed=shown,
        point=register().points.get(rule.risk),
        params=shown_params(rule, viewer),
        sql=shown_sql(rule, today),
        clauses=[(ref, clauses().get(ref)) for ref in rule.clauses],
        overlap=[
            (other, rules[other].title if other in rules else Label(zh=other, en=other), shared)
            for other, shared in overlap
        ],
        history=figures,
        charts=[_history_chart(viewer, figures)] if len(figures) > 1 else [],
    )


_MOST_SCANS = 30


def _listed(
    rule: Rule, found: Mapping[str, Total], figures: Mapping[str, RuleFigure],
    cases: Mapping[str, tuple[int, int]], site: frozenset[str],
) -> ListedRule:  # fmt: skip
    figure, total = figures.get(rule.id), found.get(rule.id, Total())
    hits, looked = cases.get(rule.id, (0, 0))
    inspected, confirmed = (figure.inspected, figure.confirmed) if figure else (0, 0)
    return ListedRule(
        rule=rule,
        total=total,
        kind=figure.kind if figure else "–",
        precision=Precision.of_counts(hits + confirmed, looked + inspected),
        per_visit_fen=total.expected_fen // total.findings if total.findings else None,
        is_site_set=rule.id in site,
    )


def _fits(rule: Rule, chosen: RuleFilter) -> bool:
    words = chosen.q.lower()
    text = f"{rule.id} {rule.title.zh} {rule.title.en}".lower()
    return (
        (not chosen.chapter or rule.chapter == chosen.chapter)
        and rule.risk.startswith(chosen.risk)
        and (not chosen.status or rule.status == chosen.status)
        and words in text
    )


def _found(viewer: Viewer) -> Mapping[str, Total]:
    scan = newest_scan(viewer)
    return {} if scan is None else {key[0]: total for key, total in totals(viewer, scan, "rule_id").items()}


def _figures() -> Mapping[str, RuleFigure]:
    newest = RuleFigure.objects.aggregate(n=Max("scan"))["n"]
    return {row.rule_id: row for row in RuleFigure.objects.filter(scan=newest).defer("examples", "overlap")}


def _case_outcomes(viewer: Viewer) -> Mapping[str, tuple[int, int]]:
    """Hits, and hits and misses together, of cases that came to an outcome, by leading rule."""
    rows = (
        visible(Case, viewer, "see_cases").filter(outcome__in=(*_HIT, *_MISS)).exclude(outcome="").order_by()
    )
    counted = rows.values_list("lead_rule").annotate(
        hits=Count("pk", filter=Q(outcome__in=_HIT)), of=Count("pk")
    )
    return {rule: (hits, looked) for rule, hits, looked in counted}


def _site_rules() -> frozenset[str]:
    return frozenset(load_site_rules(home() / SITE_CONTENT))


def _history_chart(viewer: Viewer, figures: Sequence[RuleFigure]) -> Chart:
    zh = viewer.language == "zh"
    oldest_first = figures[::-1]
    values = {("疑点数" if zh else "Findings"): [figure.findings for figure in oldest_first]}
    x = [f"#{figure.scan} {figure.today}" for figure in oldest_first]
    return line_chart(
        "历次扫描" if zh else "Over scans", Lines(x, values, "", None, "扫描" if zh else "Scan")
    )
