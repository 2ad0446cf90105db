"""Areas of invented households for the tests of the area balance."""

from functools import cache

import numpy as np

from wattwarden.simulate.households import household_loads
from wattwarden.simulate.planted_areas import Ground

CUSTOMERS, DAYS, PER_DAY = 16, 40, 48


@cache
def _loads(seed: int) -> np.ndarray:
    return household_loads(CUSTOMERS + 1, DAYS, PER_DAY, np.random.default_rng(seed))


def ground(seed: int = 1, name: str = "T1") -> Ground:
    """True loads of one area, and of one stranger."""
    loads = _loads(seed)
    return Ground(name, loads[:-1], loads[-1:], 0, PER_DAY)


def rng(seed: int = 1) -> np.random.Generator:
    """Chance that repeats."""
    return np.random.default_rng(seed)
