"""Faults of metering as the phases show them: each is one function, named like its content file.

Energy that is not counted follows from voltage and current that the meter still shows and from the angle of
the sound phases; it is an estimate that a field check must confirm, and only a measured vector diagram or a
test makes it a claim.

Source: DOMAIN C.3, C.4 (limits), A.4 (P = U·I·cos φ by element; IEC 60050-131).
"""

from collections.abc import Iterator

import numpy as np

from wattwarden.calc.readings.curves import PHASES, Bools, Curves, Floats
from wattwarden.calc.readings.point_units import PointHits, point_unit
from wattwarden.domain.checks import Check

PERCENT = 100
WATTS = 1_000
ASSUMED_COSINE = 0.9
"""Where no sound phase tells the angle of the load."""
LEGAL_COSINE = -0.2
"""An element of a three-wire meter may run slightly backwards at a very low power factor (φ > 60°)."""
ALIKE = 0.5
"""Currents are alike where the smallest is above this part of the largest."""


def _rated(curves: Curves, check: Check, name: str) -> Floats:
    """A current limit given as a share of the rated current, A, as a column."""
    return np.asarray(check.number(name) / PERCENT * curves.days.base_a[:, None])


def _alive(curves: Curves) -> Bools:
    """Some phase has at least half of rated voltage: else the supply is out, which is no fault of a meter."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.fmax.reduce(curves.volts) > ALIKE * curves.days.rated_v[:, None])


def _several(curves: Curves) -> Bools:
    return ~curves.is_kind("single_phase")


def _cosine(curves: Curves, phase: int) -> Floats:
    """Power factor of the load by the other phases, else as assumed; angles of three-wire elements differ by design."""
    others = [x for x in range(len(PHASES)) if x != phase]
    apparent = curves.volts[others] * curves.amps[others] / WATTS * curves.days.multiplier[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine = np.nansum(curves.power[others], axis=0) / np.nansum(apparent, axis=0)
    sound = np.isfinite(cosine) & (cosine > 0) & (cosine <= 1) & curves.is_kind("three_phase_4w")
    return np.where(sound, cosine, ASSUMED_COSINE)


def _kw(curves: Curves, volts: Floats, amps: Floats, cosine: Floats) -> Floats:
    return np.asarray(volts * amps * cosine / WATTS * curves.days.multiplier[:, None])


def _not_counted(curves: Curves, phase: int, volts: Floats, amps: Floats) -> Floats:
    """Power of a phase that should have been counted less what was, kW."""
    due = _kw(curves, volts, amps, _cosine(curves, phase))
    return np.asarray(np.maximum(due - np.nan_to_num(curves.power[phase]), 0.0))


@point_unit
def voltage_lost(curves: Curves, check: Check) -> Iterator[PointHits]:
    """Voltage of a phase below its limit while its current flows and another phase is alive."""
    bound = check.number("below_pct") / PERCENT * curves.days.rated_v
    usable = _alive(curves) & _several(curves)
    for number, phase in enumerate(PHASES):
        hit = usable & (curves.volts[number] < bound[:, None])
        hit &= curves.amps[number] > _rated(curves, check, "current_pct")
        rated = np.broadcast_to(curves.days.rated_v[:, None], hit.shape)
        missing = _not_counted(curves, number, rated, curves.amps[number])
        yield PointHits(phase, hit, curves.volts[number], bound, missing)


@point_unit
def phase_lost(curves: Curves, check: Check) -> Iterator[PointHits]:
    """Neither voltage nor current on a phase while another is alive: the supply lacks it, nothing is uncounted."""
    bound = check.number("below_pct") / PERCENT * curves.days.rated_v
    usable = _alive(curves) & _several(curves)
    for number, phase in enumerate(PHASES):
        hit = usable & (curves.volts[number] < bound[:, None])
        hit &= curves.amps[number] < _rated(curves, check, "current_pct")
        yield PointHits(phase, hit, curves.volts[number], bound)


@point_unit
def current_lost(curves: Curves, check: Check) -> Iterator[PointHits]:
    """A phase with voltage and no current while another phase carries load."""
    bound = _rated(curves, check, "current_pct")
    most = np.fmax.reduce(curves.amps)
    usable = _several(curves) & (most > _rated(curves, check, "other_pct"))
    for number, phase in enumerate(PHASES):
        hit = usable & (curves.amps[number] < bound)
        hit &= curves.volts[number] > check.number("voltage_pct") / PERCENT * curves.days.rated_v[:, None]
        others = np.delete(curves.amps, number, axis=0)
        with np.errstate(invalid="ignore"):
            mean = np.nansum(others, axis=0) / np.maximum(np.isfinite(others).sum(axis=0), 1)
        missing = _not_counted(curves, number, curves.volts[number], mean)
        yield PointHits(phase, hit, curves.amps[number], bound[:, 0], missing)


@point_unit
def power_reversed(curves: Curves, check: Check) -> Iterator[PointHits]:
    """Negative power on a phase while another is positive, without generation: twice that power is missing."""
    basic = check.number("power_pct") / PERCENT * curves.days.rated_v * curves.days.base_a / WATTS
    bound = -basic * curves.days.multiplier
    usable = _several(curves) & ~curves.days.has_generation[:, None] & (np.fmax.reduce(curves.power) > 0)
    for number, phase in enumerate(PHASES):
        hit = usable & (curves.power[number] < bound[:, None])
        apparent = _kw(curves, curves.volts[number], curves.amps[number], np.ones_like(curves.p_kw))
        hit &= (curves.power[number] < LEGAL_COSINE * apparent) | ~curves.is_kind("three_phase_3w")
        yield PointHits(phase, hit, curves.power[number], bound, -2 * curves.power[number])


@point_unit
def voltage_unbalance(curves: Curves, check: Check) -> Iterator[PointHits]:
    """(U_max − U_min) ÷ U_max above the limit."""
    yield _unbalance(curves, check, curves.volts, _alive(curves))


@point_unit
def current_unbalance(curves: Curves, check: Check) -> Iterator[PointHits]:
    """(I_max − I_min) ÷ I_max above the limit, under load."""
    loaded = np.fmax.reduce(curves.amps) > _rated(curves, check, "current_pct")
    yield _unbalance(curves, check, curves.amps, loaded)


def _unbalance(curves: Curves, check: Check, values: Floats, usable: Bools) -> PointHits:
    bound = np.full(len(curves.days), check.number("above_pct"))
    most, least = np.fmax.reduce(values), np.fmin.reduce(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = (most - least) / most * PERCENT
    return PointHits("all", usable & _several(curves) & (rate > bound[:, None]), rate, bound)


@point_unit
def line_neutral(curves: Curves, check: Check) -> Iterator[PointHits]:
    """Line and neutral current of a single-phase meter differ; what the larger one takes is missing."""
    gap = curves.neutral - curves.amps[0]
    bound = np.fmax(
        check.number("min_amp"), check.number("min_pct") / PERCENT * np.fmax(curves.neutral, curves.amps[0])
    )
    hit = curves.is_kind("single_phase") & (np.abs(gap) > bound)
    apparent = _kw(curves, curves.volts[0], curves.amps[0], np.ones_like(gap))
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine = curves.p_kw / apparent
    cosine = np.where(np.isfinite(cosine) & (cosine > 0), np.minimum(cosine, 1.0), ASSUMED_COSINE)
    missing = np.maximum(_kw(curves, curves.volts[0], gap, cosine), 0.0)
    yield PointHits("all", hit, gap, np.full(len(gap), check.number("min_amp")), missing)


@point_unit
def power_mismatch(curves: Curves, check: Check) -> Iterator[PointHits]:
    """A phase counts more power than its voltage times its current."""
    share = 1 + check.number("above_pct") / PERCENT
    for number, phase in enumerate(PHASES):
        apparent = _kw(curves, curves.volts[number], curves.amps[number], np.ones_like(curves.p_kw))
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.abs(curves.power[number]) / apparent
        loaded = curves.amps[number] > _rated(curves, check, "current_pct")
        yield PointHits(phase, loaded & (ratio > share), ratio, np.full(len(ratio), share))


@point_unit
def phase_angles(curves: Curves, check: Check) -> Iterator[PointHits]:
    """Four wires, like currents, and power factors of the phases far apart: elements mix the phases.

    Missing is what a load of the best of these power factors would take on all phases, less what was counted.
    """
    apparent = curves.volts * curves.amps / WATTS * curves.days.multiplier[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        cosines = np.where(
            curves.amps > _rated(curves, check, "current_pct"), curves.power / apparent, np.nan
        )
        alike = np.min(curves.amps, axis=0) > ALIKE * np.max(curves.amps, axis=0)
    best = np.fmax.reduce(cosines)
    spread = best - np.fmin.reduce(cosines)
    bound = np.full(len(curves.days), check.number("spread"))
    usable = curves.is_kind("three_phase_4w") & ~curves.days.has_generation[:, None]
    missing = np.maximum(np.sum(apparent, axis=0) * np.clip(best, 0, 1) - np.sum(curves.power, axis=0), 0.0)
    yield PointHits("all", usable & alike & (spread > bound[:, None]), spread, bound, missing)


@point_unit
def overload(curves: Curves, check: Check) -> Iterator[PointHits]:
    """Apparent power above a multiple of the operating capacity."""
    power = np.hypot(curves.p_kw, np.nan_to_num(curves.q_kvar))
    bound = check.number("factor") * curves.days.capacity_kva
    yield PointHits("all", (power > bound[:, None]) & (bound > 0)[:, None], power, bound)


@point_unit
def low_power_factor(curves: Curves, check: Check) -> Iterator[PointHits]:
    """Active over apparent power below the limit, under load."""
    power = np.hypot(curves.p_kw, curves.q_kvar)
    basic = curves.days.rated_v * curves.days.base_a * curves.days.multiplier / WATTS
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = curves.p_kw / power
    bound = np.full(len(factor), check.number("below"))
    loaded = power > (check.number("power_pct") / PERCENT * basic)[:, None]
    yield PointHits("all", loaded & (factor >= 0) & (factor < bound[:, None]), factor, bound)
