"""The best cases told in both languages: who, what, why, proof, money, law, what to check first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from wattwarden.app.proof_pack import ProofPack
from wattwarden.app.report.curves import Curve, curves
from wattwarden.app.report.material import Material
from wattwarden.app.report.proof import case_proof
from wattwarden.app.show_finding import clause_lines, proof_lines
from wattwarden.app.shown_value import shown_param
from wattwarden.domain.labels import LANGUAGES, Label
from wattwarden.rulekit.model import Rule
from wattwarden.scoring.explain import explain

MOST_FINDINGS = 6
"""Findings of one case that are told; the rest are counted."""
Row = Mapping[str, object]

_WHO = """
SELECT c.customer_id, c.name, c.premise_id, p.address
FROM customer AS c
LEFT JOIN premise AS p ON p.premise_id = c.premise_id
WHERE c.customer_id IN ({customers})
"""


@dataclass(frozen=True)
class FindingStory:
    """One finding of a case; ``rule`` is None where the catalogue no longer has it."""

    row: Row
    title: Label
    rule: Rule | None
    proof: Sequence[Label]
    params: Sequence[Label]
    clauses: Sequence[Label]
    curves: Sequence[Curve]


@dataclass(frozen=True)
class CaseStory:
    """One case.

    Args:
        row: Its row of CASE_SCHEMA.
        subject: What the findings were merged by, masked.
        customer, name, address: As they may be shown; empty where not known.
        organisation: Name of the organisation.
        because: Why it ranks there.
        more: Findings that are not told.
        proof: Series, timeline and safety of its customer, where the scan laid them out.
    """

    row: Row
    subject: Label
    customer: str
    name: str
    address: str
    organisation: str
    titles: Sequence[Label]
    because: Sequence[Label]
    findings: Sequence[FindingStory]
    more: int
    proof: ProofPack | None


def stories(material: Material, count: int) -> list[CaseStory]:
    """The first ``count`` cases of the scan."""
    cases = material.scan.cases.slice(0, count).to_pylist()
    by_case = _findings_by_case(material, [str(case["case_key"]) for case in cases])
    told = {key: rows.slice(0, MOST_FINDINGS).to_pylist() for key, rows in by_case.items()}
    drawn = curves(material, [row for rows in told.values() for row in rows])
    who = _people(material, cases)
    organisations = organisation_names(material)
    return [
        _story(
            material,
            case,
            by_case[str(case["case_key"])],
            told[str(case["case_key"])],
            drawn,
            who,
            organisations,
        )
        for case in cases
    ]


def organisation_names(material: Material) -> dict[str, str]:
    """Names of organisations by number."""
    rows = material.engine.query("SELECT org_id, name FROM org_unit").to_pylist()
    return {str(row["org_id"]): str(row["name"]) for row in rows}


def _story(
    material: Material,
    case: Row,
    rows: pa.Table,
    told: Sequence[Row],
    drawn: Mapping[str, Sequence[Curve]],
    who: Mapping[str, Row],
    organisations: Mapping[str, str],
) -> CaseStory:
    person = who.get(str(case["customer_id"]), {})
    shown = material.masker
    org = "" if case["org_id"] is None else str(case["org_id"])
    return CaseStory(
        row=case,
        subject=_subject(material, case),
        customer=_text(shown.value("customer_id", case["customer_id"])),
        name=_text(shown.value("name", person.get("name"))),
        address=_text(shown.value("address", person.get("address"))),
        organisation=organisations.get(org, org),
        titles=[material.title(rule) for rule in dict.fromkeys(str(r) for r in rows["rule_id"].to_pylist())],
        because=explain(
            case, rows, material.register, material.parameters, material.titles, material.learned
        ),
        findings=[_finding(material, row, drawn.get(str(row["finding_key"]), ())) for row in told],
        more=rows.num_rows - len(told),
        proof=case_proof(material, case, rows["rule_id"].to_pylist()),
    )


def _finding(material: Material, row: Row, drawn: Sequence[Curve]) -> FindingStory:
    rule = material.rules.get(str(row["rule_id"]))
    title = material.title(str(row["rule_id"]))
    if rule is None:
        return FindingStory(row, title, None, (), (), (), drawn)
    return FindingStory(
        row=row,
        title=title,
        rule=rule,
        proof=_both(*(list(proof_lines(row, rule, language, material.masker)) for language in LANGUAGES)),
        params=[
            Label(zh=f"{p.zh}: {shown_param(p, 'zh')}", en=f"{p.en}: {shown_param(p, 'en')}")
            for p in rule.params.values()
        ],
        clauses=_both(*(list(clause_lines(rule, material.clauses, language)) for language in LANGUAGES)),
        curves=drawn,
    )


def _findings_by_case(material: Material, keys: Sequence[str]) -> dict[str, pa.Table]:
    rows = material.findings
    mine = rows.filter(pc.is_in(rows["case_key"], pa.array(keys, pa.string())))
    return {key: mine.filter(pc.equal(mine["case_key"], key)) for key in keys}


def _people(material: Material, cases: Iterable[Row]) -> dict[str, Row]:
    ids = sorted({str(case["customer_id"]) for case in cases if case["customer_id"] is not None})
    if not ids:
        return {}
    listed = ", ".join("'" + customer.replace("'", "''") + "'" for customer in ids)
    rows = material.engine.query(_WHO.format(customers=listed)).to_pylist()
    return {str(row["customer_id"]): row for row in rows}


def _subject(material: Material, case: Row) -> Label:
    kind = str(case["subject_kind"])
    shown = material.masker.subject(kind, str(case["subject_id"])) or ""
    if kind not in material.contract:
        return Label(zh=f"{kind} {shown}", en=f"{kind} {shown}")
    label = material.contract[kind].label
    return Label(zh=f"{label.zh} {shown}", en=f"{label.en} {shown}")


def _both(zh: Sequence[str], en: Sequence[str]) -> list[Label]:
    return [Label(zh=a or "–", en=b or "–") for a, b in zip(zh, en, strict=True)]


def _text(value: object) -> str:
    return "" if value is None else str(value)
