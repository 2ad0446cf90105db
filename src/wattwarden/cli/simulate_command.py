"""``wattwarden simulate``: make a county with planted faults."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from wattwarden.cli.output import console, messages, problems_shown, say


class Format(StrEnum):
    """File format of the simulated tables."""

    parquet = "parquet"
    csv = "csv"


def simulate(
    out: Annotated[Path, typer.Option(help="文件夹; folder to write: data/ and truth/")],
    customers: Annotated[int, typer.Option(help="客户数; number of customers, at least 500")] = 20_000,
    months: Annotated[int, typer.Option(help="月账单数; monthly bills of each customer")] = 13,
    seed: Annotated[int, typer.Option(help="随机种子; the same seed gives the same files")] = 1,
    end: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="历史截止日; last day")] = datetime(
        2026, 10, 31
    ),
    daily_days: Annotated[int, typer.Option(help="日冻结天数; days with daily registers")] = 60,
    curve_days: Annotated[int, typer.Option(help="负荷曲线天数; days with load curves")] = 7,
    area_size: Annotated[
        int | None,
        typer.Option(help="每台区户数; customers per transformer area (100, or 200 in a large county)"),
    ] = None,
    gate_areas: Annotated[
        int | None, typer.Option(help="有考核表曲线的台区数; areas whose gate meter has a load curve")
    ] = None,
    file_format: Annotated[Format, typer.Option("--format", help="文件格式; file format")] = Format.parquet,
    faults: Annotated[bool, typer.Option(help="植入故障; plant faults and honest look-alikes")] = True,
    dirt: Annotated[bool, typer.Option(help="植入坏数据; plant rows that an import must refuse")] = True,
) -> None:
    """模拟一个县供电公司 · Make a county with planted faults and known truth."""
    from rich.progress import Progress

    from wattwarden.app.simulate_county import Plan, usual_area_size, usual_gate_areas
    from wattwarden.app.simulate_county import simulate as make

    with problems_shown():
        size = area_size or usual_area_size(customers)
        gates = usual_gate_areas(-(-customers // size), curve_days) if gate_areas is None else gate_areas
        plan = Plan(customers, months, seed, end.date(), daily_days, curve_days, size, faults, dirt, gates)
        with Progress(console=messages(), transient=True) as bar:
            task = bar.add_task(say("模拟客户", "Simulating customers"), total=customers)
            made = make(plan, out, file_format.value, lambda done, _: bar.update(task, completed=done))
    rows, planted = sum(made.rows.values()), sum(made.planted.values())
    console().print(
        say(
            f"已写入 {len(made.rows)} 张表 {rows:,} 行; 植入 {len(made.planted)} 类 {planted:,} 处。目录: {out}",
            f"Wrote {len(made.rows)} tables, {rows:,} rows; planted {planted:,} of {len(made.planted)} kinds. Folder: {out}",
        ),
        soft_wrap=True,
    )
