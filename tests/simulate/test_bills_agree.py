"""The simulator's bills against the tariff engine: two code paths, the same fen.

The engine's facts are read from the written files alone (``clerk``), never from the simulator.
"""

from collections import defaultdict
from pathlib import Path

import pytest

import wattwarden.simulate
from tests.simulate.clerk import bill_of, lines_of, read_files
from tests.simulate.conftest import County

SAMPLE = 25
"""Bills of each path."""
PATHS = {
    "homes in the first tier": "b.tariff_class = 'residential' AND b.kwh < 200",
    "homes in the third tier": "b.tariff_class = 'residential' AND b.kwh > 450",
    "farms": "b.tariff_class = 'agricultural'",
    "shops": "b.billing_mode = 'single_rate' AND NOT b.is_tou AND c.voltage_level = 'v380'",
    "time of use": "b.is_tou",
    "direct trading": "c.market_attribute = 'direct'",
    "retail packages": "c.market_attribute = 'retail'",
    "green packages": "b.bill_id IN (SELECT bill_id FROM bill_line WHERE item = 'green')",
    "capacity": "b.billing_mode = 'two_part_capacity'",
    "demand": "b.billing_mode = 'two_part_demand'",
    "demand discount": "b.demand_discount",
    "35 kV": "c.voltage_level = 'kv35'",
    "losses": "b.loss_kwh > 0",
    "power factor": "b.power_factor IS NOT NULL",
    "capacity changed within the month": "b.bill_id IN (SELECT bill_id FROM bill_line WHERE item = 'capacity' "
    "GROUP BY bill_id HAVING count(*) > 1)",
    "opened within the month": "b.period_from <> b.bill_month AND c.voltage_level = 'kv10'",
    "home opened within the month": "b.period_from <> b.bill_month AND b.tariff_class = 'residential'",
    "splits": "b.bill_id IN (SELECT bill_id FROM bill_line WHERE item = 'split')",
    "feed-in": "b.bill_id IN (SELECT bill_id FROM bill_line WHERE item = 'feed_in')",
    "meter exchanged": "c.customer_id IN (SELECT customer_id FROM meter WHERE removed_on IS NOT NULL)",
    "terms changed in the past": "c.customer_id IN (SELECT customer_id FROM tariff_assignment GROUP BY 1 "
    "HAVING count(*) > 1)",
    "contract renewed": "c.customer_id IN (SELECT customer_id FROM market_contract GROUP BY 1 HAVING count(*) > 1)",
    "before the price change": "b.bill_month = DATE '2026-07-01' AND c.voltage_level <> 'v220'",
    "after the price change": "b.bill_month = DATE '2026-08-01' AND c.voltage_level <> 'v220'",
}
WINTER_PATHS = {
    "market customers still timed": "b.is_tou AND c.market_attribute IN ('direct', 'retail')",
    "market customers no longer timed": "NOT b.is_tou AND b.bill_month = DATE '2026-03-01' AND c.voltage_level = 'kv10' "
    "AND c.market_attribute IN ('direct', 'retail')",
    "sharp peak": "b.bill_id IN (SELECT bill_id FROM bill_line WHERE item = 'sharp')",
}  # fmt: skip


def _disagreeing(county: County, where: str, sample: int) -> tuple[int, list[object]]:
    """How many bills were compared, and those whose lines or totals the engine has otherwise."""
    bills = (
        f"SELECT b.bill_id, b.customer_id FROM bill b JOIN customer c USING (customer_id) WHERE b.kind = 'normal' AND {where} "
        f"ORDER BY hash(b.bill_id) LIMIT {sample}"
    )
    found = [str(row[0]) for row in county.rows(bills)]
    lines: dict[str, dict[str, int]] = defaultdict(dict)
    for bill, item, amount in county.rows(
        f"SELECT bill_id, item, sum(amount_fen) FROM bill_line JOIN ({bills}) AS b USING (bill_id) GROUP BY 1, 2"
    ):
        lines[str(bill)][str(item)] = int(str(amount))
    files = read_files(county.db, f"SELECT customer_id FROM ({bills})")
    wrong: list[object] = []
    for rows in files.tables["bill"].values():
        for row in rows:
            if row["bill_id"] not in found:
                continue
            expected = lines_of(files, row)
            written = {item: amount for item, amount in lines[row["bill_id"]].items() if amount}
            if (expected, sum(expected.values())) != (written, row["amount_fen"]):
                wrong.append((row["bill_id"], expected, written, row["amount_fen"]))
    return len(found), wrong


@pytest.mark.parametrize("path", PATHS)
def test_honest_bills_agree_with_the_engine(honest: County, path: str) -> None:
    compared, wrong = _disagreeing(honest, PATHS[path], SAMPLE)
    assert wrong == []
    assert compared >= 1


@pytest.mark.parametrize("path", WINTER_PATHS)
def test_winter_bills_agree_with_the_engine(winter: County, path: str) -> None:
    compared, wrong = _disagreeing(winter, WINTER_PATHS[path], SAMPLE)
    assert wrong == []
    assert compared >= 1


def test_any_honest_bill_agrees_with_the_engine(honest: County) -> None:
    compared, wrong = _disagreeing(honest, "true", 600)
    assert wrong == []
    assert compared == 600


def test_among_faults_only_listed_bills_disagree(county: County) -> None:
    compared, wrong = _disagreeing(county, "b.bill_id NOT IN (SELECT bill_id FROM billing_truth)", 600)
    assert wrong == []
    assert compared == 600


def test_customers_who_left_the_market_pay_the_surcharge(county: County) -> None:
    where = "b.bill_id IN (SELECT bill_id FROM bill_line WHERE item = 'agency_surcharge')"
    compared, wrong = _disagreeing(county, where, SAMPLE)
    assert wrong == []
    assert compared >= 1


def test_what_the_truth_expects_is_what_the_engine_charges(county: County) -> None:
    truth = {
        str(row[0]): row[1:]
        for row in county.rows("SELECT bill_id, expected_fen, billed_fen FROM billing_truth")
    }
    files = read_files(county.db, "SELECT customer_id FROM billing_truth")
    compared = 0
    for rows in files.tables["bill"].values():
        for row in rows:
            if row["bill_id"] in truth:
                expected, billed = (int(str(value)) for value in truth[row["bill_id"]])
                assert (sum(lines_of(files, row).values()), row["amount_fen"]) == (expected, billed), row[
                    "bill_id"
                ]
                assert expected != billed
                compared += 1
    assert compared == len(truth) > 100


def test_a_month_with_another_capacity_is_two_segments(honest: County) -> None:
    ((bill,),) = honest.rows(
        "SELECT bill_id FROM bill_line WHERE item = 'capacity' GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 1"
    )
    files = read_files(honest.db, f"SELECT customer_id FROM bill WHERE bill_id = '{bill}'")
    (row,) = [r for rows in files.tables["bill"].values() for r in rows if r["bill_id"] == bill]
    segments = bill_of(files, row).segments
    assert len(segments) == 2
    assert len({s.capacity_kva for s in segments}) == 2
    assert all(s.kwh > 0 for s in segments)


def test_the_simulator_shares_no_code_with_the_engine() -> None:
    folder = Path(wattwarden.simulate.__path__[0])
    assert [
        path.name for path in folder.rglob("*.py") if "calc.tariff" in path.read_text(encoding="utf-8")
    ] == []
