"""Transformers of customers: models of the price book and their iron loss."""

from wattwarden.domain.errors import fail
from wattwarden.simulate.plan import Plan
from wattwarden.simulate.prices import tariff_of


def models_of(plan: Plan, kva: float) -> list[str]:
    """Models for which the book has the iron loss of this capacity."""
    size = f"-{kva:g}"
    return sorted(level.removesuffix(size) for level in tariff_of(plan).transformers if level.endswith(size))


def usual_model(plan: Plan, customer: int, kva: float) -> str:
    """The model that a customer has.

    Raises:
        WattwardenError: the book has no transformer of this capacity.
    """
    models = models_of(plan, kva)
    if not models:
        raise fail("simulated transformer", found=f"{kva:g} kVA", expected="a capacity of the price book")
    return models[customer % len(models)]


def no_load_w(plan: Plan, model: str, kva: float) -> int:
    """Iron loss in watts."""
    return tariff_of(plan).transformers[f"{model}-{kva:g}"]
