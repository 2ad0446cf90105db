"""Rows that an import must refuse, with a list of what is wrong with each."""

import csv
from pathlib import Path

from wattwarden.simulate.world import World

HEADER = ("table", "key", "what")


def spoil(world: World, folder: Path) -> None:
    """Add bad rows to the small tables and list them in ``dirt.csv``."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "dirt.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(HEADER)
