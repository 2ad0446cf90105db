"""Which figures apply to a customer on a day, and which facts and clauses lead to them.

Source: the paths are those of ``figures``; DOMAIN B.1 to B.5.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from wattwarden.calc.tariff.bill import RATES
from wattwarden.calc.tariff.derivation import PART_NAMES, PER_KWH, purchase_steps, same, text
from wattwarden.calc.tariff.figures import (
    LEVELS,
    SHARED_METER,
    TOU_AVERAGE,
    Figures,
    Terms,
    figures_for,
    has_annual_tiers,
    tier_limits,
)
from wattwarden.domain.labels import Label
from wattwarden.domain.prices import UNIT_NAMES, PriceBooks
from wattwarden.domain.timetable import RATE_NAMES
from wattwarden.domain.worked import Basis, Step, Worked

MARKETS = {
    "agency": Label(zh="代理购电", en="buys through the grid company as agent"),
    "direct": Label(zh="直接参与市场交易", en="trades directly in the market"),
    "retail": Label(zh="零售市场用户", en="buys from a retailer"),
}
KWH = Label(zh="千瓦时", en="kWh")


@dataclass(frozen=True)
class Reason:
    """A fact, and what follows from it."""

    fact: Label
    follows: Label


@dataclass(frozen=True)
class Applied:
    """What applies: the path with its reasons, and every figure with its document."""

    reasons: tuple[Reason, ...]
    worked: Worked


def applied_prices(
    terms: Terms, months: int, pf_standard_pct: int | None, books: PriceBooks, title: Label
) -> Applied:
    """The figures for a customer of these terms, whose bill covers ``months``.

    Raises:
        WattwardenError: a book, a line on the day, a figure or a term of the contract is missing.
    """
    figures = figures_for(terms, books)
    steps = (*_books(terms, figures, books), *_built(figures), *_limits(terms, months, books))
    reasons = (*_reasons(terms, figures), *_power_factor(terms, pf_standard_pct, books))
    return Applied(reasons, Worked(title, steps))


def _reasons(terms: Terms, figures: Figures) -> Iterator[Reason]:
    if terms.tariff_class == "residential":
        yield _home_reason(terms, figures)
    elif terms.tariff_class == "agricultural":
        yield Reason(
            Label(zh="农业生产用电", en="agricultural use"),
            Label(zh="执行农业生产目录电价，不执行分时", en="the agricultural price, without time of use"),
        )
    else:
        yield from _commercial_reasons(terms, figures)
    if terms.split_class is not None:
        yield Reason(
            Label(zh="有定比定量", en="a fixed ratio or quantity is agreed"),
            Label(
                zh="分出电量执行另一类别电价，价内已含基金",
                en="the energy split off costs the price of the other class, which includes its funds",
            ),
        )
    if terms.exports:
        yield Reason(
            Label(zh="有上网电量", en="energy is fed into the grid"),
            Label(zh="按上网电价结算", en="it is paid at the feed-in price"),
        )


def _home_reason(terms: Terms, figures: Figures) -> Reason:
    home = Label(zh="居民生活用电", en="residential use")
    if figures.timed:
        return Reason(
            home, Label(zh="已选择居民分时，执行居民峰谷电价", en="time of use was chosen: its prices apply")
        )
    if terms.price_code == SHARED_METER:
        return Reason(
            Label(zh="居民合表用户", en="homes behind one meter"),
            Label(zh="执行合表电价，不分档", en="the price of a shared meter, without tiers"),
        )
    return Reason(home, Label(zh="执行居民阶梯电价", en="the tiers of homes apply"))


def _commercial_reasons(terms: Terms, figures: Figures) -> Iterator[Reason]:
    single = terms.mode == "single_rate"
    yield Reason(
        Label(zh="工商业用电，单一制", en="commercial and industrial, single-rate") if single
        else Label(zh="工商业用电，两部制", en="commercial and industrial, two-part"),
        Label(zh="输配电价按单一制，不收容(需)量电费", en="single-rate transmission price, no charge for capacity or demand")
        if single else Label(zh="输配电价按两部制，另收容量或需量电费",
                             en="two-part transmission price, and a charge for capacity or demand"),
    )  # fmt: skip
    yield Reason(
        MARKETS[terms.market],
        Label(zh="购电价取当月代理购电价格", en="energy costs the agency price of the month")
        if terms.market == "agency"
        else Label(
            zh="购电价取市场合同或零售套餐", en="energy costs what the market contract or package states"
        ),
    )
    yield _tou_reason(terms, figures)
    if terms.surcharged:
        yield Reason(
            Label(zh="退出市场后由电网代理购电", en="left the market and buys through the agent again"),
            Label(zh="执行 1.5 倍代理购电价格", en="1.5 times the agency price applies"),
        )


def _tou_reason(terms: Terms, figures: Figures) -> Reason:
    if figures.timed:
        return Reason(
            Label(zh="档案执行分时", en="the file says time of use"),
            Label(zh="可浮动部分乘峰谷比例，其余不浮动", en="the floating part is multiplied by the ratios, the rest is not"),
        )  # fmt: skip
    if terms.is_tou:
        line = figures.used["government_tou", "direct"]
        return Reason(
            Label(zh="档案执行分时，但不由电网代理购电", en="the file says time of use, but energy is not bought by agency"),
            Label(zh=f"不再执行政府分时电价({line.document})", en=f"the government's hours do not apply ({line.document})"),
        )  # fmt: skip
    if terms.price_code == TOU_AVERAGE:
        return Reason(
            Label(zh="已选择分时平均电价", en="the average time-of-use price was chosen"),
            Label(zh="全部电量执行同一电价，另加价", en="all energy costs the same, with a surcharge"),
        )
    return Reason(
        Label(zh="档案不执行分时", en="the file says no time of use"),
        Label(zh="全部电量执行同一电价", en="all energy costs the same"),
    )


def _power_factor(terms: Terms, standard_pct: int | None, books: PriceBooks) -> Iterator[Reason]:
    if standard_pct is None:
        return
    book = books.book(terms.region, f"power_factor_{standard_pct:03d}")
    document = book.line_on(terms.day).document
    standard = text(Decimal(standard_pct) / 100)
    yield Reason(
        Label(zh=f"力率考核标准 {standard}", en=f"power factor standard {standard}"),
        Label(
            zh=f"按《{book.zh}》调整电费({document})", en=f"the bill is adjusted by '{book.en}' ({document})"
        ),
    )


def _left_out(terms: Terms) -> set[str]:
    """Books that are read with every bill but mean nothing for these terms."""
    out = set()
    if terms.mode != "two_part_demand":
        out |= {"demand_charge", "demand_rule", "demand_discount", "demand_discount_floor"}
    if terms.mode != "two_part_capacity":
        out.add("capacity_charge")
    if terms.tariff_class == "residential" or terms.voltage in LEVELS:
        # Losses are added where the supply is at high voltage and the meter on the low side.
        out.add("transformer_copper_loss")
    return out


def _books(terms: Terms, figures: Figures, books: PriceBooks) -> Iterator[Step]:
    """Every figure that was looked up, in the order of use, with its line's document and dates."""
    left_out = _left_out(terms)
    for (name, level), line in figures.used.items():
        if name in left_out:
            continue
        book = books.book(terms.region, name)
        label = book.levels[level]
        only = len(book.levels) == 1
        what = Label(
            zh=book.zh if only else f"{book.zh} {label.zh}", en=book.en if only else f"{book.en}, {label.en}"
        )
        dates = f"{line.valid_from} – {line.valid_to or '…'}"
        basis = (Basis(f"{line.document}, {dates}", line.verified),)
        yield Step(what, line.values[level], UNIT_NAMES[book.unit], basis=basis)


