"""Each planted billing error changes what its name says, and nothing that the files say."""

import csv

import pytest

from tests.simulate.conftest import County
from wattwarden.domain.errors import WattwardenError
from wattwarden.simulate import parts, readings, usage
from wattwarden.simulate.faults import KINDS
from wattwarden.simulate.misbilling import billed_terms
from wattwarden.simulate.plan import Plan
from wattwarden.simulate.run import build
from wattwarden.simulate.terms import honest_terms
from wattwarden.simulate.truth import BILLING_HEADER

FILED = (
    "FROM billing_truth x JOIN bill b USING (bill_id) JOIN customer c ON c.customer_id = b.customer_id "
    "JOIN tariff_assignment t ON t.customer_id = b.customer_id AND t.valid_from <= b.period_from "
    "AND (t.valid_to IS NULL OR t.valid_to >= b.period_to)"
)
"""Wrong bills with the assignment that held."""
LINES = "(SELECT {} FROM bill_line l WHERE l.bill_id = b.bill_id AND l.item = '{}')"
METER = "(SELECT max({}) FROM meter m WHERE m.customer_id = b.customer_id)"
READ = "(SELECT sum({}) FROM reading_cycle r WHERE r.customer_id = b.customer_id AND r.cycle_month = b.bill_month)"
IN_SERVICE = (
    "(SELECT sum(d.capacity_kva * date_diff('day', greatest(d.valid_from, b.period_from), "
    "least(COALESCE(d.valid_to, b.period_to), b.period_to))) FROM customer_transformer d WHERE d.state = 'running' "
    "AND d.customer_id = b.customer_id AND d.valid_from < b.period_to AND COALESCE(d.valid_to, b.period_to) > b.period_from) "
    "/ date_diff('day', b.period_from, b.period_to)"
)
NO_LINE = "NOT EXISTS (SELECT 1 FROM bill_line l WHERE l.bill_id = b.bill_id AND l.item = '{}')"
WHAT = {
    "billing.multiplier_wrong_on_bill": f"b.multiplier <> {METER.format('m.multiplier')} AND b.kwh <> {READ.format('kwh')}",
    "billing.digits_transposed": f"b.multiplier = 1 AND (b.kwh - {READ.format('kwh')}) % 9 = 0 AND b.kwh <> {READ.format('kwh')}",
    "reading.billed_energy_differs_from_registers": f"b.kwh <> {READ.format('kwh')}",
    "billing.split_not_applied": f"{NO_LINE.format('split')} AND b.customer_id IN (SELECT customer_id FROM metering_split)",
    "billing.losses_not_billed": f"b.loss_kwh IS NULL AND {METER.format('m.metering_mode')} = 'hv_lv' AND {METER.format('m.loss_billed')}",
    "billing.losses_billed_on_high_side": f"b.loss_kwh > 0 AND {METER.format('m.metering_mode')} = 'hv_hv'",
    "metering.transformer_loss_not_billed": f"b.loss_kwh IS NULL AND {METER.format('m.metering_mode')} = 'hv_lv'",
    "billing.class_wrong_on_bill": "b.tariff_class <> t.tariff_class AND t.tariff_class = 'commercial_industrial'",
    "system.changed_and_changed_back": "b.tariff_class = 'residential' AND t.tariff_class = 'commercial_industrial'",
    "billing.mode_wrong_on_bill": "b.billing_mode = 'single_rate' AND t.billing_mode = 'two_part_capacity' AND b.basic_fen = 0",
    "billing.tou_not_applied": "NOT b.is_tou AND t.is_tou",
    "billing.tou_on_market_customer": "b.is_tou AND NOT t.is_tou AND b.bill_month >= DATE '2026-03-01' "
    "AND c.market_attribute IN ('direct', 'retail')",
    "billing.pf_standard_wrong_on_bill": "b.pf_standard <> t.pf_standard",
    "billing.pf_not_adjusted": f"b.pf_standard IS NULL AND t.pf_standard > 0 AND {NO_LINE.format('pf_adjust')}",
    "billing.tiers_not_applied": f"{NO_LINE.format('tier2')} AND b.kwh > 200",
    "billing.tier_limits_of_other_season": f"{LINES.format('sum(l.kwh)', 'tier2')} IN (150, 250) OR b.kwh BETWEEN 350 AND 450",
    "billing.funds_missing": NO_LINE.format("funds"),
    "billing.feed_in_at_retail_price": f"{LINES.format('max(l.price)', 'feed_in')} = "
    "(SELECT max(l.price) FROM bill_line l JOIN bill USING (bill_id) WHERE l.item = 'tier1')",
    "market.left_market_without_surcharge": f"{NO_LINE.format('agency_surcharge')} AND c.market_left_on <= b.bill_month",
    "billing.suspended_capacity_billed_wrong": "b.capacity_kva > 0 AND c.operating_capacity_kva = 0",
    "billing.capacity_not_restored": f"b.capacity_kva < {IN_SERVICE} - 1",
    "billing.days_pro_rata_ignored": f"b.capacity_kva > {IN_SERVICE} + 1",
    "billing.first_month_in_full": "b.period_from > b.bill_month AND b.basic_fen = "
    "(SELECT round(l.price::DECIMAL(38, 8) * b.capacity_kva * 100) FROM bill_line l WHERE l.bill_id = b.bill_id AND l.item = 'capacity')",
    "billing.excess_demand_not_charged": "b.demand_kw = t.contract_demand_kw AND b.measured_demand_kw > 1.05 * t.contract_demand_kw",
    "billing.contract_demand_below_floor": "t.contract_demand_kw < 0.4 * c.contract_capacity_kva "
    "AND b.demand_kw < 0.4 * c.contract_capacity_kva",
    "billing.discount_260_wrong": "b.demand_discount <> (b.kwh >= 260 * c.contract_capacity_kva) OR b.bill_month >= DATE '2026-08-01'",
    "billing.line_twice": "(SELECT count(*) - count(DISTINCT l.item) FROM bill_line l WHERE l.bill_id = b.bill_id) = 1",
    "billing.line_amount_wrong": "(SELECT count(*) FROM bill_line l WHERE l.bill_id = b.bill_id "
    "AND l.amount_fen <> round(l.kwh::DECIMAL(38, 4) * l.price * 100)) = 1",
    "billing.total_differs_from_lines": "b.amount_fen <> (SELECT sum(amount_fen) FROM bill_line l WHERE l.bill_id = b.bill_id)",
    "metering.transformer_loss_parameters": f"b.loss_kwh > 0 AND {METER.format('m.metering_mode')} = 'hv_lv'",
    "billing.old_prices_after_change": "b.bill_month >= DATE '2026-08-01'",
    "billing.purchase_price_of_last_month": "c.market_attribute = 'agency' AND b.tariff_class = 'commercial_industrial'",
    "billing.transmission_price_wrong": "c.voltage_level IN ('v220', 'v380') AND b.billing_mode = 'single_rate'",
    "billing.tou_ratio_wrong": "b.is_tou AND c.market_attribute = 'agency'",
}  # fmt: skip
"""What holds for every wrong bill of a kind."""


