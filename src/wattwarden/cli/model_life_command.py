"""``wattwarden model train|show|promote``: the life of a site's own learned scores."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wattwarden.cli.output import console, home_folder, language, messages, problems_shown, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.table import Table

_MOST_DRIFT = 8
_DRIFT_WORDS = (
    (0.25, "已是另一群客户, 应重新训练", "another population: train again"),
    (0.1, "有变化", "some change"),
    (0.0, "稳定", "stable"),
)


class Score(StrEnum):
    """The learned scores that a site can train."""

    theft = "theft"


Which = Annotated[Score, typer.Argument(help="Which score. 评分名称")]
Home = Annotated[Path | None, typer.Option(help="Data folder. 数据目录")]


def train(
    score: Which,
    assumed: Annotated[
        bool, typer.Option("--assumed", help="Start without inspection outcomes. 无检查结果时起步")
    ] = False,
    seed: Annotated[int, typer.Option(help="Of samples and parts. 随机种子")] = 1,
    home: Home = None,
) -> None:
    """Learn from the inspections in the lake and keep the model; scans use it once promoted. 训练模型.

    Each month of visits is learned from the lake as it was known when the month began. With fewer than ten
    confirmed thefts the score is assumed, not learned, and says so.
    """
    from wattwarden.app.model_files import theft_model
    from wattwarden.app.train_theft import train_theft
    from wattwarden.models.theft.site_card import site_card

    with problems_shown(), Told() as told:
        number = train_theft(home_folder(home), told, without_labels=assumed, seed=seed).number
        kept = theft_model(home_folder(home), number)
    console().print(site_card(kept, language()))
    console().print(
        say(f"已保存为模型 {number}; 启用: ", f"kept as model {number}; to use it: ")
        + f"wattwarden model promote {score.value} {number} --by … --because …"
    )


def show(
    score: Which,
    number: Annotated[int | None, typer.Option(help="This model, default the newest. 模型编号")] = None,
    card: Annotated[Path | None, typer.Option(help="Write the model card here. 模型卡文件")] = None,
    home: Home = None,
) -> None:
    """Models, who promoted which and why, and the card of one. 模型清单与模型卡."""
    from wattwarden.app.model_files import theft_model, theft_models
    from wattwarden.domain.errors import fail
    from wattwarden.models.theft.site_card import site_card

    with problems_shown():
        folder = home_folder(home)
        store = theft_models(folder)
        numbers = store.numbers()
        if not numbers:
            raise fail(f"{score.value} models", found="none", expected="a trained model",
                       action=f"Train one: wattwarden model train {score.value}")  # fmt: skip
        for decision in store.promotions():
            console().print(
                say("启用 {} 号模型: {}, {}, {}", "model {} promoted by {} on {}: {}").format(
                    decision.number, decision.by, decision.at, decision.because
                )
            )
        text = site_card(theft_model(folder, number or numbers[-1]), language())
    console().print(say("模型: ", "models: ") + ", ".join(map(str, numbers)))
    console().print(text)
    if card:
        card.write_text(text, encoding="utf-8")


def promote(
    score: Which,
    number: Annotated[int, typer.Argument(help="Which model. 模型编号")],
    by: Annotated[str, typer.Option(help="Who decides. 决定人")],
    because: Annotated[str, typer.Option(help="Why. 理由")],
    home: Home = None,
) -> None:
    """Let scans use a model: a decision with a name and a reason, kept for ever. 启用模型."""
    from wattwarden.app.promote_model import promote_theft

    with problems_shown():
        decision = promote_theft(home_folder(home), number, by, because)
    console().print(
        say(f"{decision.by} 启用 {score.value} 模型 {decision.number}; 自下次扫描起生效",
            f"{decision.by} promoted {score.value} model {decision.number}; the next scan uses it")
    )  # fmt: skip


def show_home(home: Path, number: int | None) -> None:
    """Measure a model on the visits since it was trained, and print the drift."""
    from rich.table import Table

    from wattwarden.app.measure_theft import evaluate_home
    from wattwarden.app.model_files import promoted_theft_model, theft_model

    with problems_shown(), Told() as told:
        model = promoted_theft_model(home) if number is None else theft_model(home, number)
        found = evaluate_home(home, model, told)
    console().print(
        say(f"训练以来有结果的检查: {found.visits}; 当月之后才到的结果: {found.outcomes_late}",
            f"visits since training: {found.visits}; outcomes that came after their month: {found.outcomes_late}")
    )  # fmt: skip
    if found.measures:
        console().print(measures(found.measures))
    table = Table(title=say("特征漂移(PSI)", "drift of the features (PSI)"))
    for heading in (say("特征", "feature"), "PSI", say("判断", "meaning")):
        table.add_column(heading)
    for name, moved in found.drift[:_MOST_DRIFT]:
        words = next((zh, en) for least, zh, en in _DRIFT_WORDS if moved >= least)
        table.add_row(name, f"{moved:.3f}", say(*words))
    console().print(table)


def measures(rows: "Sequence[Mapping[str, object]]") -> "Table":
    """Scores side by side, each figure with its interval."""
    from rich.table import Table

    from wattwarden.models.theft.site_card import measure_cells, measure_heads

    table = Table()
    for heading in measure_heads(rows[0], language()):
        table.add_column(heading)
    for row in rows:
        table.add_row(*measure_cells(row, language()))
    return table


class Told:
    """A status line that names the month being read."""

    def __init__(self) -> None:
        self._status = messages().status(say("读取历史", "reading the past"))

    def __enter__(self) -> "Told":
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def __call__(self, month: str) -> None:
        """Name the month that is being read."""
        self._status.update(say(f"读取 {month} 起的一个月", f"reading the month from {month}"))
