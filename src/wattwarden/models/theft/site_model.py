"""A stored theft score as plain data, its columns, and how it is fused with the rules. Nothing fits here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from wattwarden.domain.content import contract
from wattwarden.models.theft.invoices import Floats

LEARNED, ASSUMED = "learned", "assumed"
FEATURES = "theft_features"
MOST_CERTAIN = 0.99
"""Rules are never taken for surer than this."""


@dataclass(frozen=True)
class SiteModel:
    """A score that can be stored and read back.

    Attributes:
        basis: ``learned`` or ``assumed``.
        columns: Features in the order of the values.
        boosters: Texts of the boosters; none in an assumed score.
        scores, shares: Rising log-odds and the calibrated share at each.
        centre, spread: Median and robust standard deviation of each column among all customers.
        fusion: Intercept, weight of the learned log-odds, weight of the rules' evidence; see ``fused``.
        bins, population: Inner bin edges of each column, and the share of the customers in each bin.
        facts: Where it comes from and how good it was; shown, never computed with.
    """

    basis: str
    columns: tuple[str, ...]
    boosters: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()
    centre: tuple[float, ...] = ()
    spread: tuple[float, ...] = ()
    fusion: tuple[float, ...] = ()
    bins: tuple[tuple[float, ...], ...] = ()
    population: tuple[tuple[float, ...], ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)


def feature_columns() -> tuple[str, ...]:
    """Names of all features, in the order of the data contract."""
    return tuple(contract()[FEATURES].columns)[1:]


def evidence(rules: Floats) -> Floats:
    """What the rules bring to the fusion: −ln(1 − p), which adds up where rules are independent."""
    return np.asarray(-np.log(1 - np.minimum(rules, MOST_CERTAIN)), np.float64)


def fused(fusion: tuple[float, ...], log_odds: Floats, rules: Floats) -> Floats:
    """One probability from the learned score and the rules.

    Logistic regression on both, fitted to inspection outcomes, the learned score always being that of
    boosters that had not seen the customer.
    """
    intercept, of_score, of_rules = fusion
    return np.asarray(1 / (1 + np.exp(-(intercept + of_score * log_odds + of_rules * evidence(rules)))))
