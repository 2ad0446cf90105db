"""What a rule file says; see docs/how-to/add-a-rule.md for the tour."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from pydantic import Field, field_validator, model_validator

from wattwarden.domain.labels import Label, Strict
from wattwarden.domain.params import Param
from wattwarden.domain.quantities import QUANTITIES

Direction = Literal["utility_loses", "customer_loses", "varies", "none"]
Severity = Literal["low", "medium", "high", "critical"]
Status = Literal["draft", "experimental", "stable", "retired"]
RULE_HASH_LENGTH = 16
MONEY_COLUMNS = ("loss_low_fen", "loss_likely_fen", "loss_high_fen")
RESERVED_COLUMNS = (
    *MONEY_COLUMNS, "customer_id", "org_id", "period_from", "period_to", "direction", "confidence",
)  # fmt: skip


class Confidence(Strict):
    """Prior probability that a visit confirms a finding; a column ``confidence`` of the query goes first."""

    value: Decimal = Field(ge=0, le=1)
    zh: str
    en: str

    @field_validator("value", mode="before")
    @classmethod
    def _exact(cls, value: object) -> object:
        return Decimal(repr(value)) if isinstance(value, float) else value


class ProofColumn(Strict):
    """A value of the finding that is shown as proof.

    Attributes:
        words: ``table.column`` of the data contract whose labels the codes have, where the value has another
            name than that column.
    """

    type: str
    zh: str
    en: str
    words: str = ""

    @field_validator("type")
    @classmethod
    def _known_type(cls, value: str) -> str:
        if value not in QUANTITIES:
            raise ValueError(f"unknown type {value!r}; expected one of {', '.join(QUANTITIES)}")
        return value


class Series(Strict):
    """A curve that is drawn beside the finding.

    Attributes:
        table: Contract or derived table the curve comes from.
        x: Its time column.
        y: Columns drawn.
        match: Column of ``table`` that must equal the finding's value of the same name.
    """

    zh: str
    en: str
    table: str
    x: str
    y: tuple[str, ...]
    match: str


class Proof(Strict):
    """What proves a finding: values and curves."""

    values: Mapping[str, ProofColumn] = Field(default_factory=dict)
    series: tuple[Series, ...] = ()


class Example(Strict):
    """A small world in which the rule must fire, or must stay silent.

    Attributes:
        today: Business date of the world.
        given: Rows per table; columns not given are NULL.
        finds: Expected findings, each a subset of the output columns.
    """

    name: str
    today: date = date(2026, 10, 31)
    given: Mapping[str, tuple[Mapping[str, object], ...]]
    finds: tuple[Mapping[str, object], ...]


class Retirement(Strict):
    """When and why a rule was taken out of service; it stays in the catalogue."""

    on: date
    zh: str
    en: str


class Rule(Strict):
    """One risk rule.

    Attributes:
        risk: Number of the risk point or control in ``risks.yaml``.
        clauses: ``file.article`` references into ``content/clauses/``.
        misses: What the rule cannot see.
        subject: Table whose row is the subject; the query returns its key column.
        key: Output columns that identify the finding across scans, besides the subject.
        cause: Findings of one premise with the same cause describe the same loss, so their money
            is not added up.
        detect: One SELECT over contract and derived tables, with ``$name`` parameters and ``$today``.
        optional: Tables that may be empty without making the rule blind.
        remedy: Process that follows when confirmed.
        expected_per_10k: Band of findings per 10,000 rows of the subject table; outside it the rule
            is quarantined.
    """

    id: str = Field(pattern=r"^[a-z]+\.[a-z0-9_]+$")
    title: Label
    risk: str
    status: Status
    severity: Severity
    clauses: tuple[str, ...] = Field(min_length=1)
    why: Label
    misses: Label
    false_positives: tuple[Label, ...] = Field(min_length=1)
    params: Mapping[str, Param] = Field(default_factory=dict)
    subject: str
    key: tuple[str, ...] = ()
    cause: str = Field(pattern=r"^[a-z_]+$")
    confidence: Confidence
    direction: Direction
    detect: str
    optional: tuple[str, ...] = ()
    proof: Proof
    checks: tuple[Label, ...] = Field(min_length=1)
    remedy: str
    expected_per_10k: tuple[Decimal, Decimal]
    examples: tuple[Example, ...] = ()
    retired: Retirement | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "Rule":
        if (self.status == "retired") != (self.retired is not None):
            raise ValueError("a retired rule says when and why under 'retired', others do not")
        if self.expected_per_10k[0] > self.expected_per_10k[1]:
            raise ValueError("expected_per_10k: the lower bound is above the upper one")
        return self

    @property
    def chapter(self) -> str:
        """First part of the id: the folder of the rule."""
        return self.id.partition(".")[0]

    @property
    def is_live(self) -> bool:
        """Whether the nightly scan runs it."""
        return self.status in ("experimental", "stable")

    @cached_property
    def hash(self) -> str:
        """Digest of everything the rule says, site settings included."""
        dump = self.model_dump(mode="json")
        canonical = json.dumps(dump, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()[:RULE_HASH_LENGTH]
