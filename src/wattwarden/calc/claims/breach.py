"""Use of electricity in breach of the contract: what is billed later and the penalty at most.

Source: DOMAIN A.8 (supply rules 1996, article 100; 2024, article 101: multiples became ceilings).
"""

from decimal import Decimal

from wattwarden.calc.claims.back_billing import same, text
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label
from wattwarden.domain.money import fen, yuan_text
from wattwarden.domain.worked import Basis, Step, Worked, money

KVA = Label(zh="千伏安", en="kVA")
MONTHS = Label(zh="个月", en="months")
TIMES = Label(zh="次", en="times")
UNKNOWN_MONTHS = Decimal(3)
"""Months counted where the beginning cannot be found out."""


def _at_most(amount_fen: int, working: str, basis: Basis) -> Step:
    what = Label(zh="违约使用电费上限", en="Penalty at most")
    return money(what, amount_fen, same(working), (basis,))


def _total(steps: list[Step], title: Label, back_bill_fen: int, penalty_fen: int) -> Worked:
    what = Label(zh="合计上限", en="Total at most")
    steps.append(
        money(
            what, back_bill_fen + penalty_fen, same(f"{yuan_text(back_bill_fen)} + {yuan_text(penalty_fen)}")
        )
    )
    return Worked(title, tuple(steps))


def class_change(monthly_fen: int, months: Decimal | None, times: Decimal, basis: Basis) -> Worked:
    """Item 1: dear use on a cheap price. The difference of price, and at most ``times`` of it.

    Args:
        monthly_fen: Difference of one month.
        months: Months found; None: three months are counted.
    """
    _positive("difference of a month", monthly_fen)
    counted = UNKNOWN_MONTHS if months is None else months
    _positive("months", counted)
    back = fen(Decimal(monthly_fen) * counted / 100)
    penalty = fen(Decimal(back) * times / 100)
    zh, en = ("(无法查明，按三个月)", " (not known: three)") if months is None else ("", "")
    steps = [
        money(Label(zh="每月差额电费", en="Difference of a month"), monthly_fen),
        Step(Label(zh=f"使用月数{zh}", en=f"Months{en}"), counted, MONTHS, basis=(basis,)),
        money(Label(zh="补交差额电费", en="Difference to bill"), back, same(f"{yuan_text(monthly_fen)} × {text(counted)}")),
        _at_most(penalty, f"{yuan_text(back)} × {text(times)}", basis),
    ]  # fmt: skip
    return _total(steps, Label(zh="高价低接、改变用电类别", en="Dear use on a cheap price"), back, penalty)


def capacity(title: Label, kva: Decimal, *, monthly_fen_per_kva: Decimal | None, months: Decimal,
             times: Decimal, fen_per_kva: int, basis: Basis) -> Worked:  # fmt: skip
    """Items 2 and 3: capacity beyond the contract, or sealed equipment in use.

    Two-part customers pay the capacity charge of the months and at most ``times`` of it; others at most
    ``fen_per_kva``.

    Args:
        monthly_fen_per_kva: Capacity charge; None for a single-rate customer.
    """
    _positive("capacity", kva)
    steps = [Step(Label(zh="容量", en="Capacity"), kva, KVA)]
    if monthly_fen_per_kva is None:
        penalty = fen(kva * fen_per_kva / 100)
        steps.append(_at_most(penalty, f"{text(kva)} × {yuan_text(fen_per_kva)}", basis))
        return _total(steps, title, 0, penalty)
    _positive("months", months)
    back = fen(kva * monthly_fen_per_kva * months / 100)
    penalty = fen(Decimal(back) * times / 100)
    steps += [
        Step(Label(zh="使用月数", en="Months"), months, MONTHS),
        money(Label(zh="补交容(需)量电费", en="Capacity charge to bill"), back,
              same(f"{text(kva)} × {text(monthly_fen_per_kva / 100)} × {text(months)}")),
        _at_most(penalty, f"{yuan_text(back)} × {text(times)}", basis),
    ]  # fmt: skip
    return _total(steps, title, back, penalty)


def per_time(times: int, fen_per_time: int, basis: Basis) -> Worked:
    """Item 4: metering, data-collection, load-control or supply equipment moved, altered or operated."""
    _positive("times", times)
    penalty = times * fen_per_time
    steps = [
        Step(Label(zh="次数", en="Times"), times, TIMES),
        _at_most(penalty, f"{times} × {yuan_text(fen_per_time)}", basis),
    ]
    return _total(
        steps,
        Label(zh="擅动计量、采集或供电设施", en="Tampering with metering or supply equipment"),
        0,
        penalty,
    )


def own_source(kva: Decimal, fen_per_kva: int, basis: Basis) -> Worked:
    """Item 5: electricity brought in or passed on, or a source run in parallel, without consent."""
    title = Label(zh="擅自引入、供出电源或并网", en="Own source or resale without consent")
    return capacity(title, kva, monthly_fen_per_kva=None, months=Decimal(0), times=Decimal(0),
                    fen_per_kva=fen_per_kva, basis=basis)  # fmt: skip


def _positive(subject: str, value: Decimal | int) -> None:
    if value <= 0:
        raise fail(subject, found=str(value), expected="more than 0")
