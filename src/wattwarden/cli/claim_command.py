"""``wattwarden claim``: what is to be billed later, refunded, claimed or compensated, step by step."""

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from wattwarden.cli.figures import number
from wattwarden.cli.output import console, home_folder, language, problems_shown, say
from wattwarden.domain.errors import fail

if TYPE_CHECKING:
    from wattwarden.domain.worked import Worked

app = typer.Typer(
    no_args_is_help=True, help="Work out refunds, claims, fees and compensation. 退补与索赔计算"
)

Format = Literal["text", "json"]
Wiring = Literal["single_phase", "three_phase_4w", "high_voltage"]
Method = Literal["power", "current", "check_meter", "factor", "normal_use", "area_loss"]
Policy = Literal["flat", "peak", "average"]


Kwh = Annotated[Decimal, number("Energy read in the period, kWh. 抄见电量")]
Price = Annotated[Decimal | None, number("Price, yuan/kWh; without it only energy. 电价")]
Day = Annotated[
    datetime, typer.Option(formats=["%Y-%m-%d"], help="Day of the act, which decides the rules. 行为日")
]
As = Annotated[Format, typer.Option("--format", help="text or json. 输出格式")]
Out = Annotated[Path | None, typer.Option(help="Also write it, .xlsx or .html. 另存文件")]
Residential = Annotated[bool, typer.Option("--residential/--other", help="Kind of customer. 居民/其他")]


def _answer(compute: "Callable[[], Worked]", form: Format, out: Path | None) -> None:
    from wattwarden.app.write_worked import write_worked

    with problems_shown():
        worked = compute()
        if out is not None:
            write_worked(worked, out, language())
    if form == "json":
        rows = {"title": worked.title.text(language()), "steps": worked.rows(language())}
        console().print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    console().print(worked.text(language()))
    if out is not None:
        console().print(say(f"已写入 {out}", f"written to {out}"))


def _energy(compute: "Callable[[], Worked]", price: Decimal | None, form: Format, out: Path | None) -> None:
    from wattwarden.calc.claims.back_billing import priced

    _answer(lambda: compute() if price is None else priced(compute(), price), form, out)


@app.command()
def meter_error(
    kwh: Kwh, error_pct: Annotated[Decimal, number("Signed relative error of the meter, %; slow is negative. 误差")],
    price: Price = None, form: As = "text", out: Out = None,
) -> None:  # fmt: skip
    """Meter or instrument transformer out of tolerance. 计量误差超差退补."""
    from wattwarden.calc.claims import back_billing

    _energy(lambda: back_billing.meter_error(kwh, error_pct), price, form, out)


@app.command()
def voltage_drop(
    kwh: Kwh, actual_pct: Annotated[Decimal, number("Drop measured, %. 实测压降")],
    allowed_pct: Annotated[Decimal, number("Drop allowed, %. 允许压降")],
    price: Price = None, form: As = "text", out: Out = None,
) -> None:  # fmt: skip
    """Voltage drop of the secondary wire above what is allowed. 二次压降超差退补."""
    from wattwarden.calc.claims import back_billing

    _energy(lambda: back_billing.voltage_drop(kwh, actual_pct, allowed_pct), price, form, out)


@app.command()
def normal_month(
    kwh: Kwh, normal_kwh: Annotated[Decimal, number("Use of a normal month, kWh. 正常月电量")],
    price: Price = None, form: As = "text", out: Out = None,
) -> None:  # fmt: skip
    """Other causes: by the use of a normal month. 按正常月电量退补."""
    from wattwarden.calc.claims import back_billing

    _energy(lambda: back_billing.normal_month(kwh, normal_kwh), price, form, out)


@app.command()
def wrong_wiring(
    kwh: Kwh, factor: Annotated[Decimal | None, number("Correction factor K of the vector diagram. 更正系数")] = None,
    fault: Annotated[str | None, typer.Option(help="Fault for K by theory, such as 4w_one_voltage_lost. 故障类型")] = None,
    cos_phi: Annotated[Decimal, number("Power factor for K by theory. 功率因数")] = Decimal(1),
    price: Price = None, form: As = "text", out: Out = None,
) -> None:  # fmt: skip
    """Wrong wiring: by K, measured or by theory for a balanced load. 接线错误退补."""
    from wattwarden.calc.claims import back_billing, wiring

    def compute() -> "Worked":
        if (factor is None) == (fault is None):
            raise fail("wrong wiring", found="factor and fault" if factor is not None else "neither factor nor fault",
                       expected="one of --factor and --fault")  # fmt: skip
        k = factor if factor is not None else wiring.theory_factor(fault or "", cos_phi)
        return back_billing.wrong_wiring(kwh, k)

    _energy(compute, price, form, out)


