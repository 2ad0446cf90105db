"""The learned theft score meets the rules: one probability of the cause that both are about.

The score weighs use, events, physics, peers and area loss; rules fire or not. How much trust either deserves
was learned from inspections when the model was trained (``models.theft``); here it is applied.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from wattwarden.models.theft.site_model import fused
from wattwarden.scoring.grouping import Ints

ONE = 10_000
CAUSE = "under_metering"
RULE = "theft.learned_score"
"""The rule that reports the score itself: it is no evidence beside the score."""


@dataclass(frozen=True)
class Learned:
    """What the promoted model says of the customers of a scan.

    Attributes:
        weights: Intercept, weight of the score, weight of the rules; empty for an assumed score.
        log_odds: Score by customer.
        because: Reasons by customer, in Chinese and English, for the most suspicious.
    """

    weights: tuple[float, ...]
    log_odds: Mapping[str, float]
    because: Mapping[str, tuple[str, str]]

    @classmethod
    def of_table(cls, table: pa.Table, weights: tuple[float, ...]) -> "Learned":
        """From the rows of the derived table ``theft_score``."""
        names = table.column("customer_id").to_pylist()
        reasons = zip(
            names, table.column("because_zh").to_pylist(), table.column("because_en").to_pylist(), strict=True
        )
        scores = zip(names, table.column("log_odds").to_pylist(), strict=True)
        return cls(
            weights,
            {name: float(score) for name, score in scores},
            {name: (zh, en) for name, zh, en in reasons if zh and en},
        )

    def probability(self, by_rules: Ints, causes: pa.Array, customers: pa.Array, ceiling: int) -> Ints:
        """Fused probabilities in ten-thousandths, where cause and customer are known to the score.

        Args:
            by_rules: What the rules say, in ten-thousandths.
            causes, customers: Of the same rows.
            ceiling: Highest probability, in ten-thousandths.
        """
        if not self.weights:
            return by_rules
        score = np.array(
            [
                self.log_odds.get(customer, np.nan) if cause == CAUSE else np.nan
                for cause, customer in zip(causes.to_pylist(), customers.to_pylist(), strict=True)
            ]
        )
        known = ~np.isnan(score)
        result = by_rules.copy()
        together = fused(self.weights, score[known], by_rules[known] / ONE)
        result[known] = np.minimum(np.rint(together * ONE).astype(np.int64), ceiling)
        return result
