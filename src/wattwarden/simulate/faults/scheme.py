"""1.1.1 Supply scheme: price, power factor and class; split, late and steered applications.

Also the terms that a scheme sets and that go wrong later: contract demand, billing mode, loss parameters
and the agency surcharge.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import numpy as np

from wattwarden.calc.work_calendar import is_workday
from wattwarden.simulate import sectors
from wattwarden.simulate.connection import add_request
from wattwarden.simulate.corrections import add_correction
from wattwarden.simulate.faults.registry import Plot, high_voltage, kind, kind_late, of_sector, settled
from wattwarden.simulate.masters import freed_customers
from wattwarden.simulate.people import AGENCY
from wattwarden.simulate.plan import Bools
from wattwarden.simulate.prices import tariff_of
from wattwarden.simulate.terms import FLOOR
from wattwarden.simulate.texts import BRANDS, BUILDERS, GIVEN_NAMES, SURNAMES
from wattwarden.simulate.world import Row, World, customer_id, moment

RISK = "1.1.1"
MONTHS_EARLY = 2
"""Bill months for which a mode holds that was chosen before the quarter was over."""
REQUESTS_TO_STEER = 14
"""Requests that a station has at least where one builder gets nearly all of them."""


def retariff(world: World, customer: int, **values: object) -> None:
    """Change the price of a customer in all files that repeat it: assignments and schemes."""
    world.patch("tariff_assignment", customer, **values)
    number = customer_id(customer)
    shared = {"billing_mode", "pf_standard", "tariff_class", "is_tou"}
    for table in ("tariff_assignment", "supply_scheme"):
        for row in world.rows[table]:
            if row["customer_id"] == number:
                row.update({k: v for k, v in values.items() if table == "tariff_assignment" or k in shared})


@kind(
    "connection.single_rate_over_315", RISK, "315kVA及以上执行单一制", "Single-rate at 315 kVA and above", 1.5
)
def _single_rate(plot: Plot) -> None:
    world = plot.world
    large = high_voltage(world) & (world.people.capacity >= 315) & (world.people.mode != sectors.SINGLE)
    for customer in plot.pick(large):
        _keep_single(world, customer, date(2024, 3, 1) + timedelta(days=plot.day(0, 300)))
        plot.truth(customer, 0, world.plan.days, None)


@kind("lookalike.old_single_rate", RISK, "政策前已执行单一制", "Single-rate since before the rule", 0.8)
def _old_single_rate(plot: Plot) -> None:
    world = plot.world
    large = high_voltage(world) & (world.people.capacity >= 315) & (world.people.mode == sectors.CAPACITY)
    for customer in plot.pick(large, max(1, plot.count // 2)):
        _keep_single(world, customer, date(2016, 5, 1) + timedelta(days=plot.day(0, 300)))
        plot.truth(customer, 0, world.plan.days, is_lookalike=True)


def _keep_single(world: World, customer: int, opened: date) -> None:
    world.change("mode", customer, 0, world.plan.months, sectors.SINGLE)
    retariff(world, customer, billing_mode="single_rate", contract_demand_kw=None)
    world.patch("customer", customer, opened_on=opened)
    world.people.opened[customer] = world.plan.day(opened)


@kind("connection.pf_standard_missing", RISK, "应考核力率未考核", "Power factor not assessed", 2.0)
def _pf_missing(plot: Plot) -> None:
    world = plot.world
    world.people.power_factor[(picked := plot.pick(settled(world) & (world.people.pf_standard > 0)))] = 0.82
    for customer in picked:
        world.change("pf_standard", customer, 0, world.plan.months, 0)
        retariff(world, customer, pf_standard=None)
        plot.truth(customer, 0, world.plan.days, None)


@kind("connection.class_contradicts_industry", RISK, "商铺执行居民电价", "Shop on the residential price", 5.0)
def _class_misuse(plot: Plot) -> None:
    world = plot.world
    shops = of_sector(world, "shop") & (world.people.base_kwh > 12) & ~world.people.is_tou
    for customer in plot.pick(shops):
        hidden = plot.chance(0.3)
        _reclass(world, customer, sectors.RESIDENTIAL)
        if hidden:
            world.patch("customer", customer, industry_code="9910", customer_type="resident")
        plot.truth(customer, 0, world.plan.days, None, evasion="industry_hidden" if hidden else "")


@kind(
    "connection.agricultural_price_misused",
    RISK,
    "工业执行农业电价",
    "Workshop on the agricultural price",
    2.0,
)
def _farm_price(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(of_sector(world, "workshop") & ~world.people.is_tou):
        _reclass(world, customer, sectors.AGRICULTURAL)
        plot.truth(customer, 0, world.plan.days, None)


def _reclass(world: World, customer: int, tariff_class: int) -> None:
    name = sectors.TARIFF_CLASSES[tariff_class]
    world.change("tariff_class", customer, 0, world.plan.months, tariff_class)
    world.change("pf_standard", customer, 0, world.plan.months, 0)
    retariff(world, customer, tariff_class=name, pf_standard=None)
    world.patch("contract", customer, tariff_class=name)
    world.patch("customer", customer, market_attribute="none")


def _disguise(world: World, customer: int, name: str, kind_of: str, industry: str, use: str) -> None:
    """Let all files say that the customer is another than it is."""
    world.patch("customer", customer, name=name, customer_type=kind_of, industry_code=industry)
    world.patch("contract", customer, customer_name=name, signatory=name)
    world.patch("tariff_assignment", customer, use_description=use)


def _few(plot: Plot, candidates: Bools) -> list[int]:
    """One customer less than the kind wants: those with a transformer are scarce in a small county."""
    return plot.pick(candidates, max(1, plot.count - 1))


@kind_late("connection.pf_standard_wrong", RISK, "力率标准执行错误", "Wrong power factor standard", 2.0)
def _pf_wrong(plot: Plot) -> None:
    world = plot.world
    for filed, due in ((85, 90), (90, 85)):
        for customer in _few(
            plot, settled(world) & (world.people.pf_standard == due) & (world.people.voltage < sectors.KV35)
        ):
            world.change("pf_standard", customer, 0, world.plan.months, filed)
            retariff(world, customer, pf_standard=filed / 100)
            plot.truth(customer, 0, world.plan.days, None)


@kind_late(
    "connection.residential_price_high_use", RISK, "商铺登记为居民", "Shop filed as a home in every file", 2.0
)
def _shop_as_home(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(of_sector(world, "shop") & (world.people.base_kwh > 45) & ~world.people.is_tou):
        _reclass(world, customer, sectors.RESIDENTIAL)
        person = str(plot.rng.choice(list(SURNAMES))) + str(plot.rng.choice(GIVEN_NAMES))
        _disguise(world, customer, person, "resident", "9910", "居民生活")
        plot.truth(customer, 0, world.plan.days, None)


@kind_late(
    "connection.agricultural_price_anomaly", RISK, "加工厂登记为种植户", "Workshop filed as a grower", 2.0
)
def _workshop_as_farm(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(of_sector(world, "workshop") & ~world.people.is_tou):
        _reclass(world, customer, sectors.AGRICULTURAL)
        brand = str(plot.rng.choice(BRANDS))
        _disguise(world, customer, f"{brand}种养合作社", "farm", "0111", "农业生产")
        plot.truth(customer, 0, world.plan.days, None)


@kind_late("lookalike.winter_farm", RISK, "全年生产的养殖场", "Farm that produces all year", 1.0)
def _winter_farm(plot: Plot) -> None:
    world, bounds = plot.world, plot.world.plan.month_bounds
    season = sectors.SECTORS[sectors.NUMBER["farm"]].season
    for customer in plot.pick(of_sector(world, "farm")):
        for first, last in zip(bounds, [*bounds[1:], world.plan.days], strict=True):
            month = world.plan.date_of(int(first)).month
            world.change("use", customer, int(first), int(last), 1 / season[month - 1])
        world.patch("customer", customer, industry_code="0313")
        plot.truth(customer, 0, world.plan.days, is_lookalike=True)


@kind_late(
    "connection.special_price_misused",
    RISK,
    "充电站、加工厂套用农业电价",
    "Charging or works on a farm's price",
    2.0,
)
def _special_price(plot: Plot) -> None:
    world = plot.world
    stations = of_sector(world, "charging") & (world.people.market == AGENCY)
    for customer in _few(plot, stations):
        _reclass(world, customer, sectors.AGRICULTURAL)
        for term in ("mode", "tou"):
            world.change(term, customer, 0, world.plan.months, 0)
        retariff(world, customer, billing_mode="single_rate", is_tou=False, contract_demand_kw=None)
        world.patch("customer", customer, industry_code="0111")
        plot.truth(customer, 0, world.plan.days, None)
    for customer in _few(plot, of_sector(world, "workshop") & ~world.people.is_tou):
        _reclass(world, customer, sectors.AGRICULTURAL)
        brand = str(plot.rng.choice(BRANDS))
        _disguise(world, customer, f"{brand}塑料加工厂", "enterprise", "0514", "农村加工")
        plot.truth(customer, 0, world.plan.days, None)


@kind("connection.split_application", RISK, "化整为零报装", "One need split into several applications", 1.0)
def _split(plot: Plot) -> None:
    world = plot.world
    for number in range(plot.count):
        area = world.pick_areas(plot.rng, 1)
        local = settled(world) & (world.people.area == (area[0] if area else 0))
        group = f"split{number}"
        other_names = plot.chance(0.3)
        person = f"4399{int(plot.rng.integers(10**13)):014d}"
        address = f"云岭县工业园{number + 1}号地块"
        for customer in plot.pick(local & (world.people.capacity > 8), 3):
            day = plot.day(-200, -60)
            applicant = {} if other_names else {"applicant_id_number": person, "applicant_name": "罗永福"}
            row = add_request(
                world,
                plot.rng,
                customer,
                "new_lv",
                day,
                capacity_kva=float(plot.rng.choice([110, 130, 150])),
                **applicant,
            )
            world.patch("premise", customer, address=address)
            _agree(world, row)
            plot.about(
                "connection_request", str(row["request_id"]), day, world.plan.days, customer=customer, group=group,
                evasion="other_names" if other_names else "",
            )  # fmt: skip


def _agree(world: World, request: Row) -> None:
    """Let the customer's files say what was asked for."""
    customer = int(str(request["customer_id"])[2:])
    capacity = request["capacity_kva"]
    world.patch("customer", customer, contract_capacity_kva=capacity, operating_capacity_kva=capacity)
    world.patch("contract", customer, capacity_kva=capacity)


