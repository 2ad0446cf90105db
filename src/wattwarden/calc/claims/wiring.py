"""Correction factors that theory gives for a balanced load: a proposal, never in place of the diagram.

Source: DOMAIN A.4 (recalled, derived again): K = P_correct ÷ P_wrong.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from wattwarden.domain.errors import fail
from wattwarden.domain.money import round_to

FACTOR_DIGITS = 6
ROOT_3 = Decimal(3).sqrt()
HALF = Decimal("0.5")


def _cos_30_minus(cos: Decimal, sin: Decimal) -> Decimal:
    return ROOT_3 / 2 * cos + HALF * sin


def _cos_30_plus(cos: Decimal, sin: Decimal) -> Decimal:
    return ROOT_3 / 2 * cos - HALF * sin


FACTORS: Mapping[str, Callable[[Decimal, Decimal], tuple[Decimal, Decimal]]] = {
    "4w_one_voltage_lost": lambda _cos, _sin: (Decimal(3), Decimal(2)),
    "4w_two_voltages_lost": lambda _cos, _sin: (Decimal(3), Decimal(1)),
    "4w_one_ct_reversed": lambda _cos, _sin: (Decimal(3), Decimal(1)),
    "4w_two_cts_reversed": lambda _cos, _sin: (Decimal(3), Decimal(-1)),
    "3w_uab_lost": lambda cos, sin: (ROOT_3 * cos, _cos_30_minus(cos, sin)),
    "3w_ucb_lost": lambda cos, sin: (ROOT_3 * cos, _cos_30_plus(cos, sin)),
    "3w_one_ct_reversed": lambda cos, sin: (ROOT_3 * cos, sin),
}
"""Correct and recorded power, up to a common factor, by fault; from cosφ and sinφ of an inductive load."""


def theory_factor(fault: str, cos_phi: Decimal) -> Decimal:
    """K for a balanced load with power factor ``cos_phi``, to 6 decimals.

    Raises:
        WattwardenError: unknown fault, cosφ outside 0 to 1, or a meter that records nothing at this cosφ.
    """
    if fault not in FACTORS:
        raise fail("wiring fault", found=fault, expected=f"one of {', '.join(FACTORS)}")
    if not 0 < cos_phi <= 1:
        raise fail("power factor", found=str(cos_phi), expected="more than 0, at most 1")
    correct, recorded = FACTORS[fault](cos_phi, (1 - cos_phi * cos_phi).sqrt())
    if not round_to(recorded, FACTOR_DIGITS):
        raise fail("wiring fault", found=f"{fault} at cosφ {cos_phi}", expected="a meter that records energy",
                   action="Settle by the use of a normal month.")  # fmt: skip
    return round_to(correct / recorded, FACTOR_DIGITS)
