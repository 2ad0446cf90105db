"""Whether an area's loss fell after a visit: the test that closes a case or opens it again.

The mean daily loss before and after is compared by Welch's t interval, with the days thinned for their
correlation: n days of autocorrelation r count as n·(1 − r)/(1 + r). It closes a case when the whole interval of
the fall lies above a share of what was expected, reopens it when the whole interval lies below, and else cannot
tell yet.

Source: Welch, The generalization of Student's problem, Biometrika 34 (1947); effective sample size of an AR(1)
series (Bayley and Hammersley, 1946).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import t as student

from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label, Language

Verdict = Literal["closes", "reopens", "cannot_tell"]
LEAST_DAYS = 5
ENOUGH_SHARE = 0.3
"""A fall of at least this part of what was expected is an effect."""
CONFIDENCE = 0.95
MOST_CORRELATION = 0.9
VERDICTS: dict[Verdict, Label] = {
    "closes": Label(zh="线损确已下降，可以结案", en="the loss fell: the case can be closed"),
    "reopens": Label(zh="线损未见下降，重新打开", en="the loss did not fall: the case is opened again"),
    "cannot_tell": Label(zh="尚不能判断，继续观察", en="it cannot be told yet: keep watching"),
}


@dataclass(frozen=True)
class VisitEffect:
    """Fall of the daily loss after a visit.

    Attributes:
        before, after: Mean daily loss, kWh.
        days_before, days_after: Days that were compared.
        fall, low, high: Fall of the daily loss and its 95 % interval, kWh.
        expected: Fall that was expected, kWh a day.
    """

    before: float
    after: float
    days_before: int
    days_after: int
    fall: float
    low: float
    high: float
    expected: float
    verdict: Verdict

    def text(self, language: Language) -> str:
        """The effect in words."""
        word = VERDICTS[self.verdict].text(language)
        if language == "zh":
            return (
                f"日均损失 {self.before:.1f} → {self.after:.1f} 千瓦时({self.days_before}、{self.days_after} 天)，"
                f"下降 {self.fall:.1f}(95% 区间 {self.low:.1f} ～ {self.high:.1f})，预计 {self.expected:.1f}：{word}"
            )
        return (
            f"mean daily loss {self.before:.1f} → {self.after:.1f} kWh ({self.days_before} and {self.days_after} days), "
            f"fell by {self.fall:.1f} (95 % interval {self.low:.1f} to {self.high:.1f}), expected {self.expected:.1f}: {word}"
        )


def visit_effect(before: Sequence[float], after: Sequence[float], expected: float) -> VisitEffect:
    """Compare the daily losses of an area before and after a visit.

    Args:
        before, after: Unexplained loss of each day, kWh, in the order of the days.
        expected: Fall that the claim makes expect, kWh a day, above 0.

    Raises:
        WattwardenError: fewer than five days on a side, or no fall expected.
    """
    if min(len(before), len(after)) < LEAST_DAYS:
        raise fail("days before and after the visit", found=f"{len(before)} and {len(after)}",
                   expected=f"at least {LEAST_DAYS} of each", action="Wait for more days with a known loss.")  # fmt: skip
    if expected <= 0:
        raise fail("fall expected", found=f"{expected} kWh a day", expected="more than 0")
    a, b = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    fall = float(a.mean() - b.mean())
    var_a, var_b = _variance_of_mean(a), _variance_of_mean(b)
    half = _half_width(var_a, var_b, _effective(a), _effective(b))
    low, high, enough = fall - half, fall + half, ENOUGH_SHARE * expected
    verdict: Verdict = "closes" if low > enough else "reopens" if high < enough else "cannot_tell"
    return VisitEffect(float(a.mean()), float(b.mean()), len(a), len(b), fall, low, high, expected, verdict)


def _correlation(days: np.ndarray) -> float:
    off = days - days.mean()
    power = float((off * off).sum())
    return float(np.clip((off[1:] * off[:-1]).sum() / power, 0.0, MOST_CORRELATION)) if power > 0 else 0.0


def _effective(days: np.ndarray) -> float:
    r = _correlation(days)
    return max(2.0, len(days) * (1 - r) / (1 + r))


def _variance_of_mean(days: np.ndarray) -> float:
    return float(days.var(ddof=1)) / _effective(days)


def _half_width(var_a: float, var_b: float, n_a: float, n_b: float) -> float:
    total = var_a + var_b
    if total == 0:
        return 0.0
    freedom = total**2 / (var_a**2 / (n_a - 1) + var_b**2 / (n_b - 1))
    return float(student.ppf(0.5 + CONFIDENCE / 2, freedom)) * math.sqrt(total)
