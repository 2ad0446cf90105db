"""Theft models on disk: from stored content to a model that fits this program, or a refusal saying why."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from wattwarden.domain.errors import fail
from wattwarden.lake.model_store import ModelStore
from wattwarden.models.theft.site_model import SiteModel, feature_columns

THEFT = "theft"


def theft_models(home: Path) -> ModelStore:
    """The theft models below a data folder."""
    return ModelStore(home, THEFT)


def promoted_models(home: Path) -> Mapping[str, Callable[[], object]]:
    """The promoted models by name, read when first needed; a name is absent while nothing is promoted."""
    store = theft_models(home)
    return {THEFT: lambda: promoted_theft_model(home)} if store.promotions() else {}


def promoted_theft_model(home: Path) -> SiteModel:
    """The theft model that scans use.

    Raises:
        WattwardenError: none is promoted, it was altered, or it was trained on other columns.
    """
    store = theft_models(home)
    content = store.promoted()
    return _model(content, store.promotions()[-1].number)


def theft_model(home: Path, number: int) -> SiteModel:
    """One theft model.

    Raises:
        WattwardenError: there is none of that number, it was altered, or it was trained on other columns.
    """
    return _model(theft_models(home).read(number), number)


def save_theft_model(home: Path, model: SiteModel) -> int:
    """Keep a theft model; returns its number."""
    return theft_models(home).save(asdict(model))


def _model(content: Mapping[str, Any], number: int) -> SiteModel:
    try:
        model = SiteModel(**{name: _frozen(value) for name, value in content.items()})
    except TypeError as error:
        raise fail(f"theft model {number}", found=str(error), expected="a model of this program") from error
    expected = feature_columns()
    if model.columns != expected:
        strange = sorted(set(model.columns) ^ set(expected)) or ["the same columns in another order"]
        raise fail(f"theft model {number}", found=f"it was trained on other columns: {', '.join(strange[:5])}",
                   expected=f"the {len(expected)} columns of theft_features",
                   action="Train it again: wattwarden model train theft")  # fmt: skip
    return replace(model, facts={**model.facts, "number": number})


def _frozen(value: object) -> Any:  # noqa: ANN401 - JSON lists become the tuples of whichever field they belong to
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
