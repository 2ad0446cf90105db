"""Looking for beginnings: what is found, and in which order, is the same on every database."""

from datetime import date
from decimal import Decimal

import pytest

from tests.records.conftest import NORTH
from wattwarden.records.models import Finding
from wattwarden.records.prefix import SPECIFIC, begins_any, in_order

WORDS = "31000001"
ROWS = (("a", "3100000101", "x", 5), ("b", "3100000102", "x", 9), ("c", "9", "3100000199", 9), ("d", "31", "x", 7),
        ("e", "3100000", "y3100000101", 8))  # fmt: skip


@pytest.fixture
def rows(db: None) -> None:
    for key, customer, subject, worth in ROWS:
        Finding.objects.create(
            finding_key=key, rule_id="x.y", rule_hash="h", risk="1.2.2", severity="high", subject_kind="meter",
            subject_id=subject, org_path=NORTH, direction="none", cause="c", confidence=Decimal("0.5"), proof="{}",
            state="open", first_seen=date(2026, 1, worth), last_seen=date(2026, 1, 1), scan=1, customer_id=customer,
            net_value_fen=worth,
        )  # fmt: skip


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    "order", [("-net_value_fen", "finding_key"), ("-first_seen", "finding_key"), ("finding_key",)]
)
@pytest.mark.parametrize("words", [WORDS, WORDS[:3], ""])
def test_the_order_is_that_of_the_list(order: tuple[str, ...], words: str) -> None:
    found = Finding.objects.filter(begins_any(words, "customer_id", "subject_id"))
    plain = list(found.order_by(*order).values_list("pk", flat=True))
    assert list(found.order_by(*in_order(order, words)).values_list("pk", flat=True)) == plain
    assert len(plain) == {SPECIFIC: 3, 3: 4, 0: 5}[len(words)]
