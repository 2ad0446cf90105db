"""Read hand-derived bills from YAML: the facts of ``bill.Bill`` by their names, figures as text."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from wattwarden.calc.tariff.bill import Bill, DemandRule, Losses, Prices, Segment
from wattwarden.domain.money import fen
from wattwarden.domain.prices import price_books

FOLDER = Path(__file__).parents[1] / "golden" / "bills"
WORDS = {"tariff_class", "mode"}
COUNTS = {"days", "days_in_month", "full_month_hours"}


@dataclass(frozen=True)
class GoldenBill:
    """One bill with its lines as derived by hand, in fen by element, summed over the segments."""

    name: str
    bill: Bill
    expects: dict[str, int]


def golden_bills() -> list[GoldenBill]:
    """All bills of the folder.

    Raises:
        KeyError: a bill without a name, a derivation or lines.
    """
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            assert case["derivation"].strip()
            expects = {element: int(fen(Decimal(yuan))) for element, yuan in case["expects"].items()}
            found.append(GoldenBill(f"{path.stem}: {case['name']}", _bill(case["bill"]), expects))
    return found


def _bill(facts: dict[str, Any]) -> Bill:
    kept = {
        k: v
        for k, v in facts.items()
        if k not in {"segments", "tier_limits_kwh", "demand_rule", "system_in_pf_base"}
    }
    more: dict[str, Any] = _exact(kept)
    if "tier_limits_kwh" in facts:
        more["tier_limits_kwh"] = tuple(Decimal(str(limit)) for limit in facts["tier_limits_kwh"])
    if "system_in_pf_base" in facts:
        more["system_in_pf_base"] = facts["system_in_pf_base"]
    if "demand_rule" in facts:
        more["demand_rule"] = DemandRule(**_exact(facts["demand_rule"]))
    if "pf_standard" in facts:
        table = (
            price_books()
            .book("china", f"power_factor_{int(Decimal(facts['pf_standard']) * 100):03d}")
            .lines[0]
            .values
        )
        more["pf_table"] = tuple(table[f"{step / 100:.2f}"] for step in range(101))
    return Bill(segments=tuple(_segment(part) for part in facts["segments"]), **more)


def _segment(facts: dict[str, Any]) -> Segment:
    more = _exact({k: v for k, v in facts.items() if k not in {"prices", "rates_kwh", "losses"}})
    more["rates_kwh"] = _exact(facts.get("rates_kwh", {}))
    more["losses"] = Losses(**_exact(facts["losses"])) if "losses" in facts else None
    prices = dict(facts["prices"])
    rates, tiers = prices.pop("rates", {}), prices.pop("tiers", None)
    figures = _exact(prices) | {"rates": _exact(rates)}
    figures["tiers"] = tuple(Decimal(str(tier)) for tier in tiers) if tiers else None
    return Segment(prices=Prices(**figures), **more)


def _exact(facts: dict[str, Any]) -> dict[str, Any]:
    return {k: v if k in WORDS or k in COUNTS else Decimal(str(v)) for k, v in facts.items()}