@kind("connection.scheme_differs_from_file", RISK, "供电方案与档案不符", "Scheme differs from the file", 2.0)
def _scheme_differs(plot: Plot) -> None:
    world = plot.world
    quiet = settled(world)
    quiet[[int(str(row["customer_id"])[2:]) for row in world.rows["connection_request"]]] = False
    for customer in plot.pick(quiet & of_sector(world, "hotel", "workshop", "office", "plant")):
        kind_of = "increase" if world.people.is_high_voltage[customer] else "new_lv"
        row = add_request(world, plot.rng, customer, kind_of, plot.day(20, -60))
        scheme = world.rows["supply_scheme"][-1]
        change = int(plot.rng.integers(3))
        if change == 0:
            scheme["capacity_kva"] = float(world.people.capacity[customer]) * 1.5
        elif change == 1:
            scheme["tariff_class"] = "agricultural"
        else:
            high_side = world.people.metering[customer] == sectors.HV_HV
            scheme["metering_mode"] = "hv_lv" if high_side else "hv_hv"
        plot.about(
            "supply_scheme", str(scheme["scheme_id"]), world.plan.day(moment(row, "requested_at").date()), world.plan.days,
            customer=customer,
        )  # fmt: skip


@kind("connection.step_overtime", RISK, "业扩环节超时限", "Connection step over its time limit", 3.0)
def _overtime(plot: Plot) -> None:
    for customer in plot.pick(settled(plot.world) & (plot.world.people.capacity > 8)):
        backdated = plot.chance(0.3)
        row = _slow_request(plot, customer, paused=False, backdated=backdated)
        plot.about(
            "connection_request", str(row["request_id"]), plot.world.plan.day(moment(row, "requested_at").date()),
            plot.world.plan.days, customer=customer, evasion="backdated" if backdated else "",
        )  # fmt: skip


