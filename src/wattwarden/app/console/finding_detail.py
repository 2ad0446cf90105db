"""One finding in full: who, what, why, proof, money, clause, doubts, checks, rank, life, case."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import sqlglot

from wattwarden.app.console.catalogue import rules_of
from wattwarden.app.console.charts import Chart
from wattwarden.app.console.findings import ListedFinding, listed
from wattwarden.app.console.masking import masker_for
from wattwarden.app.console.proof_charts import proof_charts
from wattwarden.app.console.traces import Subject, read
from wattwarden.app.rule_catalogue import SITE_CONTENT
from wattwarden.app.show_finding import proof_pairs
from wattwarden.app.shown_value import shown_param
from wattwarden.app.store import home
from wattwarden.domain.access import Viewer
from wattwarden.domain.content import BUILT_IN
from wattwarden.domain.finding import FINDING_SCHEMA, LifeState
from wattwarden.domain.labels import Label
from wattwarden.domain.params import Param
from wattwarden.records.guard import load, visible
from wattwarden.records.models import Case, Customer, Finding, RuleFigure
from wattwarden.rulekit import sql
from wattwarden.rulekit.model import Rule
from wattwarden.rulekit.register import Clause, Register, RiskPoint, load_clauses, load_register
from wattwarden.scoring.explain import explain
from wattwarden.scoring.parameters import load_scoring_parameters
from wattwarden.scoring.score import score


@dataclass(frozen=True)
class Person:
    """Whom it is about, masked for the viewer; ``opens`` where he may look into the customer's file."""

    customer_id: str
    name: str
    address: str
    opens: str | None


@dataclass(frozen=True)
class ShownParam:
    """A parameter of the rule as it was counted with."""

    name: str
    label: str
    value: str
    is_verified: bool


@dataclass(frozen=True)
class FindingDetail:
    """Everything about one finding.

    Attributes:
        proof: Label and value with unit.
        clauses: Reference, and the clause where the content has it.
        sql: The rule's query with its values put in; None where the rule is gone.
        because: Why it ranks there, one sentence each.
        related: Other findings of the same premise that the viewer may see.
        confirmed: Customers with a finding of the same rule whom an inspection confirmed.
        case: The case that works on it.
        money_place: Where likely lies between low and high, in per cent.
    """

    shown: ListedFinding
    person: Person | None
    point: RiskPoint | None
    proof: Sequence[tuple[str, str]]
    charts: Sequence[Chart]
    params: Sequence[ShownParam]
    clauses: Sequence[tuple[str, Clause | None]]
    sql: str | None
    because: Sequence[Label]
    related: Sequence[ListedFinding]
    confirmed: Sequence[Mapping[str, object]]
    case: Case | None
    money_place: int | None


def finding_detail(viewer: Viewer, key: str) -> FindingDetail:
    """One finding with its surroundings; the number of queries does not depend on it.

    Raises:
        WattwardenError: it does not exist for this viewer.
    """
    row = load(Finding, key, viewer, "see_findings")
    read(viewer, Subject("finding", row.finding_key, row.org_path, row.staff_side))
    own = _of_case(viewer, row)
    shown = next(one for one in listed(viewer, own) if one.row.pk == row.pk)
    rule = shown.rule
    values = {name: getattr(row, name) for name in FINDING_SCHEMA.names}
    masker = masker_for(viewer, row.org_path)
    language = viewer.language
    figure = RuleFigure.objects.filter(rule_id=row.rule_id, scan=row.scan).first()
    return FindingDetail(
        shown=shown,
        person=_person(viewer, row),
        point=register().points.get(row.risk),
        proof=list(proof_pairs(values, rule, language, masker)) if rule else (),
        charts=proof_charts(values, rule, language) if rule else (),
        params=shown_params(rule, viewer) if rule else (),
        clauses=[(ref, clauses().get(ref)) for ref in rule.clauses] if rule else (),
        sql=shown_sql(rule, row.last_seen) if rule else None,
        because=_because(own) if row.state != LifeState.GONE.value else (),
        related=[one for one in listed(viewer, own) if one.row.pk != row.pk],
        confirmed=_confirmed(viewer, figure),
        case=visible(Case, viewer, "see_cases").filter(case_key=row.case_key).order_by("-id").first()
        if row.case_key
        else None,
        money_place=_money_place(row),
    )


@functools.cache
def register() -> Register:
    """The risk register, read once a process."""
    return load_register()


@functools.cache
def clauses() -> Mapping[str, Clause]:
    """Clauses by reference, read once a process."""
    return load_clauses()


def shown_params(rule: Rule, viewer: Viewer) -> Sequence[ShownParam]:
    """Parameters with unit, in the viewer's language."""

    def shown(name: str, param: Param) -> ShownParam:
        label = param.zh if viewer.language == "zh" else param.en
        return ShownParam(name, label, shown_param(param, viewer.language), param.verified)

    return [shown(name, param) for name, param in rule.params.items()]


@functools.lru_cache(maxsize=512)
def _pretty(text: str) -> str:
    return sqlglot.transpile(text, read="duckdb", write="duckdb", pretty=True)[0]


def shown_sql(rule: Rule, today: date) -> str:
    """The rule's query as it ran, with parameters and business date put in, indented."""
    return _pretty(sql.bound_sql(rule, today))


def _of_case(viewer: Viewer, row: Finding) -> Sequence[Finding]:
    """The findings of the same candidate case, this one among them."""
    if not row.case_key:
        return [row]
    rows = visible(Finding, viewer, "see_findings").filter(case_key=row.case_key)
    return list(rows.order_by("-expected_fen", "finding_key"))


def _because(rows: Sequence[Finding]) -> Sequence[Label]:
    values = [{name: getattr(row, name) for name in FINDING_SCHEMA.names} for row in rows]
    findings = pa.Table.from_pylist(values, FINDING_SCHEMA)
    parameters = load_scoring_parameters(BUILT_IN, home() / SITE_CONTENT)
    # Scored alone it would be the first of one; its place among all was kept when the scan was published.
    case = score(findings, register(), parameters).to_pylist()[0] | {"rank": rows[0].case_rank}
    titles = {rule_id: rule.title for rule_id, rule in rules_of(home()).items()}
    return explain(case, findings, register(), parameters, titles)


def _person(viewer: Viewer, row: Finding) -> Person | None:
    if row.customer_id is None:
        return None
    customer = Customer.objects.filter(pk=row.customer_id).first()
    masker = masker_for(viewer, row.org_path)
    number = str(masker.value("customer_id", row.customer_id))
    if customer is None:
        return Person(number, "–", "–", None)
    opens = customer.customer_id if viewer.may_at("see_customers", customer.org_path) else None
    name, address = (str(masker.value(n, getattr(customer, n)) or "–") for n in ("name", "address"))
    return Person(number, name, address, opens)


def _confirmed(viewer: Viewer, figure: RuleFigure | None) -> Sequence[Mapping[str, object]]:
    examples = figure.examples if figure else []
    keys = [example["finding_key"] for example in examples]
    seen = (
        {row.pk: row for row in visible(Finding, viewer, "see_findings").filter(pk__in=keys)} if keys else {}
    )
    return [
        {**example, "customer_id": masker_for(viewer, row.org_path).value("customer_id", row.customer_id)}
        for example in examples
        if (row := seen.get(example["finding_key"])) is not None
    ]


def _money_place(row: Finding) -> int | None:
    low, likely, high = row.loss_low_fen, row.loss_likely_fen, row.loss_high_fen
    if low is None or likely is None or high is None or high <= low:
        return None
    return max(0, min(100, (likely - low) * 100 // (high - low)))
