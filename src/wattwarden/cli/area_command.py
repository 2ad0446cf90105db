"""``wattwarden model evaluate area-loss``: measure the area balance on areas with known causes."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wattwarden.cli.output import console, language, messages, problems_shown, say

if TYPE_CHECKING:
    from rich.table import Table

    from wattwarden.app.evaluate_area_loss import AreaEvaluation


def area_loss(
    folder: Annotated[
        Path,
        typer.Argument(
            help="customer_load.parquet, area_supply.parquet, truth.csv. 含负荷、供电、结果的目录"
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help="Write areas and suspects here (.json or .xlsx). 结果文件")
    ] = None,
    card: Annotated[Path | None, typer.Option(help="Write the method card here. 方法卡文件")] = None,
    seed: Annotated[int, typer.Option(help="Of the bootstrap. 随机种子")] = 1,
) -> None:
    """Area loss: cause of each area and who it is, against the truth. 台区线损归因与真实结果对比.

    Prints how often the right cause stands first, ROC-AUC and average precision over all customers of theft
    areas beside three plain methods, and the places of the thieves by kind. The truth is opened after all is
    scored.
    """
    from rich.progress import Progress

    from wattwarden.app.area_loss_card import area_loss_card
    from wattwarden.app.evaluate_area_loss import evaluate_area_loss
    from wattwarden.app.export_areas import write_areas

    with problems_shown():
        with Progress(console=messages(), transient=True) as bar:
            task = bar.add_task(say("台区", "areas"), total=None)
            found = evaluate_area_loss(
                folder, seed=seed, progress=lambda done, total: bar.update(task, completed=done, total=total)
            )
        if out:
            write_areas(found, out, language())
        if card:
            card.write_text(area_loss_card(found, language()), encoding="utf-8")
    _show(found)


def _show(found: "AreaEvaluation") -> None:
    from wattwarden.app.area_loss_card import kind_rows, percent, ranking_rows

    console().print(say("{} 个台区", "{} areas").format(found.areas))
    for outcome, count in found.outcomes.items():
        console().print(say("  不能平衡: ", "  cannot be balanced: ") + f"{outcome} {count}")
    if found.unknown_causes:
        console().print(
            say("  结果中不认识的原因: ", "  causes of the truth not known here: ")
            + ", ".join(found.unknown_causes)
        )
    named, right = found.mapping_found
    lines = (
        (say("异常台区首位原因正确", "right cause first, abnormal areas"), percent(found.cause_right)),
        (say("正常台区判为正常", "normal areas called normal"), percent(found.normal_right)),
        (say("户变错误用户首位指出", "wrongly filed customers named first"), f"{right} / {named}"),
    )
    for name, value in lines:
        console().print(f"{name}: {value}")
    headings = (say("方法", "method"), "ROC-AUC", say("平均精确率", "average precision"))
    console().print(_table(headings, ranking_rows(found, language())))
    console().print(
        _table(
            (
                say("类型", "kind"),
                say("户数", "thieves"),
                say("先于全部正常户", "before all honest"),
                say("名次中位数", "median place"),
                say("最差名次", "worst place"),
                "ROC-AUC",
                say("估计/实际电量", "energy found / stolen"),
            ),
            kind_rows(found),
        )
    )
    rows = [[true, best, str(count)] for (true, best), count in sorted(found.confusion.items())]
    console().print(
        _table((say("真实原因", "true cause"), say("首位原因", "first cause"), say("台区", "areas")), rows)
    )


def _table(headings: tuple[str, ...], rows: list[list[str]]) -> "Table":
    from rich.table import Table

    table = Table()
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="left" if place == 0 else "right")
    for row in rows:
        table.add_row(*row)
    return table
