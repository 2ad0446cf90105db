"""The arithmetic of a bill on integers; rules and sources in ``bill``, fixed point in ``records``.

Every product stays below 2⁶³ for the sizes that ``engine`` admits.

Source: DOMAIN A.1, A.3, A.9, B.1, B.2, B.3, B.5, B.6.
"""

from wattwarden.calc.tariff.compiled import compiled
from wattwarden.calc.tariff.records import COLUMN, NULL, Ints, Record, Records

RESIDENTIAL, COMMERCIAL = 0, 2
CAPACITY_MODE, DEMAND_MODE = 1, 2
FEN_OF_KWH = 10**8
"""0.01 kWh × 10⁻⁸ yuan = 10⁻⁸ fen."""
FEN_OF_KVA = 10**4
"""0.01 kVA × 10⁻⁴ yuan = 10⁻⁴ fen."""
FEN_OF_KW = 10**8
"""10⁻⁶ kW × 10⁻⁴ yuan = 10⁻⁸ fen."""
WHOLE = 10**6
"""A share of one."""
LIMB = 2**20
"""Where a factor is cut in two, so that each product stays in 64 bits."""
NEAR = 1e-8
"""Distance from a rounding edge, in 0.01 of cosφ, within which whole numbers decide."""

ENERGY, SHARP, PEAK, FLAT, VALLEY = (COLUMN[e] for e in ("energy", "sharp", "peak", "flat", "valley"))
TIER1, TIER2, TIER3, SPLIT = (COLUMN[e] for e in ("tier1", "tier2", "tier3", "split"))
LOSS, SURCHARGE, GREEN, SYSTEM = (COLUMN[e] for e in ("loss", "agency_surcharge", "green", "system"))
FUNDS, STANDBY, CAPACITY, DEMAND = (COLUMN[e] for e in ("funds", "standby", "capacity", "demand"))
FEED_IN = COLUMN["feed_in"]


@compiled
def half_up(value: int, divisor: int) -> int:
    """``value ÷ divisor`` rounded half up, away from zero."""
    size = abs(value)
    whole = size // divisor
    if (size - whole * divisor) * 2 >= divisor:
        whole += 1
    return whole if value >= 0 else -whole


