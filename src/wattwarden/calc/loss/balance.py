"""of an area by interval, by day and over the period, each with what is technical and what is left.

L = delivered − Σ readings, gaps estimated; unexplained U = L − technical; the variance of U is that of
the estimated readings and of the meters, 1/weight.

Source: DOMAIN E, L' = (Pk − Pt − Pg)/Pk with Pg estimated.
"""

from dataclasses import dataclass

import numpy as np

from wattwarden.calc.loss.area import Floats, Ints
from wattwarden.calc.loss.search import Explanation
from wattwarden.calc.loss.sheet import Sheet
from wattwarden.calc.statistics import Z_95


@dataclass(frozen=True)
class Balance:
    """Energies of consecutive stretches of time; all arrays have one value per stretch.

    Attributes:
        delivered_kwh: What reached the wires.
        sold_kwh: What the meters recorded, gaps estimated.
        technical_kwh: Technical loss as fitted, without a gate meter's error.
        unexplained_kwh: less technical loss.
        error_kwh: Half of the 95 % interval of the unexplained loss.
    """

    delivered_kwh: Floats
    sold_kwh: Floats
    technical_kwh: Floats
    unexplained_kwh: Floats
    error_kwh: Floats

    @property
    def loss_kwh(self) -> Floats:
        """Delivered less sold."""
        return self.delivered_kwh - self.sold_kwh


def balance_by(sheet: Sheet, found: Explanation, stretch: Ints) -> Balance:
    """Balance over stretches, numbered from 0 in ``stretch`` (one number per interval): a day, say."""
    technical = found.technical_kwh - found.technical.gate_share * sheet.supply
    # Intervals in which the gate meter was not read have weight 0 and stay out of every sum.
    known = (sheet.weight > 0).astype(np.float64)
    variance = known / np.maximum(sheet.weight, 1e-12)
    count = int(stretch.max()) + 1

    def summed(values: Floats) -> Floats:
        return np.asarray(np.bincount(stretch, values * known, count), dtype=np.float64)

    return Balance(
        summed(sheet.supply),
        summed(sheet.supply - sheet.loss),
        summed(technical),
        summed(sheet.loss - technical),
        Z_95 * np.sqrt(summed(variance)),
    )


def technical_error_pct(sheet: Sheet, found: Explanation) -> float:
    """Half of the 95 % interval of the technical loss, in per cent of the supply."""
    spread = np.sqrt(max(found.state.square_sum / sheet.effective, 1.0))
    error = Z_95 * spread * found.technical.per_kwh_error * float(np.abs(sheet.square).sum())
    supply = float(np.abs(sheet.supply).sum())
    return 100.0 * float(error) / supply if supply else 0.0
