"""1.1.2 Supply contract: missing, expired, unsigned, not what is supplied."""

from datetime import timedelta

from wattwarden.simulate.faults.registry import Plot, kind, settled
from wattwarden.simulate.plan import Bools
from wattwarden.simulate.world import World, customer_id

RISK = "1.1.2"


def _firms(world: World) -> Bools:
    return settled(world) & (world.people.capacity > 8)


@kind("contract.missing", RISK, "无供用电合同", "No supply contract", 2.5)
def _missing(plot: Plot) -> None:
    for customer in plot.pick(_firms(plot.world)):
        plot.world.dropped["contract"].add(customer)
        plot.truth(customer, 0, plot.world.plan.days)


@kind("contract.expired_or_expiring", RISK, "合同已到期", "Contract expired", 3.0)
def _expired(plot: Plot) -> None:
    for customer in plot.pick(_firms(plot.world)):
        _expire(plot, customer)
        plot.truth(customer, plot.world.plan.days - 20, plot.world.plan.days)


def _expire(plot: Plot, customer: int) -> None:
    until = plot.world.plan.end - timedelta(days=int(plot.rng.integers(20, 300)))
    since = until - timedelta(days=1_095)
    plot.world.patch(
        "contract", customer, valid_from=since, valid_to=until, signed_on=since - timedelta(days=3)
    )


@kind("lookalike.contract_renewed", RISK, "合同到期已续签", "Expired contract that was renewed", 1.0)
def _renewed(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(_firms(world)):
        _expire(plot, customer)
        old = world.patches["contract"][customer]
        people = world.people
        since = old["valid_to"]
        high = bool(people.is_high_voltage[customer])
        terms = {
            "capacity_kva": float(people.capacity[customer]), "multiplier": float(people.multiplier[customer]),
            "voltage_level": ("v220", "v380", "kv10", "kv35")[people.voltage[customer]],
            "tariff_class": ("residential", "agricultural", "commercial_industrial")[people.tariff_class[customer]],
            "metering_mode": ("hv_hv", "hv_lv", "lv_lv")[people.metering[customer]],
        }  # fmt: skip
        clauses = (
            "has_supply_mode",
            "has_use_nature",
            "has_metering_price",
            "has_maintenance_split",
            "has_breach_liability",
        )
        world.add(
            "contract",
            {"contract_id": world.next_id("HX"), "customer_id": customer_id(customer), "form": "electronic",
             "kind": "hv" if high else "lv", "signed_on": since, "valid_from": since,
             "valid_to": world.plan.end + timedelta(days=800), "signatory": "周文斌", "signatory_is_owner": True,
             "late_fee_permille_per_day": 2.0, **terms, **dict.fromkeys(clauses, True)},
        )  # fmt: skip
        plot.truth(customer, 0, world.plan.days, is_lookalike=True)


@kind(
    "contract.unsigned_or_unauthorised",
    RISK,
    "合同未签或无授权",
    "Contract unsigned or signed without authority",
    1.5,
)
def _unsigned(plot: Plot) -> None:
    for customer in plot.pick(_firms(plot.world)):
        unsigned = plot.chance(0.5)
        change: dict[str, object] = (
            {"signed_on": None, "signatory": None}
            if unsigned
            else {"signatory_is_owner": False, "signatory": "陈立新"}
        )
        plot.world.patch("contract", customer, **change)
        plot.truth(customer, 0, plot.world.plan.days)


@kind("contract.fields_differ_from_file", RISK, "合同与档案不一致", "Contract differs from the file", 3.0)
def _differs(plot: Plot) -> None:
    world = plot.world
    for customer in plot.pick(_firms(world)):
        capacity = float(world.people.capacity[customer])
        changes: tuple[dict[str, object], ...] = (
            {"capacity_kva": capacity * 0.6}, {"tariff_class": "residential"},
            {"multiplier": float(world.people.multiplier[customer]) * 2},
        )  # fmt: skip
        world.patch("contract", customer, **changes[int(plot.rng.integers(len(changes)))])
        plot.truth(customer, 0, world.plan.days)


@kind("contract.late_fee_rate_unlawful", RISK, "违约金比例超法定", "Late fee rate beyond the law", 1.0)
def _late_fee_rate(plot: Plot) -> None:
    for customer in plot.pick(_firms(plot.world)):
        plot.world.patch("contract", customer, late_fee_permille_per_day=5.0)
        plot.truth(customer, 0, plot.world.plan.days, direction="customer_loses")
