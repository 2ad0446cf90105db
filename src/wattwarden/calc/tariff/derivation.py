"""How each line of a bill comes about, with the numbers put in, for a clerk with a pencil.

Source: the formulas of ``bill``; each step names the price lines it rests on.
"""

from collections.abc import Iterator
from decimal import Decimal

from wattwarden.calc.tariff.bill import Bill, Element, Line, Losses, Segment
from wattwarden.calc.tariff.engine import price_bill
from wattwarden.calc.tariff.figures import TOU_AVERAGE, Figures
from wattwarden.calc.tariff.packages import package_price, package_working
from wattwarden.calc.tariff.readable import ReadableBill
from wattwarden.domain.labels import Label
from wattwarden.domain.money import round_to, yuan_text
from wattwarden.domain.worked import Basis, Step, Worked, money

NAMES: dict[Element, Label] = {
    "energy": Label(zh="电度电费", en="Energy"),
    "sharp": Label(zh="尖段电费", en="Sharp-peak energy"),
    "peak": Label(zh="峰段电费", en="Peak energy"),
    "flat": Label(zh="平段电费", en="Flat energy"),
    "valley": Label(zh="谷段电费", en="Valley energy"),
    "tier1": Label(zh="第一档电费", en="Tier 1"),
    "tier2": Label(zh="第二档电费", en="Tier 2"),
    "tier3": Label(zh="第三档电费", en="Tier 3"),
    "split": Label(zh="定比定量分出电费", en="Energy split off"),
    "loss": Label(zh="变线损电费", en="Losses"),
    "agency_surcharge": Label(zh="代理购电加价", en="Agency surcharge"),
    "green": Label(zh="绿电环境价值", en="Environmental value"),
    "system": Label(zh="系统运行费", en="System operation"),
    "funds": Label(zh="政府性基金及附加", en="Government funds"),
    "standby": Label(zh="系统备用费", en="System standby fee"),
    "capacity": Label(zh="容量电费", en="Capacity charge"),
    "demand": Label(zh="需量电费", en="Demand charge"),
    "feed_in": Label(zh="上网电费", en="Feed-in payment"),
    "pf_adjust": Label(zh="功率因数调整电费", en="Power factor adjustment"),
}
BOOKS: dict[Element, tuple[str, ...]] = {
    "energy": ("agency_purchase", "grid_loss", "transmission_single_rate", "transmission_two_part", "agricultural"),
    **dict.fromkeys(("sharp", "peak", "flat", "valley"),
                    ("agency_purchase", "grid_loss", "transmission_single_rate", "transmission_two_part", "tou_ratio",
                     "residential_tou")),
    **dict.fromkeys(("tier1", "tier2", "tier3"), ("residential_ladder",)),
    "split": ("residential_ladder", "agricultural"),
    "loss": ("transformer_copper_loss",),
    "agency_surcharge": ("agency_surcharge", "agency_purchase"),
    "system": ("system_operation",),
    "funds": ("funds",),
    "capacity": ("capacity_charge",),
    "demand": ("demand_charge", "demand_rule", "demand_discount"),
    "feed_in": ("feed_in",),
}  # fmt: skip
"""Price books that a line rests on."""
KWH = Label(zh="千瓦时", en="kWh")
KW = Label(zh="千瓦", en="kW")
PER_KWH = Label(zh="元/千瓦时", en="yuan/kWh")


def text(value: Decimal | None) -> str:
    """A figure as it is written: plain, with separators, without trailing zeros."""
    return "–" if value is None else f"{value.normalize():,f}" if value else "0"


def same(words: str) -> Label:
    """A formula that reads alike in both languages."""
    return Label(zh=words, en=words)


def derive_bill(readable: ReadableBill, title: Label) -> Worked:
    """Every line of the bill with its working, and the total.

    The lines are those of the engine, so what is shown is what was compared.
    """
    bill = readable.bill
    lines = price_bill(bill)
    steps = [step for number in range(len(bill.segments)) for step in _segment_steps(readable, number, lines)]
    steps += _power_factor_steps(bill, lines)
    total = sum(line.amount_fen for line in lines)
    parts = " + ".join(yuan_text(line.amount_fen) for line in lines).replace("+ -", "− ")
    steps.append(money(Label(zh="应收合计", en="Due in all"), total, same(parts or "0")))
    return Worked(title, tuple(steps))


