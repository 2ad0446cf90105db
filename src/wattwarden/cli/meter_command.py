"""``wattwarden meter``: explain a meter, and find its wiring from a measured vector diagram."""

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wattwarden.cli.figures import number
from wattwarden.cli.output import console, home_folder, language, messages, problems_shown, say

if TYPE_CHECKING:
    from wattwarden.app.explain_meter import ExplainedMeter, Fault, WiringProposal

app = typer.Typer(no_args_is_help=True, help="Explain a meter, find its wiring. 计量装置说明与接线判断")

Home = Annotated[Path | None, typer.Option(help="Data folder. 数据目录")]


@app.command()
def explain(
    meter: Annotated[str, typer.Argument(help="Meter number. 电能表标识")], home: Home = None
) -> None:
    """What a meter is and must be, what its phases and events show, what follows. 计量装置说明."""
    from wattwarden.app.explain_meter import explain_meter

    with problems_shown(), messages().status(say("查看计量装置…", "looking at the meter …")):
        explained = explain_meter(home_folder(home), meter)
    _facts(explained)
    _requirements(explained)
    _faults(explained)
    _events(explained)


@app.command()
def wiring(
    vector: Annotated[
        str, typer.Option(help="u1=220@0 u2=… u3=… i1=3@-25 i2=… i3=…: V or A, degrees. 六角图")
    ],
    choice: Annotated[int, typer.Option(min=1, help="Candidate that is settled. 采用第几个候选")] = 1,
    kwh: Annotated[
        Decimal | None, number("Energy read while the wiring was wrong, kWh. 错误期间抄见电量")
    ] = None,
    price: Annotated[Decimal | None, number("Price, yuan/kWh. 电价")] = None,
    out: Annotated[Path | None, typer.Option(help="Also write it, .xlsx or .html. 另存文件")] = None,
) -> None:
    """Wirings that may explain a measured vector diagram, with likelihood and factor. 接线判断与更正系数."""
    from wattwarden.app.explain_meter import propose_wiring
    from wattwarden.app.write_worked import write_worked

    with problems_shown():
        proposal = propose_wiring(vector, choice, kwh, price)
        if out is not None:
            write_worked(proposal.settled or proposal.worked, out, language())
    _candidates(proposal)
    out_console = console()
    out_console.print(proposal.worked.text(language()))
    if proposal.settled is not None:
        out_console.print(proposal.settled.text(language()))
    if out is not None:
        out_console.print(say(f"已写入 {out}", f"written to {out}"))


def _candidates(proposal: "WiringProposal") -> None:
    from rich.table import Table

    from wattwarden.app.columns import load_lists

    columns = load_lists().lists["wirings"]
    table = Table()
    table.add_column("#")
    for column in columns.values():
        table.add_column(column.label.text(language()))
    for place, row in enumerate(proposal.rows(language()), start=1):
        shown = row | {"probability": f"{row['probability']:.1%}"}
        table.add_row(str(place), *(str(shown[name]) for name in columns))
    console().print(table)
    console().print(
        say(
            "软件只提出候选；由检查人员核对实际接线后选定。",
            "The software proposes; the inspector looks at the wires and decides.",
        )
    )


def _label(table: str, column: str, value: object) -> str:
    from wattwarden.app.shown_value import code_label
    from wattwarden.domain.content import contract

    return code_label(contract(), table, column, value, language()) or ("–" if value is None else str(value))


def _facts(explained: "ExplainedMeter") -> None:
    from wattwarden.domain.content import contract

    out, columns = console(), contract()["meter"].columns
    out.print(say(f"电能表 {explained.facts['meter_id']}", f"Meter {explained.facts['meter_id']}"))
    for name, column in columns.items():
        value = explained.facts[name]
        if name != "meter_id" and value is not None:
            shown = _label("meter", name, value) if column.type == "code" else _plain(value)
            out.print(f"  {column.label.text(language())}: {shown}")
    for row in explained.transformers:
        kind = _label("instrument_transformer", "kind", row["kind"])
        out.print(
            f"  {kind} {_plain(row['rated_primary'])}/{_plain(row['rated_secondary'])}, {row['accuracy_class'] or '–'}"
        )
    if explained.load_pct is not None:
        out.print(
            say(
                f"  曲线期最大电流为额定的 {explained.load_pct:.0f} %(宜在 20 %～120 %，约 60 %)",
                f"  largest current of the curves: {explained.load_pct:.0f} % of rated (20 to 120 %, about 60 %)",
            )
        )


def _requirements(explained: "ExplainedMeter") -> None:
    out = console()
    for row in explained.requirements:
        below = say("，低于要求", ", below what is required") if row["is_below"] else ""
        device = _label("metering_requirement", "device", row["device"])
        kind = _label("metering_requirement", "device_class", row["device_class"])
        out.print(
            say(
                f"  {device}: DL/T 448-{row['edition']} {kind}，要求 {row['required_class']}，现 {row['accuracy_class'] or '–'}{below}",
                f"  {device}: class {kind} by DL/T 448-{row['edition']}, needs {row['required_class']}, is {row['accuracy_class'] or '–'}{below}",
            )
        )


def _faults(explained: "ExplainedMeter") -> None:
    out = console()
    if not explained.faults:
        out.print(say("曲线期未见故障迹象", "no sign of a fault in the curves"))
    for fault in explained.faults:
        _fault(fault, explained.cosine)


def _fault(fault: "Fault", cosine: Decimal) -> None:
    out, row = console(), fault.row
    phase = "" if row["phase"] == "all" else f" ({_label('meter_event', 'phase', row['phase'])})"
    out.print(f"! {fault.title.text(language())}{phase}: {fault.why.text(language())}")
    out.print(
        say(
            f"    {row['days']}/{row['curve_days']} 天, {row['points']} 点, 自 {row['since_on']}; 均值 {_plain(row['measured'])}, 限值 {_plain(row['bound'])}",
            f"    {row['days']} of {row['curve_days']} days, {row['points']} points, since {row['since_on']}; mean {_plain(row['measured'])}, limit {_plain(row['bound'])}",
        )
    )
    if row["total_kwh"] is not None:
        out.print(
            say(
                f"    理论漏计: 曲线期 {_plain(row['missing_kwh'])} 千瓦时, 推定合计 {_plain(row['total_kwh'])} 千瓦时(现场确认前不作为退补依据)",
                f"    not counted, by theory: {_plain(row['missing_kwh'])} kWh in these days, {_plain(row['total_kwh'])} kWh since then (no claim before the site was seen)",
            )
        )
    if fault.theory is not None:
        out.print(
            say(
                f"    平衡负荷理论更正系数 K = {fault.theory} (cosφ {cosine})",
                f"    K of a balanced load by theory = {fault.theory} (cosφ {cosine})",
            )
        )
    out.print(f"    {say('先核查', 'check first')}: {fault.first.text(language())}")


def _events(explained: "ExplainedMeter") -> None:
    out = console()
    for row in explained.events:
        phase = "" if row["phase"] in {None, "all"} else f" {_label('meter_event', 'phase', row['phase'])}"
        out.print(f"  {row['started_at']} {_label('meter_event', 'event', row['event'])}{phase}")


def _plain(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