@pytest.mark.parametrize("kind", WHAT)
def test_the_wrong_bills_are_wrong_as_said(county: County, kind: str) -> None:
    bills, as_said = county.one(
        f"SELECT count(*), count(CASE WHEN {WHAT[kind]} THEN 1 END) {FILED} WHERE x.kind = '{kind}'"
    )
    assert isinstance(bills, int)
    assert bills > 0
    assert as_said == bills


def test_every_kind_of_the_billing_truth_is_checked_and_planted(county: County) -> None:
    kinds = {str(row[0]) for row in county.rows("SELECT DISTINCT kind FROM billing_truth")}
    assert kinds == set(WHAT)
    assert kinds <= {kind.kind for kind in KINDS}
    assert len(kinds) >= 12


def test_the_billing_truth_has_one_row_per_wrong_bill(county: County) -> None:
    with (county.folder / "truth/billing_truth.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert tuple(rows[0]) == BILLING_HEADER
    assert len({row[0] for row in rows[1:]}) == len(rows) - 1
    agree = county.one(
        "SELECT count(*) FROM billing_truth x JOIN bill b USING (bill_id) WHERE b.customer_id = x.customer_id "
        "AND b.bill_month = x.bill_month::DATE AND b.amount_fen = x.billed_fen::BIGINT"
    )
    assert agree == (len(rows) - 1,)


def test_an_honest_county_has_no_wrong_bill(honest: County) -> None:
    assert honest.rows("SELECT * FROM billing_truth") == []


def test_the_money_of_a_billing_error_is_that_of_its_wrong_bills(county: County) -> None:
    pairs = county.rows(
        "SELECT t.kind, t.customer_id, any_value(t.loss_fen)::BIGINT, "
        "abs(sum(x.expected_fen::BIGINT - x.billed_fen::BIGINT))::BIGINT FROM truth t "
        "JOIN billing_truth x ON x.kind = t.kind AND x.customer_id = t.customer_id WHERE t.kind LIKE 'billing.%' GROUP BY 1, 2"
    )
    assert len(pairs) > 100
    assert [pair for pair in pairs if pair[2] != pair[3]] == []


def test_a_common_cause_hits_only_customers_of_its_station(county: County) -> None:
    groups = county.rows(
        "SELECT t.\"group\", max(CASE WHEN t.subject_kind = 'org_unit' THEN t.subject_id END), "
        "count(*) FILTER (t.subject_kind = 'customer'), count(DISTINCT c.org_id), max(c.org_id) FROM truth t "
        "LEFT JOIN customer c ON c.customer_id = t.customer_id WHERE t.\"group\" LIKE 'billing.%' GROUP BY 1"
    )
    assert len(groups) == 3
    for _, station, customers, stations, org in groups:
        assert (stations, org) == (1, station)
        assert int(str(customers)) >= 3


def test_faults_of_the_readings_are_no_wrong_bills(county: County) -> None:
    both = county.rows(
        "SELECT DISTINCT t.kind FROM truth t JOIN billing_truth x ON x.customer_id = t.customer_id "
        "WHERE t.kind LIKE 'theft.%' OR t.kind IN ('metering.register_frozen', 'metering.multiplier_mismatch')"
    )
    assert both == []


def test_a_term_that_bills_do_not_have_is_refused() -> None:
    world = build(Plan(500, 3, faults=False))
    used = usage.simulate_usage(world, usage.weather(world.plan), 0, 500)
    read = parts.make_parts(
        world,
        used,
        readings.cycle(world, used),
        readings.registers(world, used),
        readings.demand_kw(world, used),
    )
    world.misbill("a kind", 7, "nonsense", 0, 1, 0)
    with pytest.raises(WattwardenError, match="nonsense"):
        billed_terms(world, used, honest_terms(world, used, read), read)