@app.command()
def transformer_fault(
    kwh: Kwh, missing_pct: Annotated[Decimal, number("Missing energy as a share of the energy read, %. 差额率")],
    price: Price = None, form: As = "text", out: Out = None,
) -> None:  # fmt: skip
    """Fuse blown or instrument transformer faulty. 互感器故障退补."""
    from wattwarden.calc.claims import back_billing

    _energy(lambda: back_billing.transformer_fault(kwh, missing_pct), price, form, out)


@app.command()
def multiplier(
    kwh: Kwh, billed: Annotated[Decimal, number("Multiplier billed. 计费倍率")],
    actual: Annotated[Decimal, number("Multiplier on site. 实际倍率")],
    price: Price = None, form: As = "text", out: Out = None,
) -> None:  # fmt: skip
    """Multiplier other than billed; kwh is the energy as billed. 倍率差错退补."""
    from wattwarden.calc.claims import back_billing

    _energy(lambda: back_billing.multiplier(kwh, billed, actual), price, form, out)


@app.command()
def theft(
    on: Day,
    tapped_kw: Annotated[Decimal | None, number("Rated power tapped before the meter, kW. 私接容量")] = None,
    current_a: Annotated[Decimal | None, number("Rated current of the meter, A. 标定电流")] = None,
    wiring: Annotated[Wiring, typer.Option(help="Wiring of the meter. 接线方式")] = "single_phase",
    ratio: Annotated[Decimal, number("Ratio of the current transformers. 变比")] = Decimal(1),
    line_kv: Annotated[Decimal | None, number("Line voltage at high voltage, kV. 线电压")] = None,
    days: Annotated[int | None, typer.Option(help="Days, if found out. 查明天数")] = None,
    hours: Annotated[Decimal | None, number("Hours a day, if found out. 每日小时")] = None,
    connected_days: Annotated[int | None, typer.Option(help="Days connected, if fewer. 实际接用天数")] = None,
    lighting: Annotated[bool, typer.Option("--lighting/--power", help="Kind of use. 照明/动力")] = False,
    check_kwh: Annotated[Decimal | None, number("Energy of a check meter, kWh. 比对表电量")] = None,
    metered_kwh: Annotated[Decimal | None, number("Energy counted meanwhile, kWh. 计费表电量")] = None,
    factor: Annotated[Decimal | None, number("Correction factor K measured on site. 更正系数")] = None,
    normal_kwh_day: Annotated[Decimal | None, number("Normal use, kWh a day. 正常日用电量")] = None,
    metered_kwh_day: Annotated[Decimal, number("Use counted, kWh a day. 窃电期日均电量")] = Decimal(0),
    loss_kwh_day: Annotated[Decimal | None, number("Loss of the area, kWh a day. 台区日损失")] = None,
    usual_loss_kwh_day: Annotated[Decimal, number("Usual loss, kWh a day. 正常日损失")] = Decimal(0),
    chosen: Annotated[Method | None, typer.Option(help="Method that holds. 采用的方法")] = None,
    reason: Annotated[str, typer.Option(help="Why this method. 采用理由")] = "",
    decided_by: Annotated[str, typer.Option(help="Who decided on it. 决定人")] = "",
    price: Price = None,
    flat_price: Annotated[Decimal | None, number("Flat price, yuan/kWh. 平段电价")] = None,
    peak_price: Annotated[Decimal | None, number("Peak price, yuan/kWh. 高峰电价")] = None,
    policy: Annotated[Policy, typer.Option(help="Price of unknown hours. 时段不明时的电价")] = "average",
    times: Annotated[Decimal | None, number("Multiple decided for the penalty. 确定的倍数")] = None,
    justification: Annotated[str, typer.Option(help="Why this multiple. 理由")] = "",
    approver: Annotated[str, typer.Option(help="Who approved it. 审批人")] = "",
    form: As = "text",
    out: Out = None,
) -> None:
    """Stolen energy by one or several methods, its price and the penalty at most. 窃电量与追补."""
    from wattwarden.app.claim_theft import Evidence, theft_by_methods
    from wattwarden.calc.claims.theft import Penalty
    from wattwarden.calc.claims.theft_methods import Choice

    evidence = Evidence(
        on.date(), days, hours, connected_days, lighting, tapped_kw, current_a, wiring, ratio, line_kv, check_kwh,
        metered_kwh, factor, normal_kwh_day, metered_kwh_day, loss_kwh_day, usual_loss_kwh_day,
    )  # fmt: skip
    choice = None if chosen is None else Choice(chosen, reason, decided_by)
    penalty = None if times is None else Penalty(times, justification, approver)
    prices = {"average": price, "flat": flat_price, "peak": peak_price}
    _answer(lambda: theft_by_methods(evidence, choice, policy, prices, penalty), form, out)


