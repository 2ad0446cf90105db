"""The ceiling of a penalty, from the price book of multiples that held on the day of the act."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from wattwarden.app.casework.claim_kinds import KINDS
from wattwarden.app.casework.claims import claim_typed, first_day
from wattwarden.app.casework.times import now
from wattwarden.app.make_claim import figure_on
from wattwarden.cases.view import CaseView

BOOK = "penalty_times"
_LEVELS = {"theft": ("theft",), "breach": ("change_of_class", "over_capacity", "sealed")}
"""Causes for which the law knows a multiple; a breach not named yet has the lowest of its kinds."""


def penalty_ceiling(seen: CaseView, case_id: int) -> Decimal:
    """Highest lawful multiple; 0 where the cause bears no penalty at all."""
    typed = claim_typed(seen.state)
    kind = KINDS.get(typed.get("kind", ""))
    levels: Sequence[str] = _LEVELS.get(seen.state.cause, ())
    if kind and kind.penalty_level and kind.penalty_level in levels:
        levels = (kind.penalty_level,)
    day = _day(typed.get("on")) or first_day(case_id) or now().date()
    return min((figure_on(day, BOOK, level).value for level in levels), default=Decimal(0))


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
