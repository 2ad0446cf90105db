"""What is planted, and that the truth says so."""

from collections import Counter

import pytest

from tests.simulate.conftest import County
from wattwarden.domain.content import contract
from wattwarden.simulate.faults import KINDS, MODULES, Kind

RISKS = {
    "1.1.1",
    "1.1.2",
    "1.2.1",
    "1.2.2",
    "1.2.3",
    "1.2.4",
    "1.3.1",
    "1.3.2",
    "1.4.1",
    "1.4.2",
    "1.5.1",
    "1.5.2",
}
NAMED = {
    "theft.night_bypass", "metering.phase_lost", "metering.multiplier_mismatch", "metering.wrong_area",
    "connection.class_contradicts_industry", "connection.split_application", "theft.sealed_capacity_used",
    "collection.serial_late_payer", "collection.duplicate_bank_line", "system.bulk_lookup",
    "system.changed_and_changed_back", "lookalike.vacant_house", "lookalike.holiday_shop",
    "lookalike.new_solar_owner", "lookalike.meter_exchanged", "lookalike.night_duty", "lookalike.late_once",
}  # fmt: skip


def test_kinds_cover_all_risk_points_and_the_named_tricks() -> None:
    assert {kind.risk for kind in KINDS} == RISKS
    assert {kind.kind for kind in KINDS} >= NAMED
    assert len([kind for kind in KINDS if not kind.kind.startswith("lookalike.")]) >= 30


def test_each_kind_has_one_name() -> None:
    assert [name for name, count in Counter(kind.kind for kind in KINDS).items() if count > 1] == []
    assert len(MODULES) == 22


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_every_kind_happens_even_in_a_small_county(county: County, kind: Kind) -> None:
    assert county.made.planted.get(kind.kind, 0) >= 1


def test_subjects_and_customers_of_the_truth_exist(county: County) -> None:
    for (subject_kind,) in county.rows("SELECT DISTINCT subject_kind FROM truth"):
        key = contract()[str(subject_kind)].key[0]
        lost = county.rows(
            f"SELECT subject_id FROM truth WHERE subject_kind = '{subject_kind}' "
            f"AND subject_id NOT IN (SELECT {key} FROM {subject_kind})"
        )
        assert lost == [], subject_kind
    assert (
        county.rows(
            "SELECT customer_id FROM truth WHERE customer_id IS NOT NULL "
            "AND customer_id NOT IN (SELECT customer_id FROM customer)"
        )
        == []
    )


def test_nobody_is_both_a_thief_and_an_honest_look_alike(county: County) -> None:
    both = county.rows(
        "SELECT customer_id FROM truth WHERE customer_id IS NOT NULL GROUP BY 1 "
        "HAVING bool_or(is_lookalike = 'true') AND bool_or(is_lookalike = 'false')"
    )
    assert both == []


def test_theft_costs_the_utility_money_and_a_look_alike_costs_nothing(county: County) -> None:
    free = county.rows(
        "SELECT kind, customer_id FROM truth WHERE risk = '1.2.2' AND is_lookalike = 'false' AND loss_fen::BIGINT <= 0"
    )
    assert free == []
    assert county.one("SELECT sum(loss_fen::BIGINT) FROM truth WHERE is_lookalike = 'true'") == (0,)


def test_some_faults_cost_the_customer(county: County) -> None:
    (count,) = county.one(
        "SELECT count(*) FROM truth WHERE direction = 'customer_loses' AND loss_fen::BIGINT > 0 AND is_lookalike = 'false'"
    )
    assert isinstance(count, int)
    assert count >= 5


def test_thieves_evade(county: County) -> None:
    evasions = {row[0] for row in county.rows("SELECT DISTINCT evasion FROM truth WHERE risk = '1.2.2'")}
    assert {"small", "intermittent", "after_visit"} <= evasions


def test_an_honest_county_has_no_truth(honest: County) -> None:
    assert honest.made.planted == {}
    assert honest.rows("SELECT * FROM truth") == []


def test_night_bypass_shows_in_the_share_of_the_valley(county: County) -> None:
    share = (
        "SELECT 100 * sum(valley_kwh) / sum(kwh) FROM meter_day JOIN customer USING (customer_id) "
        "WHERE valley_kwh IS NOT NULL AND use_date > DATE '2026-10-18' AND customer_id {} "
        "(SELECT customer_id FROM truth WHERE kind = 'theft.night_bypass' AND evasion = '')"
    )
    thieves, others = county.one(share.format("IN"))[0], county.one(share.format("NOT IN"))[0]
    if thieves is not None:
        assert float(str(thieves)) < 0.6 * float(str(others))
