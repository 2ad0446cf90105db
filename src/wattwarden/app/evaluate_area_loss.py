"""Measure the area balance on areas with known causes: the truth is read after everything is scored."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wattwarden.app.area_folder import Known, read_areas, read_truth
from wattwarden.calc.loss.analyse import Analysis, analyse_all
from wattwarden.calc.loss.area import Area, Floats, Outcome
from wattwarden.calc.loss.baselines import daily_correlation, loss_correlation, non_negative_shares
from wattwarden.calc.loss.cause import Cause
from wattwarden.calc.loss.suspects import Suspect
from wattwarden.calc.statistics import wilson_interval
from wattwarden.domain.errors import fail
from wattwarden.models.theft.measure import Figure, average_precision, roc_auc

DRAWS = 500
TAIL_PCT = 2.5
METHODS: Mapping[str, Callable[[Area], Floats]] = {
    "loss_correlation": loss_correlation,
    "non_negative_shares": non_negative_shares,
    "daily_correlation": daily_correlation,
}
ATTRIBUTION = "attribution"
WORDS = {
    "gate_scale": Cause.GATE,
    "gate": Cause.GATE,
    "wrong_mapping": Cause.MAPPING,
    "street_light": Cause.UNMETERED,
    "meter": Cause.METER,
    "meter_fault": Cause.METER,
    "missing": Cause.MISSING,
    "clock_shift": Cause.CLOCK,
} | {cause.value: cause for cause in Cause}
"""What folders may call a cause."""


@dataclass(frozen=True)
class Ranking:
    """How well one method ranks the customers of theft areas."""

    roc_auc: Figure
    average_precision: Figure


@dataclass(frozen=True)
class Kind:
    """Thieves of one kind.

    Attributes:
        kind: The folder's word.
        thieves: How many.
        first: How many stand before every honest customer of their area.
        worst_rank: Worst place, counting honest customers before them only.
        median_rank: Middle place.
        roc_auc: Against all honest customers of theft areas.
        energy_ratio: Energy estimated over energy stolen, over all of them; None where not told.
    """

    kind: str
    thieves: int
    first: int
    worst_rank: int
    median_rank: float
    roc_auc: float
    energy_ratio: float | None


@dataclass(frozen=True)
class AreaEvaluation:
    """The measures.

    Attributes:
        areas: Number of areas.
        outcomes: Outcome of each area that could not be balanced, counted.
        cause_right: Share of abnormal areas whose right cause stands first.
        normal_right: Share of normal areas called normal.
        confusion: True cause and the cause that stands first, counted.
        unknown_causes: Words of the truth that are no cause here.
        rankings: The attribution and the plain methods, by name.
        kinds: Thieves by kind.
        mapping_found: Wrongly filed customers, and how many of them were named.
        cases: One row per area for the list.
    """

    areas: int
    outcomes: Mapping[str, int]
    cause_right: Figure
    normal_right: Figure
    confusion: Mapping[tuple[str, str], int]
    unknown_causes: tuple[str, ...]
    rankings: Mapping[str, Ranking]
    kinds: tuple[Kind, ...]
    mapping_found: tuple[int, int]
    cases: tuple[Analysis, ...]


def evaluate_area_loss(
    folder: Path, *, seed: int = 1, progress: Callable[[int, int], object] | None = None
) -> AreaEvaluation:
    """Analyse every area of ``folder``, then compare with its truth.

    Args:
        progress: Called with areas done and areas in all.

    Raises:
        WattwardenError: the folder cannot be read, or holds no truth of any of its areas.
    """
    areas = read_areas(folder)
    finished = 0

    def done() -> None:
        nonlocal finished
        finished += 1
        if progress:
            progress(finished, len(areas))

    found = analyse_all(areas, done)
    return compare(found, read_truth(folder), seed=seed, subject=str(folder))


def compare(
    found: Sequence[Analysis], truth: Mapping[str, Known], *, seed: int, subject: str
) -> AreaEvaluation:
    """Measures of analyses against the truth."""
    judged = [each for each in found if each.area.area_id in truth]
    if not judged:
        raise fail(subject, found="no area that the truth names", expected="the same area numbers in both")
    pairs = [(WORDS.get(truth[each.area.area_id].cause), _cause_of(each)) for each in judged]
    theft = [
        each for each in judged if WORDS.get(truth[each.area.area_id].cause) is Cause.THEFT and each.verdict
    ]
    stolen = [_thieves(each, truth) for each in theft]
    scores = {ATTRIBUTION: [_scores(each) for each in theft]} | {
        name: [method(each.area) for each in theft] for name, method in METHODS.items()
    }
    abnormal = [right is best for right, best in pairs if right not in {None, Cause.NORMAL}]
    normal = [best is Cause.NORMAL for right, best in pairs if right is Cause.NORMAL]
    words = {truth[each.area.area_id].cause for each in judged}
    return AreaEvaluation(
        areas=len(found),
        outcomes=Counter(each.outcome.value for each in found if each.outcome is not Outcome.BALANCED),
        cause_right=_share(abnormal),
        normal_right=_share(normal),
        confusion=Counter((right.value, best.value if best else "-") for right, best in pairs if right),
        unknown_causes=tuple(sorted(word for word in words if word not in WORDS)),
        rankings={name: _ranking(values, stolen, seed) for name, values in scores.items()},
        kinds=tuple(_kinds(theft, truth, scores[ATTRIBUTION], stolen)),
        mapping_found=_mapping_found(judged, truth),
        cases=tuple(found),
    )


def _suspects(found: Analysis) -> tuple[Suspect, ...]:
    return found.verdict.suspects if found.verdict else ()


def _named(found: Analysis) -> set[str]:
    """Customers said to be filed under the wrong area."""
    if found.verdict is None:
        return set()
    here = {found.area.customers[row] for row in found.verdict.elsewhere}
    return here | {customer for _, customer in found.verdict.borrowed}


def _cause_of(found: Analysis) -> Cause | None:
    return found.verdict.chances.best if found.verdict else None


def _scores(found: Analysis) -> Floats:
    """Evidence per customer, in the order of the readings."""
    scores = np.zeros(len(found.area.customers))
    for suspect in _suspects(found):
        scores[suspect.customer] = suspect.evidence
    return scores


def _thieves(found: Analysis, truth: Mapping[str, Known]) -> NDArray[np.bool_]:
    named = truth[found.area.area_id].kinds
    return np.array([customer in named for customer in found.area.customers])


def _share(hits: Sequence[bool]) -> Figure:
    """Share of hits with its Wilson interval; NaN without cases."""
    if not hits:
        return Figure(float("nan"), float("nan"), float("nan"))
    return Figure(sum(hits) / len(hits), *wilson_interval(sum(hits), len(hits)))


def _with_interval(value: float, drawn: Floats) -> Figure:
    known = drawn[~np.isnan(drawn)]
    if not known.size:
        return Figure(value, float("nan"), float("nan"))
    low, high = np.percentile(known, [TAIL_PCT, 100 - TAIL_PCT])
    return Figure(value, float(low), float(high))


def _ranking(scores: Sequence[Floats], stolen: Sequence[NDArray[np.bool_]], seed: int) -> Ranking:
    """Measures over all customers of theft areas; whole areas are drawn for the interval."""
    if not scores:
        empty = Figure(float("nan"), float("nan"), float("nan"))
        return Ranking(empty, empty)
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(DRAWS):
        rows = rng.integers(0, len(scores), len(scores))
        some, real = (
            np.concatenate([scores[row] for row in rows]),
            np.concatenate([stolen[row] for row in rows]),
        )
        drawn.append((roc_auc(some, real), average_precision(some, real)))
    every, real = np.concatenate(scores), np.concatenate(stolen)
    values = np.array(drawn)
    return Ranking(
        _with_interval(roc_auc(every, real), values[:, 0]),
        _with_interval(average_precision(every, real), values[:, 1]),
    )


def _kinds(
    theft: Sequence[Analysis],
    truth: Mapping[str, Known],
    scores: Sequence[Floats],
    stolen: Sequence[NDArray[np.bool_]],
) -> Iterable[Kind]:
    """Ranks of the thieves by kind."""
    honest = np.concatenate(
        [score[~real] for score, real in zip(scores, stolen, strict=True)] or [np.zeros(0)]
    )
    rows: dict[str, list[tuple[float, int, float, float]]] = {}
    for each, score, real in zip(theft, scores, stolen, strict=True):
        known = truth[each.area.area_id]
        for place in np.flatnonzero(real):
            name = each.area.customers[place]
            rank = int((score[~real] >= score[place]).sum()) + 1
            guess = next(s.bypassed_kwh for s in _suspects(each) if s.customer == place)
            row = (float(score[place]), rank, guess, known.stolen_kwh.get(name, 0.0))
            rows.setdefault(known.kinds[name], []).append(row)
    for kind, thieves in sorted(rows.items()):
        table = np.array(thieves)
        both = np.concatenate([table[:, 0], honest])
        stolen_kwh = float(table[:, 3].sum())
        yield Kind(
            kind,
            len(table),
            int((table[:, 1] == 1).sum()),
            int(table[:, 1].max()),
            float(np.median(table[:, 1])),
            roc_auc(both, np.arange(len(both)) < len(table)),
            float(table[:, 2].sum()) / stolen_kwh if stolen_kwh else None,
        )


def _mapping_found(judged: Sequence[Analysis], truth: Mapping[str, Known]) -> tuple[int, int]:
    """Wrongly filed customers in the truth, and how many the search names first."""
    named = right = 0
    for each in judged:
        known = truth[each.area.area_id]
        if WORDS.get(known.cause) is Cause.MAPPING and known.kinds:
            named += 1
            right += bool(known.kinds.keys() & _named(each))
    return named, right
