"""The rule catalogue: the list with figures, and one rule."""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema

from wattwarden.app.console.rules import ListedRule, RuleFilter, list_rules, rule_detail
from wattwarden.web.api.access import viewer
from wattwarden.web.api.problems import REFUSALS
from wattwarden.web.api.shapes import ClauseOut, Key, Param, Sums, Text, Words

router = Router(tags=["rules"])


class RuleQuery(Schema):
    """Which rules."""

    chapter: Words = ""
    risk: Words = ""
    status: Words = ""
    q: Words = ""
    sort: Literal["id", "findings", "money", "precision"] = "id"


class PrecisionOut(Schema):
    """Confirmed of those looked at, with the 95 % interval in per cent."""

    hits: int
    of: int
    low: int
    high: int


class RuleRow(Schema):
    """One rule with its figures of the last scan."""

    id: str
    title: Text
    risk: str
    chapter: str
    status: str
    severity: str
    outcome: str
    total: Sums
    precision: PrecisionOut
    per_visit_fen: int | None
    is_site_set: bool

    @classmethod
    def of(cls, listed: ListedRule) -> "RuleRow":
        """From a row of the catalogue."""
        rule = listed.rule
        return cls(
            id=rule.id, title=Text.of(rule.title), risk=rule.risk, chapter=rule.chapter, status=rule.status,
            severity=rule.severity, outcome=listed.kind, total=Sums.of(listed.total),
            precision=PrecisionOut.model_validate(vars(listed.precision)),
            per_visit_fen=listed.per_visit_fen, is_site_set=listed.is_site_set,
        )  # fmt: skip


class Overlap(Schema):
    """Another rule on the same premises, and how many premises."""

    rule_id: str
    title: Text
    premises: int


class RuleOut(Schema):
    """One rule in full."""

    rule: RuleRow
    point: Text | None
    params: list[Param]
    sql: str
    clauses: list[ClauseOut]
    overlap: list[Overlap]


@router.get("", response={200: list[RuleRow], **REFUSALS}, summary="规则目录 · List rules")
def rules(request: HttpRequest, query: Query[RuleQuery]) -> list[RuleRow]:
    """Every rule that matches, with what it found for this account."""
    return [RuleRow.of(one) for one in list_rules(viewer(request), RuleFilter.from_query(query.model_dump()))]


@router.get("/{rule_id}", response={200: RuleOut, **REFUSALS}, summary="规则详情 · One rule")
def rule(request: HttpRequest, rule_id: Annotated[Key, Path()]) -> RuleOut:
    """One rule: parameters, query, clauses, overlap."""
    found = rule_detail(viewer(request), rule_id)
    return RuleOut(
        rule=RuleRow.of(found.listed), point=Text.of(found.point.title) if found.point else None,
        params=[Param.model_validate(vars(param)) for param in found.params], sql=found.sql,
        clauses=ClauseOut.all(found.clauses),
        overlap=[Overlap(rule_id=i, title=Text.of(t), premises=n) for i, t, n in found.overlap],
    )  # fmt: skip
