"""Planted faults and honest look-alikes, one module per risk point; each module fills the same list."""

from wattwarden.simulate.faults import (  # the order is that of planting: scarce customers first
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
    market,
    metering,
    opinion,
    reading,
    scheme,
    supply,
    system,
    theft,
)  # isort: skip
from wattwarden.simulate.faults.registry import KINDS, Kind, plant
from wattwarden.simulate.world import World

MODULES = (
    billing, channel, collection, complaints, contracts, market, metering, opinion, reading, scheme, supply, system,
    theft, capacity, bill_energy, bill_tariff, bill_lines, bill_prices,
)  # fmt: skip
"""In the order in which they were planted."""

__all__ = ["KINDS", "MODULES", "Kind", "plant_all"]


def plant_all(world: World) -> None:
    """Plant every kind."""
    for item in KINDS:
        plant(world, item)
