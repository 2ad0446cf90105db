"""``wattwarden cases``: open cases from a scan, verify remedies by later data, draw second reviews."""

from pathlib import Path
from typing import Annotated

import typer

from wattwarden.cli.output import console, home_folder, messages, problems_shown, say

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Cases from scans. 工单")
Home = Annotated[Path | None, typer.Option(help="Data folder. 数据目录")]


@app.command("open")
def open_(home: Home = None) -> None:
    """Merge the newest scan into cases; doing it again changes nothing. 由最近一次扫描立案."""
    from rich.progress import Progress

    folder = home_folder(home)
    with problems_shown(), Progress(console=messages(), transient=True) as bar:
        from wattwarden.records.connect import migrate

        migrate(folder)
        from wattwarden.app.open_cases import open_cases

        task = bar.add_task(say("立案", "open cases"))
        done = open_cases(folder, lambda n, total: bar.update(task, completed=n, total=total))
    figures = (done.scan, done.opened, done.changed, done.events, done.drawn)
    zh = "扫描 {}: 新立 {} 件, 变更 {} 件(事件 {} 条), 随机抽取 {} 户"
    en = "scan {}: {} cases opened, {} changed ({} events), {} visits drawn at random"
    console().print(say(zh, en).format(*figures))


@app.command()
def verify(home: Home = None) -> None:
    """Let later data decide whether remedies worked. 由后续数据验证整改."""
    folder = home_folder(home)
    with problems_shown():
        from wattwarden.records.connect import migrate

        migrate(folder)
        from wattwarden.app.verify_cases import verify_cases

        done = verify_cases(folder)
    figures = (done.scan, done.looked_at, done.mended, done.reopened, done.undecided)
    zh = "扫描 {}: 验证 {} 件, 已整改 {}, 重新打开 {}, 暂无法判断 {}"
    en = "scan {}: {} looked at, {} mended, {} reopened, {} cannot be told yet"
    console().print(say(zh, en).format(*figures))


@app.command("review")
def review_(home: Home = None) -> None:
    """Draw concluded cases for a blind second review. 抽取盲样复核."""
    folder = home_folder(home)
    with problems_shown():
        from wattwarden.records.connect import migrate

        migrate(folder)
        from wattwarden.app.casework.second_review import draw_second_reviews

        count, problems = draw_second_reviews()
    console().print(say(f"抽取 {count} 件复核", f"{count} cases drawn for review"))
    for problem in problems:
        messages().print(str(problem))
