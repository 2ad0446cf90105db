"""The self-contained HTML page: all text in both languages, all data and the chart library inside."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from wattwarden.app.columns import load_lists
from wattwarden.app.report.curves import Curve
from wattwarden.app.report.figures import HeadFigures, RiskFigures, head_figures, risk_figures
from wattwarden.app.report.material import Material
from wattwarden.app.report.proof import proof_curve
from wattwarden.app.report.quality import Quality, quality
from wattwarden.app.report.stories import CaseStory, organisation_names, stories
from wattwarden.app.report.trends import MonthCount, ScanCount, chapters, month_counts, scan_counts
from wattwarden.domain.labels import Label, Language
from wattwarden.domain.money import round_to, yuan_text
from wattwarden.rulekit.register import Clause
from wattwarden.scoring.explain import percent

FOLDER = Path(__file__).parent
CHARTS = FOLDER / "vendor" / "echarts.common.min.js"
_TITLES_OF_CHAPTER = 2
_CHINESE_STEPS = ((10_000_000_000, 2, "亿元"), (1_000_000, 1, "万元"), (100, 0, "元"))
_ENGLISH_STEPS = ((100_000_000, 2, "million yuan"), (100, 0, "yuan"))


@dataclass(frozen=True)
class Report:
    """Everything that is shown."""

    material: Material
    head: HeadFigures
    points: Sequence[RiskFigures]
    scans: Sequence[ScanCount]
    months: Sequence[MonthCount]
    cases: Sequence[CaseStory]
    quality: Quality
    organisation: str

    @property
    def risks(self) -> list[RiskFigures]:
        """The twelve risk points."""
        return [point for point in self.points if point.kind == "risk"]

    @property
    def controls(self) -> list[RiskFigures]:
        """The controls."""
        return [point for point in self.points if point.kind == "control"]

    @property
    def cited(self) -> list[Clause]:
        """Clauses that the rules of this scan cite, in the order of their reference."""
        refs = {
            ref
            for outcome in self.material.scan.outcomes
            if (rule := self.material.rules.get(str(outcome["rule_id"])))
            for ref in rule.clauses
        }
        return [self.material.clauses[ref] for ref in sorted(refs) if ref in self.material.clauses]


def make_report(material: Material, cases: int) -> Report:
    """Work out all figures of the report.

    Args:
        material: The scan.
        cases: Number of cases to tell in full.
    """
    scope = material.scan.facts.get("org")
    names = organisation_names(material)
    return Report(
        material=material,
        head=head_figures(material),
        points=risk_figures(material),
        scans=scan_counts(material),
        months=month_counts(material),
        cases=stories(material, cases),
        quality=quality(material),
        organisation=names.get(str(scope), "") if scope else _widest(material),
    )


def render(report: Report, language: Language) -> str:
    """The page; it opens in ``language`` and can be switched."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        both=both, yuan=yuan_text, short_yuan=short_yuan, percent=percent, words=load_lists().words
    )
    return environment.get_template("page.html.jinja").render(
        report=report,
        language=language,
        style=Markup((FOLDER / "templates" / "page.css").read_text(encoding="utf-8")),  # noqa: S704  # our own file
        script=Markup((FOLDER / "templates" / "page.js").read_text(encoding="utf-8")),  # noqa: S704  # our own file
        charts=Markup(CHARTS.read_text(encoding="utf-8")),  # noqa: S704  # the vendored library
        data=script_json(_chart_data(report)),
        version=version("wattwarden"),
    )


def both(label: Label) -> Markup:
    """A phrase in both languages, of which the page shows one."""
    return Markup('<span class="zh">{}</span><span class="en">{}</span>').format(label.zh, label.en)


def short_yuan(amount: int) -> Label:
    """An amount of fen for headlines: 万元 and 亿元, or million yuan."""
    return Label(zh=_scaled(amount, _CHINESE_STEPS), en=_scaled(amount, _ENGLISH_STEPS))


def script_json(data: object) -> Markup:
    """JSON that can stand inside a ``script`` element, whatever the data say."""
    text = json.dumps(data, ensure_ascii=False, default=str, separators=(",", ":"))
    for sign in ("<", ">", "&", "\u2028", "\u2029"):
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704  # no sign is left that could end the element


def _scaled(amount: int, steps: Sequence[tuple[int, int, str]]) -> str:
    unit, digits, name = next((step for step in steps if abs(amount) >= step[0]), steps[-1])
    return f"{round_to(Decimal(amount) / unit, digits):,} {name}"


def _widest(material: Material) -> str:
    """Name of the county, city or province that holds all units; empty where there is no such one."""
    query = "SELECT org_id, name, kind, parent_org_id FROM org_unit ORDER BY org_id"
    units = material.engine.query(query).to_pylist()
    known = {unit["org_id"] for unit in units}
    below = [unit for unit in units if unit["parent_org_id"] not in known]
    name = ""
    while len(below) == 1 and below[0]["kind"] in ("province", "city", "county"):
        name = str(below[0]["name"])
        below = [unit for unit in units if unit["parent_org_id"] == below[0]["org_id"]]
    return name


def _chart_data(report: Report) -> Mapping[str, object]:
    return {
        "today": report.material.scan.facts["today"],
        "risks": [
            {
                "number": point.number,
                "zh": point.title.zh,
                "en": point.title.en,
                "likely": round(point.sums.likely, 2),
                "each": point.sums.each_fen,
                "expected": point.sums.expected_fen,
                "findings": point.sums.findings,
            }
            for point in report.risks
            if point.sums.findings
        ],
        "scans": [vars(scan) for scan in report.scans],
        "months": [{"month": month.month, **month.by_chapter} for month in report.months],
        "chapters": [_chapter(report, chapter) for chapter in chapters(report.months)],
        "curves": {
            f"c{case.row['rank']}-{i}-{j}": _curve_data(curve)
            for case in report.cases
            for i, finding in enumerate(case.findings)
            for j, curve in enumerate(finding.curves)
            if not curve.problem
        }
        | {
            f"p{case.row['rank']}-{i}": _curve_data(proof_curve(series))
            for case in report.cases
            if case.proof
            for i, series in enumerate(case.proof.series)
        },
    }


def _chapter(report: Report, chapter: str) -> Mapping[str, str]:
    titles = [point.title for point in report.points if point.number.startswith(f"{chapter}.")]
    dots = "…" if len(titles) > _TITLES_OF_CHAPTER else ""
    shown = titles[:_TITLES_OF_CHAPTER]
    zh, en = "、".join(title.zh for title in shown), ", ".join(title.en for title in shown)
    return {"chapter": chapter, "zh": f"{chapter} {zh}{dots}", "en": f"{chapter} {en}{dots}"}


def _curve_data(curve: Curve) -> Mapping[str, object]:
    return {
        "zh": curve.title.zh,
        "en": curve.title.en,
        "x": list(curve.x),
        "from": curve.mark_from,
        "to": _last_day(curve.mark_to),
        "lines": [
            {
                "zh": line.label.zh,
                "en": line.label.en,
                "uzh": line.unit.zh if line.unit else "",
                "uen": line.unit.en if line.unit else "",
                "y": list(line.values),
            }
            for line in curve.lines
        ],
    }


def _last_day(exclusive: str | None) -> str | None:
    """The last day inside a half-open period."""
    return (
        None
        if exclusive is None
        else date.fromordinal(date.fromisoformat(exclusive).toordinal() - 1).isoformat()
    )
