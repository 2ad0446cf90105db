"""Measure the area balance on many planted areas: ``python -m scripts.measure_area_loss [FOLDER]``.

With a folder of areas (customer_load.parquet, area_supply.parquet, truth.csv) the loads are those of its
customers who were not named in the truth; without one they are invented. Every theft trick and every other
cause is planted alike often; nothing is fitted, so nothing can be learned by heart.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from wattwarden.app.area_folder import Known, read_areas, read_truth
from wattwarden.app.evaluate_area_loss import WORDS, AreaEvaluation, compare
from wattwarden.calc.loss.analyse import Analysis, analyse_all
from wattwarden.calc.loss.area import Area, Bools, Floats
from wattwarden.calc.loss.estimate import filled_readings
from wattwarden.simulate.area_tricks import TRICKS
from wattwarden.simulate.households import household_loads
from wattwarden.simulate.planted_areas import (
    CAUSES,
    Ground,
    Planted,
    pair,
    plant_theft,
    with_gaps,
    with_gate_clock_off,
)

INVENTED = (24, 60, 48)
KEPT_BACK = frozenset({
    "peak_bypass", "clip", "root", "weekends", "off_for_hours", "random_share_by_day", "flat_by_day",
    "low_day_copied", "growing", "separate_line", "moved", "gate_drifting", "unmetered_constant", "meter_stopped",
})  # fmt: skip
"""Tricks and causes that no figure of the product was fitted on (``fit_area_chances``)."""
MISSING_FROM = 0.03
"""Share of readings lost from which missing data are the cause of a loss in an area where nothing else is."""
BINS = (0.0, 0.05, 0.2, 0.5, 0.65, 0.8, 0.95, 1.01)


def main(arguments: list[str] | None = None) -> None:
    """Plant, analyse and print."""
    options = _options(arguments)
    rng = np.random.default_rng(options.seed)
    grounds = real_grounds(options.folder) if options.folder else None
    pairs = list(planted_areas(options, grounds, rng))
    if options.clock_off:
        pairs = [(with_gate_clock_off(area), planted) for area, planted in pairs]
    truth = truth_of(pairs, options.missing)
    found = analyse_all([area for area, _ in pairs])
    for parts in (("theft",), ("cause",)):
        chosen = [each for each in found if each.area.area_id.startswith(parts)]
        if chosen:
            _print(compare(chosen, truth, seed=options.seed, subject="planted areas"))
    _print_plants(found, truth)
    before, after, right = first_causes(found, truth)
    _print_reliability("first cause, before correction", before, right)
    _print_reliability("first cause, as told", after, right)
    _print_reliability("customers", *suspicions(found, truth))


def truth_of(pairs: Iterable[tuple[Area, Planted]], missing: float) -> dict[str, Known]:
    """What is true of planted areas; many readings lost make a normal area one of missing data."""
    renamed = {"mapping_in": "mapping"} | ({"normal": "missing_data"} if missing >= MISSING_FROM else {})
    return {
        area.area_id: Known(
            renamed.get(planted.cause, planted.cause), dict(planted.kinds), dict(planted.stolen_kwh)
        )
        for area, planted in pairs
    }


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--each", type=int, default=4, help="areas per trick and per cause")
    parser.add_argument("--thieves", type=int, default=1, help="thieves per theft area")
    parser.add_argument("--missing", type=float, default=0.0, help="share of the readings lost")
    parser.add_argument("--noise", type=float, default=0.003, help="noise of the gate meter")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clock-off", action="store_true", help="every gate clock an hour off as well")
    parser.add_argument("--kept-back", action="store_true", help="only the kinds that nothing was fitted on")
    return parser.parse_args(arguments)


def real_grounds(folder: Path) -> list[Ground]:
    """Loads of the customers of a folder whom the truth does not name."""
    truth = read_truth(folder)
    grounds = []
    for area in read_areas(folder):
        named = truth[area.area_id].kinds if area.area_id in truth else {}
        honest = [place for place, name in enumerate(area.customers) if name not in named]
        readings, _ = filled_readings(area)
        grounds.append(
            Ground(
                area.area_id,
                readings[honest],
                np.zeros((0, readings.shape[1])),
                area.first_slot,
                area.slots_per_day,
            )
        )
    return grounds


def _ground(grounds: list[Ground] | None, name: str, noise: float, rng: np.random.Generator) -> Ground:
    """True loads for one area; the last customer becomes a stranger."""
    if grounds is None:
        count, days, per_day = INVENTED
        ground = Ground(name, household_loads(count + 1, days, per_day, rng), np.zeros((0, 0)), 0, per_day)
    else:
        ground = grounds[int(rng.integers(len(grounds)))]
    order = rng.permutation(len(ground.use_kwh))
    use: Floats = ground.use_kwh[order]
    return replace(ground, area_id=name, use_kwh=use[:-1], strangers_kwh=use[-1:], noise=noise)


def planted_areas(
    options: argparse.Namespace, grounds: list[Ground] | None, rng: np.random.Generator
) -> Iterator[tuple[Area, Planted]]:
    """Areas of every trick and cause that is wanted, with what is true of them.

    Args:
        options: As on the command line; ``without`` names kinds to leave out.
        grounds: Loads to plant in; None for invented ones.
    """
    kept = KEPT_BACK if options.kept_back else frozenset(TRICKS) | frozenset(CAUSES)
    wanted = kept - getattr(options, "without", frozenset())
    for place in range(options.each):
        for trick in [each for each in TRICKS if each in wanted]:
            others = [each for each in TRICKS if each in wanted]
            tricks = (trick, *rng.choice(others, options.thieves - 1))
            ground = _ground(grounds, f"theft-{trick}-{place}", options.noise, rng)
            area, planted = plant_theft(ground, tricks, rng)
            yield with_gaps(area, options.missing, rng), planted
        for cause in [each for each in CAUSES if each in wanted]:
            ground = _ground(grounds, f"cause-{cause}-{place}", options.noise, rng)
            area, planted = CAUSES[cause](ground, rng)
            yield with_gaps(area, options.missing, rng), planted
        if not options.kept_back:
            here = _ground(grounds, f"cause-pair-{place}-filed", options.noise, rng)
            there = _ground(grounds, f"cause-pair-{place}-fed", options.noise, rng)
            for area, planted in pair(here, there, rng):
                yield with_gaps(area, options.missing, rng), planted


def _print(found: AreaEvaluation) -> None:
    out = sys.stdout
    out.write(f"areas {found.areas}, right cause first {found.cause_right}, normal {found.normal_right}\n")
    for name, each in found.rankings.items():
        out.write(f"  {name:22} ROC-AUC {each.roc_auc.value:.3f}  AP {each.average_precision.value:.3f}\n")
    for kind in found.kinds:
        ratio = "" if kind.energy_ratio is None else f"{kind.energy_ratio:.2f}"
        out.write(
            f"  {kind.kind:20} {kind.thieves:3} first {kind.first:3} median {kind.median_rank:4.1f} "
            f"worst {kind.worst_rank:3} AUC {kind.roc_auc:.3f} energy {ratio}\n"
        )
    for (true, best), count in sorted(found.confusion.items()):
        out.write(f"  {true:14} → {best:14} {count}\n")


def _print_plants(found: Sequence[Analysis], truth: dict[str, Known]) -> None:
    """Which cause stands first, by what was planted."""
    rows: dict[str, Counter[str]] = {}
    for each in found:
        kind = each.area.area_id.split("-")[1]
        best = each.verdict.chances.best.value if each.verdict else each.outcome.value
        rows.setdefault(f"{kind} ({truth[each.area.area_id].cause})", Counter())[best] += 1
    for kind, counts in rows.items():
        sys.stdout.write(f"  {kind:40} {dict(counts)}\n")


def first_causes(found: Sequence[Analysis], truth: dict[str, Known]) -> tuple[Floats, Floats, Bools]:
    """Chance of the first cause before and after correction, and whether it was right."""
    judged = [each for each in found if each.verdict]
    verdicts = [each.verdict for each in judged if each.verdict]
    right = [
        verdict.chances.best is WORDS.get(truth[each.area.area_id].cause)
        for each, verdict in zip(judged, verdicts, strict=True)
    ]
    before = np.array([max(verdict.said.of.values()) for verdict in verdicts])
    after = np.array([max(verdict.chances.of.values()) for verdict in verdicts])
    return before, after, np.array(right)


def suspicions(found: Sequence[Analysis], truth: dict[str, Known]) -> tuple[Floats, Bools]:
    """Probability said of every customer of all areas, and whether he steals."""
    said, real = [], []
    for each in found:
        known = truth[each.area.area_id]
        for suspect in each.verdict.suspects if each.verdict else ():
            said.append(suspect.probability)
            real.append(known.cause == "theft" and each.area.customers[suspect.customer] in known.kinds)
    return np.array(said), np.array(real)


def _print_reliability(what: str, chance: Floats, hit: Bools) -> None:
    """Probability said and share that came true, with the Brier score."""
    sys.stdout.write(f"{what}: Brier score {float(np.mean((chance - hit) ** 2)):.4f}\n")
    for low, high in pairwise(BINS):
        here = (chance >= low) & (chance < high)
        if here.any():
            sys.stdout.write(
                f"  said {chance[here].mean():.3f}  came {hit[here].mean():.3f}  of {here.sum()}\n"
            )


if __name__ == "__main__":
    main()
