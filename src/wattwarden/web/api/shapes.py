"""Shapes that several resources share. Money is whole fen; shares are decimal texts; times are ISO 8601."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Generic, TypeVar

from ninja import Schema
from pydantic import Field

from wattwarden.app.casework.lists import ListedCase
from wattwarden.app.console.charts import Chart
from wattwarden.app.console.findings import ListedFinding
from wattwarden.app.console.grids import Grid
from wattwarden.app.console.sums import Total
from wattwarden.domain.labels import Label

Row = TypeVar("Row")
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""Number of a case, a record or a scan."""
Words = Annotated[str, Field(max_length=100)]
"""A filter."""
Key = Annotated[str, Field(min_length=1, max_length=100)]
Note = Annotated[str, Field(max_length=2000)]
Reason = Annotated[str, Field(min_length=4, max_length=500)]
After = Annotated[str | None, Field(max_length=400, description="``next`` of the page before.")]


class Text(Schema):
    """One phrase in Chinese and English."""

    zh: str
    en: str

    @classmethod
    def of(cls, label: Label) -> "Text":
        """From a label."""
        return cls(zh=label.zh, en=label.en)

    @classmethod
    def all(cls, labels: Sequence[Label]) -> "list[Text]":
        """From labels."""
        return [cls.of(label) for label in labels]


class PageOut(Schema, Generic[Row]):
    """A page of a list; ``next`` starts the next one, null at the end."""

    rows: list[Row]
    next: str | None


class Sums(Schema):
    """Findings and their money, each loss once."""

    findings: int
    counted_fen: int
    expected_fen: int

    @classmethod
    def of(cls, total: Total) -> "Sums":
        """From totals."""
        return cls(findings=total.findings, counted_fen=total.counted_fen, expected_fen=total.expected_fen)


class FindingRow(Schema):
    """疑点 as a list shows it; identifiers are masked as the viewer may see them."""

    key: str
    rule_id: str
    title: Text
    risk: str
    severity: str
    subject_kind: str
    subject_id: str
    customer_id: str
    org: str
    org_path: str
    period_from: date | None
    period_to: date | None
    direction: str
    cause: str
    loss_low_fen: int | None
    loss_likely_fen: int | None
    loss_high_fen: int | None
    confidence: Decimal
    net_value_fen: int
    expected_fen: int
    state: str
    change: str
    first_seen: date
    last_seen: date

    @classmethod
    def of(cls, shown: ListedFinding) -> "FindingRow":
        """From a row of the list."""
        row, rule = shown.row, shown.rule
        title = Text.of(rule.title) if rule else Text(zh=row.rule_id, en=row.rule_id)
        taken = set(cls.model_fields) - {"key", "title", "subject_id", "customer_id", "org"}
        return cls(
            key=row.finding_key, title=title, subject_id=shown.subject_id, customer_id=shown.customer_id,
            org=shown.org, **{name: getattr(row, name) for name in taken},
        )  # fmt: skip


class CaseRow(Schema):
    """工单 as a list shows it; identifiers are masked as the viewer may see them."""

    id: int
    version: int
    process: str
    title: Text
    step: str
    step_title: Text
    is_open: bool
    is_late: bool
    severity: str
    subject_kind: str
    subject_id: str
    customer_id: str
    org_path: str
    owner: str
    outcome: str
    cause: str
    opened_at: datetime
    due_at: datetime | None
    until: date | None
    closed_at: datetime | None
    money_likely_fen: int
    net_value_fen: int
    found_fen: int
    drawn_at_random: bool

    @classmethod
    def of(cls, shown: ListedCase) -> "CaseRow":
        """From a row of the list; its owner was read with it."""
        row = shown.row
        made = {"title", "step_title", "is_late", "subject_id", "customer_id", "owner"}
        return cls(
            title=Text.of(shown.title), step_title=Text.of(shown.step.title), is_late=shown.is_late,
            subject_id=shown.subject_id, customer_id=shown.customer_id,
            owner=(row.owner.display_name or row.owner.username) if row.owner else "",
            **{name: getattr(row, name) for name in set(cls.model_fields) - made},
        )  # fmt: skip


class GridOut(Schema):
    """A table of texts, as shown; ``more`` rows are older than those."""

    title: Text
    columns: list[str]
    rows: list[list[str]]
    more: int

    @classmethod
    def of(cls, grid: Grid) -> "GridOut":
        """From a table of a page."""
        columns = [column.label for column in grid.columns]
        return cls(
            title=Text.of(grid.title), columns=columns, rows=[list(r) for r in grid.rows], more=grid.more
        )


class Series(Schema):
    """The figures of a chart as a table."""

    title: str
    unit: str
    columns: list[str]
    rows: list[list[str | int | float | None]]

    @classmethod
    def of(cls, chart: Chart) -> "Series":
        """From a chart of a page."""
        rows = [[_cell(value) for value in row] for row in chart.rows]
        return cls(title=chart.title, unit=chart.unit, columns=list(chart.columns), rows=rows)


class Pair(Schema):
    """Label and value, as shown."""

    label: str
    value: str

    @classmethod
    def all(cls, pairs: Sequence[tuple[str, str]]) -> "list[Pair]":
        """From the pairs of a page."""
        return [cls(label=label, value=value) for label, value in pairs]


class WorkedStep(Schema):
    """One step of a derivation: what, how it is worked out, the result with its unit, and the documents."""

    what: str
    working: str
    value: str
    unit: str
    basis: str


class Param(Schema):
    """A parameter of a rule, as it was counted with."""

    name: str
    label: str
    value: str
    is_verified: bool


class ClauseOut(Schema):
    """The article that a rule rests on; only its reference where the content does not have it."""

    ref: str
    law: Text | None
    number: str
    text: Text | None

    @classmethod
    def all(cls, found: Sequence[tuple[str, object]]) -> "list[ClauseOut]":
        """From the clauses of a page."""
        return [cls._of(ref, clause) for ref, clause in found]

    @classmethod
    def _of(cls, ref: str, clause: object) -> "ClauseOut":
        law, article = getattr(clause, "law", None), getattr(clause, "article", None)
        if law is None or article is None:
            return cls(ref=ref, law=None, number="", text=None)
        return cls(
            ref=ref, law=Text.of(law.title), number=article.number, text=Text(zh=article.zh, en=article.en)
        )


def texts(labels: Mapping[str, Label]) -> dict[str, Text]:
    """Labels by code."""
    return {code: Text.of(label) for code, label in labels.items()}


def _cell(value: object) -> str | int | float | None:
    return value if value is None or isinstance(value, int | float) else str(value)