@compiled
def half_up_product(value: int, times: int, divisor: int) -> int:
    """``value × times ÷ divisor`` rounded half up, for a product that may leave 64 bits.

    ``value`` is not negative and, as the divisor, below 2⁶³ ÷ ``LIMB`` ÷ 2; ``times`` may be of any size as
    long as ``value × times ÷ LIMB`` stays in 64 bits.
    """
    # Long multiplication by the two limbs of ``times``, as with a pencil; the remainder goes on.
    size = abs(times)
    high = value * (size // LIMB)
    rest = high % divisor * LIMB + value * (size % LIMB)
    whole = high // divisor * LIMB + half_up(rest, divisor)
    return whole if times >= 0 else -whole


@compiled
def put(column: int, row: int, kwh: int, price: int, lines: Records) -> int:
    """Write one energy line and give its amount."""
    line = lines[row, column]
    line.kwh = kwh
    line.price = price
    line.fen = half_up(kwh * price, FEN_OF_KWH)
    return int(line.fen)


@compiled
def split_energy(segment: Record, days_in_month: int) -> int:
    """Energy that a fixed ratio or a fixed quantity splits off (A.3), 0.01 kWh."""
    if segment.split_share != NULL:
        return half_up(segment.kwh * segment.split_share, WHOLE)
    if segment.split_kwh != NULL:
        return half_up(segment.split_kwh * segment.days, days_in_month)
    return 0


@compiled
def part_of(split: int, kwh: int, whole: int) -> int:
    """The part of ``split`` that falls on ``kwh`` of the ``whole``."""
    return half_up_product(split, kwh, whole) if split and whole else 0


@compiled
def copper_share(segment: Record, price: Record, hours: int, days_in_month: int) -> int:
    """Share of the energy that is lost in copper: light, or heavy above the load-rate limit (A.9)."""
    # energy ÷ hours ÷ (rated × load factor) > limit, without a division.
    limit = price.load_factor * price.heavy_above // WHOLE
    heavy = segment.kwh * days_in_month * WHOLE > segment.rated * hours * segment.days * limit
    return int(price.heavy if heavy else price.light)


@compiled
def active_loss(segment: Record, price: Record, hours: int, days_in_month: int) -> int:
    """Iron, copper and line loss of a segment in 0.01 kWh, rounded once (A.9)."""
    iron = segment.no_load_w * hours * segment.days * (WHOLE // 10)
    share = copper_share(segment, price, hours, days_in_month) + price.line
    return half_up(iron + segment.kwh * share * days_in_month, WHOLE * days_in_month)


@compiled
def reactive_loss(segment: Record, price: Record, hours: int, days_in_month: int) -> int:
    """Reactive iron and copper loss of a segment in 0.01 kvarh, rounded once (A.9)."""
    iron = segment.no_load_var * hours * segment.days * (WHOLE * 10)
    copper = segment.kwh * copper_share(segment, price, hours, days_in_month) * price.copper_reactive
    whole = copper // (WHOLE * 100)
    rest = copper - whole * WHOLE * 100
    return int(whole + half_up(iron + rest * days_in_month, WHOLE * 100 * days_in_month))


@compiled
def timed_lines(segment: Record, price: Record, split: int, row: int, lines: Records) -> int:
    """Lines of the four rates; what is split off is taken from each in proportion, the rest from flat."""
    sharp = segment.sharp - part_of(split, segment.sharp, segment.kwh)
    peak = segment.peak - part_of(split, segment.peak, segment.kwh)
    valley = segment.valley - part_of(split, segment.valley, segment.kwh)
    flat = segment.kwh - split - sharp - peak - valley
    total = put(SHARP, row, sharp, price.sharp, lines)
    total += put(PEAK, row, peak, price.peak, lines)
    total += put(FLAT, row, flat, price.flat, lines)
    total += put(VALLEY, row, valley, price.valley, lines)
    return total


@compiled
def tier_lines(bill: Record, kept: int, used: int, price: Record, row: int, lines: Records) -> int:
    """Lines of the three tiers for ``kept`` energy that follows ``used`` energy (B.5)."""
    first = min(max(bill.tier1_limit - used, 0), kept)
    second = min(max(bill.tier2_limit - max(used, bill.tier1_limit), 0), kept - first)
    total = put(TIER1, row, first, price.tier1, lines)
    total += put(TIER2, row, second, price.tier2, lines)
    total += put(TIER3, row, kept - first - second, price.tier3, lines)
    return total


@compiled
def average_price(first: int, last: int, unused: int, row: int, lines: Records) -> int:
    """Average price of the energy lines ``first`` … ``last``, 10⁻⁸ yuan; without use that of ``unused``."""
    energy, money = 0, 0
    for column in range(first, last + 1):
        line = lines[row, column]
        energy += line.kwh
        money += line.kwh * line.price
    return half_up(money, energy) if energy > 0 else int(lines[row, unused].price)


@compiled
def has_tiers(segment: Record, price: Record) -> bool:
    """Whether the energy of a segment goes through tiers (B.5)."""
    return bool(segment.tariff_class == RESIDENTIAL and price.tier1 != NULL)


@compiled
def loss_price(segment: Record, price: Record, row: int, lines: Records) -> int:
    """Price of the losses of a segment, whose energy lines are written (A.9)."""
    if segment.timed:
        return int(average_price(SHARP, VALLEY, FLAT, row, lines))
    return int(average_price(TIER1, TIER3, TIER1, row, lines) if has_tiers(segment, price) else price.energy)


@compiled
def billing_demand(segment: Record, price: Record, measured: int) -> int:
    """Demand to be charged in 10⁻⁶ kW (B.2): the contract value, the part above the limit weighted."""
    if segment.contract_demand == NULL:
        return measured * 10_000
    floor = 0 if segment.capacity == NULL else segment.capacity * price.floor * 100
    contract = max(segment.contract_demand * 10_000, floor)
    above = measured * 10_000 - contract // 100 * price.limit
    return int(contract if above <= 0 else contract + above * price.excess // 100)


@compiled
def basic_line(
    bill: Record, segment: Record, price: Record, row: int, discounted: bool, lines: Records
) -> int:
    """Capacity or demand charge of a segment, by days of the month (A.1, B.2)."""
    if segment.mode == CAPACITY_MODE:
        line = lines[row, CAPACITY]
        line.price = price.capacity
        due = segment.capacity * price.capacity * segment.days
        line.fen = half_up(due, FEN_OF_KVA * bill.days_in_month)
        return int(line.fen)
    if segment.mode == DEMAND_MODE:
        line = lines[row, DEMAND]
        line.price = half_up(price.demand * price.discount_share, WHOLE) if discounted else price.demand
        due = billing_demand(segment, price, bill.measured_demand) * line.price
        line.fen = half_up_product(segment.days, due, FEN_OF_KW * bill.days_in_month)
        return int(line.fen)
    return 0


@compiled
def has_discount(bill: Record, price: Record, kwh: int) -> bool:
    """Whether the month reached the stated kWh per kVA (B.2)."""
    stated = NULL not in (price.discount_share, bill.discount_capacity)
    return bool(stated and kwh * 100 >= bill.discount_capacity * price.discount_kwh_per_kva)


@compiled
def power_factor(active: int, reactive: int) -> int:
    """cosφ in 0.01, half up (B.1)."""
    scaled = active / (float(active) ** 2 + float(reactive) ** 2) ** 0.5 * 100 + 0.5
    nearest = round(scaled)
    if abs(scaled - nearest) > NEAR:
        return int(scaled)
    # On the edge the root's last bits would decide. cosφ ≥ (n − ½)/100 ⇔ (200² − k²)·P² ≥ k²·Q² with
    # k = 2n − 1: near the edge the difference fits 64 bits, so it is exact even where the products wrap.
    k = 2 * nearest - 1
    above = (40_000 - k * k) * active * active - k * k * reactive * reactive
    return int(nearest if above >= 0 else nearest - 1)


@compiled
def extra_lines(price: Record, kwh: int, split: int, row: int, lines: Records) -> int:
    """Lines on all energy and losses that stay in the class; the surcharge is part of the energy money."""
    money = 0
    if price.surcharge:
        money = put(SURCHARGE, row, kwh, price.surcharge, lines)
    if price.green:
        put(GREEN, row, kwh, price.green, lines)
    if price.standby:
        put(STANDBY, row, kwh, price.standby, lines)
    if split:
        put(SPLIT, row, split, price.split, lines)
    put(SYSTEM, row, kwh, price.system, lines)
    put(FUNDS, row, kwh, price.funds, lines)
    return money


@compiled
def energy_lines(bill: Record, segment: Record, price: Record, used: int, row: int, lines: Records) -> int:
    """All energy lines of a segment; gives the money that the power factor adjusts, system excluded."""
    split = split_energy(segment, bill.days_in_month)
    kept = segment.kwh - split
    if segment.timed:
        money = timed_lines(segment, price, split, row, lines)
    elif has_tiers(segment, price):
        money = tier_lines(bill, kept, used, price, row, lines)
    else:
        money = put(ENERGY, row, kept, price.energy, lines)
    loss = 0
    if segment.has_losses:
        loss = active_loss(segment, price, bill.full_month_hours, bill.days_in_month)
        money += put(LOSS, row, loss, loss_price(segment, price, row, lines), lines)
    money += extra_lines(price, kept + loss, split, row, lines)
    if segment.export_kwh:
        put(FEED_IN, row, -segment.export_kwh, price.feed_in, lines)
    return money


@compiled
def charge_bill(
    bill: Record, segments: Records, figures: Records, pf_tables: Ints,
    lines: Records, total: Record,
) -> None:  # fmt: skip
    """Compute the lines of one bill, and its totals."""
    used, kwh = bill.kwh_before, 0
    energy, basic, base, reactive, loss, demand = 0, 0, 0, 0, 0, NULL
    for row in range(bill.first, bill.first + bill.count):
        kwh += segments[row].kwh
    for row in range(bill.first, bill.first + bill.count):
        segment, price = segments[row], figures[segments[row].price]
        money = energy_lines(bill, segment, price, used, row, lines)
        used += lines[row, TIER1].kwh + lines[row, TIER2].kwh + lines[row, TIER3].kwh
        loss += lines[row, LOSS].kwh
        charge = basic_line(bill, segment, price, row, has_discount(bill, price, kwh), lines)
        if segment.mode == DEMAND_MODE:
            demand = max(demand, half_up(billing_demand(segment, price, bill.measured_demand), 10_000))
        energy += money
        basic += charge
        if segment.tariff_class != RESIDENTIAL:
            base += money + charge + (lines[row, SYSTEM].fen if bill.system_in_pf_base else 0)
        if segment.has_losses:
            reactive += reactive_loss(segment, price, bill.full_month_hours, bill.days_in_month)
    total.energy_fen, total.basic_fen, total.kwh, total.loss_kwh = energy, basic, kwh, loss
    total.billed_demand = demand
    adjust(bill, kwh + loss, reactive, base, pf_tables, total)
    for row in range(bill.first, bill.first + bill.count):
        for column in range(lines.shape[1]):
            total.amount_fen += lines[row, column].fen


@compiled
def adjust(bill: Record, active: int, reactive_loss: int, base: int, pf_tables: Ints, total: Record) -> None:
    """Power factor and its adjustment of ``base`` (B.1); the total starts from it."""
    total.power_factor, total.pf_rate, total.pf_adjust_fen = NULL, NULL, 0
    if bill.pf_standard != NULL and active > 0:
        total.power_factor = power_factor(active, bill.reactive + reactive_loss)
        total.pf_rate = pf_tables[bill.pf_table, total.power_factor]
        total.pf_adjust_fen = half_up(base * total.pf_rate, WHOLE)
    total.amount_fen = total.pf_adjust_fen


@compiled
def charge_bills(
    bills: Records, segments: Records, figures: Records, pf_tables: Ints,
    lines: Records, totals: Records,
) -> None:  # fmt: skip
    """Compute all bills; ``lines`` has a row per segment and a column per element, and starts as zeros."""
    for position in range(len(bills)):
        charge_bill(bills[position], segments, figures, pf_tables, lines, totals[position])
