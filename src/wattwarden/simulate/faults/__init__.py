"""Planted faults, one module per risk point."""

from wattwarden.simulate.world import World


def plant_all(world: World) -> None:
    """Plan every kind of fault."""
