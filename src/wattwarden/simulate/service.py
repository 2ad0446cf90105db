"""Tickets, surveys and public posts of a county that mostly answers in time."""

from datetime import timedelta

import numpy as np

from wattwarden.simulate.texts import (
    GIVEN_NAMES,
    POSTS_NEGATIVE,
    POSTS_NEUTRAL,
    SOURCES,
    SURNAMES,
    SURVEY_COMMENTS,
    TICKET_WEIGHTS,
    TICKETS,
)
from wattwarden.simulate.world import Row, World, area_id, customer_id, moment

TICKETS_PER_CUSTOMER_MONTH = 0.006
POSTS_PER_CUSTOMER_MONTH = 0.0006
ANSWERS_PER_CUSTOMER_QUARTER = 0.01
LIMIT_HOURS = {"fault": 4.0, "complaint": 60.0, "report": 120.0, "opinion": 120.0, "suggestion": 120.0,
               "consult": 30.0, "request": 20.0, "praise": 24.0}  # fmt: skip
"""Hours within which honest tickets are finished; shorter than every limit of DOMAIN F.2."""


def add_service(world: World) -> None:
    """All service tables."""
    rng = world.plan.random("service")
    plan = world.plan
    weights = np.array(TICKET_WEIGHTS) / sum(TICKET_WEIGHTS)
    asked: dict[tuple[int, str], int] = {}
    for _ in range(round(plan.customers * plan.months * TICKETS_PER_CUSTOMER_MONTH)):
        customer, day = int(rng.integers(plan.customers)), int(rng.integers(1, plan.days))
        kind, topic = list(TICKETS)[int(rng.choice(len(weights), p=weights))].split("/")
        if abs(asked.get((customer, topic), -99) - day) > 90:
            add_ticket(world, rng, customer, kind, topic, day)
            asked[customer, topic] = day
    for _ in range(round(plan.customers * plan.months * POSTS_PER_CUSTOMER_MONTH)):
        add_post(
            world, rng, int(rng.integers(plan.areas)), float(rng.uniform(1, plan.days)), rng.random() < 0.25
        )
    _add_survey(world, rng)


def add_ticket(
    world: World,
    rng: np.random.Generator,
    customer: int,
    kind: str,
    topic: str,
    day: int,
    **overrides: object,
) -> Row:
    """A ticket on day index ``day``, contacted and finished in time unless ``overrides`` say otherwise."""
    station = int(world.people.station[customer])
    at = world.at(day, float(rng.uniform(7.5, 20.5)))
    allowed = LIMIT_HOURS[kind]
    contact = at + timedelta(minutes=float(rng.uniform(5, 50 if kind == "fault" else 600)))
    done = max(at + timedelta(hours=float(rng.uniform(0.3, 0.9)) * allowed), contact + timedelta(minutes=30))
    arrived = at + timedelta(minutes=float(rng.uniform(12, 40)))
    staff = world.station_staff[station]["service"]
    row: Row = {
        "ticket_id": world.next_id("FW"), "customer_id": customer_id(customer), "org_id": world.stations[station],
        "kind": kind, "topic": topic,
        "channel": str(rng.choice(["hotline", "app", "counter", "mayor"], p=[0.70, 0.2, 0.08, 0.02])),
        "received_at": at, "text": str(rng.choice(TICKETS[f"{kind}/{topic}"])), "owner_id": staff[day % len(staff)],
        "first_contact_at": contact, "arrived_at_site": arrived if kind == "fault" else None, "finished_at": done,
        "returned_times": 0, "score": int(rng.choice([5, 4, 3], p=[0.75, 0.2, 0.05])),
    }  # fmt: skip
    row |= overrides
    return world.add(
        "service_ticket", _until(world, row, ("first_contact_at", "arrived_at_site", "finished_at"))
    )


def _until(world: World, row: Row, names: tuple[str, ...]) -> Row:
    """The row without what happens after the end of the history."""
    end = world.at(world.plan.days, 0)
    return row | {name: None for name in names if row[name] is not None and moment(row, name) >= end}


def add_post(
    world: World, rng: np.random.Generator, area: int, day: float, negative: bool, **overrides: object
) -> Row:
    """A public post about an area, ``day`` days after the start; negative ones are answered within a day."""
    topic = str(rng.choice(list(POSTS_NEGATIVE))) if negative else "other"
    topic = str(overrides.get("topic", topic))
    at = world.at(0, day * 24)
    text = str(rng.choice(POSTS_NEGATIVE.get(topic, POSTS_NEUTRAL)))
    station = int(world.people.station[min(area * world.plan.area_size, world.plan.customers - 1)])
    row: Row = {
        "post_id": world.next_id("YQ"), "source": str(rng.choice(SOURCES)), "posted_at": at,
        "author": str(rng.choice(SURNAMES)) + str(rng.choice(GIVEN_NAMES)), "title": text[:10], "text": text,
        "category": "negative" if negative else "neutral", "topic": topic, "org_id": world.stations[station],
        "area_id": area_id(area), "views": int(rng.lognormal(5.5, 0.9)), "shares": int(rng.integers(0, 12)),
        "is_negative": negative,
        "replied_at": at + timedelta(hours=float(rng.uniform(1, 14))) if negative else None,
    }  # fmt: skip
    return world.add("public_post", _until(world, row | overrides, ("replied_at",)))


def _add_survey(world: World, rng: np.random.Generator) -> None:
    plan = world.plan
    for quarter in range(-(-plan.months // 3)):
        day = min(plan.days - 1, quarter * 91 + 80)
        for _ in range(max(10, round(plan.customers * ANSWERS_PER_CUSTOMER_QUARTER))):
            world.add(
                "survey_answer",
                {"answer_id": world.next_id("DC"), "survey_id": f"S{quarter + 1:02d}",
                 "customer_id": customer_id(int(rng.integers(plan.customers))),
                 "asked_at": world.at(day, float(rng.uniform(9, 18))),
                 "surveyor": "third_party" if quarter % 2 else "internal",
                 "item": str(rng.choice(["reliability", "billing", "hotline", "repair", "counter", "overall"])),
                 "score": int(np.clip(round(rng.normal(8.6, 1.1)), 1, 10)),
                 "comment": str(rng.choice(SURVEY_COMMENTS)) if rng.random() < 0.3 else None},
            )  # fmt: skip
