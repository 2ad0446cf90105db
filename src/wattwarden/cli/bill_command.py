"""``wattwarden bill``: compute issued bills again, list what differs, explain a bill line by line."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from wattwarden.cli.figures import number
from wattwarden.cli.output import EXIT_PROBLEMS, console, home_folder, language, messages, problems_shown, say

if TYPE_CHECKING:
    from wattwarden.app.check_bills import BillCheck, Row
    from wattwarden.app.explain_bill import ExplainedBill

app = typer.Typer(no_args_is_help=True, help="Compute issued bills again and explain them. 账单复算与推导")

Format = Literal["table", "csv", "json", "xlsx"]
TariffClass = Literal["residential", "agricultural", "commercial_industrial"]
Mode = Literal["single_rate", "two_part_capacity", "two_part_demand"]
Market = Literal["agency", "direct", "retail"]
Package = Literal["market_rate", "average_plus_fee", "profit_share", "mixed", "green"]
Home = Annotated[Path | None, typer.Option(help="Data folder. 数据目录")]
_FEN_PER_YUAN = 100


@app.command()
def check(
    month: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m"], help="Bill month, else all. 电费年月")
    ] = None,
    customer: Annotated[str | None, typer.Option(help="Customer number, else all. 户号")] = None,
    min_yuan: Annotated[
        int, typer.Option(min=0, help="Smallest difference of a bill, yuan. 最小差额(元)")
    ] = 1,
    limit: Annotated[int, typer.Option(min=0, help="Rows listed, 0 for all. 列出行数")] = 50,
    form: Annotated[Format, typer.Option("--format", help="table, csv, json or xlsx. 输出格式")] = "table",
    out: Annotated[Path | None, typer.Option(help="File to write. 输出文件")] = None,
    home: Home = None,
) -> None:
    """Compare issued bills with what was due; status 1 when some differ. 账单复算核对."""
    from wattwarden.app.check_bills import Wanted, check_bills
    from wattwarden.app.export_rows import write_rows
    from wattwarden.domain.labels import Label

    wanted = Wanted(month.date() if month else None, customer, min_yuan * _FEN_PER_YUAN, limit or None)
    with problems_shown(), messages().status(say("复算账单…", "computing bills again …")):
        result = check_bills(home_folder(home), wanted)
        title = Label(zh="账单差异", en="Bills that differ")
        text = write_rows(result.rows, "bills", title, form, out, language())
    if text is not None:
        console().print(text)
    elif form == "table":
        _show(result)
    else:
        console().print(say(f"已写入 {out}", f"written to {out}"))
    if not result.agrees:
        raise typer.Exit(EXIT_PROBLEMS)


@app.command()
def explain(
    customer: Annotated[str, typer.Argument(help="Customer number. 户号")],
    month: Annotated[datetime, typer.Argument(formats=["%Y-%m"], help="Bill month. 电费年月")],
    out: Annotated[Path | None, typer.Option(help="Also write it, .xlsx or .html. 另存文件")] = None,
    home: Home = None,
) -> None:
    """Show how a bill comes about, with the numbers put in, beside what was billed. 账单推导."""
    from wattwarden.app.explain_bill import explain_bill
    from wattwarden.app.write_worked import write_worked

    with problems_shown():
        bills = explain_bill(home_folder(home), customer, month.date())
        for bill in bills:
            _explain(bill)
            if out is not None and bill.worked is not None:
                write_worked(bill.worked, out, language())
    if out is not None:
        console().print(say(f"已写入 {out}", f"written to {out}"))


@app.command()
def what_if(
    customer: Annotated[str, typer.Argument(help="Customer number. 户号")],
    tariff_class: Annotated[
        TariffClass | None, typer.Option("--class", help="Tariff class. 用电类别")
    ] = None,
    mode: Annotated[Mode | None, typer.Option(help="Billing mode. 计费方式")] = None,
    tou: Annotated[bool | None, typer.Option("--tou/--no-tou", help="Time of use. 分时")] = None,
    contract_demand: Annotated[Decimal | None, number("Contract demand, kW. 核定需量")] = None,
    capacity: Annotated[Decimal | None, number("Capacity in operation, kVA. 运行容量")] = None,
    market: Annotated[Market | None, typer.Option(help="How the energy is bought. 购电方式")] = None,
    package: Annotated[Package | None, typer.Option(help="Retail package. 零售套餐")] = None,
    price: Annotated[Decimal | None, number("Price of the market contract, yuan/kWh. 市场合同电价")] = None,
    coefficient: Annotated[Decimal | None, number("Coefficient K of the package. 套餐系数 K")] = None,
    service_fee: Annotated[Decimal | None, number("Service fee Ps, yuan/kWh. 套餐服务费")] = None,
    green_price: Annotated[Decimal | None, number("Environmental value, yuan/kWh. 绿电环境价值")] = None,
    home: Home = None,
) -> None:
    """Cost of the last twelve bills under other terms, with the same use. 换一种电价方案的费用."""
    from wattwarden.app.bill_what_if import NewTerms, bill_what_if

    terms = NewTerms(tariff_class, mode, tou, contract_demand, capacity, market, package, price, coefficient,
                     service_fee, green_price)  # fmt: skip
    with problems_shown():
        months = bill_what_if(home_folder(home), customer, terms)
    out = console()
    out.print(say("假设用电量与需量不变；单位：元", "the same energy and demand are assumed; in yuan"))
    for month in months:
        figures = f"{_yuan(month.due_fen)} → {_yuan(month.what_if_fen)} ({_yuan(month.change_fen)})"
        why = "" if month.what_if_fen is not None else f"  {_word('outcome', month.outcome)} {month.detail}"
        out.print(f"{month.month:%Y-%m}: {figures}{why}")
    known = [m for m in months if m.due_fen is not None and m.what_if_fen is not None]
    due, other = sum(m.due_fen or 0 for m in known), sum(m.what_if_fen or 0 for m in known)
    text = f"{_yuan(due)} → {_yuan(other)} ({_yuan(other - due)})"
    out.print(say(f"合计({len(known)} 个月): {text}", f"sum of {len(known)} months: {text}"))


def _show(result: "BillCheck") -> None:
    out = console()
    for row in result.outcomes:
        out.print(f"{_word('outcome', row['outcome'])}: {row['bills']}")
    if result.causes:
        out.print(
            say(
                "差错原因: 账单数, 户数, 应退, 应补(元)", "cause: bills, customers, to refund, to bill (yuan)"
            )
        )
    for row in result.causes:
        figures = (
            f"{row['bills']}, {row['customers']}, {_yuan(row['to_refund_fen'])}, {_yuan(row['to_bill_fen'])}"
        )
        out.print(f"  {_word('cause', row['cause'])}: {figures}")
    _table(result.rows, "customer_id")


def _table(rows: "Sequence[Row]", first: Literal["customer_id", "bill_id"]) -> None:
    from rich.table import Table

    table = Table()
    for heading in (
        say("户号", "customer") if first == "customer_id" else say("应收标识", "bill"),
        say("月份", "month"), say("费目", "element"), say("应收(元)", "due (yuan)"),
        say("已计(元)", "billed (yuan)"), say("差额(元)", "difference (yuan)"), say("原因", "cause"),
    ):  # fmt: skip
        table.add_column(heading)
    for row in rows:
        why = ("cause", row["cause"]) if row["outcome"] == "checked" else ("outcome", row["outcome"])
        reason = f"{_word(*why)} {row['detail'] or ''}".strip()
        table.add_row(
            str(row[first]), str(row["bill_month"])[:7], _word("element", row["element"]),
            _yuan(row["expected_fen"]), _yuan(row["billed_fen"]), _yuan(row["difference_fen"]), reason,
        )  # fmt: skip
    console().print(table)


def _explain(bill: "ExplainedBill") -> None:
    out = console()
    for fact in bill.facts:
        out.print(f"{fact['seg_from']} – {fact['seg_to']}: {_terms(fact)}")
    for reading in bill.readings:
        start, end, times, kwh = (
            _plain(reading[name]) for name in ("start_register", "end_register", "multiplier", "kwh")
        )
        out.print(f"{reading['meter_id']} {reading['read_date']}: ({end} − {start}) × {times} = {kwh} kWh")
    if bill.worked is None:
        why = f"{_word('outcome', bill.outcome)} {bill.detail}"
        out.print(say(f"无法核对：{why}", f"cannot be checked: {why}"))
    else:
        out.print(bill.worked.text(language()))
    _table(bill.elements, "bill_id")


def _terms(fact: "Row") -> str:
    """The dated facts that chose the path, in words."""
    from wattwarden.domain.content import contract

    columns = contract()["tariff_assignment"].columns
    shown = []
    for name in ("tariff_class", "billing_mode", "voltage_level", "is_tou", "price_code"):
        column, value = columns[name], fact[name]
        if value is not None:
            words = (column.values or {}).get(str(value))
            told = (
                {True: say("是", "yes"), False: say("否", "no")}[value] if isinstance(value, bool) else value
            )
            shown.append(f"{column.label.text(language())} {words.text(language()) if words else told}")
    market = {"agency": say("代理购电", "agency purchase"), "direct": say("直接交易", "direct trading"),
              "retail": say("售电公司", "through a retailer")}  # fmt: skip
    return say("，", ", ").join([*shown, market[str(fact["market"])]])


def _word(column: str, code: object) -> str:
    from wattwarden.domain.content import contract

    values = contract()["shadow_bill"].columns[column].values or {}
    return values[str(code)].text(language()) if str(code) in values else str(code)


def _plain(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else "–" if value is None else str(value)


def _yuan(value: object) -> str:
    from wattwarden.domain.money import yuan_text

    return yuan_text(int(value) if isinstance(value, int | Decimal) else None)
