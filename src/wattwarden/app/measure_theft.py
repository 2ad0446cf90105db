"""Measure theft models on visits that they have not seen, and watch what changes around them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from wattwarden.app.theft_windows import Progress, Window, features_of, open_engine, pooled, read_windows
from wattwarden.domain.errors import WattwardenError
from wattwarden.models.theft.invoices import Floats
from wattwarden.models.theft.learned import PARTS, Visited, assumed, fitted, log_odds_of
from wattwarden.models.theft.measure import Figure, Truth, measure
from wattwarden.models.theft.site_model import LEARNED, SiteModel, evidence, fused
from wattwarden.models.theft.watch import bin_shares, population_stability, reliability

FEWEST_CONFIRMED = 2 * PARTS
"""So many visits that found theft at least; below, a score is assumed, not learned."""
TEST_SHARE = 1 / 3
"""The latest visits, about this share, are kept for measuring."""
HEADS = (20, 50, 100)


def measured(windows: Sequence[Window], columns: tuple[str, ...], seed: int) -> Mapping[str, object]:
    """Fit on the earlier windows, measure on the later ones; the model that is kept is fitted on all."""
    total, later, cut = sum(len(w.visits) for w in windows), 0, len(windows)
    while cut > 1 and later < TEST_SHARE * total:
        cut -= 1
        later += len(windows[cut].visits)
    early, late = windows[:cut], windows[cut:]
    enough = sum(v.confirmed for w in early for v in w.visits.values()) >= FEWEST_CONFIRMED
    hits = {v.confirmed for w in late for v in w.visits.values()}
    if not enough or len(hits) < len((True, False)):
        return {"measures": [], "reliability": [], "tested_from": None}
    learned, _ = pooled(early, seed)
    tested, _ = pooled(late, seed)
    model, start = fitted(learned, columns, seed), assumed(np.vstack([w.values for w in early]), columns)
    score = log_odds_of(model, tested.values)
    together = fused(model.fusion, score, tested.rules)
    scores = {
        "fused": together, "learned": score, "rules": evidence(tested.rules),
        "assumed": log_odds_of(start, tested.values),
    }  # fmt: skip
    return {
        "tested_from": late[0].start.isoformat(),
        "measures": [_row(name, values, tested) for name, values in scores.items()],
        "reliability": [list(row) for row in reliability(together, tested.confirmed, tested.weight)],
    }


def outcomes_late(windows: Sequence[Window]) -> int:
    """Visits whose outcome arrived only after their window had ended."""
    return sum(max(len(window.visits) - window.known_at_end, 0) for window in windows)


def assumed_scores(model: SiteModel, windows: Sequence[Window]) -> Mapping[str, Floats]:
    """What an assumed model and the rules say of all visits there are."""
    values, rules = (np.concatenate(parts) for parts in zip(*map(_visited_rows, windows), strict=True))
    return {"assumed": log_odds_of(model, values), "rules": evidence(rules)}


def measures_of(scores: Mapping[str, Floats], windows: Sequence[Window]) -> list[Mapping[str, object]]:
    """Measures of scores of all visits of some windows."""
    parts = [[w.visits[place].confirmed for place in sorted(w.visits)] for w in windows]
    order = np.concatenate([np.full(len(part), number) for number, part in enumerate(parts)])
    confirmed = np.concatenate([np.array(part, np.bool_) for part in parts])
    nothing = np.zeros(len(confirmed))
    visits = Visited(np.zeros((len(confirmed), 0)), confirmed, nothing, order, nothing)
    return [_row(name, values, visits) for name, values in scores.items()]


def _visited_rows(window: Window) -> tuple[Floats, Floats]:
    rows = np.array(sorted(window.visits), np.int64)
    return window.values[rows], window.rules[rows]


def _row(name: str, scores: Floats, visits: Visited) -> Mapping[str, object]:
    """One line of the table of measures, each figure with its 95 % bootstrap interval."""
    truth = Truth(visits.confirmed, visits.order, np.zeros(len(scores)))
    heads = tuple(sorted({min(length, len(scores)) for length in HEADS}))
    found = measure(scores, truth, heads)
    row: dict[str, object] = {
        "score": name, "visits": len(scores), "confirmed": int(visits.confirmed.sum()),
        "roc_auc": _plain(found.roc_auc), "average_precision": _plain(found.average_precision),
    }  # fmt: skip
    return row | {f"precision_{head.visits}": _plain(head.precision) for head in found.heads}


def _plain(figure: Figure) -> list[float | None]:
    return [
        round(value, 4) if np.isfinite(value) else None for value in (figure.value, figure.low, figure.high)
    ]


@dataclass(frozen=True)
class Watched:
    """A model in use.

    Attributes:
        visits: Visits since it was trained.
        measures: How it did on them; empty where they have one outcome only.
        outcomes_late: Visits of all windows whose outcome arrived after their window.
        drift: Feature and population stability index since training, the largest first.
    """

    visits: int
    measures: Sequence[Mapping[str, object]]
    outcomes_late: int
    drift: Sequence[tuple[str, float]]


def evaluate_home(home: Path, model: SiteModel, progress: Progress = lambda _: None) -> Watched:
    """How a model does on visits made after it was trained, and whether the customers are still the same.

    Raises:
        WattwardenError: the lake is empty.
    """
    try:
        windows = list(read_windows(home, progress))
    except WattwardenError:
        windows = []  # No outcome yet: the drift can be watched all the same.
    until = str(model.facts.get("trained_until") or "")
    new = [later for window in windows if (later := _after(window, until)).visits]
    with open_engine(home) as engine:
        _, population = features_of(engine)
    hits = {visit.confirmed for window in new for visit in window.visits.values()}
    return Watched(
        sum(len(window.visits) for window in new),
        measures_of(site_scores(model, new), new) if len(hits) > 1 else [],
        outcomes_late(windows),
        drift(model, population),
    )


def _after(window: Window, day: str) -> Window:
    """A window with the visits after ``day`` only."""
    kept = {place: visit for place, visit in window.visits.items() if visit.day.isoformat() > day}
    return replace(window, visits=kept)


def site_scores(model: SiteModel, windows: Sequence[Window]) -> Mapping[str, Floats]:
    """What a model, its fusion with the rules, and the rules alone say of all visits."""
    values, rules = (np.concatenate(parts) for parts in zip(*map(_visited_rows, windows), strict=True))
    score = log_odds_of(model, values)
    scores = {model.basis: score, "rules": evidence(rules)}
    return {"fused": fused(model.fusion, score, rules), **scores} if model.basis == LEARNED else scores


def drift(model: SiteModel, population: Floats) -> list[tuple[str, float]]:
    """Population stability index of each feature since training, the largest first."""
    now = bin_shares(population, model.bins)
    moved = [population_stability(before, after) for before, after in zip(model.population, now, strict=True)]
    return sorted(zip(model.columns, moved, strict=True), key=lambda item: (-item[1], item[0]))
