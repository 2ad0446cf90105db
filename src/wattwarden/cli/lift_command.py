"""``wattwarden lift``: how much better than chance the ranked list is, against known outcomes."""

from pathlib import Path
from typing import Annotated

import typer

from wattwarden.cli.output import console, home_folder, problems_shown, say


def lift(
    labels: Annotated[Path, typer.Argument(help="CSV with one row per customer. 每户一行的结果文件")],
    customer_column: Annotated[
        str, typer.Option(help="Column of the customer number. 户号列")
    ] = "customer_id",
    label_column: Annotated[
        str, typer.Option(help="Column that is 1 where confirmed. 结果列(1为属实)")
    ] = "label",
    risk: Annotated[list[str] | None, typer.Option(help="Risk points to rank by. 风险点")] = None,
    home: Annotated[Path | None, typer.Option(help="Data folder. 数据目录")] = None,
) -> None:
    """Compare the newest scan's ranked list with confirmed outcomes. 排序与已知结果对比.

    Prints precision and lift at 1 %, 5 % and 10 % of the customers. The labels are read only here.
    """
    from rich.table import Table

    from wattwarden.app.measure_lift import LabelFile, measure_lift

    with problems_shown():
        report = measure_lift(home_folder(home), LabelFile(labels, customer_column, label_column), risk or ())
    base = report.confirmed / report.customers
    console().print(
        say("{} 户, 属实 {} ({:.2%}), 已排序 {}", "{} customers, {} confirmed ({:.2%}), {} ranked").format(
            report.customers, report.confirmed, base, report.ranked
        )
    )
    table = Table()
    headings = (
        say("抽查比例", "share"),
        say("户数", "visits"),
        say("其中已排序", "of them ranked"),
        say("准确率", "precision"),
        say("95%区间", "95 % interval"),
        say("提升倍数", "lift"),
    )
    for heading in headings:
        table.add_column(heading, justify="right")
    for row in report.rows:
        interval = f"{row.low:.3f} – {row.high:.3f}"
        table.add_row(
            f"{row.share:.0%}",
            str(row.visits),
            str(row.ranked),
            f"{row.precision:.3f}",
            interval,
            f"{row.lift:.2f}",
        )
    console().print(table)
