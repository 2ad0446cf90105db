"""Energy to bill later (positive) or to refund (negative), for the six causes of the supply rules.

Source: DOMAIN A.4 (supply rules 1996, articles 80 and 81, and what is known of the 2024 edition).
"""

from decimal import Decimal

from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label
from wattwarden.domain.money import fen, round_to
from wattwarden.domain.worked import Basis, Step, Worked, money

KWH = Label(zh="千瓦时", en="kWh")
PER_KWH = Label(zh="元/千瓦时", en="yuan/kWh")
READ = Label(zh="抄见电量", en="Energy read")
DUE = Label(zh="应退补电量(正为补收，负为退还)", en="Energy to settle (positive: bill, negative: refund)")
ENERGY_DIGITS = 2
HUNDRED = Decimal(100)
METER_ERROR = (Basis("supply-rules-2024.correction", "recalled"), Basis("供电营业规则(1996) 第80条", "verified_by_copy"))  # fmt: skip
WIRING = (Basis("供电营业规则(1996) 第81条", "verified_by_copy"),)


def text(value: Decimal) -> str:
    """A figure as it is written in a derivation: plain, with separators, without trailing zeros."""
    return f"{value.normalize():,f}" if value else "0"


def same(words: str) -> Label:
    """A formula that reads alike in both languages."""
    return Label(zh=words, en=words)


def _settled(kwh: Decimal, working: str, basis: tuple[Basis, ...]) -> Step:
    return Step(DUE, round_to(kwh, ENERGY_DIGITS), KWH, same(working), basis)


def _read(kwh: Decimal) -> Step:
    return Step(READ, kwh, KWH)


def meter_error(read_kwh: Decimal, error_pct: Decimal) -> Worked:
    """A meter or instrument transformer out of tolerance: zero error is the base, half of the period counts.

    W_true = W_read ÷ (1 + γ); settled are (W_true − W_read) × ½ over the energy since the last calibration
    or installation.

    Args:
        read_kwh: Energy read since then.
        error_pct: γ, the signed relative error of the meter; −10 is a meter that is 10 % slow.

    Raises:
        WattwardenError: negative energy, or an error of −100 % or less.
    """
    _not_negative(read_kwh)
    if error_pct <= -HUNDRED:
        raise fail("error of the meter", found=f"{error_pct} %", expected="more than -100 %",
                   action="A meter that stands still is settled by a normal month.")  # fmt: skip
    true = read_kwh / (1 + error_pct / HUNDRED)
    shown = round_to(true, 4)
    return Worked(
        Label(zh="计量装置误差超差退补", en="Meter error out of tolerance"),
        (
            _read(read_kwh),
            Step(Label(zh="相对误差 γ", en="Relative error γ"), error_pct, same("%")),
            Step(Label(zh="实际电量", en="True energy"), shown, KWH,
                 same(f"{text(read_kwh)} ÷ (1 + {text(error_pct)} %)")),
            _settled((true - read_kwh) / 2, f"({text(shown)} − {text(read_kwh)}) × ½", METER_ERROR),
        ),
    )  # fmt: skip


def voltage_drop(read_kwh: Decimal, actual_pct: Decimal, allowed_pct: Decimal) -> Worked:
    """Voltage drop of the secondary wire above what is allowed: the excess is settled.

    ΔW = W_read × (ε_actual − ε_allowed), from commissioning or increase of load to correction.

    Raises:
        WattwardenError: negative energy or drop.
    """
    _not_negative(read_kwh)
    if min(actual_pct, allowed_pct) < 0:
        raise fail("voltage drop", found=f"{min(actual_pct, allowed_pct)} %", expected="0 % or more")
    return Worked(
        Label(zh="二次回路压降超差退补", en="Voltage drop of the secondary wire"),
        (
            _read(read_kwh),
            _settled(read_kwh * (actual_pct - allowed_pct) / HUNDRED,
                     f"{text(read_kwh)} × ({text(actual_pct)} % − {text(allowed_pct)} %)", METER_ERROR),
        ),
    )  # fmt: skip


