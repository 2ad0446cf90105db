"""``wattwarden model``: the learned scores; here, how they are measured against known outcomes."""

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wattwarden.cli import model_life_command as life
from wattwarden.cli.area_command import area_loss
from wattwarden.cli.figures import number as exact_number
from wattwarden.cli.model_life_command import show_home
from wattwarden.cli.output import console, home_folder, messages, problems_shown, say

if TYPE_CHECKING:
    from rich.table import Table

    from wattwarden.models.theft.evaluate import Evaluation

app = typer.Typer(no_args_is_help=True, help="Train, measure and promote learned scores. 学习评分")
evaluate = typer.Typer(no_args_is_help=True, help="Against known outcomes. 与已知结果对比")
app.add_typer(evaluate, name="evaluate")
app.command("train")(life.train)
app.command("show")(life.show)
app.command("promote")(life.promote)
evaluate.command("area-loss")(area_loss)


@evaluate.command("theft")
def theft(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="client.csv, invoice.parquet, label.csv; none: the data home. 含客户、账单、结果的目录"
        ),
    ] = None,
    train: Annotated[
        Path | None, typer.Option(help="Fit on this folder, score the other. 用于训练的目录")
    ] = None,
    full_history: Annotated[
        bool, typer.Option("--full-history", help="Also invoices after the cut. 含截止日之后的账单")
    ] = False,
    undated: Annotated[
        bool, typer.Option("--undated", help="Without features that tell dates. 不用反映日期的特征")
    ] = False,
    card: Annotated[
        Path | None, typer.Option(help="Write the model card here, in both languages. 模型卡文件, 中英双语")
    ] = None,
    price: Annotated[
        Decimal | None, exact_number("Money per kWh, to value the drop. 每千瓦时价格, 用于估算金额")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of folds, samples and splits. 随机种子")] = 1,
    number: Annotated[int | None, typer.Option(help="Of the data home: this model. 模型编号")] = None,
    home: Annotated[Path | None, typer.Option(help="Data folder. 数据目录")] = None,
) -> None:
    """Theft from the billing history alone, on customers not fitted on. 仅凭账单历史的窃电评分.

    Without FOLDER: the promoted model (or --number) on visits made since it was trained, and how far the
    customers have drifted since.

    Prints ROC-AUC, average precision, and precision and kWh at the head of the list, each with a 95 %
    bootstrap interval, beside a plain score and one that knows dates only.
    """
    if folder is None:
        show_home(home_folder(home), number)
        return
    from rich.progress import Progress

    from wattwarden.app.evaluate_theft import evaluate_theft
    from wattwarden.models.theft.model_card import model_cards

    with problems_shown():
        with Progress(console=messages(), transient=True) as bar:
            task = bar.add_task(say("读取历史, 拟合", "reading the past, fitting"), total=None)
            found = evaluate_theft(
                folder,
                train=train,
                full_history=full_history,
                undated=undated,
                seed=seed,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        if card:
            card.write_text(model_cards(found, full_history=full_history, price=price), encoding="utf-8")
    track = (
        say("全部历史(偏乐观)", "full history (flatters)")
        if full_history
        else say("当时所知", "as known then")
    )
    console().print(
        say("{} 户, 属实 {} ({:.2%}), {}", "{} customers, {} confirmed ({:.2%}), {}").format(
            found.customers, found.confirmed, found.confirmed / found.customers, track
        )
    )
    console().print(measures_table(found, price))
    console().print(calibration_table(found))
    console().print(
        say(
            "电量为属实户最近低于自身历史中位数的年电量估计, 不是已证实的窃电量。",
            "kWh: confirmed customers' yearly drop below their own median; an estimate, not proven theft.",
        )
    )


def measures_table(found: "Evaluation", price: Decimal | None = None) -> "Table":
    """The measures of the score, of the plain one and of dates alone."""
    from rich.table import Table

    from wattwarden.models.theft.model_card import measure_rows

    table = Table()
    table.add_column(say("指标", "measure"))
    for heading in (say("评分", "score"), say("简单评分", "plain score"), say("仅日期", "dates only")):
        table.add_column(heading, justify="right")
    for name, cells in measure_rows(found, say("zh", "en"), price):
        table.add_row(name, *cells)
    return table


def calibration_table(found: "Evaluation") -> "Table":
    """What was said and what came, by tenths of the customers."""
    from rich.table import Table

    table = Table(title=say("校准(按十分位)", "calibration by tenths"))
    for heading in (say("预测概率", "probability said"), say("实际比例", "share confirmed")):
        table.add_column(heading, justify="right")
    for said, came in found.calibration:
        table.add_row(f"{said:.3f}", f"{came:.3f}")
    return table