def _segment_steps(readable: ReadableBill, number: int, lines: tuple[Line, ...]) -> Iterator[Step]:
    bill, segment, figures = readable.bill, readable.bill.segments[number], readable.figures[number]
    if len(bill.segments) > 1:
        what = Label(zh=f"第 {number + 1} 段天数", en=f"Days of part {number + 1}")
        yield Step(what, Decimal(segment.days), Label(zh="天", en="days"))
    yield Step(Label(zh="电量", en="Energy"), segment.kwh, KWH)
    yield from _price_steps(segment, figures)
    for line in lines:
        if line.segment != number:
            continue
        if line.element == "loss" and segment.losses is not None:
            yield _loss_step(bill, segment, segment.losses, line)
        yield money(
            NAMES[line.element], line.amount_fen, _working(bill, segment, line), _bases(figures, line.element)
        )


def _price_steps(segment: Segment, figures: Figures) -> Iterator[Step]:
    """How the energy price is built from its parts, and floated."""
    if not figures.parts:
        return
    yield from purchase_steps(figures)
    parts = " + ".join(text(value) for value in figures.parts.values())
    names = (
        "、".join(PART_NAMES[name].zh for name in figures.parts),
        ", ".join(PART_NAMES[name].en for name in figures.parts),
    )
    base = sum(figures.parts.values(), Decimal(0))
    yield Step(Label(zh=f"电度电价({names[0]})", en=f"Energy price ({names[1]})"), base, PER_KWH, same(parts),
               _bases(figures, "energy"))  # fmt: skip
    for rate, price in segment.prices.rates.items():
        if not segment.rates_kwh.get(rate):
            continue
        ratio = figures.ratios.get(rate)
        rest = "" if figures.floating == base else f" + {text(base - figures.floating)}"
        working = same(f"{text(figures.floating)} × {text(ratio)}{rest}") if ratio is not None else None
        yield Step(Label(zh=f"{NAMES[rate].zh.removesuffix('段电费')}段电价", en=f"{rate.capitalize()} price"),
                   price, PER_KWH, working, _bases(figures, "sharp")[-1:])  # fmt: skip


def purchase_steps(figures: Figures) -> Iterator[Step]:
    """The purchase price of a market contract, by the formula of its package."""
    if figures.package is None:
        return
    kind = PACKAGES[figures.package.kind or "stated"]
    what = Label(zh=f"购电价格({kind.zh})", en=f"Purchase price ({kind.en})")
    price, working = package_price(figures.package), package_working(figures.package)
    shown = None if working == text(price) else same(working)
    yield Step(what, price, PER_KWH, shown, (Basis("retail-hunan-2025.package-price", "verified_by_copy"),))


PACKAGES = {
    "stated": Label(zh="合同约定", en="stated in the contract"),
    "market_rate": Label(zh="市场费率", en="market rate"),
    "average_plus_fee": Label(zh="交易均价加服务费", en="average price plus fee"),
    "profit_share": Label(zh="比例分成", en="profit share"),
    "mixed": Label(zh="混合", en="mixed"),
    "green": Label(zh="绿电", en="green"),
}
PART_NAMES = {
    "agency_purchase": Label(zh="购电", en="purchase"),
    "grid_loss": Label(zh="上网环节线损", en="losses upstream"),
    "transmission_single_rate": Label(zh="输配电", en="transmission"),
    "transmission_two_part": Label(zh="输配电", en="transmission"),
    TOU_AVERAGE: Label(zh="分时平均加价", en="average time-of-use surcharge"),
}


def _working(bill: Bill, segment: Segment, line: Line) -> Label:
    days = "" if segment.days == bill.days_in_month else f" × {segment.days} ÷ {bill.days_in_month}"
    if line.element == "capacity":
        return same(f"{text(segment.capacity_kva)} × {text(line.price)}{days}")
    if line.element == "demand":
        demand, words = _billing_demand(bill, segment)
        price = text(line.price)
        if line.price != segment.prices.demand:
            price = f"({text(segment.prices.demand)} × {text(segment.prices.discount_share)})"
        return Label(zh=f"{words.zh} = {text(demand)} 千瓦；{text(demand)} × {price}{days}",
                     en=f"{words.en} = {text(demand)} kW; {text(demand)} × {price}{days}")  # fmt: skip
    return same(f"{text(line.kwh)} × {text(line.price)}")


