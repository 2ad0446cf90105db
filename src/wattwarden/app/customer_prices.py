"""Which prices apply to one customer on a day, and why."""

from datetime import date
from pathlib import Path

from wattwarden.app.open_lake import newest_lake
from wattwarden.app.rule_catalogue import SITE_CONTENT
from wattwarden.calc.tariff.applied import Applied, applied_prices
from wattwarden.calc.tariff.assemble import terms_of
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label
from wattwarden.domain.prices import price_books


def customer_prices(home: Path, customer: str, day: date) -> Applied:
    """The path and the figures of ``customer`` on ``day``.

    Raises:
        WattwardenError: the lake is empty, the customer is not on file, his terms on the day are missing or
            overlap, or a figure is missing.
    """
    with newest_lake(home, customer) as engine:
        rows = engine.query(_TERMS, {"customer": customer, "day": day}).to_pylist()
    subject = f"prices of customer {customer} on {day}"
    if not rows:
        raise fail(subject, found="no such customer", expected="a customer number on file",
                   action="Check the number, and that the customer file was imported.")  # fmt: skip
    if len(rows) > 1:
        raise fail(subject, found=f"{len(rows)} tariff assignments or contracts", expected="one of each",
                   action="End the assignment or contract that no longer holds.")  # fmt: skip
    (row,) = rows
    for name, words in _NEEDED.items():
        if row[name] is None:
            raise fail(subject, found=f"no {words}", expected=words, action="Complete the customer's file.")
    title = Label(zh=f"户号 {customer} {day} 执行的电价", en=f"Prices of customer {customer} on {day}")
    books = price_books(home / SITE_CONTENT)
    return applied_prices(terms_of(row), int(row["months"] or 1), row["pf_standard"], books, title)


_NEEDED = {"region": "price region of the organisation", "tariff_class": "tariff assignment on the day"}
_TERMS = """
SELECT o.region, CAST(round(t.pf_standard * 100) AS INTEGER) AS pf_standard, CAST($day AS DATE) AS seg_from, t.tariff_class, t.billing_mode, t.is_tou, t.price_code,
       COALESCE(t.voltage_level, c.voltage_level) AS voltage_level,
       CASE k.kind WHEN 'wholesale' THEN 'direct' WHEN 'retail' THEN 'retail'
            ELSE CASE WHEN c.market_attribute IN ('direct', 'retail') THEN c.market_attribute ELSE 'agency' END
       END AS market,
       k.package, k.price AS contract_price, k.coefficient, k.service_fee, k.green_price, a.price AS average_price,
       k.market_contract_id IS NULL AND c.market_attribute = 'agency' AND c.market_left_on <= $day AS is_surcharged,
       s.tariff_class AS split_class, u.customer_id IS NOT NULL AS exports, r.months
FROM customer AS c
LEFT JOIN org_unit AS o ON o.org_id = c.org_id
LEFT JOIN tariff_assignment AS t ON t.customer_id = c.customer_id AND t.valid_from <= $day
  AND (t.valid_to IS NULL OR t.valid_to > $day)
LEFT JOIN market_contract AS k ON k.customer_id = c.customer_id AND k.valid_from <= $day
  AND (k.valid_to IS NULL OR k.valid_to > $day)
LEFT JOIN market_price AS a ON a.region = o.region AND a.kind = 'retail_average'
  AND a.price_month = date_trunc('month', CAST($day AS DATE))
LEFT JOIN (SELECT customer_id, max(tariff_class) AS tariff_class FROM metering_split GROUP BY customer_id) AS s
  ON s.customer_id = c.customer_id
LEFT JOIN (SELECT DISTINCT customer_id FROM generation_unit) AS u ON u.customer_id = c.customer_id
LEFT JOIN (
  SELECT m.customer_id, max(r.months) AS months FROM reading_cycle AS r JOIN meter AS m ON m.meter_id = r.meter_id
  WHERE m.role = 'billing' GROUP BY m.customer_id
) AS r ON r.customer_id = c.customer_id
WHERE c.customer_id = $customer
"""
