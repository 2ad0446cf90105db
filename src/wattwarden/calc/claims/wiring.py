"""Correction factors that theory gives for a balanced load: a proposal, never in place of the diagram.

Source: DOMAIN A.4 (recalled, derived again): K = P_correct ÷ P_wrong; the powers come from ``metering.wiring``.
"""

from collections.abc import Mapping
from decimal import Decimal

from wattwarden.calc.metering.wiring import Current, Wiring
from wattwarden.domain.errors import fail
from wattwarden.domain.money import round_to

FACTOR_DIGITS = 6
A, B, C = (Current(phase) for phase in "abc")
MINUS_A, MINUS_B = (Current(phase, is_reversed=True) for phase in "ab")
FAULTS: Mapping[str, Wiring] = {
    "4w_one_voltage_lost": Wiring("4w", "-bc", (A, B, C)),
    "4w_two_voltages_lost": Wiring("4w", "--c", (A, B, C)),
    "4w_one_ct_reversed": Wiring("4w", "abc", (MINUS_A, B, C)),
    "4w_two_cts_reversed": Wiring("4w", "abc", (MINUS_A, MINUS_B, C)),
    "3w_uab_lost": Wiring("3w", "-bc", (A, C)),
    "3w_ucb_lost": Wiring("3w", "ab-", (A, C)),
    "3w_one_ct_reversed": Wiring("3w", "abc", (MINUS_A, C)),
}
"""Faults with a name of their own; any other wiring is entered as a vector diagram."""


def theory_factor(fault: str, cos_phi: Decimal) -> Decimal:
    """K for a balanced load with power factor ``cos_phi``, to 6 decimals.

    Raises:
        WattwardenError: unknown fault, cosφ outside 0 to 1, or a meter that records nothing at this cosφ.
    """
    if fault not in FAULTS:
        raise fail("wiring fault", found=fault, expected=f"one of {', '.join(FAULTS)}")
    factor = FAULTS[fault].factor(cos_phi)
    if factor is None:
        raise fail("wiring fault", found=f"{fault} at cosφ {cos_phi}", expected="a meter that records energy",
                   action="Settle by the use of a normal month.")  # fmt: skip
    return round_to(factor, FACTOR_DIGITS)
