"""The report as sheets of a workbook."""

from collections.abc import Iterator, Mapping, Sequence

from wattwarden.app.columns import load_lists
from wattwarden.app.list_findings import listed_rows
from wattwarden.app.report.figures import HeadFigures
from wattwarden.app.report.material import Material
from wattwarden.app.report.page import Report
from wattwarden.app.workbook import Sheet, glossary
from wattwarden.domain.labels import Label, Language
from wattwarden.domain.money import yuan_text

LISTS = ("findings", "cases", "outcomes", "quality", "refused")
_CHUNK = 5_000


def sheets(report: Report, language: Language) -> list[Sheet]:
    """Overview, findings, cases, rule outcomes, data quality, refused rows and glossary."""
    lists, material = load_lists().lists, report.material
    return [
        Sheet(Label(zh="概览", en="Overview"), lists["overview"], _overview(report, language)),
        Sheet(Label(zh="疑点", en="Findings"), lists["findings"], _findings(material, language)),
        Sheet(Label(zh="线索", en="Cases"), lists["cases"], _cases(material, language)),
        Sheet(Label(zh="规则结果", en="Rule outcomes"), lists["outcomes"], _outcomes(material, language)),
        Sheet(Label(zh="数据质量", en="Data quality"), lists["quality"], _tables(report, language)),
        Sheet(Label(zh="被拒的行", en="Refused rows"), lists["refused"], _refused(report, language)),
        Sheet(Label(zh="列说明", en="Glossary"), lists["glossary"], glossary(LISTS, language)),
    ]


def _overview(report: Report, language: Language) -> Sequence[Mapping[str, object]]:
    facts, head = report.material.scan.facts, report.head
    pairs = [
        (Label(zh="单位", en="Organisation"), report.organisation or "–"),
        (Label(zh="扫描编号", en="Scan"), report.material.number),
        (Label(zh="业务日", en="Business date"), facts["today"]),
        (Label(zh="数据版本", en="Data version"), facts["lake_version"]),
        (Label(zh="规则内容摘要", en="Content hash"), facts["content_hash"]),
        *_head_pairs(head),
    ]
    points = [
        (
            f"{point.number} {point.title.text(language)}",
            f"{point.sums.findings:,}"
            + {"zh": " 条疑点, 期望可挽回 ", "en": " findings, expected to be made good "}[language]
            + yuan_text(point.sums.expected_fen)
            + {"zh": " 元", "en": " yuan"}[language],
        )
        for point in report.risks
    ]
    rows = [(label.text(language), value) for label, value in pairs] + points
    return [{"item": item, "value": value} for item, value in rows]


def _head_pairs(head: HeadFigures) -> list[tuple[Label, object]]:
    return [
        (Label(zh="疑点", en="Findings"), f"{head.findings:,}"),
        (Label(zh="线索", en="Cases"), f"{head.cases:,}"),
        (Label(zh="值得查的线索", en="Cases worth a check"), f"{head.worthwhile:,}"),
        (Label(zh="其期望净值(元)", en="Their net value (yuan)"), yuan_text(head.net_value_fen)),
        (Label(zh="公司可能少收(元)", en="The company may have lost (yuan)"), yuan_text(head.utility_fen)),
        (Label(zh="客户可能多交(元)", en="Customers may have overpaid (yuan)"), yuan_text(head.customer_fen)),
        (Label(zh="运行的规则", en="Rules that ran"), head.rules),
        (Label(zh="看到的风险点", en="Risk points seen"), f"{head.points_seen} / {head.points}"),
    ]


def _findings(material: Material, language: Language) -> Iterator[Mapping[str, object]]:
    # In slices, so that a sheet of a million findings never stands in memory as Python objects.
    for start in range(0, material.findings.num_rows, _CHUNK):
        part = material.findings.slice(start, _CHUNK)
        yield from listed_rows(part, material.titles, language, material.masker)


def _cases(material: Material, language: Language) -> Iterator[Mapping[str, object]]:
    for start in range(0, material.scan.cases.num_rows, _CHUNK):
        for row in material.scan.cases.slice(start, _CHUNK).to_pylist():
            yield {
                **row,
                "titles": [material.title(rule).text(language) for rule in row["rules"]],
                "customer_id": material.masker.value("customer_id", row["customer_id"]),
                "subject_id": material.masker.subject(row["subject_kind"], row["subject_id"]),
            }


def _outcomes(material: Material, language: Language) -> Iterator[Mapping[str, object]]:
    for outcome in material.scan.outcomes:
        rule = material.rules.get(str(outcome["rule_id"]))
        yield {
            **outcome,
            "title": material.title(str(outcome["rule_id"])).text(language),
            "risk": rule.risk if rule else None,
            "status": rule.status if rule else None,
        }


def _tables(report: Report, language: Language) -> Iterator[Mapping[str, object]]:
    for table in report.quality.tables:
        yield {**vars(table), "table": table.name, "label": table.label.text(language)}


def _refused(report: Report, language: Language) -> Iterator[Mapping[str, object]]:
    for reason in report.quality.reasons:
        yield {**vars(reason), "expected": reason.expected.text(language)}
