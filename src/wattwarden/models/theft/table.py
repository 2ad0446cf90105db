"""The derived table ``theft_score``: every customer's probability, and why, for those near the top."""

import numpy as np
import pyarrow as pa

from wattwarden.domain.content import contract
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Language
from wattwarden.models.theft.invoices import Floats
from wattwarden.models.theft.learned import contributions, log_odds_of, probability_of
from wattwarden.models.theft.site_model import FEATURES, SiteModel

REASONS = 4
EXPLAINED_SHARE, EXPLAINED_LEAST = 0.05, 100
"""Reasons are worked out for this share of the customers, the most suspicious, and so many at least."""
SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("place", pa.int64()),
        ("probability", pa.float64()),
        ("log_odds", pa.float64()),
        ("basis", pa.string()),
        ("model_number", pa.int64()),
        ("because_zh", pa.string()),
        ("because_en", pa.string()),
    ]
)


def matrix(features: pa.Table, columns: tuple[str, ...]) -> Floats:
    """Customers × columns as numbers, ``NaN`` for NULL.

    Raises:
        WattwardenError: a column that the model was fitted on is not there.
    """
    missing = [name for name in columns if name not in features.column_names]
    if missing:
        raise fail("theft model", found=f"no column {', '.join(missing[:3])}", expected="its own columns",
                   action="Train it again: wattwarden model train theft")  # fmt: skip
    values = [features.column(name).cast(pa.float64()).to_numpy() for name in columns]
    return np.column_stack(values) if values else np.empty((features.num_rows, 0))


def theft_score(features: pa.Table, model: object) -> pa.Table:
    """Score all customers.

    Args:
        features: ``theft_features``.
        model: The promoted ``SiteModel``.
    """
    if not isinstance(model, SiteModel):
        raise fail("theft model", found=type(model).__name__, expected="a model of the theft score")
    if not features.num_rows:
        return SCHEMA.empty_table()
    features = features.sort_by("customer_id")
    values = matrix(features, model.columns)
    score = log_odds_of(model, values)
    probability = probability_of(model, score)
    order = np.lexsort((np.arange(len(score)), -score))
    place = np.empty(len(score), np.int64)
    place[order] = np.arange(1, len(score) + 1)
    head = order[: max(EXPLAINED_LEAST, round(EXPLAINED_SHARE * len(score)))]
    parts = contributions(model, values[head])
    texts: dict[Language, list[str | None]] = {}
    for language in ("zh", "en"):
        texts[language] = [None] * len(score)
        for row, adds in zip(head, parts, strict=True):
            texts[language][row] = because(model.columns, values[row], adds[:-1], language)
    number = int(str(model.facts.get("number", 0)))
    columns = [
        features.column("customer_id").combine_chunks(), place, np.round(probability, 4), np.round(score, 4),
        [model.basis] * len(score), [number] * len(score), texts["zh"], texts["en"],
    ]  # fmt: skip
    return pa.table(dict(zip(SCHEMA.names, columns, strict=True)), schema=SCHEMA)


def because(columns: tuple[str, ...], values: Floats, adds: Floats, language: Language) -> str | None:
    """The features that raise the score most, each with its value and what it adds; None if none does."""
    labels = contract()[FEATURES].columns
    first = [place for place in np.argsort(-adds, kind="stable")[:REASONS] if adds[place] > 0]
    parts = [
        f"{labels[columns[place]].label.text(language)} {_shown(values[place], language)} (+{adds[place]:.2f})"
        for place in first
    ]
    return ("；" if language == "zh" else "; ").join(parts) or None


def _shown(value: float, language: Language) -> str:
    if np.isnan(value):
        return "无数据" if language == "zh" else "unknown"
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.2f}"