def normal_month(read_kwh: Decimal, normal_kwh: Decimal) -> Worked:
    """Other causes that nobody made, or a fault that theory cannot size: normal use less energy read."""
    _not_negative(normal_kwh)
    return Worked(
        Label(zh="按正常月电量退补", en="By the use of a normal month"),
        (
            Step(Label(zh="正常月用电量", en="Use of a normal month"), normal_kwh, KWH),
            _read(read_kwh),
            _settled(normal_kwh - read_kwh, f"{text(normal_kwh)} − {text(read_kwh)}", METER_ERROR),
        ),
    )


def wrong_wiring(read_kwh: Decimal, factor: Decimal) -> Worked:
    """Wrong wiring: ΔW = W_read × (K − 1) with the correction factor K = P_correct ÷ P_wrong.

    A register that ran backwards reads negative energy and has a negative K.

    Raises:
        WattwardenError: K is 0, or it and the energy read have different signs.
    """
    if not factor or read_kwh * factor < 0:
        raise fail("correction factor K", found=f"{factor} with {read_kwh} kWh",
                   expected="not 0, and negative exactly where the register ran backwards",
                   action="Take K from the vector diagram measured on site.")  # fmt: skip
    return Worked(
        Label(zh="接线错误退补", en="Wrong wiring"),
        (
            _read(read_kwh),
            Step(Label(zh="更正系数 K", en="Correction factor K"), factor, None),
            _settled(read_kwh * (factor - 1), f"{text(read_kwh)} × ({text(factor)} − 1)", WIRING),
        ),
    )


def transformer_fault(read_kwh: Decimal, missing_pct: Decimal) -> Worked:
    """Blown fuse or faulty instrument transformer: ΔW = W_read × difference rate by electrical theory.

    The rate is missing ÷ recorded energy. Where theory cannot size it, ``normal_month`` does.
    """
    _not_negative(read_kwh)
    return Worked(
        Label(zh="互感器故障退补", en="Fault of an instrument transformer"),
        (
            _read(read_kwh),
            _settled(read_kwh * missing_pct / HUNDRED, f"{text(read_kwh)} × {text(missing_pct)} %", WIRING),
        ),
    )


def multiplier(read_kwh: Decimal, billed: Decimal, actual: Decimal) -> Worked:
    """Multiplier or nameplate other than billed: ΔW = W_read × (k_actual ÷ k_billed − 1).

    Args:
        read_kwh: Energy as billed, with the wrong multiplier in it.

    Raises:
        WattwardenError: negative energy, or a multiplier that is not positive.
    """
    _not_negative(read_kwh)
    if min(billed, actual) <= 0:
        raise fail("multiplier", found=str(min(billed, actual)), expected="more than 0")
    return Worked(
        Label(zh="倍率差错退补", en="Wrong multiplier"),
        (
            _read(read_kwh),
            _settled(read_kwh * (actual / billed - 1),
                     f"{text(read_kwh)} × ({text(actual)} ÷ {text(billed)} − 1)", WIRING),
        ),
    )  # fmt: skip


def priced(energy: Worked, price: Decimal) -> Worked:
    """The derivation with its energy turned into money at ``price`` yuan per kWh."""
    kwh = Decimal(energy.steps[-1].value)
    amount = fen(kwh * price)
    return Worked(
        energy.title,
        (
            *energy.steps,
            Step(Label(zh="电价", en="Price"), price, PER_KWH),
            money(Label(zh="应退补电费(正为补收，负为退还)", en="Money to settle (positive: bill, negative: refund)"),
                  amount, same(f"{text(kwh)} × {text(price)}")),
        ),
    )  # fmt: skip


def _not_negative(kwh: Decimal) -> None:
    if kwh < 0:
        raise fail("energy", found=f"{kwh} kWh", expected="0 kWh or more",
                   action="A register that ran backwards is settled as wrong wiring.")  # fmt: skip
