"""Connection requests with their steps and supply schemes, all in time and agreeing with the files."""

from datetime import date, datetime, timedelta

import numpy as np

from wattwarden.calc.work_calendar import is_workday
from wattwarden.simulate import sectors
from wattwarden.simulate.county import feeder_of
from wattwarden.simulate.texts import BUILDERS, DESIGNERS, GIVEN_NAMES, SUPPLIERS, SURNAMES
from wattwarden.simulate.world import Row, World, customer_id, moment, premise_id

STEPS = {
    "new_residential": ("accept", "metering", "archive"),
    "new_lv": ("accept", "scheme_reply", "metering", "archive"),
    "new_hv_single": ("accept", "survey", "scheme_reply", "design_review", "final_inspection", "contract", "metering",
                      "archive"),
    "increase": ("accept", "survey", "scheme_reply", "final_inspection", "metering", "archive"),
    "pause": ("accept", "archive"),
    "rename": ("accept", "contract", "archive"),
}  # fmt: skip
MOST_DAYS = {"accept": 0, "survey": 1, "scheme_reply": 2, "design_review": 2, "mid_inspection": 1,
             "final_inspection": 2, "contract": 1, "metering": 1, "archive": 1}  # fmt: skip
"""Working days that an honest step takes at most; the shortest limits of DOMAIN A.1 are longer."""
HV_SHARE, LV_SHARE = 0.45, 0.008
"""Customers with a finished request in the history."""


def working_days_after(day: date, count: int) -> date:
    """The day that lies ``count`` working days after ``day``."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day


def add_requests(world: World) -> None:
    """Requests of new customers, of high-voltage customers who grew, and of some others."""
    plan, people = world.plan, world.people
    rng = plan.random("requests")
    for customer in range(plan.customers):
        if people.opened[customer] >= 0:
            kind = "new_residential" if people.tariff_class[customer] == 0 else "new_lv"
            day = int(people.opened[customer]) - int(rng.integers(8, 14))
            add_request(world, rng, customer, kind, day)
    high = np.flatnonzero(people.is_high_voltage)
    for customer in high[rng.random(len(high)) < HV_SHARE]:
        kind = "new_hv_single" if rng.random() < 0.6 else "increase"
        add_request(world, rng, int(customer), kind, int(rng.integers(5, plan.days - 45)))
    others = rng.permutation(np.flatnonzero(~people.is_high_voltage & (people.opened < 0)))
    for customer in np.sort(others[: round(LV_SHARE * plan.customers)]):
        add_request(world, rng, int(customer), "rename", int(rng.integers(5, plan.days - 20)))


def add_request(
    world: World, rng: np.random.Generator, customer: int, kind: str, day: int, **overrides: object
) -> Row:
    """One request with its steps and, where a supply is new or grows, its scheme."""
    people = world.people
    asked = datetime.combine(_workday(world.plan.date_of(day)), datetime.min.time())
    asked += timedelta(hours=float(rng.uniform(8.6, 11.0)))
    crew = world.station_staff[int(people.station[customer])]
    high = bool(people.is_high_voltage[customer])
    row: Row = {
        "request_id": world.next_id("YK"), "customer_id": customer_id(customer), "premise_id": premise_id(customer),
        "org_id": world.stations[int(people.station[customer])], "kind": kind, "requested_at": asked,
        "channel": str(rng.choice(["counter", "app", "app", "visit"])),
        "applicant_name": str(rng.choice(SURNAMES)) + str(rng.choice(GIVEN_NAMES)),
        "applicant_id_number": f"4399{int(rng.integers(10**13)):014d}",
        "capacity_kva": float(people.capacity[customer]), "voltage_level": sectors.VOLTAGES[people.voltage[customer]],
        "with_external_works": high, "accepted_by": crew["connection"][0], "materials_asked_times": 1,
        "fee_charged_fen": 0, "fee_listed_fen": 0, "status": "done",
    }  # fmt: skip
    if high:
        row |= {"designer": str(rng.choice(DESIGNERS)), "builder": str(rng.choice(BUILDERS)),
                "equipment_supplier": str(rng.choice(SUPPLIERS))}  # fmt: skip
    row |= overrides
    replied, finished = _add_steps(world, rng, row, crew)
    row["finished_at"] = finished
    if finished.date() >= world.plan.end:
        row |= {"finished_at": None, "status": "open"}
    if kind in ("new_lv", "new_hv_single", "increase"):
        _add_scheme(world, row, customer, replied)
    return world.add("connection_request", row)


def _workday(day: date) -> date:
    """``day``, or the last working day before it."""
    while not is_workday(day):
        day -= timedelta(days=1)
    return day


def _add_steps(
    world: World, rng: np.random.Generator, row: Row, crew: dict[str, list[str]]
) -> tuple[datetime, datetime]:
    at = moment(row, "requested_at")
    replied = at
    for number, step in enumerate(STEPS[str(row["kind"])], start=1):
        days = int(rng.integers(0, MOST_DAYS[step] + 1))
        done = datetime.combine(working_days_after(at.date(), days), datetime.min.time()) + timedelta(
            hours=max(at.hour + at.minute / 60 + 0.5, 9.0) if days == 0 else 14.0
        )
        if done.date() < world.plan.end:
            world.add(
                "connection_step",
                {"request_id": row["request_id"], "step_no": number, "step": step, "started_at": at,
                 "finished_at": done, "recorded_at": done + timedelta(minutes=20), "working_days": float(days),
                 "paused_days": 0.0, "staff_id": crew["connection"][number % len(crew["connection"])]},
                done,
            )  # fmt: skip
        replied = done if step == "scheme_reply" else replied
        at = done
    return replied, at


def _add_scheme(world: World, row: Row, customer: int, replied: datetime) -> None:
    people = world.people
    multiplier = int(people.multiplier[customer])
    pt = {sectors.HV_HV: 350 if people.voltage[customer] == sectors.KV35 else 100}.get(
        int(people.metering[customer])
    )
    crew = world.station_staff[int(people.station[customer])]
    high = bool(people.is_high_voltage[customer])
    standard = int(people.pf_standard[customer])
    important = people.sector[customer] == sectors.NUMBER["hospital"]
    world.add(
        "supply_scheme",
        {"scheme_id": str(row["request_id"]).replace("YK", "FA"), "request_id": row["request_id"],
         "customer_id": row["customer_id"], "capacity_kva": row["capacity_kva"], "voltage_level": row["voltage_level"],
         "source_mode": "double" if important else "single",
         "tariff_class": sectors.TARIFF_CLASSES[people.tariff_class[customer]],
         "billing_mode": sectors.BILLING_MODES[people.mode[customer]],
         "metering_mode": sectors.METERING_MODES[people.metering[customer]],
         "is_tou": bool(people.is_tou[customer]), "pf_standard": standard / 100 if standard else None,
         "ct_ratio": float(multiplier // (pt or 1)) if multiplier > 1 else None, "pt_ratio": float(pt) if pt else None,
         "feeder_id": feeder_of(customer // world.plan.area_size), "feeder_spare_kva": 5_000.0, "replied_at": replied,
         "valid_until": replied.date() + timedelta(days=365 if high else 90), "designed_by": crew["connection"][0],
         "approved_by": crew["leader"][0]},
        replied,
    )  # fmt: skip
