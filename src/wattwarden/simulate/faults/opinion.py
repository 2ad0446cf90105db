"""1.4.2 Public opinion: bursts, negative posts left alone, anger after outages."""

import numpy as np

from wattwarden.simulate.county import station_of
from wattwarden.simulate.faults.registry import Plot, kind
from wattwarden.simulate.grid import add_outage
from wattwarden.simulate.service import add_post, add_ticket
from wattwarden.simulate.world import area_id

RISK = "1.4.2"


@kind("opinion.burst", RISK, "舆情集中爆发", "Burst of posts", 0.15)
def _burst(plot: Plot) -> None:
    world = plot.world
    wanted = max(1, min(plot.count, len(world.stations) // 4))
    for station in sorted(int(s) for s in plot.rng.permutation(len(world.stations))[:wanted]):
        areas = [a for a in range(world.plan.areas) if station_of(world.plan, a) == station]
        day = world.plan.days - 4
        for _ in range(22):
            add_post(
                world,
                plot.rng,
                int(plot.rng.choice(areas)),
                day + float(plot.rng.uniform(0.3, 1.6)),
                True,
                topic="billing",
            )
        plot.about("org_unit", world.stations[station], day, day + 3)


@kind("opinion.unanswered", RISK, "负面信息未回应", "Negative post without an answer", 2.0)
def _unanswered(plot: Plot) -> None:
    world = plot.world
    for _ in range(plot.count):
        day = plot.day(-50, -8) + 0.5
        views = int(plot.rng.integers(8_000, 60_000))
        row = add_post(
            world,
            plot.rng,
            int(plot.rng.integers(world.plan.areas)),
            day,
            True,
            replied_at=None,
            views=views,
            shares=views // 40,
        )
        plot.about("public_post", str(row["post_id"]), int(day), world.plan.days)


@kind("opinion.after_outage", RISK, "频繁停电引发舆情", "Angry posts after outages", 0.4)
def _after_outage(plot: Plot) -> None:
    world = plot.world
    for area in world.pick_areas(plot.rng, plot.count):
        first = plot.day(-40, -28)
        members = np.flatnonzero(world.people.area == area)
        for step in range(4):
            day = first + step * 6
            add_outage(world, area, day + 0.75, planned=False, hours=5.0)
            add_post(world, plot.rng, area, day + 0.9, True, topic="outage")
            add_ticket(world, plot.rng, int(plot.rng.choice(members)), "fault", "outage", day)
        plot.about("transformer_area", area_id(area), first, first + 24)


@kind("opinion.tickets_rising", RISK, "工单量异常上升", "Tickets of an organisation rise", 0.15)
def _rising(plot: Plot) -> None:
    world = plot.world
    for station in sorted(int(s) for s in plot.rng.permutation(len(world.stations))[:1]):
        members = np.flatnonzero((world.people.station == station) & ~world.used)
        for _ in range(max(25, len(members) // 60)):
            customer = int(plot.rng.choice(members))
            add_ticket(world, plot.rng, customer, "complaint", "billing", world.plan.days - plot.day(2, 12))
        plot.about("org_unit", world.stations[station], world.plan.days - 12, world.plan.days)