@kind(
    "lookalike.step_paused_by_customer", RISK, "客户原因暂停的业扩", "Long step paused for the customer", 1.0
)
def _paused(plot: Plot) -> None:
    for customer in plot.pick(settled(plot.world) & (plot.world.people.capacity > 8)):
        row = _slow_request(plot, customer, paused=True, backdated=False)
        plot.about(
            "connection_request",
            str(row["request_id"]),
            0,
            plot.world.plan.days,
            customer=customer,
            is_lookalike=True,
        )


def _slow_request(plot: Plot, customer: int, *, paused: bool, backdated: bool) -> Row:
    """A request whose installation takes 30 to 70 days longer than it did at first."""
    world = plot.world
    kind_of = "new_hv_single" if world.people.is_high_voltage[customer] else "new_lv"
    row = add_request(world, plot.rng, customer, kind_of, plot.day(10, -150))
    steps = [s for s in world.rows["connection_step"][-12:] if s["request_id"] == row["request_id"]]
    slow = next(s for s in steps if s["step"] == "metering")
    delay = timedelta(days=int(plot.rng.integers(30, 70)))
    extra = float(sum(1 for _ in _workdays(moment(slow, "finished_at").date(), delay)))
    if backdated:
        slow["recorded_at"] = _later(slow["recorded_at"], delay)
        return row
    for step in steps[steps.index(slow) :]:
        for name in ("started_at", "finished_at", "recorded_at", "arrived_at"):
            if step is not slow or name != "started_at":
                step[name] = _later(step[name], delay)
    slow["working_days"] = float(str(slow["working_days"])) + extra
    slow["paused_days"] = extra if paused else 0.0
    row["finished_at"] = _later(row["finished_at"], delay)
    return row


