"""Fit how the chances of the area balance are corrected: ``python -m scripts.fit_area_chances [FOLDER]``.

Areas of invented households, and of the unnamed customers of a folder, are planted in several settings,
without the tricks and causes of ``KEPT_BACK``; the figures that make the chances come true with the least
logarithmic loss are printed as the content file ``area_chances.yaml`` holds them. Causes count by their
prior, whatever their number among the planted.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from scripts.measure_area_loss import KEPT_BACK, planted_areas, real_grounds, truth_of
from wattwarden.app.area_folder import Known
from wattwarden.app.evaluate_area_loss import WORDS
from wattwarden.calc.loss.analyse import Analysis, analyse_all
from wattwarden.calc.loss.calibration import Correction, Route, corrected, gaps_of
from wattwarden.calc.loss.cause import PRIOR, Cause, Chances

SETTINGS = (
    (1, 0.0, 0.003), (1, 0.0, 0.01), (2, 0.0, 0.003), (1, 0.04, 0.003), (2, 0.08, 0.003), (1, 0.2, 0.003),
    (2, 0.15, 0.003),
)  # fmt: skip
"""Thieves per area, share of readings lost, noise of the gate meter."""
SHARPNESS = tuple(np.round(np.geomspace(0.1, 3.0, 30), 3))
DOUBT = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
PULL = 3.0
"""Verdicts that are imagined to have come as said: a route seldom taken is corrected little."""
LEAST = 1e-4


@dataclass(frozen=True)
class Seen:
    """One verdict and the cause that was planted."""

    said: Chances
    route: Route
    gaps: str
    cause: Cause
    weight: float


def main(arguments: list[str] | None = None) -> None:
    """Plant, analyse, fit and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--each", type=int, default=4, help="areas per trick and cause in each setting")
    parser.add_argument("--seed", type=int, default=20)
    options = parser.parse_args(arguments)
    loads = [None, real_grounds(options.folder)] if options.folder else [None]
    judged = []
    for number, (grounds, (thieves, missing, noise)) in enumerate(product(loads, SETTINGS)):
        seed = options.seed + number
        asked = argparse.Namespace(
            each=options.each, thieves=thieves, missing=missing, noise=noise, seed=seed, kept_back=False,
            without=KEPT_BACK,
        )  # fmt: skip
        pairs = list(planted_areas(asked, grounds, np.random.default_rng(seed)))
        truth = truth_of(pairs, missing)
        judged += [(each, truth[each.area.area_id]) for each in analyse_all([area for area, _ in pairs])]
    _print(_seen(judged))


def _seen(judged: Sequence[tuple[Analysis, Known]]) -> list[Seen]:
    pairs = [(each, each.verdict, WORDS[known.cause]) for each, known in judged if each.verdict]
    counts = Counter(cause for _, _, cause in pairs)
    return [
        Seen(
            verdict.said,
            verdict.route,
            gaps_of(each.area.read_pct),
            cause,
            PRIOR[cause] * len(pairs) / counts[cause],
        )
        for each, verdict, cause in pairs
    ]


def _print(seen: Sequence[Seen]) -> None:
    for name in ("whole", "few_gaps", "many_gaps"):
        sys.stdout.write(f"{name}:\n")
        for route in Route:
            mine = [each for each in seen if each.route is route and each.gaps == name]
            best = min(
                (Correction(sharpness=float(s), doubt=d) for s, d in product(SHARPNESS, DOUBT)),
                key=lambda correction: _loss(mine, correction),
            )
            sys.stdout.write(
                f"  {route.value}: {{sharpness: {best.sharpness:g}, doubt: {best.doubt:g}}}"
                f"  # {len(mine)} verdicts\n"
            )


def _loss(seen: Sequence[Seen], correction: Correction) -> float:
    """Weighted logarithmic loss, with a pull towards leaving chances as they are."""
    loss = PULL * abs(float(np.log(correction.sharpness)))
    for each in seen:
        loss -= each.weight * float(np.log(max(corrected(each.said, correction).of[each.cause], LEAST)))
    return loss


if __name__ == "__main__":
    main()
