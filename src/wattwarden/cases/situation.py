"""What is known of a customer before a hard step, and how a gate then stands."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from wattwarden.domain.labels import Label


class Light(StrEnum):
    """How a gate stands."""

    GREEN = "green"
    RED = "red"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Situation:
    """What is known of the customer and of the step; None is not known, and so not in order.

    Attributes:
        dunning_contacts: Day and channel of each contact about the debt.
        penalty_times: Multiple of the penalty that is asked for, and its ceiling.
    """

    open_complaints: int | None = None
    disputed_bills: int | None = None
    is_protected: bool | None = None
    importance: str | None = None
    authority_informed: bool | None = None
    due_on: date | None = None
    dunning_contacts: tuple[tuple[date, str], ...] | None = None
    notice_served_at: datetime | None = None
    notice_evidence: bool | None = None
    is_approved: bool | None = None
    last_notice_at: datetime | None = None
    penalty_times: Decimal | None = None
    penalty_times_max: Decimal | None = None
    penalty_reason: str | None = None
    evidence_count: int | None = None


@dataclass(frozen=True)
class GateResult:
    """How one gate stands, and why."""

    name: str
    title: Label
    light: Light
    why: Label
    fix: Label
    clause: str

    @property
    def is_green(self) -> bool:
        """Whether the step may be taken as far as this gate goes."""
        return self.light is Light.GREEN