def _billing_demand(bill: Bill, segment: Segment) -> tuple[Decimal, Label]:
    """Demand charged, and how it comes about (DOMAIN B.2)."""
    measured = bill.measured_demand_kw or Decimal(0)
    if segment.contract_demand_kw is None:
        return measured, Label(zh="按实测需量", en="as measured")
    rule = bill.demand_rule
    floor = (segment.capacity_kva or Decimal(0)) * rule.floor_pct / 100
    contract = max(segment.contract_demand_kw, floor)
    of_floor = (
        f"({text(rule.floor_pct)} % × {text(segment.capacity_kva)})"
        if floor > segment.contract_demand_kw
        else ""
    )
    limit = contract * rule.limit_pct / 100
    shown = f"{text(measured)} {'≤' if measured <= limit else '>'} {text(contract)}{of_floor} × {text(rule.limit_pct)} %"
    if measured <= limit:
        return contract, Label(
            zh=f"{shown}，按核定值 {text(contract)}", en=f"{shown}: the contract value {text(contract)}"
        )
    demand = contract + (measured - limit) * rule.excess_pct / 100
    return demand, same(
        f"{shown}; {text(contract)} + ({text(measured)} − {text(limit)}) × {text(rule.excess_pct / 100)}"
    )


def _loss_step(bill: Bill, segment: Segment, losses: Losses, line: Line) -> Step:
    hours = Decimal(bill.full_month_hours * segment.days) / bill.days_in_month
    energy = line.kwh or Decimal(0)
    # The share that was used is the one that leads to the energy of the line.
    copper = energy - losses.no_load_kw * hours
    used = min((losses.light_pct, losses.heavy_pct), key=lambda pct: abs(segment.kwh * pct / 100 - copper))
    words = f"{text(losses.no_load_kw)} × {text(round_to(hours, 2))} + {text(segment.kwh)} × {text(used)} %"
    return Step(Label(zh="变损电量(铁损+铜损)", en="Losses (iron + copper)"), energy, KWH, same(words))


def _power_factor_steps(bill: Bill, lines: tuple[Line, ...]) -> Iterator[Step]:
    adjusted = [line for line in lines if line.element == "pf_adjust"]
    if not adjusted:
        return
    (line,) = adjusted
    active = sum((s.kwh for s in bill.segments), Decimal(0))
    active += sum((x.kwh or Decimal(0) for x in lines if x.element == "loss"), Decimal(0))
    reactive = bill.reactive_kvarh or Decimal(0)
    factor = round_to(active / (active * active + reactive * reactive).sqrt(), 2)
    yield Step(Label(zh="功率因数", en="Power factor"), factor, None,
               same(f"{text(active)} ÷ √({text(active)}² + {text(reactive)}²)"))  # fmt: skip
    inside = {"energy", "sharp", "peak", "flat", "valley", "loss", "agency_surcharge", "capacity", "demand"}
    inside |= {"system"} if bill.system_in_pf_base else set()
    homes = {n for n, s in enumerate(bill.segments) if s.tariff_class == "residential"}
    base = sum(x.amount_fen for x in lines if x.element in inside and x.segment not in homes)
    words = f"{yuan_text(base)} × {text(line.rate_pct)} %"
    standard = text(bill.pf_standard)
    what = Label(
        zh=f"{NAMES['pf_adjust'].zh}(标准 {standard})", en=f"{NAMES['pf_adjust'].en} (standard {standard})"
    )
    yield money(what, line.amount_fen, same(words), (Basis("(83)水电财字215号", "verified_by_copy"),))


def _bases(figures: Figures, element: Element) -> tuple[Basis, ...]:
    """Documents of the price lines that a line rests on, each once."""
    wanted = BOOKS.get(element, ())
    found = {
        Basis(line.document, line.verified): None
        for (name, _), line in figures.used.items()
        if name in wanted
    }
    return tuple(found)
