"""Transformers of customers: models of the price book, their iron loss, and their rows."""

from wattwarden.simulate.plan import Plan
from wattwarden.simulate.prices import tariff_of

LARGE_MODEL = "S13"
"""Model of sizes for which the book has no loss: they are metered on the high side."""


def models_of(plan: Plan, kva: float) -> list[str]:
    """Models for which the book has the iron loss of this capacity."""
    size = f"-{kva:g}"
    return sorted(level.removesuffix(size) for level in tariff_of(plan).transformers if level.endswith(size))


def usual_model(plan: Plan, customer: int, kva: float) -> str:
    """The model that a customer has."""
    models = models_of(plan, kva)
    return models[customer % len(models)] if models else LARGE_MODEL


def no_load_w(plan: Plan, model: str, kva: float) -> int:
    """Iron loss in watts; 0 where the book has none, as no such transformer is metered on the low side."""
    return tariff_of(plan).transformers.get(f"{model}-{kva:g}", 0)
