"""1.5.1 Supply and demand: overloaded areas, gaps, and plans that spare the wrong customers."""

from wattwarden.simulate import sectors
from wattwarden.simulate.county import COUNTY
from wattwarden.simulate.faults.registry import Plot, homes, kind
from wattwarden.simulate.market import add_response
from wattwarden.simulate.world import area_id

RISK = "1.5.1"


@kind("supply.area_overloaded", RISK, "台区重过载", "Overloaded area", 0.6)
def _overloaded(plot: Plot) -> None:
    world = plot.world
    for area in world.pick_areas(plot.rng, plot.count):
        world.overloads[area] = float(plot.rng.uniform(3.0, 3.6))
        plot.about("transformer_area", area_id(area), 0, world.plan.days)


@kind("supply.gap_warning", RISK, "电力缺口预警", "Supply gap", 0.1)
def _gap(plot: Plot) -> None:
    world = plot.world
    first = world.plan.days - 6
    for offset, share in enumerate((0.03, 0.08, 0.14, 0.22)):
        world.shortages[first + offset] = share
    plot.about("org_unit", COUNTY, first, first + 4)


@kind(
    "supply.protected_customer_in_plan",
    RISK,
    "保障客户列入限电方案",
    "Protected customer in the curtailment plan",
    0.8,
)
def _protected(plot: Plot) -> None:
    world = plot.world
    public = (world.people.sector == sectors.NUMBER["hospital"]) & (world.people.opened < 0)
    picked = plot.pick(public, max(1, plot.count // 2)) + plot.pick(homes(world), max(1, plot.count // 2))
    for order, customer in enumerate(picked, start=900):
        category = "public_service" if world.people.is_high_voltage[customer] else "resident"
        add_response(world, customer, order, category)
        plot.truth(customer, 0, world.plan.days, direction="customer_loses")
