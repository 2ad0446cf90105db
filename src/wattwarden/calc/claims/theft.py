"""Stolen energy by each lawful method, and what may be claimed for it.

Source: DOMAIN A.7 (supply rules 1996, articles 101 to 103; regulation on supply and use, article 31).
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from wattwarden.calc.claims.back_billing import KWH, PER_KWH, same, text
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label
from wattwarden.domain.money import fen, round_to
from wattwarden.domain.worked import Basis, Step, Worked, money

Wiring = Literal["single_phase", "three_phase_4w", "high_voltage"]
PHASE_KV = Decimal("0.22")
KW = Label(zh="千瓦", en="kW")
DAYS = Label(zh="天", en="days")
HOURS = Label(zh="小时/天", en="hours a day")
QUANTITY = Label(zh="窃电量", en="Stolen energy")
RULES = (Basis("供电营业规则(1996) 第103条", "verified_by_copy"),)


@dataclass(frozen=True)
class Duration:
    """How long energy was stolen.

    Attributes:
        days: Days, as found or as the rules assume.
        hours_a_day: Hours of each day.
        is_assumed: The time could not be found out.
    """

    days: int
    hours_a_day: Decimal
    is_assumed: bool

    def steps(self) -> tuple[Step, ...]:
        """The duration as steps of a derivation."""
        zh, en = (
            ("(时间无法查明，按规则)", " (not known, as the rules assume)") if self.is_assumed else ("", "")
        )
        basis = RULES if self.is_assumed else ()
        return (
            Step(Label(zh=f"窃电天数{zh}", en=f"Days of theft{en}"), Decimal(self.days), DAYS, basis=basis),
            Step(Label(zh="每日窃电时间", en="Hours of each day"), self.hours_a_day, HOURS, basis=basis),
        )  # fmt: skip


def by_power(rated_kw: Decimal, duration: Duration) -> Worked:
    """Energy tapped from the utility's lines: rated power of the private equipment (kVA as kW) × hours.

    Raises:
        WattwardenError: power or time is not positive.
    """
    _positive("rated power", rated_kw, "kW")
    return _quantity((Step(Label(zh="私接设备额定容量", en="Rated power of the equipment"), rated_kw, KW),),
                     rated_kw, duration)  # fmt: skip


def by_current(wiring: Wiring, current_a: Decimal, duration: Duration, ratio: Decimal = Decimal(1),
               line_kv: Decimal | None = None) -> Worked:  # fmt: skip
    """All other acts: the capacity of the meter's rated current (or of the limiter's setting) × hours.

    P = 0.22 × I (single phase), 3 × 0.22 × I (three phase, four wire), √3 × U × I (high voltage), with
    current transformers times their ratio; kW.

    Raises:
        WattwardenError: current, ratio or time is not positive, or a high voltage is not given.
    """
    _positive("rated current", current_a, "A")
    _positive("ratio", ratio, "")
    amps = f"{text(current_a)} A" + (f" × {text(ratio)}" if ratio != 1 else "")
    if wiring == "high_voltage":
        if line_kv is None or line_kv <= 0:
            raise fail("line voltage", found=str(line_kv), expected="the line voltage in kV")
        power = round_to(Decimal(3).sqrt() * line_kv * current_a * ratio, 4)
        working = f"√3 × {text(line_kv)} kV × {amps}"
    else:
        single = wiring == "single_phase"
        power = (1 if single else 3) * PHASE_KV * current_a * ratio
        working = f"{'' if single else '3 × '}0.22 kV × {amps}"
    what = Label(zh="计费表标定电流所指容量", en="Capacity of the meter's rated current")
    return _quantity((Step(what, power, KW, same(working)),), power, duration)


def _quantity(steps: tuple[Step, ...], power_kw: Decimal, duration: Duration) -> Worked:
    _positive("days of theft", Decimal(duration.days), "days")
    _positive("hours a day", duration.hours_a_day, "hours")
    kwh = round_to(power_kw * duration.days * duration.hours_a_day, 2)
    working = same(f"{text(power_kw)} × {duration.days} × {text(duration.hours_a_day)}")
    return Worked(
        Label(zh="窃电量计算", en="Stolen energy"),
        (*steps, *duration.steps(), Step(QUANTITY, kwh, KWH, working, RULES)),
    )


@dataclass(frozen=True)
class Penalty:
    """A multiple that somebody fixed below the ceiling.

    Attributes:
        times: The multiple.
        justification: Why this multiple.
        approver: Who approved it; never who proposed it.
    """

    times: Decimal
    justification: str
    approver: str


def claim(stolen: Worked, price: Decimal, ceiling: Decimal, basis: Basis, penalty: Penalty | None) -> Worked:
    """Money for stolen energy: its price, and the penalty, which without a decision is only its ceiling.

    Raises:
        WattwardenError: a multiple above the ceiling, or without justification or approver.
    """
    kwh = Decimal(stolen.steps[-1].value)
    energy = fen(kwh * price)
    steps = (
        *stolen.steps,
        Step(Label(zh="电价", en="Price"), price, PER_KWH),
        money(Label(zh="追补电费", en="Energy charge"), energy, same(f"{text(kwh)} × {text(price)}")),
    )
    if penalty is None:
        highest = fen(Decimal(energy) * ceiling / 100)
        what = Label(zh="违约使用电费上限(实际倍数须说明理由并审批)", en="Penalty at most (the multiple needs a reason and an approval)")  # fmt: skip
        return Worked(stolen.title, (*steps, money(what, highest, _times(energy, ceiling), (basis,))))
    _check_penalty(penalty, ceiling)
    amount = fen(Decimal(energy) * penalty.times / 100)
    decided = Label(zh=f"违约使用电费({penalty.justification}；审批：{penalty.approver})",
                    en=f"Penalty ({penalty.justification}; approved by {penalty.approver})")  # fmt: skip
    total = money(Label(zh="合计", en="Total"), energy + amount)
    return Worked(
        stolen.title, (*steps, money(decided, amount, _times(energy, penalty.times), (basis,)), total)
    )


def _times(energy_fen: int, times: Decimal) -> Label:
    return same(f"{Decimal(energy_fen) / 100:,.2f} × {text(times)}")


def _check_penalty(penalty: Penalty, ceiling: Decimal) -> None:
    if not 0 <= penalty.times <= ceiling:
        raise fail("penalty", found=f"{penalty.times} times", expected=f"0 to {ceiling} times")
    if not penalty.justification.strip() or not penalty.approver.strip():
        raise fail("penalty", found="no justification or no approver", expected="both",
                   action="The multiple is a ceiling in law: say why this one, and who approved it.")  # fmt: skip


def _positive(subject: str, value: Decimal, unit: str) -> None:
    if value <= 0:
        raise fail(subject, found=f"{value} {unit}".strip(), expected="more than 0")