def _built(figures: Figures) -> Iterator[Step]:
    """The energy price from its parts, and the price in each rate."""
    prices = figures.prices
    yield from purchase_steps(figures)
    if figures.parts:
        names = [PART_NAMES[name] for name in figures.parts]
        what = Label(
            zh=f"电度电价({'、'.join(n.zh for n in names)})",
            en=f"Energy price ({', '.join(n.en for n in names)})",
        )
        parts = " + ".join(text(value) for value in figures.parts.values())
        yield Step(what, sum(figures.parts.values(), Decimal(0)), PER_KWH, same(parts))
    for rate in (name for name in RATES if name in prices.rates):
        label, ratio = RATE_NAMES[rate], figures.ratios.get(rate)
        working = None if ratio is None else _floated(figures, ratio)
        yield Step(
            Label(zh=f"{label.zh}段电价", en=f"{label.en} price"), prices.rates[rate], PER_KWH, working
        )


def _floated(figures: Figures, ratio: Decimal) -> Label:
    """How a rate's price comes about: what floats times the ratio, and what does not."""
    rest = sum(figures.parts.values(), Decimal(0)) - figures.floating
    return same(f"{text(figures.floating)} × {text(ratio)}" + (f" + {text(rest)}" if rest else ""))


def _limits(terms: Terms, months: int, books: PriceBooks) -> Iterator[Step]:
    if terms.tariff_class != "residential" or terms.is_tou or terms.price_code == SHARED_METER:
        return
    yearly = has_annual_tiers(books, terms.region)
    zh, en = ("全年", "of the year") if yearly else (f"{months} 个月", f"of {months} months")
    for tier, limit in enumerate(tier_limits(books, terms.region, terms.day, months), start=1):
        yield Step(Label(zh=f"第 {tier} 档上限({zh})", en=f"Upper limit of tier {tier} ({en})"), limit, KWH)
