"""How well two judges agree who did not see each other's verdict.

Sources: J. Cohen, Educational and Psychological Measurement 20, 1960, 37-46 (kappa); J. L. Fleiss, J. Cohen,
B. S. Everitt, Psychological Bulletin 72, 1969, 323-327 (its large-sample variance).
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from wattwarden.calc.statistics import Z_95, wilson_interval


@dataclass(frozen=True)
class Agreement:
    """Agreement of two judges.

    Attributes:
        pairs: Number of things that both judged.
        share: Share of equal verdicts, with its 95 % interval.
        kappa: Agreement beyond chance, 1 at best; None where both gave one and the same verdict throughout,
            so that chance alone explains everything.
    """

    pairs: int
    share: float
    share_interval: tuple[float, float]
    kappa: float | None
    kappa_interval: tuple[float, float] | None


def agreement(pairs: Sequence[tuple[str, str]], z: float = Z_95) -> Agreement:
    """Compare verdicts.

    Args:
        pairs: First and second verdict about each thing.
        z: Point of the normal distribution for the intervals.

    Raises:
        ValueError: there is no pair.
    """
    count = len(pairs)
    if not count:
        raise ValueError("no pair of verdicts: nothing was judged twice")
    same = sum(a == b for a, b in pairs)
    joint, rows, columns = Counter(pairs), Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    observed = same / count
    chance = sum(rows[name] * columns[name] for name in rows) / count**2
    interval = wilson_interval(same, count, z)
    if chance == 1:
        return Agreement(count, observed, interval, None, None)
    kappa = (observed - chance) / (1 - chance)
    names = sorted(rows.keys() | columns.keys())
    share = {(a, b): joint[a, b] / count for a in names for b in names}
    row = {name: rows[name] / count for name in names}
    column = {name: columns[name] / count for name in names}
    diagonal = sum(share[n, n] * (1 - (row[n] + column[n]) * (1 - kappa)) ** 2 for n in names)
    beside = (1 - kappa) ** 2 * sum(
        share[a, b] * (column[a] + row[b]) ** 2 for a in names for b in names if a != b
    )
    variance = (diagonal + beside - (kappa - chance * (1 - kappa)) ** 2) / (count * (1 - chance) ** 2)
    spread = z * math.sqrt(max(0.0, variance))
    return Agreement(count, observed, interval, kappa, (max(-1.0, kappa - spread), min(1.0, kappa + spread)))
