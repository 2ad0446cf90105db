"""Work out what is to be settled, claimed or compensated, with the figures that held on the day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from wattwarden.calc.claims import breach, late_fee, outage, theft
from wattwarden.domain.labels import Label
from wattwarden.domain.prices import NATIONAL, price_books
from wattwarden.domain.worked import Basis, Worked

CapacityBreach = Literal["over_capacity", "sealed"]
TITLES: dict[CapacityBreach, Label] = {
    "over_capacity": Label(zh="私自超过合同约定容量用电", en="Use beyond the contract capacity"),
    "sealed": Label(zh="使用已暂停或封存的设备", en="Sealed equipment in use"),
}
FEN_PER_YUAN = 100


@dataclass(frozen=True)
class Figure:
    """A figure of a price book with what it rests on."""

    value: Decimal
    basis: Basis


def figure_on(day: date, name: str, level: str = "all") -> Figure:
    """The national figure that held on ``day``.

    Raises:
        WattwardenError: no figure held.
    """
    book = price_books().book(NATIONAL, name)
    line = book.line_on(day)
    return Figure(book.value_on(day, level), Basis(line.document, line.verified))


def theft_duration(day: date, days: int | None, hours: Decimal | None, lighting: bool) -> theft.Duration:
    """Days and hours as found, or as the rules of ``day`` assume where they are not known."""
    assumed_hours = figure_on(day, "theft_assumption_hours", "lighting" if lighting else "power").value
    assumed_days = int(figure_on(day, "theft_assumption_days").value)
    return theft.Duration(days if days is not None else assumed_days, hours if hours is not None else assumed_hours,
                          days is None or hours is None)  # fmt: skip


def theft_claim(stolen: Worked, day: date, price: Decimal | None, penalty: theft.Penalty | None) -> Worked:
    """The quantity alone, or with the money of ``price`` and the penalty that holds on ``day``."""
    if price is None:
        return stolen
    ceiling = figure_on(day, "penalty_times", "theft")
    return theft.claim(stolen, price, ceiling.value, ceiling.basis, penalty)


def late_fee_claim(
    amount_fen: int, due_on: date, paid_on: date, *, residential: bool, contract_permille: Decimal | None
) -> Worked:
    """The late fee by the contract's rate, else by the rates of the rules."""
    if contract_permille is not None:
        rates = late_fee.agreed(contract_permille, Basis("供用电合同", "verified"))
        return late_fee.late_fee(amount_fen, due_on, paid_on, rates)
    levels = ("residential",) * 2 if residential else ("other_same_year", "other_earlier_year")
    same_year, later = (figure_on(due_on, "late_fee", level) for level in levels)
    least = figure_on(due_on, "late_fee_minimum").value
    rates = late_fee.Rates(same_year.value, later.value, same_year.basis, int(least * FEN_PER_YUAN))
    return late_fee.late_fee(amount_fen, due_on, paid_on, rates)


def class_change_claim(day: date, monthly_fen: int, months: Decimal | None) -> Worked:
    """Dear use on a cheap price."""
    times = figure_on(day, "penalty_times", "change_of_class")
    return breach.class_change(monthly_fen, months, times.value, times.basis)


def capacity_claim(
    day: date, kind: CapacityBreach, kva: Decimal, monthly_yuan_per_kva: Decimal | None, months: Decimal
) -> Worked:
    """Capacity beyond the contract, or sealed equipment in use; two-part where a monthly charge is given."""
    per_kva = figure_on(day, "penalty_per_kva", kind)
    times = figure_on(day, "penalty_times", kind)
    monthly = None if monthly_yuan_per_kva is None else monthly_yuan_per_kva * FEN_PER_YUAN
    basis = per_kva.basis if monthly is None else times.basis
    return breach.capacity(TITLES[kind], kva, monthly_fen_per_kva=monthly, months=months, times=times.value,
                           fen_per_kva=int(per_kva.value * FEN_PER_YUAN), basis=basis)  # fmt: skip


def tampering_claim(day: date, times: int, *, residential: bool) -> Worked:
    """Metering or supply equipment moved, altered or operated."""
    each = figure_on(day, "penalty_per_time", "residential" if residential else "other")
    return breach.per_time(times, int(each.value * FEN_PER_YUAN), each.basis)


def own_source_claim(day: date, kva: Decimal) -> Worked:
    """An own source, or resale, without consent."""
    per_kva = figure_on(day, "penalty_per_kva", "own_source")
    return breach.own_source(kva, int(per_kva.value * FEN_PER_YUAN), per_kva.basis)


def outage_claim(day: date, hourly_kwh: Decimal, hours: Decimal, price: Decimal, *, two_part: bool) -> Worked:
    """Compensation for an outage."""
    times = figure_on(day, "outage_compensation", "two_part" if two_part else "single_rate")
    return outage.compensation(hourly_kwh, hours, price, times.value, times.basis)