@app.command()
def visit_effect(
    area: Annotated[str, typer.Argument(help="Transformer area. 台区编号")],
    visited: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Day of the visit. 检查日")],
    expected_kwh_day: Annotated[Decimal | None, number("Fall expected, kWh a day. 预计日降损")] = None,
    home: Annotated[Path | None, typer.Option(help="Data folder. 数据目录")] = None,
) -> None:
    """Whether the area's loss fell after a visit: closes or reopens the case. 检查前后线损对比."""
    from wattwarden.app.visit_effect import visit_effect as effect_of

    with problems_shown():
        effect = effect_of(home_folder(home), area, visited.date(), expected_kwh_day)
    console().print(effect.text(language()))


@app.command()
def late_fee(
    arrears: Annotated[Decimal, number("Arrears, yuan. 欠费")],
    due: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Due on. 缴费截止日")],
    paid: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Paid on. 实缴日")],
    residential: Residential = False,
    contract_permille: Annotated[
        Decimal | None, number("Rate agreed in the contract, ‰ a day. 合同约定比例")
    ] = None,
    form: As = "text",
    out: Out = None,
) -> None:
    """Late-payment fee, cut at the end of each year. 电费违约金."""
    from wattwarden.app.make_claim import late_fee_claim
    from wattwarden.domain.money import fen

    _answer(
        lambda: late_fee_claim(fen(arrears), due.date(), paid.date(), residential=residential,
                               contract_permille=contract_permille), form, out,
    )  # fmt: skip


@app.command()
def class_change(
    on: Day, monthly: Annotated[Decimal, number("Difference of a month, yuan. 每月差额电费")],
    months: Annotated[Decimal | None, number("Months, if found out. 查明月数")] = None,
    form: As = "text", out: Out = None,
) -> None:  # fmt: skip
    """Dear use on a cheap price. 高价低接."""
    from wattwarden.app.make_claim import class_change_claim
    from wattwarden.domain.money import fen

    _answer(lambda: class_change_claim(on.date(), fen(monthly), months), form, out)


Kva = Annotated[Decimal, number("Capacity, kVA or kW. 容量")]
Monthly = Annotated[
    Decimal | None, number("Capacity charge of a two-part customer, yuan/(kVA·month). 容量电价")
]
Months = Annotated[Decimal, number("Months of use. 使用月数")]


@app.command()
def over_capacity(on: Day, kva: Kva, monthly: Monthly = None, months: Months = Decimal(1),
                  form: As = "text", out: Out = None) -> None:  # fmt: skip
    """Use beyond the contract capacity. 私增容."""
    from wattwarden.app.make_claim import capacity_claim

    _answer(lambda: capacity_claim(on.date(), "over_capacity", kva, monthly, months), form, out)


@app.command()
def sealed(on: Day, kva: Kva, monthly: Monthly = None, months: Months = Decimal(1),
           form: As = "text", out: Out = None) -> None:  # fmt: skip
    """Sealed or suspended equipment in use. 使用已暂停或封存设备."""
    from wattwarden.app.make_claim import capacity_claim

    _answer(lambda: capacity_claim(on.date(), "sealed", kva, monthly, months), form, out)


@app.command()
def tampering(on: Day, times: Annotated[int, typer.Option(help="How often. 次数")] = 1,
              residential: Residential = False, form: As = "text", out: Out = None) -> None:  # fmt: skip
    """Metering, collection or supply equipment moved or altered. 擅动计量采集设施."""
    from wattwarden.app.make_claim import tampering_claim

    _answer(lambda: tampering_claim(on.date(), times, residential=residential), form, out)


@app.command()
def own_source(on: Day, kva: Kva, form: As = "text", out: Out = None) -> None:
    """Own source or resale without consent. 擅自引入供出电源."""
    from wattwarden.app.make_claim import own_source_claim

    _answer(lambda: own_source_claim(on.date(), kva), form, out)


@app.command()
def outage(
    on: Day, hourly_kwh: Annotated[Decimal, number("Average use before, kWh per hour. 停电前平均小时电量")],
    hours: Annotated[Decimal, number("Duration, hours. 停电小时数")],
    price: Annotated[Decimal, number("Average energy price, yuan/kWh. 平均电度电价")],
    two_part: Annotated[bool, typer.Option("--two-part/--single-rate", help="Billing mode. 两部制/单一制")] = False,
    form: As = "text", out: Out = None,
) -> None:  # fmt: skip
    """Compensation for an outage that the utility caused. 停电损失赔偿."""
    from wattwarden.app.make_claim import outage_claim

    _answer(lambda: outage_claim(on.date(), hourly_kwh, hours, price, two_part=two_part), form, out)
