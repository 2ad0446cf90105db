"""Intervals for shares."""

import math

Z_95 = 1.959963984540054
"""Two-sided 95 % point of the normal distribution."""


def wilson_interval(hits: float, trials: float, z: float = Z_95) -> tuple[float, float]:
    """Wilson score interval of a share (Wilson, JASA 22, 1927, 209-212).

    Args:
        hits: Successes, 0 to ``trials``; expected values need not be whole.
        trials: Number of trials, or its effective size; 0 tells nothing, so the interval is (0, 1).

    Returns:
        Lower and upper bound of the share, within 0 and 1.
    """
    if trials == 0:
        return 0.0, 1.0
    share = hits / trials
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    middle, scale = share + z * z / (2 * trials), 1 + z * z / trials
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)
