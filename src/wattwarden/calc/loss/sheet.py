"""The arrays that the search for causes works on, and its state.

Source: no formula of its own; weights are one over the variance of the loss (Gauss-Markov).
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from wattwarden.calc.loss.area import Area, Bools, Floats, Ints
from wattwarden.calc.loss.estimate import filled_readings
from wattwarden.calc.loss.kernels import levels_of
from wattwarden.calc.loss.technical import fit_technical, load_square, technical_loss

GATE_SPREAD = 0.003
"""Standard deviation of one interval of the balance as a share of the supply: gate and customer meters of
class 0.5 to 1, each much better than its limit at steady load. The search estimates it anew."""
LEAST_VARIANCE = 1e-6
NORMAL_MEDIAN = 0.6745
HUBER = 1.5
MOSTLY = 0.5
MOST_ECHO = 0.9
FLOOR_SHARE = 0.02
"""A reading below this share of the customer's mean is a meter at rest."""
MOST_TECHNICAL_SHARE = 0.3
LEVELS = 12
CEILING_QUANTILE = 0.985
"""Readings from this quantile on are the customer's ceiling."""


@dataclass(frozen=True)
class Sheet:
    """One area prepared for the search.

    Attributes:
        readings: Customers × intervals, kWh, gaps estimated.
        supply: Gate supply per interval, kWh.
        square: Load column of the technical loss, kWh².
        loss: Delivered energy less readings per interval, kWh.
        weight: One over the variance of the loss per interval, 1/kWh².
        effective: Number of intervals in which the gate meter was read.
        first_slot, slots: Place of the first interval in its day, and intervals in a day.
        informed: What is left, 0 to 1, of what the balance could tell if no reading had been estimated.
        at_floor, at_ceiling: Whether each reading rests at its lowest or highest.
        edges: Readings that part each customer's own into twelfths, ascending.
        borrowed: Readings of customers of neighbouring areas, kWh.
    """

    readings: Floats
    supply: Floats
    square: Floats
    loss: Floats
    weight: Floats
    effective: float
    informed: float
    first_slot: int
    slots: int
    hour: Ints
    day: Ints
    at_floor: Bools
    at_ceiling: Bools
    edges: Floats
    borrowed: Floats

    @cached_property
    def level(self) -> Ints:
        """Which twelfth of the customer's own readings each reading belongs to."""
        return levels_of(self.readings, self.edges)

    @property
    def customers(self) -> int:
        """Number of customers."""
        return len(self.readings)


@dataclass
class State:
    """Where the search stands.

    Attributes:
        residual: Loss not yet explained, kWh per interval.
        weight: Weights, smaller where a component leaves the amount open.
        square_sum: Σ weight·residual².
    """

    residual: Floats
    weight: Floats
    square_sum: float = field(default=0.0)

    @property
    def echo(self) -> float:
        """Correlation of the residual with itself one interval later: about 0 when only noise is left."""
        scaled = np.sqrt(self.weight) * self.residual
        square = float(scaled @ scaled)
        return float(scaled[1:] @ scaled[:-1]) / square if square > 0 else 0.0

    @property
    def independent_share(self) -> float:
        """Share of the intervals that tell something new (Bartlett, J. R. Stat. Soc. 98, 1935)."""
        rho = min(max(self.echo, 0.0), MOST_ECHO)
        return (1 - rho) / (1 + rho)

    def summed(self) -> None:
        """Bring ``square_sum`` up to date."""
        self.square_sum = float(self.weight @ self.residual**2)


def make_sheet(area: Area, borrowed: Floats | None = None) -> Sheet:
    """Arrays of an area that can be balanced; intervals without supply count for nothing."""
    readings, variance = filled_readings(area)
    delivered = area.delivered_kwh
    known = ~np.isnan(delivered)
    supply = np.where(known, delivered, np.nanmean(delivered))
    # Solar may cancel at the gate what customers take and give: the error is that of what was metered.
    metered = np.maximum(np.abs(supply), np.abs(readings).sum(axis=0))
    own = (GATE_SPREAD * metered) ** 2 + LEAST_VARIANCE
    weight = np.where(known, 1.0 / (own + variance.sum(axis=0)), 0.0)
    loss = supply - readings.sum(axis=0)
    weight *= _less_for_tails(loss, supply, weight, own)
    net = np.where(known, area.supply_kwh, 0.0)
    there = ~np.isnan(area.readings_kwh)
    mean = np.nansum(area.readings_kwh, axis=1, keepdims=True) / np.maximum(
        there.sum(axis=1, keepdims=True), 1
    )
    ordered = np.sort(readings, axis=1)
    ceiling = ordered[:, [int(CEILING_QUANTILE * (ordered.shape[1] - 1))]]
    measured = variance == 0
    return Sheet(
        readings=readings,
        supply=supply,
        square=_carried_square(net, loss, weight, area.temperature_c),
        loss=loss,
        weight=weight,
        effective=float(known.sum()),
        informed=float((own * weight).sum() / known.sum()),
        first_slot=area.first_slot,
        slots=area.slots_per_day,
        hour=area.hour,
        day=area.day,
        at_floor=measured & (readings <= np.maximum(FLOOR_SHARE * mean, 1e-9)),
        at_ceiling=measured & (readings >= ceiling - 1e-9) & (readings > 0),
        edges=ordered[:, np.arange(1, LEVELS) * (ordered.shape[1] - 1) // LEVELS],
        borrowed=np.zeros((0, supply.size)) if borrowed is None else borrowed,
    )


def _less_for_tails(loss: Floats, supply: Floats, weight: Floats, own: Floats) -> Floats:
    """Factors below 1 where estimated readings are far off (Huber, Ann. Math. Stat. 35, 1964)."""
    estimated = own * weight < MOSTLY
    if not estimated.any():
        return np.ones_like(weight)
    technical = fit_technical(loss, supply, supply**2, weight, gate=True)
    scaled = np.abs(loss - technical_loss(technical, supply, supply**2)) * np.sqrt(weight)
    typical = max(float(np.median(scaled[estimated])) / NORMAL_MEDIAN, 1e-9)
    return np.where(estimated, np.minimum(1.0, HUBER * typical / np.maximum(scaled, 1e-9)), 1.0)


def _carried_square(net: Floats, loss: Floats, weight: Floats, temperature_c: Floats | None) -> Floats:
    """Load squared, where the load is what the lines carry on to customers: supply less technical loss."""
    square = load_square(net, temperature_c)
    technical = technical_loss(fit_technical(loss, net, square, weight, gate=False), net, square)
    return load_square(net - np.minimum(technical, np.abs(net) * MOST_TECHNICAL_SHARE), temperature_c)
