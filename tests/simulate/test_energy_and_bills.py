"""Registers, bills, payments and area supply tell one story."""

from tests.simulate.conftest import County


def test_bill_lines_add_up_to_the_bill(county: County) -> None:
    wrong = county.rows(
        "SELECT b.bill_id FROM bill b JOIN (SELECT bill_id, sum(amount_fen) AS s FROM bill_line GROUP BY 1) l "
        "USING (bill_id) WHERE l.s <> b.amount_fen AND bill_id NOT IN "
        "(SELECT bill_id FROM billing_truth WHERE kind = 'billing.total_differs_from_lines')"
    )
    assert wrong == []
    assert county.one("SELECT count(*) FROM bill WHERE bill_id NOT IN (SELECT bill_id FROM bill_line)") == (
        0,
    )


def test_honest_bills_charge_what_was_read(honest: County) -> None:
    wrong = honest.rows(
        "SELECT b.bill_id FROM bill b JOIN (SELECT customer_id, cycle_month, sum(kwh) AS read FROM reading_cycle "
        "GROUP BY 1, 2) r ON r.customer_id = b.customer_id AND r.cycle_month = b.bill_month "
        "WHERE b.kind = 'normal' AND r.read <> b.kwh"
    )
    assert wrong == []
    assert honest.one("SELECT count(*) > 10000 FROM bill WHERE kind = 'normal'") == (True,)


def test_rates_read_in_a_cycle_add_up(county: County) -> None:
    rows, wrong = county.one(
        "SELECT count(*), count(CASE WHEN sharp_kwh + peak_kwh + flat_kwh + valley_kwh <> kwh THEN 1 END) "
        "FROM reading_cycle WHERE valley_kwh IS NOT NULL"
    )
    assert isinstance(rows, int)
    assert rows > 1_000
    assert wrong == 0


def test_rates_are_read_where_the_meter_has_them(honest: County) -> None:
    assert honest.one(
        "SELECT count(*) FROM reading_cycle r JOIN meter m USING (meter_id) WHERE (r.valley_kwh IS NOT NULL) <> m.has_tou"
    ) == (0,)


def test_export_is_read_at_customers_with_generation(honest: County) -> None:
    exporting, elsewhere = honest.one(
        "SELECT count(*) FILTER (g.customer_id IS NOT NULL AND r.reverse_kwh > 0), count(*) FILTER (g.customer_id IS NULL AND "
        "r.reverse_kwh IS NOT NULL) FROM reading_cycle r LEFT JOIN generation_unit g USING (customer_id)"
    )
    assert isinstance(exporting, int)
    assert exporting > 50
    assert elsewhere == 0


def test_a_reading_is_taken_when_the_capacity_changes(honest: County) -> None:
    changed = honest.rows(
        "SELECT DISTINCT t.customer_id, t.valid_from FROM customer_transformer t JOIN bill b ON b.customer_id = t.customer_id "
        "AND t.valid_from > b.period_from AND t.valid_from < b.period_to"
    )
    read = {*honest.rows("SELECT customer_id, read_date FROM reading_cycle")}
    assert len(changed) >= 2
    assert set(changed) <= read


def test_cycle_readings_follow_each_other(honest: County) -> None:
    broken = honest.rows(
        "SELECT meter_id FROM (SELECT meter_id, start_register, lag(end_register) OVER "
        "(PARTITION BY meter_id ORDER BY read_date) AS before FROM reading_cycle) WHERE start_register <> before"
    )
    assert broken == []


def test_cycle_readings_are_the_daily_registers_of_their_day(honest: County) -> None:
    compared, wrong = honest.one(
        "SELECT count(*), count(CASE WHEN c.end_register <> d.register_kwh THEN 1 END) FROM reading_cycle c "
        "JOIN reading_daily d ON d.meter_id = c.meter_id AND d.read_date = c.read_date"
    )
    assert isinstance(compared, int)
    assert compared > 1_000
    assert wrong == 0


def test_rate_registers_add_up(county: County) -> None:
    wrong = county.one(
        "SELECT count(*) FROM reading_daily WHERE valley_kwh IS NOT NULL "
        "AND sharp_kwh + peak_kwh + flat_kwh + valley_kwh <> register_kwh"
    )
    assert wrong == (0,)


