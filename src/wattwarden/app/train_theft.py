"""Train the theft score on the inspections of a site, and measure it on the latest of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wattwarden.app.measure_theft import (
    FEWEST_CONFIRMED,
    assumed_scores,
    measured,
    measures_of,
    outcomes_late,
)
from wattwarden.app.model_files import save_theft_model
from wattwarden.app.theft_windows import Progress, Window, features_of, open_engine, pooled, read_windows
from wattwarden.domain.content import contract
from wattwarden.lake.clock import utc_now
from wattwarden.lake.store import Lake
from wattwarden.models.theft.invoices import Floats
from wattwarden.models.theft.learned import Visited, assumed, fitted
from wattwarden.models.theft.site_model import SiteModel, feature_columns
from wattwarden.models.theft.watch import bin_edges, bin_shares, prevalence


@dataclass(frozen=True)
class Trained:
    """What training came to."""

    number: int
    model: SiteModel


def train_theft(
    home: Path, progress: Progress = lambda _: None, *, without_labels: bool = False, seed: int = 1
) -> Trained:
    """Fit a theft model on what is known now, and keep it; nothing uses it before it is promoted.

    Args:
        without_labels: Start without inspection outcomes, even where there are some.

    Raises:
        WattwardenError: the lake is empty; or there is no outcome, and labels are wanted.
    """
    columns = feature_columns()
    windows = [] if without_labels else list(read_windows(home, progress))
    with open_engine(home) as engine:
        _, population = features_of(engine)
    facts: dict[str, object] = {
        "trained_at": utc_now().isoformat(timespec="seconds"),
        "lake_version": _version(home),
    }
    confirmed = sum(visit.confirmed for window in windows for visit in window.visits.values())
    if confirmed < FEWEST_CONFIRMED:
        model = assumed(population, columns)
        facts |= {
            "visits": sum(len(w.visits) for w in windows),
            "confirmed": confirmed,
            "customers": len(population),
        }
        facts |= {"measures": measures_of(assumed_scores(model, windows), windows) if confirmed else []}
    else:
        visits, chance = pooled(windows, seed)
        facts |= {**measured(windows, columns, seed), **described(windows, visits, chance)}
        model = fitted(visits, columns, seed)
        facts["customers"] = len(population)
    edges = bin_edges(population)
    model = replace(model, bins=edges, population=bin_shares(population, edges), facts=facts)
    return Trained(save_theft_model(home, model), model)


def _version(home: Path) -> int:
    return Lake(home, contract()).snapshot().version


def described(windows: Sequence[Window], visits: Visited, chance: Floats) -> Mapping[str, object]:
    """What the model learned from: visits, random ones, how late outcomes came."""
    random = prevalence(visits.confirmed, chance)
    days = [visit.day for window in windows for visit in window.visits.values()]
    return {
        "trained_until": max(days).isoformat(),
        "windows": [window.start.isoformat() for window in windows],
        "visits": len(visits.confirmed), "confirmed": int(visits.confirmed.sum()),
        "random_visits": random.visits, "random_confirmed": random.confirmed, "prevalence": random.share,
        "outcomes_late": outcomes_late(windows),
    }  # fmt: skip