def _workdays(start: date, span: timedelta) -> Iterator[date]:
    days = (start + timedelta(days=n) for n in range(1, span.days + 1))
    return (day for day in days if is_workday(day))


def _later(when: object, delay: timedelta) -> object:
    return when + delay if isinstance(when, datetime) else int(str(when)) + delay.days * 86_400


@kind("connection.same_contractor", RISK, "施工单位过度集中", "One builder gets nearly all works", 0.3)
def _steered(plot: Plot) -> None:
    world = plot.world
    wanted = max(1, min(plot.count, len(world.stations) // 4))
    for station in sorted(int(s) for s in plot.rng.permutation(len(world.stations))[:wanted]):
        builder = BUILDERS[station % len(BUILDERS)]
        here = world.people.is_high_voltage & (world.people.station == station)
        members = np.flatnonzero(here)
        while len(_works(world, station)) < REQUESTS_TO_STEER:
            customer = int(plot.rng.choice(members))
            add_request(world, plot.rng, customer, "increase", plot.day(5, -50))
        for row in _works(world, station):
            if plot.chance(0.93):
                row["builder"] = builder
        plot.about("org_unit", world.stations[station], 0, world.plan.days)


def _works(world: World, station: int) -> list[Row]:
    org = world.stations[station]
    return [r for r in world.rows["connection_request"] if r["org_id"] == org and r.get("builder")]


@kind("connection.temporary_overdue", RISK, "临时用电超期", "Temporary supply overdue", 2.0)
def _temporary(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(of_sector(world, "site")):
        no_expiry = plot.chance(0.4)
        until = None if no_expiry else world.plan.end - timedelta(days=int(plot.rng.integers(40, 400)))
        opened = world.plan.end - timedelta(days=int(plot.rng.integers(1_200, 1_700)))
        world.patch("customer", customer, temporary_until=until, opened_on=opened)
        plot.truth(customer, 0, world.plan.days, evasion="no_expiry" if no_expiry else "")


def _by_demand(world: World, customer: int, contract_kw: int) -> None:
    """Make a customer one that is lawfully billed by demand."""
    world.people.mode[customer] = sectors.DEMAND
    world.people.contract_demand[customer] = contract_kw
    retariff(world, customer, billing_mode="two_part_demand", contract_demand_kw=float(contract_kw))


@kind_late(
    "billing.contract_demand_below_floor", "1.3.1", "核定需量低于40%", "Contract demand below the floor", 2.0
)
def _below_floor(plot: Plot) -> None:
    world, people = plot.world, plot.world.people
    for customer in _few(plot, high_voltage(world) & (people.mode == sectors.CAPACITY)):
        share = sectors.HOURS[sectors.SECTORS[people.sector[customer]].hours].max()
        capacity = float(people.capacity[customer])
        people.base_kwh[customer] = min(people.base_kwh[customer], 0.14 * capacity / share)
        _by_demand(world, customer, int(0.4 * capacity))
        world.change("contract_demand", customer, 0, world.plan.months, int(0.28 * capacity) * 100)
        retariff(world, customer, contract_demand_kw=float(int(0.28 * capacity)))
        plot.misbill(customer, f"demand_rule.{FLOOR}", 0, world.plan.months, 0)
        plot.truth(customer, 0, world.plan.days, None)


@kind_late(
    "billing.demand_above_contract", "1.3.1", "实际需量长期超核定值", "Demand above its contract value", 2.0
)
def _above_contract(plot: Plot) -> None:
    world, people = plot.world, plot.world.people
    for customer in _few(plot, high_voltage(world) & (people.mode == sectors.CAPACITY)):
        share = sectors.HOURS[sectors.SECTORS[people.sector[customer]].hours].max()
        capacity = float(people.capacity[customer])
        people.base_kwh[customer] = 0.42 * capacity / share
        _by_demand(world, customer, int(0.42 * capacity))
        world.change("demand", customer, 0, world.plan.days, 1.3)
        plot.truth(customer, max(0, world.plan.days - 365), world.plan.days, direction="customer_loses")


@kind_late(
    "billing.mode_changed_too_soon",
    "1.3.1",
    "计费方式变更不满一季",
    "Billing mode changed within a quarter",
    2.0,
)
def _changed_soon(plot: Plot) -> None:
    world, people, bounds = plot.world, plot.world.people, plot.world.plan.month_bounds
    first = max(0, world.plan.months - 5)
    chosen, again = (world.plan.date_of(int(bounds[m])) for m in (first, first + 1))
    for customer in _few(plot, high_voltage(world) & (people.mode == sectors.CAPACITY)):
        capacity, contract_kw = int(people.capacity[customer]), int(0.45 * people.capacity[customer])
        if (since := _assigned_since(world, customer)) >= chosen:
            continue
        _by_demand(world, customer, contract_kw)
        world.change("mode", customer, first, first + 1, sectors.CAPACITY)
        common = {"customer_id": customer_id(customer), "tariff_class": "commercial_industrial",
                  "voltage_level": sectors.VOLTAGES[people.voltage[customer]],
                  "is_tou": bool(people.is_tou[customer] & ~freed_customers(world)[customer]),
                  "pf_standard": people.pf_standard[customer] / 100 or None}  # fmt: skip
        for begin, end, mode in ((since, chosen, "two_part_demand"), (chosen, again, "two_part_capacity")):
            agreed = float(contract_kw) if mode == "two_part_demand" else None
            world.add("tariff_assignment", common | {"valid_from": begin, "valid_to": end, "billing_mode": mode,
                                                     "contract_demand_kw": agreed})  # fmt: skip
        world.patch("tariff_assignment", customer, valid_from=again)
        voltage, tariff = people.voltage[customer], tariff_of(world.plan)
        # Prices in 10⁻⁴ yuan: a hundredth of them is fen.
        month_fen = (
            capacity * tariff.capacity[-1, voltage] - contract_kw * tariff.demand[-1, voltage]
        ) // 100
        plot.truth(customer, int(bounds[first + 1]), world.plan.days, int(MONTHS_EARLY * month_fen))


def _assigned_since(world: World, customer: int) -> date:
    """First day of the price assignment in force at the end."""
    number = customer_id(customer)
    ends = [row["valid_to"] for row in world.rows["tariff_assignment"] if row["customer_id"] == number]
    opened = world.plan.date_of(int(world.people.opened[customer]))
    return max([date(2023, 6, 1), opened, *(end for end in ends if isinstance(end, date))])


@kind_late(
    "metering.transformer_loss_parameters",
    "1.2.3",
    "变损参数录错",
    "Loss parameters of another transformer",
    2.0,
)
def _loss_parameters(plot: Plot) -> None:
    world, people = plot.world, plot.world.people
    low_side = high_voltage(world) & (people.metering == sectors.HV_LV) & (people.mode != sectors.CAPACITY)
    for customer in _few(plot, low_side):
        factor = 2.0 if plot.chance(0.5) else 0.5
        iron_w = round(int(people.no_load_w[customer]) * factor)
        plot.misbill(customer, "no_load", 0, world.plan.months, iron_w)
        plot.truth(customer, 0, world.plan.days, None)


@kind_late(
    "market.agency_surcharge_missing",
    "1.5.2",
    "高耗能未执行1.5倍",
    "High-consumption works without the surcharge",
    2.0,
)
def _no_surcharge(plot: Plot) -> None:
    world = plot.world
    for customer in _few(plot, high_voltage(world) & (world.people.market == AGENCY)):
        world.patch("customer", customer, high_energy_use=True)
        loss = round(float(world.people.base_kwh[customer]) * min(365, world.plan.days) * 22.5)
        plot.truth(customer, max(0, world.plan.days - 365), world.plan.days, loss)


@kind_late(
    "billing.corrections_repeated", "1.3.1", "同一客户多次退补", "One customer corrected again and again", 1.0
)
def _corrected_often(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(settled(world) & (world.people.capacity > 8)):
        amounts = [-int(plot.rng.integers(20_000, 90_000)) for _ in range(5)]
        for amount, clerk in zip(amounts, np.resize(world.staff["billing"], len(amounts)), strict=True):
            add_correction(
                world,
                customer,
                plot.day(-180, -10),
                amount,
                str(clerk),
                world.staff["leader"][0],
                "抄表差错更正",
            )
        plot.truth(customer, max(0, world.plan.days - 180), world.plan.days, -sum(amounts))