def test_an_honest_area_loses_what_its_wires_lose(honest: County) -> None:
    days, least, most = honest.one("SELECT count(*), min(loss_pct), max(loss_pct) FROM area_loss_daily")
    assert isinstance(days, int)
    assert days > 500
    assert float(str(least)) > 0.5
    assert float(str(most)) < 6.0


def test_theft_lowers_registers_but_not_the_supply(county: County, honest: County) -> None:
    thief, area, start = county.one(
        "SELECT customer_id, area_id, from_date FROM truth WHERE kind = 'theft.magnetic_field' AND evasion = '' "
        "OR kind = 'theft.line_neutral_difference' ORDER BY kind LIMIT 1"
    )
    read = (
        f"SELECT sum(kwh) FROM reading_cycle WHERE customer_id = '{thief}' AND cycle_month > DATE '{start}'"
    )
    supplied = f"SELECT sum(supply_kwh) FROM area_supply_daily WHERE area_id = '{area}'"
    with_theft, without = county.one(read)[0], honest.one(read)[0]
    assert float(str(with_theft)) < 0.9 * float(str(without))
    gap = float(str(county.one(supplied)[0])) / float(str(honest.one(supplied)[0])) - 1
    assert abs(gap) < 0.02


def test_a_misfiled_meter_shows_in_two_areas(county: County) -> None:
    meter, customer = county.one(
        "SELECT subject_id, customer_id FROM truth WHERE kind = 'metering.wrong_area' AND subject_kind = 'meter' LIMIT 1"
    )
    areas = {
        row[0]
        for row in county.rows(
            f"SELECT subject_id FROM truth WHERE kind = 'metering.wrong_area' AND \"group\" = '{customer}' "
            "AND subject_kind = 'transformer_area'"
        )
    }
    filed = county.one(f"SELECT area_id FROM meter WHERE meter_id = '{meter}'")[0]
    assert filed in areas
    assert len(areas) == 2
    losses = county.rows(
        f"SELECT avg(loss_pct) FROM area_loss_daily WHERE area_id IN {tuple(sorted(map(str, areas)))} GROUP BY area_id "
        "ORDER BY 1"
    )
    assert float(str(losses[0][0])) < 1.0 < float(str(losses[1][0]))


def test_honest_payments_through_a_bank_have_one_line_each(honest: County) -> None:
    mirrored = "('pos', 'bank_counter', 'debit', 'entrusted', 'third_party', 'agent')"
    unanswered = honest.rows(
        f"SELECT p.payment_id FROM payment p LEFT JOIN bank_statement_line b ON b.serial_no = p.serial_no "
        f"AND b.amount_fen = p.amount_fen + p.late_fee_fen AND b.channel = p.channel "
        f"WHERE p.channel IN {mirrored} GROUP BY p.payment_id HAVING count(b.serial_no) <> 1"
    )
    assert unanswered == []
    assert honest.one(f"SELECT count(*) FROM payment WHERE channel IN {mirrored}") == honest.one(
        "SELECT count(*) FROM bank_statement_line"
    )


def test_honest_arrears_are_dunned(honest: County) -> None:
    silent = honest.rows(
        "SELECT bill_id FROM open_bill WHERE open_fen > 0 AND due_on < DATE '2026-10-28' "
        "AND bill_id NOT IN (SELECT bill_id FROM dunning_contact)"
    )
    assert silent == []
    assert honest.one(
        "SELECT min(hour(contacted_at)) >= 8 AND max(hour(contacted_at)) < 21 FROM dunning_contact"
    ) == (True,)


def test_readings_are_known_next_morning_and_bills_the_night_they_are_issued(honest: County) -> None:
    assert honest.one(
        "SELECT count(*) FROM reading_daily WHERE epoch(arrived_at) <> epoch(read_date::TIMESTAMP) - 2 * 3600"
    ) == (0,)
    assert honest.one(
        "SELECT count(*) FROM bill WHERE kind = 'normal' AND epoch(arrived_at) <> epoch(issued_on::TIMESTAMP) + 14 * 3600"
    ) == (0,)
