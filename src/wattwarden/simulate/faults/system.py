"""1.2.4 Marketing system: data leaks, shared accounts, changes that cover tracks, data that does not come."""

from wattwarden.simulate import sectors
from wattwarden.simulate.faults.registry import Plot, kind, of_sector, settled
from wattwarden.simulate.system import Edit, access, add_probe, change_file
from wattwarden.simulate.world import customer_id, moment

RISK = "1.2.4"
NIGHTS = 5


def _staff(plot: Plot, role: str, count: int | None = None) -> list[str]:
    """Staff of some stations, each chosen once for all kinds."""
    crews = [s for crew in plot.world.station_staff for s in crew[role]]
    taken = {t.subject_id for t in plot.world.truths}
    free = [s for s in crews if s not in taken]
    wanted = max(1, min(plot.count if count is None else count, len(free) // 2))
    return sorted(str(s) for s in plot.rng.permutation(free)[:wanted])


@kind("system.bulk_lookup", RISK, "批量查询客户信息", "Bulk look-ups of customers", 0.5)
def _bulk(plot: Plot) -> None:
    world = plot.world
    for position, staff in enumerate(_staff(plot, "reader")):
        slow = position % 2 == 1
        first = plot.day(-45, -15)
        for day in range(first, first + (10 if slow else 1)):
            _browse(plot, staff, day, 45 if slow else 260)
        if not slow:
            access(world, staff, first, 15.4, "export", row_count=1_800, customer_id=None)
        plot.about("staff", staff, first, first + 10, evasion="slow" if slow else "")


def _browse(plot: Plot, staff: str, day: int, views: int) -> None:
    for number in range(views):
        customer = int(plot.rng.integers(plot.world.plan.customers))
        access(plot.world, staff, day, 9.0 + number * 6.0 / views, customer_id=customer_id(customer))


@kind("system.odd_hours", RISK, "非常规时段登录", "Work at odd hours", 0.5)
def _odd(plot: Plot) -> None:
    for staff in _staff(plot, "collection"):
        first = plot.day(-40, -12)
        for night in range(NIGHTS):
            hour = float(plot.rng.uniform(1.0, 3.5))
            access(plot.world, staff, first + 2 * night, hour, "login", row_count=0, table_name=None)
            for step in range(1, 9):
                customer = int(plot.rng.integers(plot.world.plan.customers))
                access(
                    plot.world,
                    staff,
                    first + 2 * night,
                    hour + step * 0.05,
                    customer_id=customer_id(customer),
                )
        plot.about("staff", staff, first, first + 2 * NIGHTS)


@kind("lookalike.night_duty", RISK, "值班人员夜间工作", "Duty staff working at night", 0.2)
def _duty(plot: Plot) -> None:
    world = plot.world
    for staff in world.staff["service"][:2]:
        for day in range(max(0, world.plan.days - 55), world.plan.days, 3):
            access(world, staff, day, 0.6, "login", row_count=0, table_name=None)
            for step in range(1, 5):
                access(
                    world,
                    staff,
                    day,
                    0.6 + step,
                    customer_id=customer_id(int(plot.rng.integers(world.plan.customers))),
                )
        plot.about("staff", staff, 0, world.plan.days, is_lookalike=True)


@kind("system.shared_account", RISK, "账号共用", "Shared account", 0.5)
def _shared(plot: Plot) -> None:
    for staff in _staff(plot, "service"):
        first = plot.day(-30, -8)
        for day in range(first, first + 6):
            for number in range(10):
                customer = customer_id(int(plot.rng.integers(plot.world.plan.customers)))
                hour = 10.0 + number * 0.08
                access(plot.world, staff, day, hour, customer_id=customer)
                access(
                    plot.world, staff, day, hour + 0.02, customer_id=customer, terminal_id=f"ZD9{staff[2:]}",
                    ip_address="10.20.7.77",
                )  # fmt: skip
        plot.about("staff", staff, first, first + 6)


@kind("system.failed_logins", RISK, "多次登录失败", "Many failed log-ins", 0.4)
def _failed(plot: Plot) -> None:
    for staff in _staff(plot, "account_manager"):
        day = plot.day(-30, -3)
        for number in range(24):
            access(plot.world, staff, day, 20.0 + number * 0.03, "login_failed", row_count=0, table_name=None)
        plot.about("staff", staff, day, day + 1)


@kind("system.changed_and_changed_back", RISK, "电价改动后改回", "Price changed and changed back", 2.0)
def _back(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(of_sector(world, "shop") & ~world.people.is_tou):
        month = plot.month(-4, 0)
        closing = int(world.plan.month_bounds[month + 1])
        clerk = world.staff["billing"][customer % len(world.staff["billing"])]
        common = {"approved_by": world.staff["leader"][0]}
        classes = ("commercial_industrial", "residential")
        change_file(
            world, customer, Edit("tariff_assignment", "tariff_class", *classes), closing - 3, clerk, **common
        )
        change_file(
            world,
            customer,
            Edit("tariff_assignment", "tariff_class", *classes[::-1]),
            closing + 5,
            clerk,
            **common,
        )
        plot.misbill(customer, "tariff_class", month, month + 1, sectors.RESIDENTIAL)
        plot.truth(customer, closing - 3, closing, None)


@kind("system.change_without_work_order", RISK, "无工单改档案", "File changed without a work order", 3.0)
def _bare(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(settled(world)):
        day = plot.day(-100, -5)
        capacity = float(world.people.capacity[customer])
        row = change_file(
            world, customer, Edit("customer", "contract_capacity_kva", f"{capacity * 1.6:g}", f"{capacity:g}"), day,
            world.staff["billing"][0], approved_by=world.staff["leader"][1],
        )  # fmt: skip
        plot.about("archive_change", str(row["change_id"]), day, day + 1, customer=customer)


@kind("system.self_approved_change", RISK, "自改自审", "Change approved by who made it", 1.5)
def _own(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(settled(world)):
        day, clerk = plot.day(-100, -5), world.staff["billing"][1]
        edit = Edit("customer", "bank_account", "6299000000000001", "6299000000000002")
        row = change_file(world, customer, edit, day, clerk, approved_by=clerk)
        plot.about("archive_change", str(row["change_id"]), day, day + 1, customer=customer)


@kind("system.data_not_arriving", RISK, "采集数据未到", "Collected data does not arrive", 0.2)
def _silent(plot: Plot) -> None:
    world = plot.world
    wanted = max(1, min(plot.count, len(world.stations) // 4))
    for station in sorted(int(s) for s in plot.rng.permutation(len(world.stations))[:wanted]):
        org, first = world.stations[station], world.plan.days - 6
        world.rows["system_probe"][:] = [
            r for r in world.rows["system_probe"]
            if not (r["org_id"] == org and r["kind"] == "arrival" and world.plan.day(moment(r, "probed_at").date()) >= first)
        ]  # fmt: skip
        for day in range(first, world.plan.days):
            add_probe(world, "arrival", org, day, float(plot.rng.uniform(0.55, 0.8)))
        group = f"silent{station}"
        plot.about("org_unit", org, first, world.plan.days, group=group)
        for area in world.pick_areas(plot.rng, 1):
            world.lost_days[area] = (first, world.plan.days + 1)
