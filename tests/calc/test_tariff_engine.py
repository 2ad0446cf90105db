"""The engine on the full worked bill of DOMAIN B.7, and on facts that are missing or too large."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from wattwarden.calc.tariff.bill import Bill, Prices, Rate, Segment
from wattwarden.calc.tariff.engine import price_bill
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.prices import price_books

RATIOS: dict[Rate, str] = {"sharp": "1.92", "peak": "1.6", "flat": "1", "valley": "0.4"}
KWH: dict[Rate, int] = {"sharp": 60_000, "peak": 70_000, "flat": 120_000, "valley": 150_000}


def full_bill() -> Bill:
    """July, 10 kV, two-part by demand, 2,000 kVA, contract 900 kW, measured 960 kW (DOMAIN B.7)."""
    table = price_books().book("hunan", "power_factor_090").lines[0].values
    prices = Prices(
        rates={rate: Decimal("0.5990") * Decimal(ratio) for rate, ratio in RATIOS.items()},
        system=Decimal("0.03"), funds=Decimal("0.04625"), demand=Decimal("35.4"),
        discount_share=Decimal("0.9"), discount_kwh_per_kva=Decimal(260),
    )  # fmt: skip
    segment = Segment(
        days=31, tariff_class="commercial_industrial", kwh=Decimal(400_000), prices=prices,
        mode="two_part_demand", rates_kwh={rate: Decimal(kwh) for rate, kwh in KWH.items()},
        capacity_kva=Decimal(2_000), contract_demand_kw=Decimal(900),
    )  # fmt: skip
    return Bill(
        days_in_month=31, segments=(segment,), reactive_kvarh=Decimal(160_000),
        measured_demand_kw=Decimal(960), pf_standard=Decimal("0.90"),
        pf_table=tuple(table[f"{step / 100:.2f}"] for step in range(101)), discount_capacity_kva=Decimal(2_000),
    )  # fmt: skip


def test_the_full_worked_bill_to_the_fen() -> None:
    amounts = {line.element: line.amount_fen for line in price_bill(full_bill())}
    assert amounts == {
        "sharp": 6_900_480, "peak": 6_708_800, "flat": 7_188_000, "valley": 3_594_000,
        "system": 1_200_000, "funds": 1_850_000, "demand": 3_292_200, "pf_adjust": -129_976,
    }  # fmt: skip
    assert sum(amounts.values()) == 30_603_504


def test_the_other_provincial_base_leaves_system_operation_out() -> None:
    # (243,912.80 + 32,922.00) × −0.45 % = −1,245.7566
    lines = price_bill(replace(full_bill(), system_in_pf_base=False))
    assert lines[-1].amount_fen == -124_576


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"reactive_kvarh": None}, "no reactive energy"),
        ({"measured_demand_kw": None}, "no measured demand"),
        ({"discount_capacity_kva": None}, "no contract capacity"),
        ({"segments": ()}, "no segment"),
    ],
)
def test_a_missing_fact_is_named(change: dict[str, Any], found: str) -> None:
    with pytest.raises(WattwardenError, match=found):
        price_bill(replace(full_bill(), **change))


def test_an_energy_beyond_the_arithmetic_is_refused() -> None:
    (segment,) = full_bill().segments
    huge = replace(segment, kwh=Decimal(200_000_001), rates_kwh={"flat": Decimal(200_000_001)})
    with pytest.raises(WattwardenError, match="at most 200000000 kWh"):
        price_bill(replace(full_bill(), segments=(huge,)))


def test_the_largest_demand_is_exact_and_a_larger_one_is_refused() -> None:
    # 900 kW + 2 × (5,000,000 − 945) kW = 9,999,010 kW × 35.4 yuan
    most = replace(full_bill(), measured_demand_kw=Decimal(5_000_000))
    assert [line.amount_fen for line in price_bill(most) if line.element == "demand"] == [35_396_495_400]
    with pytest.raises(WattwardenError, match="at most 5000000 kW"):
        price_bill(replace(most, measured_demand_kw=Decimal("5000000.01")))


@pytest.mark.parametrize(
    ("split", "refused"),
    [
        ({"split_kwh": Decimal("800000.00")}, False),
        ({"split_kwh": Decimal("800000.01")}, True),
        ({"split_pct": Decimal(100)}, False),
        ({"split_pct": Decimal("100.0001")}, True),
    ],
)
def test_no_more_is_split_off_than_was_used(split: dict[str, Any], refused: bool) -> None:
    # Half of the month's 62 days: 400,000 kWh meet half of the quantity.
    (segment,) = full_bill().segments
    prices = replace(segment.prices, split=Decimal("0.6"))
    bill = replace(full_bill(), days_in_month=62, segments=(replace(segment, prices=prices, **split),))
    if refused:
        with pytest.raises(WattwardenError, match="a split of"):
            price_bill(bill)
    else:
        assert sum(line.kwh or 0 for line in price_bill(bill) if line.element == "split") == segment.kwh


def test_energy_of_another_class_or_split_off_takes_no_room_in_the_tiers() -> None:
    # A farm's 900 kWh, then a home of 250 of which 100 are split off, then one of 100:
    # 150 and 50 kWh in tier 1 (limit 200), the last 50 in tier 2.
    tiers = Prices(tiers=(Decimal("0.588"), Decimal("0.638"), Decimal("0.888")), split=Decimal("0.68"))
    bill = Bill(
        30,
        (
            Segment(10, "agricultural", Decimal(900), Prices(energy=Decimal("0.5"))),
            Segment(10, "residential", Decimal(250), tiers, split_kwh=Decimal(300)),
            Segment(10, "residential", Decimal(100), tiers),
        ),
        tier_limits_kwh=(Decimal(200), Decimal(350)),
    )
    tiered = [
        f"{line.segment} {line.element} {line.kwh}" for line in price_bill(bill) if "tier" in line.element
    ]
    assert tiered == ["1 tier1 150.00", "2 tier1 50.00", "2 tier2 50.00"]
