"""A slow second opinion on bills: plain decimals, a function per clause, nothing of the engine.

Written from the rules at the head of ``wattwarden.calc.tariff.bill`` and from DOMAIN A.1, A.3, A.9 and B.1 to
B.6. Where the engine multiplies whole numbers, this divides decimals of 60 digits, so that a slip in a scale
shows. Energy is in kWh, prices in yuan, money in fen.
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal, localcontext

from wattwarden.calc.tariff.bill import RATES, Bill, Element, Line, Losses, Segment

DIGITS = 60
PERCENT = Decimal("0.01")
CENT = Decimal("0.01")
ADJUSTED: tuple[Element, ...] = (
    "energy", "sharp", "peak", "flat", "valley", "tier1", "tier2", "tier3", "loss", "agency_surcharge",
    "capacity", "demand",
)  # fmt: skip
"""What the power factor adjusts wherever it is assessed (B.1)."""
TIERS: tuple[Element, ...] = ("tier1", "tier2", "tier3")


def lines(bill: Bill) -> list[Line]:
    """All lines of ``bill``, the adjustment last."""
    with localcontext(prec=DIGITS):
        return _lines(bill)


def half_up(value: Decimal, step: Decimal) -> Decimal:
    """To the nearest multiple of ``step``, halves away from zero (B.6)."""
    return (value / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def fen(yuan: Decimal) -> int:
    return int(half_up(yuan * 100, Decimal(1)))


def _lines(bill: Bill) -> list[Line]:
    found: list[Line] = []
    used = bill.kwh_before
    active, reactive = Decimal(0), bill.reactive_kvarh or Decimal(0)
    for number, segment in enumerate(bill.segments):
        loss = active_loss(bill, segment)
        charged = list(energy_lines(bill, number, used, loss))
        found += charged
        found += basic_lines(bill, number)
        # Only what went through the tiers takes room in them: not what was split off or of another class.
        used += sum((line.kwh or Decimal(0) for line in charged if line.element in TIERS), Decimal(0))
        active += segment.kwh + loss
        reactive += reactive_loss(bill, segment)
    return [line for line in found if line.amount_fen or (line.kwh and line.price)] + adjustment(
        bill, active, reactive, found
    )


def energy_lines(bill: Bill, number: int, used: Decimal, loss: Decimal) -> Iterator[Line]:
    segment = bill.segments[number]
    prices = segment.prices

    def line(element: Element, kwh: Decimal, price: Decimal | None) -> Line:
        assert price is not None
        return Line(element, number, fen(kwh * price), kwh, price)

    split = split_off(bill, segment)
    own = list(own_energy(bill, segment, used, split))
    yield from (line(*part) for part in own)
    if segment.losses is not None:
        yield line("loss", loss, average(segment, own))
    charged = segment.kwh - split + loss
    yield line("agency_surcharge", charged, prices.purchase_surcharge)
    yield line("green", charged, prices.green)
    yield line("standby", charged, prices.standby)
    yield line("system", charged, prices.system)
    yield line("funds", charged, prices.funds)
    if split:
        yield line("split", split, prices.split)
    if segment.export_kwh:
        yield line("feed_in", -segment.export_kwh, prices.feed_in)


def split_off(bill: Bill, segment: Segment) -> Decimal:
    """A.3: a share of the energy, or a quantity of the month by days."""
    if segment.split_pct is not None:
        return half_up(segment.kwh * segment.split_pct * PERCENT, CENT)
    if segment.split_kwh is not None:
        return half_up(segment.split_kwh * segment.days / bill.days_in_month, CENT)
    return Decimal(0)


Part = tuple[Element, Decimal, Decimal | None]


def own_energy(bill: Bill, segment: Segment, used: Decimal, split: Decimal) -> Iterator[Part]:
    """B.4, B.5: what stays in the class, by rate, by tier, or whole."""
    kept = segment.kwh - split
    if segment.rates_kwh:
        others = Decimal(0)
        for rate in (name for name in RATES if name != "flat"):
            kwh = segment.rates_kwh[rate]
            part = kwh - half_up(split * kwh / segment.kwh, CENT) if segment.kwh else kwh
            others += part
            yield rate, part, segment.prices.rates[rate]
        # What rounding leaves falls on the flat rate.
        yield "flat", kept - others, segment.prices.rates["flat"]
    elif segment.tariff_class == "residential" and segment.prices.tiers is not None:
        yield from tiers(bill, segment, used, kept)
    else:
        yield "energy", kept, segment.prices.energy


def tiers(bill: Bill, segment: Segment, used: Decimal, kept: Decimal) -> Iterator[Part]:
    """B.5: energy goes through the tiers like water through basins, after what was used before."""
    assert bill.tier_limits_kwh is not None
    assert segment.prices.tiers is not None
    bounds = (Decimal(0), *bill.tier_limits_kwh, Decimal("Infinity"))
    for name, low, high, price in zip(TIERS, bounds, bounds[1:], segment.prices.tiers, strict=False):
        yield name, max(min(used + kept, high) - max(used, low), Decimal(0)), price


def average(segment: Segment, own: list[Part]) -> Decimal | None:
    """A.9: the average energy price; the flat price, or that of tier 1, where nothing was used."""
    energy = sum((kwh for _, kwh, _ in own), Decimal(0))
    if energy <= 0:
        return segment.prices.rates["flat"] if segment.rates_kwh else own[0][2]
    money = sum((kwh * (price or 0) for _, kwh, price in own), Decimal(0))
    return half_up(money / energy, Decimal("1e-8"))


def copper_pct(bill: Bill, segment: Segment, losses: Losses) -> Decimal:
    """A.9: the load rate decides between the light and the heavy share."""
    hours = Decimal(bill.full_month_hours) * segment.days / bill.days_in_month
    full = losses.rated_kva * losses.load_factor_pct * PERCENT
    load_pct = segment.kwh / hours / full * 100
    return losses.heavy_pct if load_pct > losses.heavy_above_pct else losses.light_pct


def active_loss(bill: Bill, segment: Segment) -> Decimal:
    """A.9: iron by hours, copper and line by energy, rounded once."""
    losses = segment.losses
    if losses is None:
        return Decimal(0)
    iron = losses.no_load_kw * bill.full_month_hours * segment.days / bill.days_in_month
    share = (copper_pct(bill, segment, losses) + losses.line_pct) * PERCENT
    return half_up(iron + segment.kwh * share, CENT)


def reactive_loss(bill: Bill, segment: Segment) -> Decimal:
    """A.9: reactive iron by hours, reactive copper as a multiple of the active one, rounded once."""
    losses = segment.losses
    if losses is None:
        return Decimal(0)
    iron = losses.no_load_kvar * bill.full_month_hours * segment.days / bill.days_in_month
    copper = segment.kwh * copper_pct(bill, segment, losses) * PERCENT * losses.copper_reactive_times
    return half_up(iron + copper, CENT)


def basic_lines(bill: Bill, number: int) -> Iterator[Line]:
    """A.1, B.2: capacity or demand by days."""
    segment = bill.segments[number]
    if segment.mode == "two_part_capacity":
        assert segment.capacity_kva is not None
        assert segment.prices.capacity is not None
        due = segment.capacity_kva * segment.prices.capacity * segment.days / bill.days_in_month
        yield Line("capacity", number, fen(due), None, segment.prices.capacity)
    if segment.mode == "two_part_demand":
        price = demand_price(bill, segment)
        due = demand(bill, segment) * price * segment.days / bill.days_in_month
        yield Line("demand", number, fen(due), None, price)


def demand(bill: Bill, segment: Segment) -> Decimal:
    """B.2: the contract value, at least the floor; what is above the limit counts twice."""
    rule, measured = bill.demand_rule, bill.measured_demand_kw
    assert measured is not None
    if segment.contract_demand_kw is None:
        return measured
    floor = (segment.capacity_kva or Decimal(0)) * rule.floor_pct * PERCENT
    agreed = max(segment.contract_demand_kw, floor)
    above = measured - agreed * rule.limit_pct * PERCENT
    return agreed + max(above, Decimal(0)) * rule.excess_pct * PERCENT


def demand_price(bill: Bill, segment: Segment) -> Decimal:
    """B.2: reduced, to 4 decimals, from the stated kWh per kVA of the month."""
    prices = segment.prices
    assert prices.demand is not None
    if prices.discount_share is None or bill.discount_capacity_kva is None:
        return prices.demand
    kwh = sum((s.kwh for s in bill.segments), Decimal(0))
    if kwh < bill.discount_capacity_kva * (prices.discount_kwh_per_kva or 0):
        return prices.demand
    return half_up(prices.demand * prices.discount_share, Decimal("0.0001"))


def adjustment(bill: Bill, active: Decimal, reactive: Decimal, found: list[Line]) -> list[Line]:
    """B.1: cosφ to 0.01, the table's adjustment of the base."""
    if bill.pf_standard is None or active <= 0:
        return []
    cosine = half_up(active / (active * active + reactive * reactive).sqrt(), CENT)
    rate_pct = bill.pf_table[int(cosine * 100)]
    elements = (*ADJUSTED, "system") if bill.system_in_pf_base else ADJUSTED
    base = sum(
        line.amount_fen
        for line in found
        if line.element in elements
        and line.segment is not None
        and bill.segments[line.segment].tariff_class != "residential"
    )
    amount = int(half_up(base * rate_pct * PERCENT, Decimal(1)))
    return [Line("pf_adjust", None, amount, rate_pct=rate_pct)]
