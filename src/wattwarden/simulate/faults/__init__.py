"""Planted faults and honest look-alikes, by topic; each module fills the same list."""

from wattwarden.simulate.faults import (
    bill_energy,
    bill_lines,
    bill_prices,
    bill_tariff,
    billing,
    capacity,
    channel,
    collection,
    complaints,
    contracts,
    honest_use,
    inspections,
    market,
    metering,
    opinion,
    reading,
    scheme,
    supply,
    system,
    theft_meter,
    theft_use,
    theft_wiring,
)
from wattwarden.simulate.faults.registry import KINDS, Kind, plant
from wattwarden.simulate.world import World

MODULES = (
    bill_energy, bill_lines, bill_prices, bill_tariff, billing, capacity, channel, collection, complaints, contracts,
    honest_use, inspections, market, metering, opinion, reading, scheme, supply, system, theft_meter, theft_use,
    theft_wiring,
)  # fmt: skip

__all__ = ["KINDS", "MODULES", "Kind", "plant_all"]


def plant_all(world: World) -> None:
    """Plant every kind."""
    for item in KINDS:
        plant(world, item)
