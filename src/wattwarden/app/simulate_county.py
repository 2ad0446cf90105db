"""Make a utility to practise on, with planted faults and known truth."""

from wattwarden.simulate.plan import Plan, usual_area_size, usual_gate_areas
from wattwarden.simulate.run import Progress, Simulated, simulate
from wattwarden.simulate.write import FileFormat

__all__ = [
    "FileFormat",
    "Plan",
    "Progress",
    "Simulated",
    "simulate",
    "usual_area_size",
    "usual_gate_areas",
]
